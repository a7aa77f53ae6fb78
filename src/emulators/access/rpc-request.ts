import type { IncomingMessage } from 'node:http'

/** One call of the RPC style: parameters from the query and, for POST, from the form. */
export interface RpcRequest {
  readonly method: string
  readonly parameters: ReadonlyMap<string, string>
}

const formByteCountMax = 1024 * 1024

/** Undefined when the form is larger than any of the calls needs. */
export async function readRpcRequest(incoming: IncomingMessage): Promise<RpcRequest | undefined> {
  const parameters = new Map<string, string>()
  const query = new URL(incoming.url ?? '/', 'http://localhost').searchParams
  for (const [name, value] of query) parameters.set(name, value)
  if (incoming.method === 'POST') {
    const form = await readForm(incoming)
    if (form === undefined) return undefined
    for (const [name, value] of new URLSearchParams(form)) parameters.set(name, value)
  }
  return { method: incoming.method ?? 'GET', parameters }
}

async function readForm(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > formByteCountMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
