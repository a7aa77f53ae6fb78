import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { isValidPassword } from '../redshift-api/temporary-password.js'
import { passwordDigest } from './account-executor.js'
import { RedshiftFault } from './fault.js'
import { cleartextRequest, md5Request } from './messages.js'
import { startupByteCountMax, type WireStream } from './wire-stream.js'

export interface StartupOptions {
  readonly user: string
  readonly password: string
  readonly database: string
  readonly certificate?: { readonly key: string; readonly cert: string }
  /** MD5 of password and name of a user that was created here; undefined when there is none, or it has no password. */
  findDigest(user: string): Promise<string | undefined>
}

export type Startup =
  | { readonly kind: 'session'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: number }

const codes = { cancel: 80877102, ssl: 80877103, gssEncryption: 80877104, version3: 196608 }

/** Until the client says who it is or what to cancel; undefined when it leaves. */
export async function readStartup(wire: WireStream, options: StartupOptions): Promise<Startup | undefined> {
  // Encryption may be asked for once each way.
  for (let round = 0; round < 4; round += 1) {
    const head = await wire.read(8)
    if (head === undefined) return undefined
    const length = head.readInt32BE(0)
    if (length < 8 || length > startupByteCountMax) throw fatal('08P01', 'invalid length of startup packet')
    const code = head.readInt32BE(4)
    const body = await wire.read(length - 8)
    if (body === undefined) return undefined
    if (code === codes.ssl) await answerSsl(wire, options)
    else if (code === codes.gssEncryption) wire.raw.write('N')
    else if (code === codes.cancel) {
      return { kind: 'cancel', processId: body.readInt32BE(0), secret: body.readInt32BE(4) }
    } else if (code === codes.version3) return { kind: 'session', parameters: readParameters(body) }
    else throw fatal('0A000', `unsupported frontend protocol ${code >> 16}.${code & 0xffff}`)
  }
  throw fatal('08P01', 'too many negotiation requests')
}

function fatal(sqlState: string, text: string): RedshiftFault {
  return new RedshiftFault(sqlState, text, { severity: 'FATAL' })
}

async function answerSsl(wire: WireStream, { certificate }: StartupOptions): Promise<void> {
  if (certificate === undefined || wire.raw instanceof TLSSocket) {
    wire.raw.write('N')
    return
  }
  // What was sent before the handshake did not come from the encrypted peer.
  if (wire.waitingByteCount > 0) throw fatal('08P01', 'received unencrypted data after SSL request')
  wire.raw.write('S')
  const secure = new TLSSocket(wire.raw, { isServer: true, ...certificate })
  wire.replace(secure)
  await new Promise<void>((resolve) => {
    secure.once('secure', resolve)
    secure.once('close', () => {
      resolve()
    })
  })
}

function readParameters(body: Buffer): Map<string, string> {
  const texts = body.toString('utf8').split('\0')
  const parameters = new Map<string, string>()
  for (let i = 0; i + 1 < texts.length && texts[i] !== ''; i += 2) parameters.set(texts[i] ?? '', texts[i + 1] ?? '')
  return parameters
}

/** Asks for the password: MD5, or cleartext for an IAM login over TLS. Redshift has no SCRAM. */
export async function authenticate(
  wire: WireStream,
  parameters: ReadonlyMap<string, string>,
  options: StartupOptions,
): Promise<void> {
  const user = parameters.get('user') ?? ''
  const cleartext = wire.raw instanceof TLSSocket && /^IAM[AR]?:/.test(user)
  const salt = randomBytes(4)
  await wire.write(cleartext ? cleartextRequest : md5Request(salt))
  await wire.flush()
  const frame = await wire.readFrame(startupByteCountMax)
  if (frame?.type !== 'p') throw fatal('08P01', 'expected password response')
  const given = frame.body.toString('utf8').replace(/\0$/, '')
  const isRight = cleartext
    ? await isIamPassword(given, user, options)
    : sameText(given, saltedDigest(await digestOf(user, options), salt))
  if (!isRight) throw fatal('28P01', `password authentication failed for user "${user}"`)
  const database = parameters.get('database') ?? user
  if (database !== options.database) throw fatal('3D000', `database "${database}" does not exist`)
}

/** The database user behind an IAM login's name. */
export function databaseUser(name: string): string {
  return name.replace(/^IAM[AR]?:/, '')
}

/** A password that the service's API issued; its user exists, or nobody could have been let in. */
async function isIamPassword(given: string, user: string, options: StartupOptions): Promise<boolean> {
  if (sameText(given, options.password) && user === options.user) return true
  if (!isValidPassword(user, given)) return false
  const name = databaseUser(user)
  return name === options.user || (await options.findDigest(name)) !== undefined
}

/** Nobody's password has this digest. */
const noDigest = 'none'

async function digestOf(user: string, options: StartupOptions): Promise<string> {
  if (user === options.user) return passwordDigest(options.password, user)
  return (await options.findDigest(user)) ?? noDigest
}

function saltedDigest(digest: string, salt: Buffer): string {
  return `md5${createHash('md5').update(digest).update(salt).digest('hex')}`
}

/** Takes the same time wherever they differ: digests have one length. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** What drivers send besides Redshift's parameters (redshift.md 7.1). */
const tolerated = new Set([
  'user',
  'database',
  'client_protocol_version',
  'driver_version',
  'os_version',
  'driver_discovery_version',
  'plugin_name',
  'idp_type',
  'provider_name',
  'token_type',
  'identity_namespace',
  'idc_client_display_name',
  '_pq_.compression',
  'fallback_application_name',
  'options',
])

/** Every other key must be a parameter of Redshift; an unknown one ends the connection (redshift.md 6.1). */
export function startupSettings(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const settings = new Map<string, string>()
  for (const [name, value] of parameters) {
    if (!tolerated.has(name.toLowerCase())) settings.set(name, value)
  }
  return settings
}
