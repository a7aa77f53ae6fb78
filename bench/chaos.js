// Corruption and kills on the way from S3 to OSS, at full scale against the emulated stores, and what came of them:
//   npx tsc -p src && node bench/chaos.js [--small]
// 1,000 seeded corruptions, 200 clean runs, 200 SIGKILLs of one copy of 4 GiB (it needs 13 GiB of disk); --small is what the
// tests do. Prints one JSON object; exit code 1 where a promise was broken.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const full = { CHAOS_CORRUPTIONS: '1000', CHAOS_CLEAN_RUNS: '200', CHAOS_KILLS: '200', CHAOS_KILL_MEBIBYTES: '4096' }
const scale = process.argv.includes('--small') ? {} : full
const minutesMax = 40

const folder = await mkdtemp(join(tmpdir(), 'chaos-'))
const figures = {}
for (const name of ['corruptions', 'kills']) {
  const file = join(folder, `${name}.json`)
  const began = Date.now()
  const code = await test(`test/rehearsal/${name}.long.test.ts`, { ...scale, CHAOS_FIGURES: file })
  const told = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'))
  figures[name] = { ...told, kept: code === 0, seconds: Math.round((Date.now() - began) / 1000) }
  if (code !== 0) process.exitCode = 1
}
await rm(folder, { recursive: true })
console.log(JSON.stringify(figures, undefined, 2))

/** Its output goes to stderr. */
function test(file, more) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--project', 'long', file, '--testTimeout', String(minutesMax * 60_000)]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...more },
    stdio: ['ignore', 2, 'inherit'],
  })
  return new Promise((resolve) => child.once('close', resolve))
}
