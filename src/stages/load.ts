import {
  createStagingStatement,
  dropStagingStatement,
  loadStatements,
  stagingTable,
} from '../dialect/maxcompute/load.js'
import { emptyStatement } from '../dialect/maxcompute/fill.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest } from '../model/manifest.js'
import type { Measure } from '../model/measure.js'
import { locationText, relationText, tableText } from '../model/names.js'
import { partColumns } from '../model/part-columns.js'
import type { RelationPlan } from '../model/plan.js'
import type { Statement } from '../model/statement.js'
import type { Call } from '../model/work.js'
import { partitionQuery } from '../translate/partition.js'
import { countRows, shapeDifference } from './ddl.js'
import { assertCounts } from './guard-counts.js'
import { attemptToken } from './prefix.js'
import { beginSwap, loadedPlan } from './publish.js'
import { settlePublication } from './rollback.js'
import { submitOnce } from './submit-once.js'
import { callOf, lookWork, stepAttemptCountMax, type Travel } from './stage.js'
import { targetManifestPath } from './transfer.js'
import { sourceMeasurements } from './unload.js'

export type LoadKept = { readonly rowCount: number; readonly statementCount: number }

/** Loads a relation's parts into its table, with guards before and after. */
export async function load(planned: RelationPlan, travel: Travel): Promise<LoadKept> {
  const call = callOf(travel, 'load', planned)
  const manifest = await travel.folder.readDocument<Manifest>(targetManifestPath(planned.relationId))
  if (manifest === undefined) {
    const message = `load ${relationText(planned.source)}: its parts have not been transferred`
    throw new MigrationError('transfer-failed', message, { hint: 'run migrate transfer first' })
  }
  await settlePublication(planned, travel, call)
  await beginSwap(planned, travel, (name, statement) => submitOnce(name, statement, planned, travel, call))
  const plan = loadedPlan(planned, travel)
  const statements = await statementsOf(plan, manifest, travel)
  if (isFirstTouch(plan, travel)) {
    await guardTable(plan, travel, call)
    if (manifest.parts.length > 0) await guardParts(plan, manifest, travel, call)
  }
  for (const [index, statement] of statements.entries()) {
    const name = `load/${plan.relationId}/${index + 1}`
    const isUntouched = travel.journal.status(name).number === 0
    if (isUntouched && plan.strategy === 'staged' && statement.text.startsWith('LOAD'))
      await guardStaging(plan, manifest, travel, call)
    await run(name, statement)
  }
  return guardRows(plan, manifest, statements.length, travel, call)

  async function run(name: string, statement: Statement): Promise<void> {
    await submitOnce(name, statement, plan, travel, call)
  }
}

async function statementsOf(plan: RelationPlan, manifest: Manifest, travel: Travel): Promise<readonly Statement[]> {
  // Zero rows: UNLOAD wrote nothing and LOAD of an empty prefix fails; the table is left, or made, empty.
  if (manifest.parts.length === 0) return travel.settings.replace ? [emptyStatement(plan)] : []
  const { loadEndpoint, roleArn, loadKeys, hiveCompatibleLoad: hiveCompatible } = travel.settings
  const { location } = manifest
  const partitions = await partitionNames(plan, travel)
  const authority = { ...(roleArn === undefined ? {} : { roleArn }), ...(loadKeys === undefined ? {} : { loadKeys }) }
  const request = { plan, run: travel.run, location, loadEndpoint, hiveCompatible, partitions }
  const statements = loadStatements({ ...request, ...authority })
  if (plan.strategy === 'direct') return statements
  return [dropStagingStatement(plan, travel.run), createStagingStatement(plan, travel.run), ...statements]
}

/** As the unload's snapshot answered: the names decide how many statements fill the table. */
async function partitionNames(plan: RelationPlan, travel: Travel): Promise<readonly string[]> {
  const query = partitionQuery(plan)
  if (query === undefined) return []
  const attempt = travel.journal.status(`unload/${plan.relationId}`).number
  const { answers } = await sourceMeasurements(plan.relationId, attempt, travel)
  return (answers.find((answer) => answer.query === query.name)?.rows ?? []).map(([name]) => name ?? '')
}

function isFirstTouch(plan: RelationPlan, travel: Travel): boolean {
  return travel.journal.status(`load/${plan.relationId}/1`).number === 0
}

