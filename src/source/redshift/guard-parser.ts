import type { Duplex } from 'node:stream'
import type { Client } from 'pg'

/** The part of the driver's connection that hands a socket (plain or TLS) to its parser. */
interface Listening {
  attachListeners(stream: Duplex): void
}

/**
 * The driver's parser throws inside the socket's `data` event when it meets a message it does not know, as Redshift's
 * request for a SHA-256 digest (redshift.md 7.1); that would end the process. Here it becomes an error of the connection.
 */
export function guardParser(client: Client): void {
  const connection = client.connection as unknown as Listening
  const attach = connection.attachListeners.bind(connection)
  connection.attachListeners = (stream) => {
    attach(stream)
    for (const listener of stream.listeners('data')) {
      stream.off('data', listener as () => void)
      stream.on('data', (bytes: Buffer) => {
        try {
          Reflect.apply(listener, stream, [bytes])
        } catch (error) {
          stream.destroy(error instanceof Error ? error : new Error(String(error)))
        }
      })
    }
  }
}
