/** Status line and headers of an HTTP/1.1 answer. */
export interface AnswerHead {
  readonly status: number
  /** Names in lower case; those that came several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Up to the body. */
  readonly byteCount: number
}

/** How the body of an answer ends (RFC 9112 6.3). */
export type Framing = { readonly kind: 'length'; readonly byteCount: number } | { readonly kind: 'chunked' | 'close' }

/** S3 and the proxies before it send some hundred bytes. */
export const headByteCountMax = 64 * 1024

/** Undefined while the empty line is missing. Throws on what is no head of an answer. */
export function parseHead(bytes: Buffer): AnswerHead | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) {
    if (bytes.length > headByteCountMax)
      throw new Error(`the head of an answer is longer than ${headByteCountMax} bytes`)
    return undefined
  }
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(statusLine)?.[1]
  if (status === undefined) throw new Error(`an answer begins with ${JSON.stringify(statusLine.slice(0, 80))}`)
  return { status: Number(status), headers: readHeaders(lines), byteCount: end + 4 }
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, given = '', value = ''] = /^([!#$%&'*+\-.^`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (given === '') throw new Error(`a header of an answer reads ${JSON.stringify(line.slice(0, 80))}`)
    const name = given.toLowerCase()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

/** Throws where two lengths are told: what follows the body could not be told from it. */
export function framingOf({ status, headers }: AnswerHead): Framing {
  if (status === 204 || status === 304) return { kind: 'length', byteCount: 0 }
  if (headers['transfer-encoding'] !== undefined) {
    return { kind: /(^|,\s*)chunked$/i.test(headers['transfer-encoding']) ? 'chunked' : 'close' }
  }
  const length = headers['content-length']
  if (length === undefined) return { kind: 'close' }
  if (!/^\d{1,15}$/.test(length)) throw new Error(`content-length of an answer is ${JSON.stringify(length)}`)
  return { kind: 'length', byteCount: Number(length) }
}
