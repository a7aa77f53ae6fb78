import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  bin: Record<string, string>
  engines: { node: string }
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/**
 * Where tests may be skipped: contracts of the real services, when their credentials are not there; and psql, where it is
 * not installed (never with CI=true).
 */
const allowedSkips: readonly RegExp[] = [/^test\/contract\//, /^test\/emulators\/redshift-(wire|clients)\.test\.ts$/]

describe('the package', () => {
  it('pins every version exactly', () => {
    const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies }
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('has exactly one command, and says which Node it needs', () => {
    expect(manifest.bin).toEqual({ migrate: 'bin/migrate.js' })
    expect(manifest.engines.node).toBe('>=20.19.0')
  })

  it("depends on the vendors' packages, and keeps the emulators' engines optional", () => {
    expect(Object.keys(manifest.dependencies)).toEqual(
      expect.arrayContaining(['@alicloud/pop-core', '@aws-sdk/client-s3', 'ali-oss', 'pg', 'yargs']),
    )
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['@duckdb/node-api', 'hyparquet-writer', 'selfsigned'])
  })

  it('locks the optional parts of every platform, or npm ci refuses elsewhere', () => {
    const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(wanted.length).toBeGreaterThan(8)
    const locked = Object.keys(lock.packages)
    expect(wanted.filter((name) => !locked.some((path) => path.endsWith(`node_modules/${name}`)))).toEqual([])
  })

  it('has no dependency that runs a script at install', () => {
    const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>
    }
    const scripts = Object.entries(lock.packages).filter(
      ([name, entry]) => name !== '' && entry.hasInstallScript === true,
    )
    expect(scripts.map(([name]) => name).filter((name) => name !== 'node_modules/fsevents')).toEqual([])
  })

  it('skips tests only where it is allowed to, and narrows none', () => {
    const tests = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `test/${name}`)
    const skipping = tests.filter((name) => /\.(skip|skipIf|runIf|todo)\b/.test(readFileSync(root + name, 'utf8')))
    expect(
      skipping.filter((name) => name !== 'test/package.test.ts' && !allowedSkips.some((one) => one.test(name))),
    ).toEqual([])
    const narrowed = tests.filter((name) => /\b(it|test|describe)\.only\(/.test(readFileSync(root + name, 'utf8')))
    expect(narrowed).toEqual([])
  })
})
