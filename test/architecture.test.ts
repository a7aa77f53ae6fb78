import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../src/', import.meta.url))

interface SourceFile {
  /** Below src, with slashes. */
  readonly path: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  /** Files of the house, below src. */
  readonly inside: readonly string[]
  /** Packages and node: modules. */
  readonly outside: readonly string[]
}

function importsOf(text: string): string[] {
  const patterns = [
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*'([^']+)'/g,
    /import\(\s*'([^']+)'\s*\)/g,
    /(?:^|\n)\s*import\s*'([^']+)'/g,
  ]
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
}

const files: SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const path = name.replaceAll('\\', '/')
    const text = readFileSync(join(root, name), 'utf8')
    const found = importsOf(text)
    const inside = found
      .filter((one) => one.startsWith('.'))
      .map((one) => relative(root, join(root, dirname(path), one)).replace(/\.js$/, '.ts'))
    return { path, text, code: withoutComments(text), inside, outside: found.filter((one) => !one.startsWith('.')) }
  })

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path)

/** Who may import whom: src/README.md in code. Paths and folders; a file at a folder's door is its port. */
const may: Readonly<Record<string, readonly string[]>> = {
  model: ['model'],
  dialect: ['model', 'dialect'],
  translate: ['model', 'dialect', 'translate'],
  checks: ['model', 'checks'],
  network: ['model', 'network'],
  source: ['model', 'dialect', 'network', 'source', 'store/store.ts'],
  store: ['model', 'network', 'store'],
  carrier: ['model', 'network', 'carrier', 'store/store.ts'],
  target: ['model', 'dialect', 'network', 'target'],
  access: ['model', 'network', 'access'],
  journal: ['model', 'journal'],
  stages: [
    'model',
    'dialect',
    'translate',
    'checks',
    'journal',
    'stages',
    'source/source.ts',
    'store/store.ts',
    'carrier/carrier.ts',
    'target/target.ts',
    'access/access.ts',
  ],
  cli: [
    'model',
    'dialect',
    'translate',
    'checks',
    'journal',
    'stages',
    'network',
    'cli',
    'source/source.ts',
    'store/store.ts',
    'carrier/carrier.ts',
    'target/target.ts',
    'access/access.ts',
  ],
  emulators: ['emulators'],
}

/** Composition roots: the only files that know which adapter stands behind a port. */
const compositionRoots = new Set(['cli/assemble.ts', 'cli/assemble-source.ts', 'index.ts', 'carrier/copy-worker.ts'])

/** Packages that live in one room. */
const rooms: readonly (readonly [RegExp, RegExp])[] = [
  [/^pg$/, /^source\/redshift\//],
  [/^@aws-sdk\//, /^(store\/s3-|source\/redshift\/(iam-login|data-api|unload-keys))/],
  [/^@smithy\//, /^store\/s3-/],
  [/^ali-oss$/, /^store\/oss-/],
  [/^@alicloud\/pop-core$/, /^access\//],
  [/^@duckdb\//, /^emulators\//],
  [/^hyparquet-writer$/, /^emulators\//],
  [/^selfsigned$/, /^emulators\//],
  [/^yargs$/, /^cli\//],
  [/^zod$/, /^cli\//],
  [/^@polyglot-sql\//, /^translate\/query\.ts$/],
]

function isAllowed(file: SourceFile, imported: string): boolean {
  if (compositionRoots.has(file.path)) return !imported.startsWith('emulators/')
  return (may[folderOf(file.path)] ?? []).some((one) => imported === one || imported.startsWith(`${one}/`))
}

describe('the house', () => {
  it('reads its own sources', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(files.flatMap((file) => file.inside).length).toBeGreaterThan(100)
  })

  it('imports in one direction only', () => {
    const wrong = files.flatMap((file) =>
      file.inside.filter((one) => !isAllowed(file, one)).map((one) => `${file.path} -> ${one}`),
    )
    expect(wrong).toEqual([])
  })

  it('imports only files that exist', () => {
    const known = new Set(files.map((file) => file.path))
    expect(
      files.flatMap((file) => file.inside.filter((one) => !known.has(one)).map((one) => `${file.path} -> ${one}`)),
    ).toEqual([])
  })

  it('has no import cycle', () => {
    const edges = new Map(files.map((file) => [file.path, valueImports(file)]))
    const done = new Set<string>()
    const cycles: string[] = []
    const walk = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(' -> '))
      if (done.has(path) || way.includes(path)) return
      for (const next of edges.get(path) ?? []) walk(next, [...way, path])
      done.add(path)
    }
    for (const path of edges.keys()) walk(path, [])
    expect(cycles).toEqual([])
  })

  it('keeps each package in its room', () => {
    const wrong = files.flatMap((file) =>
      file.outside.flatMap((name) =>
        rooms.filter(([what, where]) => what.test(name) && !where.test(file.path)).map(() => `${file.path} -> ${name}`),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('lets pure rooms import no node module but node:crypto', () => {
    const pure = files.filter((file) => ['model', 'dialect', 'translate', 'checks'].includes(folderOf(file.path)))
    expect(
      pure.flatMap((file) =>
        // A parser computes and does nothing else.
        file.outside
          .filter((name) => name !== 'node:crypto' && name !== '@polyglot-sql/sdk')
          .map((name) => `${file.path} -> ${name}`),
      ),
    ).toEqual([])
    expect(
      pure.flatMap((file) => (/\b(process|console|setTimeout|fetch)\s*[.(]/.test(file.code) ? [file.path] : [])),
    ).toEqual([])
  })

  it('touches console and process.env only in cli', () => {
    const product = files.filter((file) => !['cli', 'emulators'].includes(folderOf(file.path)))
    expect(product.flatMap((file) => (/\bconsole\.|\bprocess\.env\b/.test(file.code) ? [file.path] : []))).toEqual([])
  })

  it('exports nothing by default and has no names that say nothing', () => {
    expect(files.filter((file) => /^export default/m.test(file.text)).map((file) => file.path)).toEqual([])
    expect(
      files
        .filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager)(\.ts|\/)/.test(file.path))
        .map((file) => file.path),
    ).toEqual([])
    expect(
      files
        .filter((file) => !/^[a-z0-9-]+(\.d)?\.ts$/.test(file.path.split('/').at(-1) ?? ''))
        .map((file) => file.path),
    ).toEqual([])
  })

  it('stops a file at 300 lines', () => {
    expect(files.filter((file) => file.text.split('\n').length > 301).map((file) => file.path)).toEqual([])
  })
})

/** Types leave no trace at run time, so only imports of values can make a cycle. */
function valueImports(file: SourceFile): string[] {
  const text = file.text.replace(/(^|\n)\s*(import|export) type [^'"]*?from\s*'[^']+'/g, '')
  return importsOf(text)
    .filter((one) => one.startsWith('.'))
    .map((one) => relative(root, join(root, dirname(file.path), one)).replace(/\.js$/, '.ts'))
}
