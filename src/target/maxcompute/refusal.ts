import type { HttpAnswer } from './exchange.js'
import { childText, parseXml } from './xml.js'

/** An answer that says no. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly status: number
  /** `NoSuchObject`, or an ODPS code as in `ODPS-0420411`; the HTTP status' own name where the body tells nothing. */
  readonly code: string
  /** Seven digits, from the code or the message. */
  readonly odpsCode?: string
  readonly message: string
  readonly requestId?: string
  /** Milliseconds that the service asks to wait. */
  readonly retryAfterMilliseconds?: number
  /** False when the body is not the service's own error format: a gateway or proxy spoke. */
  readonly fromService: boolean
}

const messageLengthMax = 2_000

/** Reads both formats in which the service writes errors, XML and JSON (maxcompute.md 1.5). */
export function readRefusal(answer: HttpAnswer): Refusal {
  const parsed = parseError(answer.body)
  const code = parsed?.code ?? `HTTP ${answer.status}`
  const message = (parsed?.message ?? answer.body.trim()).slice(0, messageLengthMax)
  const odpsCode = odpsCodeOf(code) ?? odpsCodeOf(message)
  const requestId = answer.headers['x-odps-request-id'] ?? parsed?.requestId
  const wait = retryAfter(answer.headers['retry-after'])
  return {
    kind: 'refusal',
    status: answer.status,
    code,
    message,
    fromService: parsed !== undefined,
    ...(odpsCode === undefined ? {} : { odpsCode }),
    ...(requestId === undefined || requestId === '' ? {} : { requestId }),
    ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }),
  }
}

interface ParsedError {
  readonly code: string
  readonly message: string
  readonly requestId?: string
}

function parseError(body: string): ParsedError | undefined {
  return parseErrorXml(body) ?? parseErrorJson(body)
}

function parseErrorXml(body: string): ParsedError | undefined {
  const root = parseXml(body.trim(), 'Error')
  const code = childText(root, 'Code')
  if (root === undefined || code === undefined) return undefined
  return asError(code, childText(root, 'Message'), childText(root, 'RequestId'))
}

function parseErrorJson(body: string): ParsedError | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    const fields = value as Readonly<Record<string, unknown>>
    const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined)
    const code = text('Code') ?? text('code')
    return code === undefined ? undefined : asError(code, text('Message') ?? text('message'), text('RequestId'))
  } catch {
    return undefined
  }
}

/** A composite code such as `ODPS-0420411: Invalid argument - ` counts up to its colon; the rest goes to the message. */
function asError(code: string, message: string | undefined, requestId: string | undefined): ParsedError {
  const colon = code.indexOf(':')
  const name = (colon < 0 ? code : code.slice(0, colon)).trim()
  const rest = colon < 0 ? '' : code.slice(colon + 1).trim()
  const text = [rest, message?.trim() ?? ''].filter((part) => part !== '').join(' ')
  return { code: name, message: text, ...(requestId === undefined ? {} : { requestId }) }
}

/** `ODPS-0130071:[1,27] …` → `0130071`. */
export function odpsCodeOf(text: string): string | undefined {
  return /ODPS-(\d{7})/.exec(text)?.[1]
}

/** Seconds or an HTTP date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
