import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OnlineMigrationClient, staticCredentials } from '../../src/index.js'
import { changeConfig, emulate, migrate, runIds, untilJournaled, type Emulated } from './rehearsal.js'

/** Parts cross by jobs of the emulated Data Online Migration; what it does wrong on order is found and made good. */

describe('a migration by jobs', () => {
  let here: Emulated
  const known: string[] = []

  beforeAll(async () => {
    here = await emulate({ seed: 'tpch', scale: 0.001 })
    await settings('pollSeconds: 0.1', 'fromMegabytes: 23.5')
  })
  afterAll(async () => here[Symbol.asyncDispose]())
  afterEach(async () => {
    await here.clearFaults()
    known.push(...(await runIds(here.clouds.config)).filter((id) => !known.includes(id)))
  })

  async function settings(...lines: readonly string[]): Promise<void> {
    await changeConfig(here.clouds.config, (text) =>
      text.replace('onlineMigration:\n', ['onlineMigration:', ...lines.map((line) => `  ${line}`), ''].join('\n')),
    )
  }
  const without = (line: string) => changeConfig(here.clouds.config, (text) => text.replace(`  ${line}\n`, ''))
  let choices = 0
  const by = (carrier: string) =>
    changeConfig(here.clouds.config, (text) =>
      text.replace(/^carrier: .*$/m, `carrier: ${carrier} # choice ${(choices += 1)}`),
    )
  const run = (...more: readonly string[]) =>
    migrate(['run', '--new', '--replace', '--json', '--config', here.clouds.config, ...more])
  async function newestRun(): Promise<string> {
    const ids = await runIds(here.clouds.config)
    return join(dirname(here.clouds.config), 'runs', ids.find((id) => !known.includes(id)) ?? '')
  }
  interface Line {
    readonly event: string
    readonly step?: string
    readonly number?: number
    readonly outcome?: {
      readonly job?: { readonly name: string; readonly how: string; readonly differences?: readonly string[] }
      readonly rerouted?: string
      readonly resent?: readonly { key: string; reason: string }[]
    }
  }
  async function journaled(stage: string): Promise<readonly Line[]> {
    const text = await readFile(join(await newestRun(), 'journal.jsonl'), 'utf8')
    const lines = text.trimEnd().split('\n')
    return lines.map((line) => JSON.parse(line) as Line).filter(({ step = '' }) => step.startsWith(`${stage}/`))
  }
  const consigned = () => journaled('consign')
  const report = async () => readFile(join(await newestRun(), 'report.md'), 'utf8')
  const succeeded = async () => (await consigned()).filter(({ event }) => event === 'succeeded')
  const failure = (lines: readonly Record<string, unknown>[]): string => JSON.stringify(lines)

  it('carries all of TPC-H by one job', async () => {
    await by('online')
    const ended = await run()
    expect(ended.code, ended.stderr).toBe(0)
    const [one, ...others] = await succeeded()
    expect(others).toEqual([])
    expect(one?.step).toMatch(/^consign\/pack_8-/)
    expect(one?.outcome?.job?.how).toBe('finished')
  })

  it('streams the small and carries the large by job', async () => {
    await by('auto')
    const ended = await run()
    expect(ended.code, ended.stderr).toBe(0)
    const members = JSON.parse(
      await readFile(
        join(await newestRun(), 'consignments', `${(await onlyStep()).slice('consign/'.length)}.json`),
        'utf8',
      ),
    ) as { members: readonly { relationId: string }[] }
    const names = members.members.map(({ relationId }) => relationId.replace(/-.*/, ''))
    expect(names).toContain('tpch_lineitem')
    expect(names).toContain('tpch_orders')
    expect(names).not.toContain('tpch_region')
  })
  const onlyStep = async (): Promise<string> => {
    const steps = new Set((await succeeded()).map(({ step = '' }) => step))
    expect(steps.size).toBe(1)
    return [...steps][0] ?? ''
  }

  it('finds what the service left out, corrupted and left stale, sends that again and names it', async () => {
    await by('online')
    await here.fault('stores', [
      { service: 'online-migration', operation: 'ListObject', contains: 'tpch_orders', nth: 1, action: { do: 'cut' } },
      {
        service: 'online-migration',
        operation: 'CopyObject',
        contains: 'tpch_lineitem',
        nth: 1,
        action: { do: 'corrupt', at: 100 },
      },
      { service: 'online-migration', operation: 'CopyObject', contains: 'tpch_part-', nth: 1, action: { do: 'cut' } },
      { service: 'oss', operation: 'PutObject', contains: 'tpch_nation', nth: 1, action: { do: 'replace' } },
    ])
    const ended = await run()
    expect(ended.code, ended.stderr).toBe(0)
    const resent = (await succeeded()).flatMap(({ outcome }) => outcome?.resent ?? [])
    const reasonOf = (name: string): string => resent.find(({ key }) => key.includes(name))?.reason ?? ''
    expect(resent).toHaveLength(4)
    expect(reasonOf('tpch_orders')).toBe('missing')
    expect(reasonOf('tpch_part-')).toBe('missing')
    expect(reasonOf('tpch_lineitem')).toMatch(/^CRC-64/)
    expect(reasonOf('tpch_nation')).toMatch(/^CRC-64/)
    for (const { key } of resent) expect(await report()).toContain(key.split('/').at(-1))
    const differences = (await succeeded()).flatMap(({ outcome }) => outcome?.job?.differences ?? [])
    expect(differences.join()).toMatch(/tells of none that failed, but 2 of \d+ parts are missing and 2 are not/)
    expect(await report()).toContain('the job does not tell what was found: it tells of')
  })

  it('goes on with the job that runs when it was killed, and makes no other', async () => {
    await here.fault('stores', [
      { service: 'online-migration', operation: 'RunJob', nth: 1, action: { do: 'delay', milliseconds: 4000 } },
    ])
    const killed = await migrate(['run', '--new', '--replace', '--config', here.clouds.config], {
      kill: (child) => {
        void untilJournaled(here.clouds.config, known, '"begun"', 'consign/').then(() => child.kill('SIGKILL'))
      },
    })
    expect(killed.signal).toBe('SIGKILL')
    const again = await migrate(['run', '--replace', '--json', '--config', here.clouds.config])
    expect(again.code, again.stderr).toBe(0)
    expect((await consigned()).filter(({ event }) => event === 'attempted')).toHaveLength(1)
    const created = await (await fetch(`${here.clouds.control.stores}/faults`)).json()
    expect(JSON.stringify(created)).toContain('RunJob')
  })

  it('suspends the job when it is interrupted, goes on with it, and clean leaves nothing of it', async () => {
    await by('online')
    const action = { do: 'delay', milliseconds: 300_000 }
    await here.fault('stores', [{ service: 'online-migration', operation: 'RunJob', nth: 1, action }])
    const config = ['--replace', '--json', '--config', here.clouds.config]
    const interrupted = await migrate(['run', '--new', ...config], {
      kill: (child) => {
        void untilJournaled(here.clouds.config, known, '"begun"', 'consign/').then(() => child.kill('SIGINT'))
      },
    })
    expect(interrupted.code).toBe(130)
    const service = await openService()
    const id = basename(await newestRun())
    const jobs = async () => (await all(service.listJobs(call()))).filter(({ name }) => name.includes(id.toLowerCase()))
    expect((await jobs()).map(({ status }) => status)).toEqual(['IMPORT_JOB_SUSPEND'])
    const again = await migrate(['run', ...config])
    expect(again.code, again.stderr).toBe(0)
    expect((await jobs()).map(({ status }) => status)).toEqual(['IMPORT_JOB_FINISHED'])
    expect((await consigned()).filter(({ event }) => event === 'attempted')).toHaveLength(1)
    const cleaned = await migrate(['clean', '--run', id, '--yes', '--json', '--config', here.clouds.config])
    expect(cleaned.code, cleaned.stderr).toBe(0)
    expect(await jobs()).toEqual([])
    const addresses = await all(service.listAddresses(call()))
    expect(addresses.filter(({ name }) => name.includes(id.toLowerCase()))).toEqual([])
    service.close()
  })
  const call = () => ({ signal: AbortSignal.timeout(60_000), deadlineAt: Date.now() + 60_000, note: () => undefined })
  const all = async <One>(some: AsyncIterable<One>): Promise<readonly One[]> => {
    const found: One[] = []
    for await (const one of some) found.push(one)
    return found
  }
  const openService = async (): Promise<OnlineMigrationClient> => {
    const text = await readFile(here.clouds.config, 'utf8')
    const section = text.slice(text.indexOf('onlineMigration:\n'))
    const word = (name: string): string => new RegExp(`  ${name}: "?([^\\s"]+)`).exec(section)?.[1] ?? ''
    const { accessKeySecret } = here.clouds.oss
    const credentials = staticCredentials({ accessKeyId: word('accessKeyId'), accessKeySecret })
    return new OnlineMigrationClient({
      endpoint: word('endpoint'),
      accountId: word('accountId'),
      region: word('region'),
      credentials,
    })
  }

  it.each(['auto', 'online'])('closes a job that is stuck; %s', async (carrier) => {
    await by(carrier)
    await settings('stallMinutes: 0.05')
    await here.fault('stores', [
      { service: 'online-migration', operation: 'RunJob', nth: 1, action: { do: 'cut', when: 'before' } },
    ])
    const ended = await run()
    await without('stallMinutes: 0.05')
    if (carrier === 'online') {
      expect(ended.code, ended.stderr).toBe(7)
      expect(ended.stderr).toMatch(/it did not move for .* it is closed, and \d+ of \d+ parts have not arrived/)
      expect(ended.stderr).toMatch(/hint: the same command makes another job/)
      await here.clearFaults()
      const again = await migrate(['run', '--replace', '--json', '--config', here.clouds.config])
      expect(again.code, again.stderr).toBe(0)
      expect((await consigned()).filter(({ event }) => event === 'attempted').map(({ number }) => number)).toEqual([
        1, 2,
      ])
      expect((await succeeded()).map(({ outcome }) => outcome?.job?.how)).toEqual(['finished'])
      return
    }
    expect(ended.code, ended.stderr).toBe(0)
    const [one] = await succeeded()
    expect(one?.outcome?.job?.how).toMatch(/^closed: it did not move/)
    expect(one?.outcome?.rerouted).toMatch(/^job .* closed: it did not move/)
    expect(await report()).toContain('streamed instead of by job: job ')
  })

  it('carries a relation that comes late by a later job', async () => {
    await by('online')
    await settings('waitMinutes: 0.1')
    await here.fault('warehouses', [
      { service: 'redshift', operation: 'UNLOAD', contains: 'lineitem', action: { do: 'delay', milliseconds: 20_000 } },
    ])
    const ended = await run()
    await without('waitMinutes: 0.1')
    expect(ended.code, ended.stderr).toBe(0)
    const [first] = await succeeded()
    const late = (await journaled('transfer')).filter(({ event, outcome }) => event === 'succeeded' && outcome?.job)
    // On a busy machine others may come late, too.
    expect(late.map(({ step }) => step)).toContainEqual(expect.stringMatching(/^transfer\/tpch_lineitem-/))
    for (const { outcome } of late) {
      expect(outcome?.job?.how).toBe('finished')
      expect(outcome?.job?.name).not.toBe(first?.outcome?.job?.name)
    }
  })

  it('takes checksums of a worker near the source, and asks for those that are missing', async () => {
    await by('online')
    const step = (...args: readonly string[]) => migrate([...args, '--json', '--config', here.clouds.config])
    for (const args of [['plan'], ['ddl', '--apply', '--replace'], ['unload']])
      expect((await step(...args)).code, args.join(' ')).toBe(0)
    await here.fault('stores', [
      {
        service: 'online-migration',
        operation: 'CopyObject',
        contains: 'tpch_orders',
        action: { do: 'corrupt', at: 9 },
      },
    ])
    const early = await step('transfer', '--proof', 'ledger')
    expect(early.code).toBe(7)
    expect(early.stderr).toMatch(/the ledger of checksums has no line for it.*migrate checksum --source/s)
    const taken = await step('checksum', '--source')
    expect(taken.code, taken.stderr).toBe(0)
    const again = await step('checksum', '--source')
    const counts = [taken, again].map(({ lines }) => lines.at(-1)?.['checksum'] as { read: number; known: number })
    expect(counts[0]?.read).toBeGreaterThan(10)
    expect(counts[1]).toMatchObject({ read: 0, known: counts[0]?.read })
    const ended = await step('transfer', '--proof', 'ledger')
    expect(ended.code, ended.stderr).toBe(0)
    const resent = (await succeeded()).flatMap(({ outcome }) => outcome?.resent ?? [])
    expect(resent.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^CRC-64/)])
  })

  const wrongs = [
    [
      'account',
      /accountId: .*/,
      'accountId: "999"',
      /account 1234567890123456, not 999/,
      /accountId to 1234567890123456/,
    ],
    [
      'role',
      /roleName: .*/,
      'roleName: MaxComputeLoad',
      /as role MaxComputeLoad.*cannot use it/,
      /trust mgw.aliyuncs.com/,
    ],
    ['source', undefined, '', /address .*-s .*the service cannot use it/, /long-term keys of an IAM user/],
  ] as const
  const runWrong = async (carrier: string, from: RegExp | undefined, to: string) => {
    await by(carrier)
    const before = await readFile(here.clouds.config, 'utf8')
    if (from !== undefined) await changeConfig(here.clouds.config, (text) => text.replace(from, to))
    else {
      const [service, action] = ['online-migration', { do: 'fail' }]
      await here.fault('stores', [{ service, operation: 'CheckAddress', contains: '-s', action }])
    }
    const ended = await run()
    if (from !== undefined) await changeConfig(here.clouds.config, () => before)
    return ended
  }

  it.each(wrongs)('says what is wrong with the %s, and ends with 7', async (_what, from, to, message, hint) => {
    const ended = await runWrong('online', from, to)
    expect(ended.code).toBe(7)
    expect(`${ended.stderr} ${failure(ended.lines)}`).toMatch(message)
    expect(ended.stderr + failure(ended.lines)).toMatch(hint)
  })

  it.each(wrongs)(
    'streams instead with auto, and reports what is wrong with the %s',
    async (_what, from, to, message) => {
      const ended = await runWrong('auto', from, to)
      expect(ended.code, ended.stderr).toBe(0)
      expect((await succeeded()).map(({ outcome }) => outcome?.rerouted)).toEqual([expect.stringMatching(message)])
      expect(await report()).toMatch(message)
    },
  )
})

