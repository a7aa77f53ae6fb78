import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import type { JournalHead } from '../journal/evidence.js'
import { MigrationError } from '../model/errors.js'

/** What is signed: who found what, over which files, up to which line of the journal. */
export interface Attestation {
  readonly document: 'certificate'
  readonly version: 1
  readonly run: string
  readonly toolVersion: string
  readonly source: string
  readonly target: string
  readonly consistency: string
  /** Of the run; absent while it has not ended. */
  readonly exitCode?: number
  /** Relations by verdict. */
  readonly verdicts: Readonly<Record<string, number>>
  /** ISO 8601, by the signer's clock. */
  readonly signedAt: string
  readonly journal: JournalHead
  /** The list of all documents with their hashes (`evidence.jsonl`). */
  readonly evidence: { readonly fileCount: number; readonly sha256: string }
}

/** `certificate.json` */
export interface Certificate extends Attestation {
  /** Ed25519, SubjectPublicKeyInfo in PEM. */
  readonly publicKey: string
  /** Over the UTF-8 bytes of the JSON of everything else but this, keys sorted, without blanks; Base64. */
  readonly signature: string
}

/** Signs with an Ed25519 key; `arguments` where it is another kind. */
export function signCertificate(attestation: Attestation, key: KeyObject): Certificate {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new MigrationError('arguments', `--sign: the key is ${key.asymmetricKeyType ?? key.type}, not ed25519`, {
      hint: 'openssl genpkey -algorithm ed25519 -out key.pem makes one',
    })
  }
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  const signature = sign(null, Buffer.from(canonicalJson({ ...attestation, publicKey })), key).toString('base64')
  return { ...attestation, publicKey, signature }
}

/** Whether the certificate is what the holder of its key signed. Whose key it is, the caller must know. */
export function isGenuine({ signature, ...signed }: Certificate): boolean {
  try {
    const key = createPublicKey(signed.publicKey)
    const isEd25519 = key.asymmetricKeyType === 'ed25519'
    return isEd25519 && verify(null, Buffer.from(canonicalJson(signed)), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** What people compare a key by: SHA-256 of its DER form, as OpenSSH writes such. */
export function keyFingerprint(publicKey: string | KeyObject): string {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  const der = key.export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`
}

/** JSON whose bytes depend on the value alone: keys in order of code units, no blanks. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}