/** Between making the table and filling it somebody may have written to it: LOAD OVERWRITE would take that away. */
async function guardTable(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const table = tableText(plan.target)
  const shape = await travel.places.target.describe(plan.target, call)
  if (shape === undefined) {
    throw new MigrationError('target-missing', `load ${table}: there is no such table`, {
      hint: 'run migrate ddl --apply first',
    })
  }
  const difference = shapeDifference(shape, plan)
  if (difference !== undefined) {
    throw new MigrationError(
      'target-refused',
      `load ${table}: the table has changed since it was made: ${difference}`,
      {
        hint: 'drop it, and run migrate ddl --apply again in a new run',
      },
    )
  }
  if (travel.settings.replace) return
  const rowCount = await countRows(plan, travel, call)
  if (rowCount !== '0') {
    throw new MigrationError('target-refused', `load ${table}: the table holds ${rowCount} rows that are not ours`, {
      hint: 'give --replace to load over them',
    })
  }
}

/** What LOAD will look for in the parts are the staging table's columns, as they stand. */
async function guardStaging(plan: RelationPlan, manifest: Manifest, travel: Travel, call: Call): Promise<void> {
  const table = stagingTable(plan, travel.run)
  const shape = await travel.places.target.describe(table, call)
  const names = (shape?.columns ?? []).map((column) => column.name.toLowerCase()).join(', ')
  const parts = manifest.columns.map((column) => column.name).join(', ')
  if (names === parts) return
  const message = `load ${tableText(table)}: the files have columns ${parts}, the staging table ${names || 'none'}`
  throw new MigrationError('target-refused', message, { hint: 'something else changed it; run migrate load again' })
}

/** LOAD reads every object below its location and matches columns by name, so both must be exactly the plan's. */
async function guardParts(plan: RelationPlan, manifest: Manifest, travel: Travel, call: Call): Promise<void> {
  const subject = `load ${relationText(plan.source)}`
  const expected = new Map(manifest.parts.map((part) => [part.location.key, part]))
  for await (const found of travel.places.targetStore.list(manifest.location, call)) {
    const part = expected.get(found.location.key)
    if (part?.byteCount !== found.byteCount) {
      const what =
        part === undefined ? 'an object that is not in the manifest' : `${found.byteCount} bytes, not ${part.byteCount}`
      throw new MigrationError('transfer-corrupt', `${subject}: ${locationText(found.location)}: ${what}`)
    }
    expected.delete(found.location.key)
  }
  for (const part of expected.values()) {
    throw new MigrationError('transfer-corrupt', `${subject}: ${locationText(part.location)}: missing from the listing`)
  }
  const names = manifest.columns.map((column) => column.name)
  const planned = partColumns(plan).map((column) => column.target)
  if (names.length !== planned.length || names.some((name, index) => name !== planned[index])) {
    const message = `${subject}: the files have columns ${names.join(', ')}, the table ${planned.join(', ')}`
    throw new MigrationError('transfer-corrupt', message)
  }
}

/** A column whose name does not match loads as NULLs without a word: counted per column, against the source's snapshot. */
async function guardRows(
  plan: RelationPlan,
  manifest: Manifest,
  statementCount: number,
  travel: Travel,
  call: Call,
): Promise<LoadKept> {
  const look = lookWork(async () => {
    const unloadAttempt = travel.journal.status(`unload/${plan.relationId}`).number
    const source = await sourceMeasurements(plan.relationId, unloadAttempt, travel)
    const measures: Measure[] = [
      { kind: 'row-count' },
      ...plan.columns.map((column): Measure => ({ kind: 'count', column: column.target })),
    ]
    const found = await travel.places.target.measure(plan, measures, call)
    assertCounts(plan, manifest, found, source.measurements)
    return null
  })
  const kept: LoadKept = { rowCount: manifest.rowCount, statementCount }
  return perform(
    travel.journal,
    {
      name: `load/${plan.relationId}`,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, 'guard', plan.relationId, number),
      fresh: () => Promise.resolve(look),
      earlier: () => Promise.resolve(look),
      keep: () => Promise.resolve(kept),
      unresolved: () => new MigrationError('target-unresolved', `load ${relationText(plan.source)}: not counted`),
    },
    call,
  )
}
