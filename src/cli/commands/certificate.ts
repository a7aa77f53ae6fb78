import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digest, readEvidence, readJournalHead, type Evidence, type JournalHead } from '../../journal/evidence.js'
import { readLines } from '../../journal/lines.js'
import { Lock } from '../../journal/lock.js'
import { MigrationError } from '../../model/errors.js'
import { isGenuine, keyFingerprint, signCertificate, type Certificate } from '../../stages/certificate.js'
import type { ReportHeader } from '../../stages/report.js'
import type { Context } from '../context.js'
import type { RunSummary } from '../runs.js'

/** Where the passphrase of an encrypted key stands; never an argument. */
const passphraseVariable = 'MIGRATE_SIGN_PASSPHRASE'

/** Writes evidence.jsonl and certificate.json over a run whose reports have been written. */
export async function writeCertificate(
  context: Context,
  run: RunSummary,
  header: ReportHeader,
  keyPath: string,
): Promise<void> {
  const key = await readSigningKey(keyPath, context.environment[passphraseVariable])
  const lock = await Lock.take(run.folder.file('lock.json'), context.options.takeOver)
  try {
    const journal = await readJournalHead(run.folder.file('journal.jsonl'))
    let fileCount = 0
    const counted = async function* (): AsyncGenerator<Evidence> {
      for await (const evidence of readEvidence(run.folder.path)) {
        fileCount += 1
        yield evidence
      }
    }
    const sha256 = await run.folder.writeLines('evidence.jsonl', counted())
    const certificate = signCertificate(attestationOf(header, journal, { fileCount, sha256 }), key)
    await run.folder.writeDocument('certificate.json', certificate)
    const path = run.folder.file('certificate.json')
    const by = keyFingerprint(certificate.publicKey)
    context.talk.data(
      { certificate: path, fileCount, key: by },
      () => `certificate: ${path}, ${fileCount} files, by ${by}`,
    )
  } finally {
    await lock.release()
  }
}

function attestationOf(
  header: ReportHeader,
  journal: JournalHead,
  evidence: Certificate['evidence'],
): Omit<Certificate, 'publicKey' | 'signature'> {
  const { run, toolVersion, source, target, consistency, exitCode, totals } = header
  return {
    document: 'certificate',
    version: 1,
    run,
    toolVersion,
    source,
    target,
    consistency,
    ...(exitCode === undefined ? {} : { exitCode }),
    verdicts: totals.verdicts,
    signedAt: new Date().toISOString(),
    journal,
    evidence,
  }
}

/**
 * Checks a certificate against the run folder it lies in; no network, no config. Prints everything that does not
 * hold and returns 9 then.
 */
export async function checkCertificate(context: Context, path: string, keyPath: string | undefined): Promise<number> {
  const certificate = await readCertificate(path)
  const found: string[] = []
  for await (const finding of findings(certificate, dirname(path), keyPath)) {
    found.push(finding)
    context.talk.data({ finding }, () => `DIFFERS ${finding}`)
  }
  const by = keyText(certificate)
  const { run, signedAt, verdicts, exitCode } = certificate
  const data = { certificate: path, genuine: found.length === 0, run, signedAt, key: by, verdicts, exitCode }
  const said =
    found.length === 0 ? `is genuine: signed ${signedAt} by ${by}` : `does not hold: ${found.length} findings`
  context.talk.data(data, () => `certificate of run ${run} ${said}`)
  if (keyPath === undefined && found.length === 0) {
    context.talk.say("hint: make sure that this is the signer's key, or give it with --public-key")
  }
  return found.length === 0 ? 0 : 9
}

async function* findings(
  certificate: Certificate,
  folder: string,
  keyPath: string | undefined,
): AsyncGenerator<string> {
  if (keyPath !== undefined && keyFingerprint(await readPublicKey(keyPath)) !== keyText(certificate)) {
    yield `certificate.json: signed by ${keyText(certificate)}, not by the key in ${keyPath}`
  }
  if (!isGenuine(certificate)) yield 'certificate.json: its signature does not fit what it says'
  yield* journalFindings(certificate.journal, join(folder, 'journal.jsonl'))
  const list = join(folder, 'evidence.jsonl')
  if (certificate.evidence.sha256 !== (await digestOrNone(list))?.sha256) {
    yield 'evidence.jsonl: not the list that was signed'
    return
  }
  for await (const { text } of readLines(list)) yield* fileFindings(JSON.parse(text) as Evidence, folder)
}

async function* journalFindings(head: JournalHead, path: string): AsyncGenerator<string> {
  try {
    const found = await readJournalHead(path, head.lineCount)
    if (found.lineCount < head.lineCount) yield `journal.jsonl: ends at line ${found.lineCount} of ${head.lineCount}`
    else if (found.sha256 !== head.sha256) yield `journal.jsonl: line ${head.lineCount} is not the one that was signed`
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    yield error.message
  }
}

async function* fileFindings(evidence: Evidence, folder: string): AsyncGenerator<string> {
  const found = await digestOrNone(join(folder, evidence.path))
  if (found === undefined) yield `${evidence.path}: missing`
  else if (found.sha256 !== evidence.sha256) yield `${evidence.path}: not the bytes that were signed`
}

async function digestOrNone(path: string): Promise<Omit<Evidence, 'path'> | undefined> {
  return digest(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
}

function keyText(certificate: Certificate): string {
  try {
    return keyFingerprint(certificate.publicKey)
  } catch {
    return 'an unreadable key'
  }
}

async function readCertificate(path: string): Promise<Certificate> {
  const text = await readGiven('--check', path)
  try {
    const parsed = JSON.parse(text) as Certificate
    if (parsed.document === 'certificate' && parsed.version === 1) return parsed
  } catch {
    // Told below, as every other file that is no certificate.
  }
  throw new MigrationError('arguments', `--check ${path}: not a certificate of version 1`)
}

async function readSigningKey(path: string, passphrase: string | undefined): Promise<KeyObject> {
  const key = await readGiven('--sign', path)
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    throw new MigrationError('arguments', `--sign ${path}: not a private key that can be read`, {
      hint: `a PEM file as openssl genpkey -algorithm ed25519 writes it; the passphrase of an encrypted one in ${passphraseVariable}`,
      cause,
    })
  }
}

async function readPublicKey(path: string): Promise<KeyObject> {
  const key = await readGiven('--public-key', path)
  try {
    return createPublicKey(key)
  } catch (cause) {
    throw new MigrationError('arguments', `--public-key ${path}: not a key that can be read`, { cause })
  }
}

async function readGiven(option: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new MigrationError('arguments', `${option} ${path}: cannot be read (${cause.code ?? cause.message})`, {
      cause,
    })
  })
}
