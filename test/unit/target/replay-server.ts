import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** `cut`: the connection ends without an answer. */
export type Said = { status?: number; headers?: Record<string, string>; body?: string } | 'cut'

/** A server that says fixed bytes: what it is told for the nth request, or what a function makes of a request. */
export async function replay(say: (seen: Seen, n: number) => Said) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const url = new URL(request.url ?? '/', 'http://host')
      const one = {
        method: request.method ?? '',
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      seen.push(one)
      answer(request, response, say(one, seen.length))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}/api`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, said: Said): void {
  if (said === 'cut') return void request.socket.destroy()
  response.writeHead(said.status ?? 200, { 'x-odps-request-id': 'REQ1', ...said.headers })
  response.end(said.body ?? '')
}

export function xmlError(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n\t<Code>${code}</Code>\n\t<Message><![CDATA[${message}]]></Message>\n\t<RequestId>REQ0</RequestId>\n\t<HostId>localhost</HostId>\n</Error>`
}

export const status = (word: string): string => `<?xml version="1.0"?>\n<Instance><Status>${word}</Status></Instance>`

export const taskStatus = (word: string): string =>
  `<?xml version="1.0"?>\n<Instance><Status>Terminated</Status><Tasks>
 <Task Type="SQL"><Name>AnonymousSQLTask</Name><StartTime>Fri, 02 Jan 2026 03:04:05 GMT</StartTime><EndTime>Fri, 02 Jan 2026 03:04:06 GMT</EndTime><Status>${word}</Status><Histories/></Task>
</Tasks></Instance>`

export const result = (text: string, format = 'csv', descriptor?: string): string =>
  `<Instance><Tasks><Task Type="SQL"><Name>AnonymousSQLTask</Name>
  <Result Transform="Base64" Format="${format}"><![CDATA[${Buffer.from(text).toString('base64')}]]></Result>
  <Status>Success</Status>${descriptor === undefined ? '' : `<ResultDescriptor><![CDATA[${descriptor}]]></ResultDescriptor>`}
</Task></Tasks></Instance>`
