import type { RedshiftFault } from './fault.js'
import type { ResultColumn } from './result-columns.js'
import { typeByteLength, typeModifier, typeOid } from './type-facts.js'

/** Backend messages of protocol 3.0: a type byte, a length that counts itself, a body. */
export function message(type: string, ...parts: readonly (Buffer | Uint8Array)[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/** Ends with a zero byte, so it may hold none. */
export function cstring(text: string): Buffer {
  return Buffer.from(`${text.replaceAll('\0', '')}\0`)
}

export const authenticationOk = message('R', int32(0))
export const cleartextRequest = message('R', int32(3))

export function md5Request(salt: Buffer): Buffer {
  return message('R', int32(5), salt)
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', cstring(name), cstring(value))
}

export function backendKey(processId: number, secret: number): Buffer {
  return message('K', int32(processId), int32(secret))
}

export function readyForQuery(status: string): Buffer {
  return message('Z', Buffer.from(status, 'latin1'))
}

export function commandComplete(tag: string): Buffer {
  return message('C', cstring(tag))
}

export const emptyQuery = message('I')
export const parseComplete = message('1')
export const bindComplete = message('2')
export const closeComplete = message('3')
export const noData = message('n')
export const portalSuspended = message('s')

export function errorResponse(fault: RedshiftFault): Buffer {
  return message('E', ...fields(fault.severity, fault.sqlState, fault.message, fault.detail, fault.hint))
}

/** UNLOAD reports its rows with the severity INFO (redshift.md 7.1). */
export function noticeResponse(severity: 'INFO' | 'WARNING' | 'NOTICE', text: string): Buffer {
  return message('N', ...fields(severity, severity === 'WARNING' ? '01000' : '00000', text, undefined, undefined))
}

function fields(
  severity: string,
  sqlState: string,
  text: string,
  detail: string | undefined,
  hint: string | undefined,
): Buffer[] {
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['S', severity],
    ['C', sqlState],
    ['M', text],
    ['D', detail],
    ['H', hint],
  ]
  const present = pairs.flatMap(([code, value]) => (value === undefined ? [] : [cstring(code + value)]))
  return [...present, Buffer.from([0])]
}

export function rowDescription(columns: readonly ResultColumn[], formats: readonly number[]): Buffer {
  const parts = columns.flatMap((column, i) => [
    cstring(column.name),
    int32(0),
    int16(0),
    int32(typeOid(column.type)),
    int16(typeByteLength(column.type)),
    int32(typeModifier(column.type)),
    int16(formats[i] ?? 0),
  ])
  return message('T', int16(columns.length), ...parts)
}

export function parameterDescription(oids: readonly number[]): Buffer {
  return message('t', int16(oids.length), ...oids.map(int32))
}
