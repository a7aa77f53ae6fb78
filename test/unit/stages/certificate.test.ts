import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  isGenuine,
  keyFingerprint,
  signCertificate,
  type Attestation,
} from '../../../src/stages/certificate.js'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')

const attestation: Attestation = {
  document: 'certificate',
  version: 1,
  run: 'r1',
  toolVersion: '0.1.0',
  source: 'redshift://h/d',
  target: 'maxcompute://p',
  consistency: 'frozen',
  exitCode: 0,
  verdicts: { verified: 2, differs: 0 },
  signedAt: '2026-01-02T03:04:05.000Z',
  journal: { lineCount: 3, sha256: 'aa' },
  evidence: { fileCount: 2, sha256: 'bb' },
}

describe('canonical JSON', () => {
  it('has sorted keys and no blanks, whatever the order they were set in', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é"' }], a: true, z: undefined })).toBe(
      '{"a":true,"b":[1,{"c":"é\\"","d":null}]}',
    )
  })
})

describe('a certificate', () => {
  const certificate = signCertificate(attestation, privateKey)

  it('is signed over the text that its docs tell, written out by hand here', () => {
    const pem = JSON.stringify(publicKey.export({ type: 'spki', format: 'pem' }).toString())
    const text =
      '{"consistency":"frozen","document":"certificate","evidence":{"fileCount":2,"sha256":"bb"},"exitCode":0,' +
      `"journal":{"lineCount":3,"sha256":"aa"},"publicKey":${pem},"run":"r1","signedAt":"2026-01-02T03:04:05.000Z",` +
      '"source":"redshift://h/d","target":"maxcompute://p","toolVersion":"0.1.0","verdicts":{"differs":0,"verified":2},"version":1}'
    const signature = Buffer.from(certificate.signature, 'base64')
    expect(verify(null, Buffer.from(text), publicKey, signature)).toBe(true)
    expect(isGenuine(certificate)).toBe(true)
  })

  it('holds whatever order its keys are read back in', () => {
    const reversed = Object.fromEntries(Object.entries(certificate).reverse()) as unknown as typeof certificate
    expect(isGenuine(reversed)).toBe(true)
  })

  it.each([
    ['another verdict', { exitCode: 9 }],
    ['another count', { verdicts: { verified: 3, differs: 0 } }],
    ['another journal', { journal: { lineCount: 2, sha256: 'aa' } }],
    ['another list', { evidence: { fileCount: 2, sha256: 'bc' } }],
    ['something more', { note: 'x' }],
    ['a broken key', { publicKey: 'x' }],
    ['no signature', { signature: '' }],
    ["somebody else's key", { publicKey: otherKey() }],
  ])('does not hold with %s', (_, change) => {
    expect(isGenuine({ ...certificate, ...change })).toBe(false)
  })

  it('is signed by Ed25519 keys alone', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(() => signCertificate(attestation, rsa.privateKey)).toThrow('--sign: the key is rsa, not ed25519')
  })

  it('names its key alike from text and from key', () => {
    expect(keyFingerprint(certificate.publicKey)).toBe(keyFingerprint(createPublicKey(privateKey)))
    expect(keyFingerprint(certificate.publicKey)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  })
})

function otherKey(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
