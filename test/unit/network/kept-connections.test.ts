import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { KeptConnections } from '../../../src/network/kept-connections.js'

const servers: Server[] = []
const clients: KeptConnections[] = []
const never = new AbortController().signal

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
  for (const server of servers.splice(0)) server.close()
})

function client(more: { socketCountMax?: number; idleMilliseconds?: number } = {}): KeptConnections {
  const made = new KeptConnections({ socketCountMax: 4, idleMilliseconds: 5_000, ...more })
  clients.push(made)
  return made
}

async function listen(server: Server): Promise<URL> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a%20b?c=d`)
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener))

/** A server that gives these bytes for each request, however they look. */
async function answerRaw(...answers: readonly ((socket: Socket) => void)[]): Promise<URL> {
  let count = 0
  return listen(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => answers[Math.min(count, answers.length - 1)]?.(socket))
      socket.on('data', () => (count += 1))
    }),
  )
}

describe('connections that are kept', () => {
  it('ask as HTTP wants it, one after the other over one connection', async () => {
    const asked: string[] = []
    const ports = new Set<number | undefined>()
    const url = await serve((req, res) => {
      asked.push(`${req.method} ${req.url} ${req.headers.host} ${req.headers.range}`)
      ports.add(req.socket.remotePort)
      res.end('answer')
    })
    const connections = client()
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await connections.get(url, { host: 'bucket.example', range: 'bytes=0-5' }, never)
      expect([answer.statusCode, await text(answer)]).toEqual([200, 'answer'])
    }
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'GET /a%20b?c=d bucket.example bytes=0-5'))
    expect(ports.size).toBe(1)
  })

  it('give every byte in order, of many at once, to readers who are slow', async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => randomBytes(300_000 * index + index))
    const url = await serve((req, res) => res.end(bodies[Number(req.headers['x-number'])]))
    const connections = client()
    const digests = await Promise.all(
      bodies.map(async (_, index) => {
        const hash = createHash('sha256')
        const answer = await connections.get(url, { 'x-number': String(index) }, never)
        for await (const piece of answer as AsyncIterable<Buffer>) {
          await sleep(1)
          hash.update(piece)
        }
        return hash.digest('hex')
      }),
    )
    expect(digests).toEqual(bodies.map((body) => createHash('sha256').update(body).digest('hex')))
  })

  it('stop receiving while the reader rests', async () => {
    let sentByteCount = 0
    const url = await serve((_req, res) => {
      const piece = Buffer.alloc(1024 * 1024)
      res.setHeader('content-length', 256 * piece.length)
      const more = () => {
        while (sentByteCount < 256 * piece.length) {
          sentByteCount += piece.length
          if (!res.write(piece)) return void res.once('drain', more)
        }
        res.end()
      }
      more()
    })
    const answer = await client({ idleMilliseconds: 200 }).get(url, {}, never)
    // Longer than what may be silent: whoever rests is not given up.
    await sleep(600)
    expect(sentByteCount).toBeLessThan(64 * 1024 * 1024)
    expect((await buffer(answer)).length).toBe(256 * 1024 * 1024)
  })

  it('take bodies in chunks, and such as end with the connection', async () => {
    const chunked = await serve((_req, res) => {
      res.statusCode = 503
      res.write('<Error>')
      res.end('</Error>')
    })
    const answer = await client().get(chunked, {}, never)
    expect([answer.statusCode, await text(answer)]).toEqual([503, '<Error></Error>'])
    const open = await answerRaw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'))
    expect(await text(await client().get(open, {}, never))).toBe('all of it')
  })

  it('pass over interim answers, and take heads in pieces', async () => {
    const url = await answerRaw((socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-le')
      setTimeout(() => socket.write('ngth: 2\r\n\r\nok'), 20)
    })
    expect(await text(await client().get(url, {}, never))).toBe('ok')
  })

  it.each([
    ['a body that ends too soon', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfour', /socket hang up/],
    ['chunks that end too soon', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfour', /socket hang up/],
    ['a body that is too long', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nfour', /longer than its content-length/],
    ['what is no answer', 'hello\r\n\r\n', /an answer begins with "hello"/],
    ['no answer at all', '', /socket hang up/],
  ])('tell of %s', async (_title, bytes, words) => {
    const url = await answerRaw((socket) => socket.end(bytes))
    const asked = client()
      .get(url, {}, never)
      .then((answer) => buffer(answer))
    await expect(asked).rejects.toThrow(words)
  })

  it('ask again over another connection where one that lay idle is closed', async () => {
    const ok = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    const url = await answerRaw(ok, (socket) => socket.destroy(), ok)
    const connections = client()
    expect(await text(await connections.get(url, {}, never))).toBe('ok')
    expect(await text(await connections.get(url, {}, never))).toBe('ok')
  })

  it('are not used again where the answer says close, or was not read to its end', async () => {
    const ports: (number | undefined)[] = []
    const url = await serve((req, res) => {
      ports.push(req.socket.remotePort)
      if (ports.length === 1) res.setHeader('connection', 'close')
      res.end(Buffer.alloc(3_000_000))
    })
    const connections = client()
    await buffer(await connections.get(url, {}, never))
    const left = await connections.get(url, {}, never)
    left.destroy()
    await buffer(await connections.get(url, {}, never))
    expect(new Set(ports).size).toBe(3)
  })

  it('are so many at most; others wait, and may stop waiting', async () => {
    let openCount = 0
    let mostCount = 0
    const url = await serve((_req, res) => {
      mostCount = Math.max(mostCount, (openCount += 1))
      setTimeout(() => {
        openCount -= 1
        res.end('x')
      }, 20)
    })
    const connections = client({ socketCountMax: 2 })
    const impatient = new AbortController()
    const all = Array.from({ length: 6 }, async () => text(await connections.get(url, {}, never)))
    const waiting = connections.get(url, {}, impatient.signal)
    impatient.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(await Promise.all(all)).toEqual(Array.from({ length: 6 }, () => 'x'))
    expect(mostCount).toBe(2)
  })

  it('give up where nothing moves, where nobody listens, and when they are told to', async () => {
    const url = await answerRaw(() => undefined)
    await expect(client({ idleMilliseconds: 50 }).get(url, {}, never)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await expect(client().get(new URL('http://127.0.0.1:1/'), {}, never)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
    const stop = new AbortController()
    const asked = client().get(url, {}, stop.signal)
    setTimeout(() => stop.abort(new Error('stopped')), 20)
    await expect(asked).rejects.toThrow('stopped')
  })

  it('are let go when they come to rest after all was closed', async () => {
    const sockets: Socket[] = []
    const url = await serve((req, res) => {
      sockets.push(req.socket)
      res.end(Buffer.alloc(3_000_000))
    })
    const connections = client()
    const answer = await connections.get(url, {}, never)
    connections.close()
    expect((await buffer(answer)).length).toBe(3_000_000)
    const [socket] = sockets
    // The server itself would keep it five seconds longer.
    await expect.poll(() => socket?.destroyed, { timeout: 2_000 }).toBe(true)
  })

  it('let no line end slip into a header', async () => {
    await expect(client().get(new URL('http://127.0.0.1:1/'), { 'if-match': 'a\r\nb: c' }, never)).rejects.toThrow()
  })
})

describe('whole answers', () => {
  const get = { method: 'GET', headers: {}, byteCountMax: 1000 } as const
  const put = (body: Buffer, headers: Record<string, string> = {}) =>
    ({
      method: 'PUT',
      headers: { 'content-length': String(body.length), ...headers },
      body,
      byteCountMax: 1000,
    }) as const

  it('bring what was asked for, with bodies of any length sent along, over one connection', async () => {
    const ports = new Set<number | undefined>()
    const url = await serve((req, res) => {
      ports.add(req.socket.remotePort)
      void buffer(req).then((came) => {
        res.end(`${req.method} ${req.headers.host} ${createHash('sha256').update(came).digest('hex')}`)
      })
    })
    const connections = client()
    for (const byteCount of [0, 1, 70_000, 3_000_000]) {
      const body = randomBytes(byteCount)
      const answer = await connections.exchange({ url, ...put(body, { host: 'bucket.example' }) }, never)
      const digest = createHash('sha256').update(body).digest('hex')
      expect([answer.statusCode, answer.body.toString()]).toEqual([200, `PUT bucket.example ${digest}`])
    }
    expect((await connections.exchange({ url, ...get }, never)).body.toString()).toMatch(/^GET /)
    expect(ports.size).toBe(1)
  })

  it('keep every body apart from the next in the same memory', async () => {
    const bodies = Array.from({ length: 40 }, (_, index) => randomBytes(5_000 + index))
    const url = await serve((req, res) => res.end(bodies[Number(req.headers['x-number'])]))
    const connections = client()
    const answers = await Promise.all(
      bodies.map((_, index) =>
        connections.exchange({ ...get, url, headers: { 'x-number': String(index) }, byteCountMax: 6_000 }, never),
      ),
    )
    expect(answers.map(({ body }) => body.toString('hex'))).toEqual(bodies.map((body) => body.toString('hex')))
  })

  it.each([
    ['in chunks', 'HTTP/1.1 503 Slow\r\ntransfer-encoding: chunked\r\n\r\n3\r\nslo\r\n1\r\nw\r\n0\r\n\r\n', 'slow'],
    ['that end with the connection', 'HTTP/1.1 200 OK\r\n\r\nall of it', 'all of it'],
    ['that are empty', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', ''],
    ['of no content', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ])('take bodies %s', async (_title, bytes, body) => {
    const url = await answerRaw((socket) => socket.end(bytes))
    expect((await client().exchange({ url, ...get }, never)).body.toString()).toBe(body)
  })

  it.each([
    ['a body that ends too soon', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfour', /socket hang up/],
    ['chunks that end too soon', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfour', /socket hang up/],
    ['a body that is too long', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nfour', /longer than its content-length/],
    ['more than is wanted', 'HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n', /at most 1000 are wanted/],
    ['no end', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1001)}`, /at most 1000 are wanted/],
    ['what is no answer', 'hello\r\n\r\n', /an answer begins with "hello"/],
    ['no answer at all', '', /socket hang up/],
  ])('tell of %s', async (_title, bytes, words) => {
    const url = await answerRaw((socket) => socket.end(bytes))
    await expect(client().exchange({ url, ...get }, never)).rejects.toThrow(words)
  })

  it('are asked for again over another connection, but a body is never sent twice', async () => {
    const ok = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    let [readCount, writeCount] = [0, 0]
    const flaky = (count: () => number) => (socket: Socket) => void (count() === 2 ? socket.destroy() : ok(socket))
    const readable = await answerRaw(flaky(() => (readCount += 1)))
    const writable = await answerRaw(flaky(() => (writeCount += 1)))
    const connections = client()
    for (let turn = 0; turn < 2; turn += 1) await connections.exchange({ url: readable, ...get }, never)
    expect(readCount).toBe(3)
    await connections.exchange({ url: writable, ...put(Buffer.from('a')) }, never)
    const again = connections.exchange({ url: writable, ...put(Buffer.from('b')) }, never)
    await expect(again).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) as string })
    expect(writeCount).toBe(2)
  })

  it('do not lend a connection on whose body was refused', async () => {
    const ports: (number | undefined)[] = []
    const url = await serve((req, res) => {
      ports.push(req.socket.remotePort)
      res.statusCode = 403
      req.resume().once('end', () => res.end('no'))
    })
    const connections = client()
    for (let turn = 0; turn < 2; turn += 1) await connections.exchange({ url, ...put(Buffer.alloc(10)) }, never)
    expect(new Set(ports).size).toBe(2)
  })

  it('break off when they are told to, in the middle of a body', async () => {
    const url = await answerRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfour'))
    const stop = new AbortController()
    const asked = client().exchange({ url, ...get }, stop.signal)
    setTimeout(() => stop.abort(new Error('stopped')), 30)
    await expect(asked).rejects.toThrow('stopped')
  })
})
