import { generateKeyPairSync } from 'node:crypto'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportJsonSchema, reportSchema } from '../../src/cli/report-schema.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated
let folder: string
let certificate: string
const keys = generateKeyPairSync('ed25519')
const others = generateKeyPairSync('ed25519')

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  await pem('key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await pem('public.pem', keys.publicKey.export({ type: 'spki', format: 'pem' }))
  await pem('other.pem', others.publicKey.export({ type: 'spki', format: 'pem' }))
  const config = ['--config', emulated.clouds.config, '--json']
  expect((await migrate(['run', ...config, '--select', 'tpch.region', 'tpch.nation'])).code).toBe(0)
  const signed = await migrate(['report', ...config, '--sign', join(emulated.dir, 'key.pem')])
  expect({ code: signed.code, stderr: signed.stderr }).toMatchObject({ code: 0 })
  certificate = String(signed.lines.find((line) => 'certificate' in line)?.['certificate'])
  folder = join(certificate, '..')
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function pem(name: string, text: string | Buffer): Promise<void> {
  await writeFile(join(emulated.dir, name), text)
}

function check(...args: string[]): ReturnType<typeof migrate> {
  return migrate(['report', '--check', certificate, '--json', ...args])
}

/** What the check says once the file's text is changed; the file is restored. */
async function findingsWith(name: string, change: (text: string) => string): Promise<readonly string[]> {
  const path = join(folder, name)
  const told = await readFile(path, 'utf8')
  const changed = change(told)
  expect(changed).not.toBe(told)
  await writeFile(path, changed)
  const { code, lines } = await check()
  await writeFile(path, told)
  expect(code).toBe(9)
  return lines.flatMap((line) => ('finding' in line ? [String(line['finding'])] : []))
}

describe('a certificate', () => {
  it('holds, without a config, by the key that is named', async () => {
    const { code, lines } = await check('--public-key', join(emulated.dir, 'public.pem'))
    expect(code).toBe(0)
    expect(lines.at(-1)).toMatchObject({ genuine: true, exitCode: 0, verdicts: { verified: 2, unverified: 6 } })
  })

  it('covers every document of the run', async () => {
    const listed = (await readFile(join(folder, 'evidence.jsonl'), 'utf8')).trim().split('\n')
    const paths = listed.map((line) => (JSON.parse(line) as { path: string }).path)
    const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const beside = ['journal.jsonl', 'certificate.json', 'evidence.jsonl']
    const all = found.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    expect([...paths].sort()).toEqual(all.filter((path) => !beside.includes(path)).sort())
  })

  it('does not hold by another key', async () => {
    const { code, lines } = await check('--public-key', join(emulated.dir, 'other.pem'))
    expect(code).toBe(9)
    expect(String(lines[0]?.['finding'])).toContain('not by the key in')
  })

  it('names what somebody changed', async () => {
    const [checks] = await readdir(join(folder, 'checks'))
    const path = `checks/${checks ?? ''}`
    expect(await findingsWith(path, (text) => text.replace('25', '26').replace('5', '6'))).toEqual([
      `${path}: not the bytes that were signed`,
    ])
    expect(await findingsWith('report.html', (text) => text.replace('region', 'regiom'))).toEqual([
      'report.html: not the bytes that were signed',
    ])
    expect(await findingsWith('journal.jsonl', (text) => text.replace('"succeeded"', '"succeedeb"'))).toEqual([
      expect.stringMatching(/journal\.jsonl: line \d+ does not follow the line before it/),
    ])
    expect(await findingsWith('journal.jsonl', (text) => text.trimEnd().replace(/\n[^\n]*$/, '\n'))).toEqual([
      expect.stringMatching(/journal\.jsonl: ends at line \d+ of \d+/),
    ])
    expect(await findingsWith('evidence.jsonl', (text) => text.replace(/^[^\n]*\n/, ''))).toEqual([
      'evidence.jsonl: not the list that was signed',
    ])
    expect(await findingsWith('certificate.json', (text) => text.replace('"verified": 2', '"verified": 8'))).toEqual([
      'certificate.json: its signature does not fit what it says',
    ])
  })

  it('names what is missing', async () => {
    const path = join(folder, 'plan.jsonl')
    const told = await readFile(path)
    await rm(path)
    const { code, lines } = await check()
    await writeFile(path, told)
    expect(code).toBe(9)
    expect(lines[0]).toEqual({ finding: 'plan.jsonl: missing' })
  })

  it('holds when the journal went on', async () => {
    const path = join(folder, 'journal.jsonl')
    const told = await readFile(path, 'utf8')
    await writeFile(path, `${told}{"later":true}\n`)
    expect((await check()).code).toBe(0)
    await writeFile(path, told)
  })
})

describe('the report beside it', () => {
  it('is as its published schema says', async () => {
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as unknown
    expect(reportSchema.safeParse(report).error?.issues).toBeUndefined()
    const told = JSON.stringify(report)
    expect(reportSchema.safeParse(JSON.parse(told.replace('"verdict":"verified"', '"verdict":"fine"'))).success).toBe(
      false,
    )
    const published = await readFile(new URL('../../config/report.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())))
  })

  it('is JUnit XML with a suite a relation', async () => {
    const text = await readFile(join(folder, 'report.junit.xml'), 'utf8')
    const parsed = new XMLParser({ ignoreAttributes: false }).parse(text) as {
      testsuites: { testsuite: { '@_name': string; '@_failures': string; '@_skipped': string; '@_tests': string }[] }
    }
    const suites = Object.fromEntries(parsed.testsuites.testsuite.map((suite) => [suite['@_name'], suite]))
    expect(Object.keys(suites)).toHaveLength(8)
    expect(Number(suites['tpch.nation']?.['@_tests'])).toBeGreaterThan(1)
    expect(suites['tpch.nation']).toMatchObject({ '@_failures': '0', '@_skipped': '0' })
    expect(suites['tpch.orders']).toMatchObject({ '@_tests': '1', '@_skipped': '1' })
  })

  it('is one page that loads nothing', async () => {
    const page = await readFile(join(folder, 'report.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>[^]*<svg [^]*<\/html>\n$/)
    expect(page).not.toMatch(/<script|<link|\bsrc=|url\(|@import|href=/)
  })
})
