/** A request answered with an error document; the faces (S3, OSS) write it in their own way. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** Further elements of the error document: `Region`, `StringToSign`. */
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.fields = fields
    this.headers = headers
  }
}

/** What is not emulated is refused by its name, never answered with something that looks like success. */
export function notImplemented(what: string, fields: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal(501, 'NotImplemented', `${what} is not implemented by this emulator`, fields)
}
