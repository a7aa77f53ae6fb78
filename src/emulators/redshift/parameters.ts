import { type Bound, quoteText } from './binding.js'
import { bindCast } from './cast-binder.js'
import { unsupported } from './fault.js'
import type { StatementText } from './statement-splitter.js'
import { typeOfOid } from './type-facts.js'
import { dateText, epochDays, epochMicros, timestampText, timeText } from './value-text.js'
import { numeric, rsType, type RsType } from './types.js'

const undeclared = [0, 25, 705, 1043]
const varcharOid = 1043
const numericOid = 1700

/** As a select item it is text; elsewhere it takes the type of what it meets. */
const untypedNull: Bound = { sql: 'CAST(NULL AS VARCHAR)', type: rsType('unknown'), isNull: true }

/** A parameter as the literal that it stands for; without a declared type it takes that of what it meets. */
export function boundParameter(value: Buffer | undefined, oid: number, format: number): Bound {
  const untyped = undeclared.includes(oid)
  if (value === undefined) return untyped ? untypedNull : bindCast({ sql: 'NULL', isNull: true }, typeOfOid(oid))
  const text = format === 1 ? binaryText(value, oid) : value.toString('utf8')
  const literal: Bound = { sql: quoteText(text), type: rsType('unknown'), literal: text }
  if (oid === numericOid) return bindCast(literal, numericOf(text))
  return untyped ? literal : bindCast(literal, typeOfOid(oid))
}

/** A parameter of type numeric has no modifier: it keeps the digits that it came with. */
function numericOf(text: string): RsType {
  const match = /^[+-]?\d*\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim())
  const scale = (match?.[1] ?? '').length - Number(match?.[2] ?? 0)
  return numeric(38, Math.min(Math.max(scale, 0), 37))
}

function binaryText(value: Buffer, oid: number): string {
  switch (oid) {
    case 16:
      return value[0] === 0 ? 'f' : 't'
    case 21:
      return String(value.readInt16BE(0))
    case 23:
    case 26:
      return String(value.readInt32BE(0))
    case 20:
      return value.readBigInt64BE(0).toString()
    case 700:
      return String(value.readFloatBE(0))
    case 701:
      return String(value.readDoubleBE(0))
    case 1082:
      return dateText(BigInt(value.readInt32BE(0) + epochDays))
    case 1083:
      return timeText(value.readBigInt64BE(0))
    case 1114:
      return timestampText(value.readBigInt64BE(0) + epochMicros)
    case 1184:
      return timestampText(value.readBigInt64BE(0) + epochMicros, '+00')
    case 0:
    case 19:
    case 25:
    case 705:
    case 1042:
    case 1043:
      return value.toString('utf8')
    default:
      throw unsupported(`a binary parameter of type ${oid}`)
  }
}

/** One type for each `$n`; varchar where the client declared none. */
export function describedParameters(statement: StatementText | undefined, declared: readonly number[]): number[] {
  const numbers = (statement?.tokens ?? [])
    .filter((token) => token.kind === 'parameter')
    .map((token) => Number(token.text))
  const count = Math.max(0, declared.length, ...numbers)
  return Array.from({ length: count }, (_, i) => declared[i] || varcharOid)
}
