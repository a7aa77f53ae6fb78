// HTTP/1.1 over plain sockets for bench/transfer-store.js: what a server does besides moving bytes is kept so small that
// the client is what is measured. It understands what S3 clients send: a length with every body, one request at a time.
import { createServer } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'

const reasons = { 200: 'OK', 204: 'No Content', 206: 'Partial Content', 404: 'Not Found' }

/** `handle(request, answer)` returns undefined, or `{ onPiece(bytes), onEnd() }` for the body. */
export function serveRaw(tls, handle) {
  const greet = (socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    const connection = new Connection(socket, handle)
    socket.on('data', (bytes) => connection.take(bytes))
  }
  return tls ? createSecureServer(tls, greet) : createServer(greet)
}

class Connection {
  #socket
  #handle
  #pending
  #left = 0
  #body

  constructor(socket, handle) {
    this.#socket = socket
    this.#handle = handle
  }

  take(bytes) {
    let rest = bytes
    while (rest.length > 0) rest = this.#left > 0 ? this.#takeBody(rest) : this.#takeHead(rest)
  }

  #takeBody(bytes) {
    const count = Math.min(this.#left, bytes.length)
    this.#left -= count
    this.#body?.onPiece(bytes.subarray(0, count))
    if (this.#left === 0) this.#body?.onEnd()
    return bytes.subarray(count)
  }

  #takeHead(more) {
    const bytes = this.#pending === undefined ? more : Buffer.concat([this.#pending, more])
    const end = bytes.indexOf('\r\n\r\n')
    this.#pending = end < 0 ? bytes : undefined
    if (end < 0) return Buffer.alloc(0)
    const request = new Request(bytes.toString('latin1', 0, end))
    if (request.header('transfer-encoding') !== undefined) throw new Error('a body without a length')
    this.#left = Number(request.header('content-length') ?? 0)
    if (request.header('expect') !== undefined) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    this.#body = this.#handle(request, new Answer(this.#socket, request.method))
    if (this.#left === 0) this.#body?.onEnd()
    return bytes.subarray(end + 4)
  }
}

class Request {
  #head

  constructor(head) {
    this.#head = head
    const [method, target] = head.slice(0, head.indexOf('\r\n')).split(' ')
    this.method = method
    const mark = target.indexOf('?')
    this.pathname = mark < 0 ? target : target.slice(0, mark)
    this.search = mark < 0 ? '' : target.slice(mark + 1)
  }

  get query() {
    return new URLSearchParams(this.search)
  }

  header(name) {
    return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(this.#head)?.[1]
  }

  /** Names in lower case with their values. */
  headersLike(pattern) {
    const lines = this.#head.split('\r\n').slice(1)
    const pairs = lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 2),
    ])
    return Object.fromEntries(pairs.filter(([name]) => pattern.test(name)))
  }
}

class Answer {
  #socket
  #method

  constructor(socket, method) {
    this.#socket = socket
    this.#method = method
  }

  send(status, headers, body = Buffer.alloc(0)) {
    const length = headers['content-length'] ?? body.length
    this.#socket.cork()
    this.#socket.write(headText(status, { ...headers, ...(status !== 204 && { 'content-length': length }) }), 'latin1')
    if (this.#method !== 'HEAD' && body.length > 0) this.#socket.write(body)
    this.#socket.uncork()
  }

  /** `next(offset)` gives the bytes from there on, as many as it likes. */
  stream(status, headers, byteCount, next) {
    let offset = 0
    const socket = this.#socket
    socket.cork()
    socket.write(headText(status, { ...headers, 'content-length': byteCount }), 'latin1')
    const more = () => {
      while (offset < byteCount) {
        const piece = next(offset)
        offset += piece.length
        if (!socket.write(piece) && offset < byteCount) return void socket.once('drain', more)
      }
    }
    more()
    socket.uncork()
  }
}

function headText(status, headers) {
  let text = `HTTP/1.1 ${status} ${reasons[status]}\r\n`
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`
  return `${text}\r\n`
}
