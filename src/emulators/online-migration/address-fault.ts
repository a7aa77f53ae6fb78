/** Why an address cannot be used: what VerifyAddress says of it, and what interrupts a job. */
export class AddressFault extends Error {
  /** The store's answer; 0 when there was none. */
  readonly httpCode: number
  readonly code: string

  constructor(httpCode: number, code: string, message: string) {
    super(message)
    this.httpCode = httpCode
    this.code = code
  }
}
