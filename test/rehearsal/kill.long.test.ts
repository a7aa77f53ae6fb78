import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { emulate, migrate, type Clouds } from './rehearsal.js'

interface Line {
  readonly event: string
  readonly step?: string
  readonly token?: string
}

function journalOf(dir: string): readonly Line[] {
  const runs = join(dir, 'runs')
  const [run] = readdirSync(runs)
  const text = readFileSync(join(runs, run ?? '', 'journal.jsonl'), 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** The moments: the first line of this event about a step of this leg is in the journal. */
const moments: readonly (readonly [string, (line: Line) => boolean])[] = [
  ['the first UNLOAD was attempted', (line) => line.event === 'attempted' && line.step?.startsWith('unload/') === true],
  ['the third UNLOAD had begun', (line) => line.event === 'begun' && line.step?.startsWith('unload/') === true],
  ['the first transfer had begun', (line) => line.event === 'begun' && line.step?.startsWith('transfer/') === true],
  ['the first LOAD was attempted', (line) => line.event === 'attempted' && /^load\/.*\/1$/.test(line.step ?? '')],
  ['the second LOAD had begun', (line) => line.event === 'begun' && /^load\/.*\/1$/.test(line.step ?? '')],
]

describe('kill -9 of migrate run, then the same command', () => {
  for (const [index, [what, isMoment]] of moments.entries()) {
    it(`when ${what}`, async () => {
      await using emulated = await emulate({ seed: 'tpch', scale: 0.002 })
      const args = ['run', '--config', emulated.clouds.config, '--json']
      const wanted = what.includes('third') ? 3 : what.includes('second') ? 2 : 1
      const killed = await migrate(args, {
        kill: (child) => void endAt(child, 'SIGKILL', emulated.dir, isMoment, wanted),
      })
      expect(killed.signal).toBe('SIGKILL')
      const again = await migrate(args)
      expect({ moment: index, code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({
        moment: index,
        code: 0,
        stderr: '',
      })
      const loads = await loadsByRelation(emulated.clouds, emulated.dir)
      expect(Math.max(...Object.values(loads))).toBe(1)
      expect(Object.keys(loads)).toHaveLength(8)
      const third = await migrate(args)
      expect(third.code).toBe(0)
      expect(third.lines[0]).toMatchObject({ repeated: true })
      expect(await runSql(emulated.clouds, 'SHOW TABLES')).not.toMatch(/mig_/)
    })
  }
})

/** A staged load is four statements: drop and make the staging table, LOAD into it, INSERT from it. */
const stagedMoments: readonly (readonly [string, (line: Line) => boolean])[] = [
  ['a staging table was being made', (line) => line.event === 'attempted' && /^load\/.*\/2$/.test(line.step ?? '')],
  ['a LOAD into a staging table had begun', (line) => line.event === 'begun' && /^load\/.*\/3$/.test(line.step ?? '')],
  [
    'an INSERT from a staging table was attempted',
    (line) => line.event === 'attempted' && /^load\/.*\/4$/.test(line.step ?? ''),
  ],
]

describe('kill -9 in a staged load, then the same command', () => {
  for (const [what, isMoment] of stagedMoments) {
    it(`when ${what}`, async () => {
      await using emulated = await emulate({ seed: 'guide' })
      const args = ['run', '--config', emulated.clouds.config, '--json']
      const killed = await migrate(args, {
        kill: (child) => void endAt(child, 'SIGKILL', emulated.dir, isMoment, 1),
      })
      expect(killed.signal).toBe('SIGKILL')
      const again = await migrate(args)
      expect({ code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, stderr: '' })
      expect(again.lines.at(-2)).toMatchObject({ verified: 8, relations: 8 })
      expect(await runSql(emulated.clouds, 'SHOW TABLES')).not.toMatch(/mig_/)
    })
  }
})

describe('an interrupt', () => {
  it('stops starting, says how to go on, and the same command finishes', async () => {
    await using emulated = await emulate({ seed: 'tpch', scale: 0.002 })
    const args = ['run', '--config', emulated.clouds.config, '--json']
    const began = (line: Line): boolean => line.event === 'begun' && line.step?.startsWith('unload/') === true
    const interrupted = await migrate(args, { kill: (child) => void endAt(child, 'SIGINT', emulated.dir, began, 1) })
    expect(interrupted.code).toBe(130)
    expect(interrupted.stderr).toMatch(/nothing more is started/)
    const again = await migrate(args)
    expect({ code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, stderr: '' })
  })
})

async function endAt(
  child: ChildProcess,
  signal: 'SIGKILL' | 'SIGINT',
  dir: string,
  isMoment: (line: Line) => boolean,
  wanted: number,
): Promise<void> {
  for (let round = 0; round < 6000 && child.exitCode === null; round += 1) {
    await setTimeout(5)
    try {
      if (journalOf(dir).filter(isMoment).length >= wanted) break
    } catch {
      // no run yet
    }
  }
  child.kill(signal)
}

/**
 * How often the service ran a LOAD of each relation to its end, asked of the service itself: every job name that was
 * ever journaled is looked up there, since no statement is posted under another one.
 */
async function loadsByRelation(clouds: Clouds, dir: string): Promise<Record<string, number>> {
  const client = maxComputeClient(clouds)
  const counts: Record<string, number> = {}
  for (const line of journalOf(dir)) {
    const match = /^load\/([^/]+)\/1$/.exec(line.step ?? '')
    if (line.event !== 'attempted' || match === null) continue
    for (const instance of await client.findInstances({ jobName: line.token ?? '' })) {
      const source = await client.instanceSource(instance.id)
      expect(source.query).toMatch(/^LOAD OVERWRITE/)
      const [task] = await client.taskStatus(instance.id)
      if (task?.status === 'success') counts[match[1] ?? ''] = (counts[match[1] ?? ''] ?? 0) + 1
    }
  }
  return counts
}
