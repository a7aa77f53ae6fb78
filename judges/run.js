// Runs the judges: `node judges/run.js [name…]`. Every judge runs against whole clouds and must be content; then once for
// each way in which they can be broken for it, and must notice. Every line `ok …` or `FAIL …` is a test, and so is every
// noticing. With CI=true a judge whose tools are missing has failed; elsewhere it is named as skipped.
import { rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killAll, runChild } from './children.js'
import { Clouds, writeFacts } from './clouds.js'
import { judges } from './judges.js'
import { startLocalhostProxy } from './localhost-proxy.js'
import { seeds } from './seeds.js'
import { missingTools, pathWithTools } from './tools.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const failLinesShown = 20
const pythonHabits = { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' }
/** Folders that must go with this process, however it ends. */
const roots = []

async function main(names) {
  const unknown = names.filter((name) => !judges.some((judge) => judge.name === name))
  if (unknown.length > 0)
    throw new Error(`no judge ${unknown.join(', ')}; there are ${judges.map((j) => j.name).join(', ')}`)
  const root = await mkdtemp(join(tmpdir(), 'judges-'))
  roots.push(root)
  // PostgreSQL runs as another user, who must be able to pass; the folders' names are not to be guessed.
  await chmod(root, 0o711)
  const hall = { root, open: new Map(), proxy: await startLocalhostProxy() }
  const results = []
  try {
    for (const judge of judges) {
      if (names.length > 0 && !names.includes(judge.name)) continue
      results.push(await hear(judge, hall))
    }
  } finally {
    hall.proxy.close()
    await Promise.allSettled([...hall.open.values()].map(async (clouds) => (await clouds).stop()))
  }
  return report(results)
}

/** Everything that one judge has to say: `{ name, tests: [{ title, why? }], skipped? }`. */
async function hear(judge, hall) {
  console.log(`\n${judge.name}`)
  const missing = missingTools(judge.tools)
  if (missing.length > 0) return withoutTools(judge, missing)
  const tests = []
  const say = (title, why) => {
    tests.push({ title, why })
    console.log(why === undefined ? `  ok ${title}` : `  FAIL ${title}: ${why}`)
  }
  try {
    const content = await contentment(judge, hall)
    for (const [title, why] of content) say(title, why)
    for (const broken of judge.broken) {
      const unfit = broken.fails.filter((name) => !content.some(([title, why]) => title === name && why === undefined))
      const why = unfit.length > 0 ? `not content before: ${unfit.join(', ')}` : await noticing(judge, broken, hall)
      say(`${judge.name} notices: ${broken.what}`, why)
    }
  } catch (error) {
    say(`${judge.name} can be heard`, error.message)
  }
  return { name: judge.name, tests }
}

function withoutTools(judge, missing) {
  const what = `${missing.join(', ')} missing; run: bash judges/install.sh`
  console.log(`  ${process.env.CI === 'true' ? 'FAIL' : 'skipped'}: ${what}`)
  if (process.env.CI !== 'true') return { name: judge.name, tests: [], skipped: what }
  return { name: judge.name, tests: [{ title: `${judge.name} has its tools`, why: what }] }
}

/** The judge against whole clouds: its lines as `[title, why?]`. */
async function contentment(judge, hall) {
  const clouds = await openClouds(hall, judge.seed ?? 'generated')
  const { lines, code, late, output } = await runJudge(judge, clouds.facts, hall)
  const failed = lines.some(([, why]) => why !== undefined)
  if (late)
    return [...lines, [`${judge.name} ends in time`, `ended by force after ${judge.secondsMax} s: ${tail(output)}`]]
  if (lines.length === 0 || (code !== 0) !== failed) {
    return [...lines, [`${judge.name} ends well`, `exit code ${code} after ${lines.length} checks: ${tail(output)}`]]
  }
  return lines
}

/** Undefined when the judge failed in the very checks that the damage must reach; otherwise what happened instead. */
async function noticing(judge, broken, hall) {
  const clouds = await openClouds(hall, broken.seed ?? judge.seed ?? 'generated')
  const facts = broken.change === undefined ? clouds.facts : broken.change(structuredClone(clouds.facts))
  await clouds.breakBy(broken.rules ?? [])
  try {
    const { lines, code, late, output } = await runJudge(judge, facts, hall)
    if (late) return `ended by force after ${judge.secondsMax} s: ${tail(output)}`
    const content = broken.fails.filter((name) => !lines.some(([title, why]) => title === name && why !== undefined))
    if (content.length > 0) return `no failure of: ${content.join(', ')} (exit code ${code}): ${tail(output)}`
    return code === 0 ? 'exit code 0 despite its failures' : undefined
  } finally {
    await clouds.heal()
  }
}

/** Clouds are opened when they are first needed, and stay. */
function openClouds(hall, seed) {
  if (!hall.open.has(seed)) hall.open.set(seed, Clouds.start(join(hall.root, seed), seeds[seed]))
  return hall.open.get(seed)
}

async function runJudge(judge, facts, hall) {
  const dir = await mkdtemp(join(hall.root, `${judge.name}-`))
  await chmod(dir, 0o711)
  const factsFile = join(dir, 'facts.json')
  await writeFacts(factsFile, { ...facts, scratch: dir, proxy: hall.proxy.url })
  const [command, script] = judge.script.endsWith('.py') ? ['python', judge.script] : [process.execPath, judge.script]
  // Nothing of this machine's accounts, proxies or authorities may reach a client under judgement.
  const env = { LANG: 'C.UTF-8', HOME: dir, TMPDIR: dir, PATH: pathWithTools(), PYTHONPATH: here, ...pythonHabits }
  const args = [join(here, script), factsFile]
  const ended = await runChild(command, args, { env, cwd: dir, secondsMax: judge.secondsMax })
  await rm(dir, { recursive: true, force: true })
  return { ...ended, lines: ended.output.split('\n').flatMap(readLine) }
}

function readLine(line) {
  if (line.startsWith('ok ')) return [[line.slice(3).trim(), undefined]]
  const match = /^FAIL (.+?): (.*)$/.exec(line)
  return match === null ? [] : [[match[1], match[2]]]
}

function tail(output) {
  return output.trim().split('\n').slice(-failLinesShown).join(' | ').slice(-2000)
}

/** Prints the sum, writes judges.json beside the other runners' reports, and gives the exit code. */
async function report(results) {
  const tests = results.flatMap((result) => result.tests)
  const failed = tests.filter((test) => test.why !== undefined)
  const skipped = results.filter((result) => result.skipped !== undefined)
  const summary = {
    numPassedTests: tests.length - failed.length,
    numFailedTests: failed.length,
    testResults: results.map(({ name, tests: own, skipped: why }) => ({
      name,
      status: why !== undefined ? 'skipped' : own.some((test) => test.why !== undefined) ? 'failed' : 'passed',
      assertionResults: own.map((test) => ({
        title: test.title,
        status: test.why === undefined ? 'passed' : 'failed',
      })),
    })),
  }
  const folder = process.env.MIGRATE_REPORTS
  if (folder !== undefined && folder !== '') {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'judges.json'), JSON.stringify(summary, undefined, 2) + '\n')
  }
  for (const { name, skipped: why } of skipped) console.log(`skipped: ${name} (${why})`)
  console.log(`\n${summary.numPassedTests} passed, ${summary.numFailedTests} failed`)
  return failed.length > 0 || tests.length === 0 ? 1 : 0
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))
process.once('exit', () => {
  killAll()
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(`judges: ${error.stack}`)
    process.exit(1)
  },
)
