/** What can be wrong with a request; each protocol has its own code for it. */
export type RefusalKind = keyof typeof codes

/** Status and code as the query protocol (XML) and AWS JSON 1.1 know them. */
const codes = {
  unsigned: { query: [403, 'MissingAuthenticationToken'], json: [400, 'MissingAuthenticationTokenException'] },
  incomplete: { query: [400, 'IncompleteSignature'], json: [400, 'IncompleteSignatureException'] },
  unknownKey: { query: [403, 'InvalidClientTokenId'], json: [400, 'UnrecognizedClientException'] },
  signature: { query: [403, 'SignatureDoesNotMatch'], json: [400, 'InvalidSignatureException'] },
  missing: { query: [404, 'ClusterNotFound'], json: [400, 'ResourceNotFoundException'] },
  invalid: { query: [400, 'InvalidParameterValue'], json: [400, 'ValidationException'] },
  throttled: { query: [400, 'Throttling'], json: [400, 'ThrottlingException'] },
  tooLarge: { query: [413, 'RequestEntityTooLarge'], json: [413, 'RequestEntityTooLarge'] },
  notImplemented: { query: [501, 'NotImplemented'], json: [501, 'NotImplemented'] },
} as const

export type Protocol = 'query' | 'json'

/** A request answered with an error document. */
export class ApiRefusal extends Error {
  readonly #kind: RefusalKind | { readonly status: number; readonly code: string }

  constructor(kind: RefusalKind | { readonly status: number; readonly code: string }, message: string) {
    super(message)
    this.#kind = kind
  }

  in(protocol: Protocol): { readonly status: number; readonly code: string } {
    if (typeof this.#kind === 'object') return this.#kind
    const [status, code] = codes[this.#kind][protocol]
    return { status, code }
  }
}

/** What is not emulated is refused by its name, never answered with something that looks like success. */
export function notImplemented(what: string): ApiRefusal {
  return new ApiRefusal('notImplemented', `${what} is not implemented by this emulator`)
}
