import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareContent } from '../../src/checks/content-check.js'
import { measuresFor, runChecks } from '../../src/checks/standard-checks.js'
import { measureSettings, measureStatements, readMeasurement } from '../../src/dialect/maxcompute/measure.js'
import { bucketRowsStatement, fingerprintStatements } from '../../src/dialect/maxcompute/row-hash.js'
import { readFingerprint, readHashedRows } from '../../src/dialect/read-buckets.js'
import { defaultWorld } from '../../src/emulators/world.js'
import { MaxComputeClient, MaxComputeTarget, staticCredentials } from '../../src/index.js'
import type { Fingerprint, Fingerprinting, HashedRow } from '../../src/model/fingerprint.js'
import type { Measurement } from '../../src/model/measure.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { locateDifference } from '../../src/stages/locate-difference.js'
import { lookLong, type LookRows } from '../../src/target/maxcompute/look.js'
import { standardPace } from '../../src/target/maxcompute/statement-work.js'
import { startEmulated } from '../emulators/maxcompute-client.js'
import { call, createSql, runner, type Mutated, type Verdict } from './mutated.js'
import { rowSql, type Mutation } from './mutations.js'

/** Rows of constants in one statement. */
const constantRowCountMax = 150
const rowCountMax = 1_000_000
const pace = { ...standardPace, firstMilliseconds: 2, longestMilliseconds: 50 }

/** What is known of the relation that was migrated. */
export type Original = Pick<Mutated, 'plan' | 'rows' | 'source'> & { readonly unloaded: Fingerprinting }

/**
 * Many mutations, each of a copy of its own of the migrated table; all copies in one table of an emulated MaxCompute in
 * this process, told apart by a column more. The statements are the product's own but for that column, by which they
 * group as well: so a few of them ask about hundreds of mutated tables. Reading and comparing are wholly the product's.
 */
export class MutationBatch implements AsyncDisposable {
  readonly #original: Original
  readonly #plan: RelationPlan
  readonly #client: MaxComputeClient
  readonly #run: (text: string) => Promise<void>
  readonly #close: () => Promise<void>

  private constructor(original: Original, client: MaxComputeClient, close: () => Promise<void>) {
    this.#original = original
    this.#plan = { ...original.plan, target: { ...original.plan.target, name: 'copies' } }
    this.#client = client
    this.#run = runner(new MaxComputeTarget(client, pace))
    this.#close = close
  }

  static async open(original: Original): Promise<MutationBatch> {
    const dir = await mkdtemp(join(tmpdir(), 'mutations-'))
    const service = await startEmulated(dir)
    const { maxcompute, alibaba } = defaultWorld()
    const client = new MaxComputeClient({
      endpoint: `http://127.0.0.1:${service.client.port}/api`,
      project: maxcompute.project,
      region: alibaba.region,
      credentials: staticCredentials(alibaba.keys[0]!),
    })
    const batch = new MutationBatch(original, client, async () => {
      client.close()
      await service.close()
      await rm(dir, { recursive: true, force: true })
    })
    await batch.#fill()
    return batch
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  async #fill(): Promise<void> {
    const { plan, rows } = this.#original
    await this.#run(createSql(plan, 'pristine'))
    await this.#run(`INSERT OVERWRITE TABLE pristine ${rows.map((row) => rowSql(plan, row)).join(' UNION ALL ')}`)
    await this.#run(createSql(plan, 'copies').replace('(', '(`mutation` BIGINT, '))
    await this.#run('CREATE TABLE `numbers` (`mutation` BIGINT)')
    await this.#run('CREATE TABLE `gone` (`mutation` BIGINT, `gone` BIGINT)')
  }

