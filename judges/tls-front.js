// TLS in front of the emulated stores, which speak plain HTTP: AWS's clients send aws-chunked bodies over TLS alone.
import { connect } from 'node:net'
import { createServer } from 'node:tls'

/** `cert` and `key` in PEM; `port`: where the plain service listens. Gives `{ port, close }`. */
export async function startTlsFront({ cert, key, port }) {
  const open = new Set()
  const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (secure) => {
    const plain = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [secure, plain],
      [plain, secure],
    ]) {
      open.add(one)
      one.once('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.on('error', () => other.destroy())
      one.pipe(other)
    }
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of open) socket.destroy()
    server.close()
  }
  return { port: server.address().port, close }
}

/** A certificate for localhost and every name right below it; it is its own authority. */
export async function makeCertificate() {
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: '*.localhost' },
          { type: 2, value: 'maxcompute-stage.localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