describe('a region without a place for another job', () => {
  it('is told with the fix, and ends with 7; with auto all of it is streamed', async () => {
    const more = { switches: { migrationJobsMax: 0 } }
    await using here = await emulate({ seed: 'tpch', scale: 0.001, more })
    await changeConfig(here.clouds.config, (text) => text.replace(/^carrier: .*$/m, 'carrier: online'))
    const ended = await migrate(['run', '--json', '--config', here.clouds.config])
    expect(ended.code).toBe(7)
    expect(ended.stderr).toMatch(/CreateJob .*refused/)
    expect(ended.stderr).toMatch(/hint: the region has 500 jobs/)
    await changeConfig(here.clouds.config, (text) =>
      text
        .replace('carrier: online', 'carrier: auto')
        .replace('onlineMigration:\n', 'onlineMigration:\n  fromMegabytes: 0\n'),
    )
    const [known] = await runIds(here.clouds.config)
    const streamed = await migrate(['run', '--new', '--replace', '--json', '--config', here.clouds.config])
    expect(streamed.code, streamed.stderr).toBe(0)
    const id = (await runIds(here.clouds.config)).find((one) => one !== known) ?? ''
    const report = await readFile(join(dirname(here.clouds.config), 'runs', id, 'report.md'), 'utf8')
    expect(report).toMatch(/streamed instead of by job: CreateJob .*refused/)
  })
})