  /** What is found of each, in their order. */
  async verdicts(mutations: readonly Mutation[]): Promise<readonly Verdict[]> {
    await this.#mutate(mutations)
    const measured = await this.#measured()
    const fingerprints = await this.#fingerprints()
    const rows = await this.#rows()
    const verdicts: Verdict[] = []
    for (const n of mutations.keys()) {
      verdicts.push(await this.#verdict(measured.get(n) ?? [], fingerprints.get(n), rows.get(n) ?? []))
    }
    return verdicts
  }

  async #mutate(mutations: readonly Mutation[]): Promise<void> {
    const numbers = mutations.map((_, n) => `SELECT CAST(${n} AS BIGINT) AS \`mutation\``)
    const gone = mutations.flatMap(({ ids }, n) => ids.map((id) => `(${n}, ${id})`))
    await this.#run(`INSERT INTO TABLE \`numbers\` ${numbers.join(' UNION ALL ')}`)
    await this.#run(`INSERT INTO TABLE \`gone\` VALUES ${gone.join(', ')}`)
    const names = this.#plan.columns.map(({ target }) => `p.\`${target}\``).join(', ')
    await this.#run(
      `INSERT INTO TABLE \`copies\` SELECT m.\`mutation\`, ${names} FROM \`pristine\` p JOIN \`numbers\` m ON 1 = 1 LEFT JOIN \`gone\` g ON g.\`mutation\` = m.\`mutation\` AND g.\`gone\` = p.\`id\` WHERE g.\`gone\` IS NULL`,
    )
    const coming = mutations.flatMap(({ rows }, n) =>
      rows.map((row) => rowSql(this.#plan, row).replace('SELECT ', `SELECT CAST(${n} AS BIGINT) AS \`mutation\`, `)),
    )
    for (let from = 0; from < coming.length; from += constantRowCountMax) {
      const some = coming.slice(from, from + constantRowCountMax)
      await this.#run(`INSERT INTO TABLE \`copies\` ${some.join(' UNION ALL ')}`)
    }
  }

  async #measured(): Promise<ReadonlyMap<number, readonly Measurement[]>> {
    const found = new Map<number, Measurement[]>()
    for (const { text, measures } of measureStatements(this.#plan, measuresFor(this.#plan))) {
      const { columns, rows } = await this.#ask(`${text} GROUP BY `)
      for (const row of rows) {
        const measured = measures.map((measure, n) => {
          const column = this.#plan.columns.find(({ target }) => 'column' in measure && target === measure.column)
          return readMeasurement(measure, column, row[columns.indexOf(`m${n}`)] ?? null)
        })
        const n = numberOf(columns, row)
        found.set(n, [...(found.get(n) ?? []), ...measured])
      }
    }
    return found
  }

  async #fingerprints(): Promise<ReadonlyMap<number, Fingerprint>> {
    const [statement, ...more] = fingerprintStatements(this.#plan, [])
    if (statement === undefined || more.length > 0) throw new Error('a fingerprint of several statements')
    const found = new Map<number, Fingerprint>()
    for (const [n, { columns, rows }] of byMutation(await this.#ask(statement.text))) {
      found.set(n, readFingerprint(this.#plan, [], [{ statement, columns, rows }], reader))
    }
    return found
  }

  async #rows(): Promise<ReadonlyMap<number, readonly HashedRow[]>> {
    const found = new Map<number, readonly HashedRow[]>()
    const text = bucketRowsStatement(this.#plan, [], rowCountMax)
    for (const [n, { columns, rows }] of byMutation(await this.#ask(text))) {
      found.set(n, readHashedRows(this.#plan, columns, rows, reader))
    }
    return found
  }

  /** Each SELECT carries the number of the mutation on, and all group by it. */
  async #ask(text: string): Promise<LookRows> {
    const asked = text.replaceAll('SELECT ', 'SELECT `mutation`, ').replace('GROUP BY ', 'GROUP BY `mutation`, ')
    const statement = {
      purpose: 'copies',
      text: asked.replace(/, $/, ''),
      settings: measureSettings(this.#plan),
    }
    return lookLong(this.#client, statement, pace, call)
  }

  async #verdict(
    measured: readonly Measurement[],
    fingerprint: Fingerprint | undefined,
    rows: readonly HashedRow[],
  ): Promise<Verdict> {
    const { source, unloaded } = this.#original
    const target = fingerprint ?? { ...source.fingerprint, buckets: [] }
    const found = runChecks(this.#plan, source.measurements, measured)
    const aggregates = found.some(({ discrepancies }) => discrepancies.length > 0)
    const { differing } = compareContent(this.#plan, source.fingerprint, target)
    if (differing.length === 0) return { aggregates, content: false }
    const sides = { source: unloaded, target: holding(rows), toldBy: 'parts', resultRowCountMax: 10_000 } as const
    const both = { source: source.fingerprint, target }
    return { aggregates, content: true, difference: await locateDifference(this.#plan, both, sides, 1000, call) }
  }
}

const reader = { subject: 'copies', code: 'target-failed', readMeasurement } as const

function numberOf(columns: readonly string[], row: readonly (string | null)[]): number {
  return Number(row[columns.indexOf('mutation')])
}

function byMutation({ columns, rows }: LookRows): ReadonlyMap<number, LookRows> {
  const found = new Map<number, { columns: readonly string[]; rows: (readonly (string | null)[])[] }>()
  for (const row of rows) {
    const n = numberOf(columns, row)
    const group = found.get(n) ?? { columns, rows: [] }
    group.rows.push(row)
    found.set(n, group)
  }
  return found
}

/** Rows that were fetched already, of which some buckets are wanted; tables this small are never cut finer. */
export function holding(rows: readonly HashedRow[]): Fingerprinting {
  return {
    fingerprint: () => Promise.reject(new Error('a finer fingerprint of a small table')),
    rows: (_of, within) => {
      const wanted = new Set(within)
      const length = within[0]?.length ?? 0
      return Promise.resolve(rows.filter(({ hash }) => wanted.has(hash.slice(0, length))))
    },
  }
}
