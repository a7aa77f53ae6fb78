import { createServer } from 'node:https'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NodeExchange, type HttpRequest } from '../../../src/target/maxcompute/exchange.js'

let certificate: { readonly cert: string; readonly private: string }
const closing: (() => unknown)[] = []

beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
})

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function exchange(options: { ca?: string } = {}): NodeExchange {
  const one = new NodeExchange(options)
  closing.push(() => one.close())
  return one
}

function request(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: new URL(url), headers: {}, timeoutMilliseconds: 5_000, ...more }
}

describe('over https', () => {
  it('trusts the authority it was given', async () => {
    const server = createServer({ cert: certificate.cert, key: certificate.private }, (_, response) =>
      response.end('hello'),
    )
    const host = await listen(server)
    const one = exchange({ ca: certificate.cert })
    for (const method of ['GET', 'POST', 'GET'] as const) {
      expect(await one.send(request(`https://${host}/`, { method }))).toMatchObject({
        kind: 'answer',
        status: 200,
        body: 'hello',
      })
    }
  })

  it('sends nothing to a server that it does not trust', async () => {
    let requestCount = 0
    const server = createServer({ cert: certificate.cert, key: certificate.private }, (_, response) => {
      requestCount += 1
      response.end()
    })
    const host = await listen(server)
    const said = await exchange().send(request(`https://${host}/`, { method: 'POST', body: 'x' }))
    expect(said).toMatchObject({ kind: 'silence', sent: false, how: 'failed' })
    expect(requestCount).toBe(0)
  })

  it('sends nothing to what does not speak it', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const said = await exchange().send(request(`https://127.0.0.1:${port}/`, { method: 'POST', body: 'x' }))
    expect(said).toMatchObject({ kind: 'silence', sent: false, how: 'failed' })
  })
})

describe('over http', () => {
  it('keeps connections, save for a POST, which has one of its own', async () => {
    const ports: (number | undefined)[] = []
    const host = await listen(
      createPlainServer((incoming, response) => {
        ports.push(incoming.socket.remotePort)
        incoming.resume().on('end', () => response.end('ok'))
      }),
    )
    const one = exchange()
    for (const method of ['GET', 'GET', 'POST', 'POST', 'GET'] as const)
      await one.send(request(`http://${host}/`, { method }))
    expect(ports[1]).toBe(ports[0])
    expect(ports[4]).toBe(ports[0])
    expect(new Set(ports).size).toBe(3)
  })

  it('gives no answer that is not whole', async () => {
    const host = await listen(
      createPlainServer((incoming, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half', () => incoming.socket.destroy())
      }),
    )
    expect(await exchange().send(request(`http://${host}/`))).toMatchObject({
      kind: 'silence',
      sent: true,
      how: 'failed',
    })
  })

  it('gives up an answer that trickles on beyond its time', async () => {
    const host = await listen(
      createPlainServer((_, response) => {
        const timer = setInterval(() => response.write('x'), 20)
        response.on('close', () => clearInterval(timer))
      }),
    )
    const said = await exchange().send(request(`http://${host}/`, { timeoutMilliseconds: 200 }))
    expect(said).toMatchObject({ kind: 'silence', sent: true, how: 'timeout' })
  })

  it('gives up an answer that is longer than any result', async () => {
    const chunk = Buffer.alloc(1024 * 1024)
    const host = await listen(
      createPlainServer((_, response) => {
        const more = (): void => void response.write(chunk, (error) => (error ? undefined : more()))
        more()
      }),
    )
    const said = await exchange().send(request(`http://${host}/`, { timeoutMilliseconds: 20_000 }))
    expect(said).toMatchObject({ kind: 'silence', how: 'failed', reason: 'the answer is longer than 67108864 bytes' })
  })
})
