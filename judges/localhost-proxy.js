// An HTTP proxy on loopback for names below `localhost`, which no resolver here knows: OSS's S3-compatible face is reached
// by `<bucket>.localhost`, since it has no path style. Nothing else is passed on.
import { createServer, request } from 'node:http'
import { connect } from 'node:net'

const idleMillisecondsMax = 60_000

/** Gives `{ url, close }`. */
export async function startLocalhostProxy() {
  const tunnels = new Set()
  const server = createServer((incoming, answer) => {
    const refuse = (error) => {
      if (answer.headersSent) return answer.destroy()
      answer.writeHead(502, { connection: 'close' })
      answer.end(`proxy: ${error.message}\n`)
    }
    const target = URL.canParse(incoming.url) ? new URL(incoming.url) : undefined
    if (target === undefined || !isLocal(target.hostname)) return refuse(new Error('only *.localhost'))
    const headers = incoming.rawHeaders.filter((_, i, all) => !/^proxy-/i.test(all[i - (i % 2)]))
    const path = incoming.url.slice(incoming.url.indexOf('/', 'http://'.length))
    const onward = request({ host: '127.0.0.1', port: target.port, method: incoming.method, path, headers })
    onward.setTimeout(idleMillisecondsMax, () => onward.destroy(new Error('no answer')))
    onward.once('error', refuse)
    onward.once('response', (reply) => {
      answer.writeHead(reply.statusCode, reply.rawHeaders)
      reply.once('error', () => answer.destroy())
      reply.once('aborted', () => answer.destroy())
      reply.pipe(answer)
    })
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket) => {
    const [, name = '', port = ''] = /^(.+):(\d+)$/.exec(incoming.url) ?? []
    socket.on('error', () => undefined)
    if (!isLocal(name)) return socket.end('HTTP/1.1 502 Only below localhost\r\n\r\n')
    tunnels.add(socket)
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.once('close', () => {
      tunnels.delete(socket)
      onward.destroy()
    })
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of tunnels) socket.destroy()
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${server.address().port}`, close }
}

function isLocal(name) {
  return /(^|\.)localhost$/.test(name)
}
