/** An RPC call answered with a code and a message. */
export class RpcRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function missingParameter(name: string): RpcRefusal {
  return new RpcRefusal(400, `Missing${name}`, `${name} is mandatory for this action.`)
}
