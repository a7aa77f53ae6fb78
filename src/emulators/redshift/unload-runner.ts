import { RedshiftFault, unsupported } from './fault.js'
import { openCursor } from './grammar.js'
import type { QueryRecord, UnloadedFile } from './history.js'
import { parquetColumn } from './parquet-column.js'
import { openParquetEncoder } from './parquet-encoder.js'
import type { PartEncoder } from './part-encoder.js'
import { PartWriter } from './part-writer.js'
import type { ResultColumn } from './result-columns.js'
import { S3Writer } from './s3-writer.js'
import type { ServerParts } from './server-parts.js'
import type { SqlSession } from './sql-session.js'
import type { Query } from './syntax-tree.js'
import { openTextEncoder } from './text-encoder.js'
import { tokenize } from './tokenizer.js'
import { typeText } from './type-facts.js'
import { checkAccess } from './unload-access.js'
import { manifestText } from './unload-manifest.js'
import { parseUnload } from './unload-options.js'
import type { UnloadRequest } from './unload-request.js'

/** What the runner of statements knows of an UNLOAD that is on its way. */
export interface UnloadWatch {
  isCancelled(): boolean
  /** Called after every part; may throw to cut the connection there. */
  partWritten(): void
}

/** Runs one UNLOAD; the number of rows. The manifest comes last, and for no rows there is nothing at all (redshift.md 1.6). */
export async function runUnload(
  text: string,
  record: QueryRecord,
  session: SqlSession,
  server: ServerParts,
  watch: UnloadWatch,
): Promise<number> {
  const request = parseUnload(text)
  session.refuseReadOnly()
  const query = parseSelect(request.query, session)
  const { world, s3Endpoint } = server.unload
  const bound = await session.bindSelect(query)
  const region = checkAccess(request, world, session.identity.user)
  const described = session.columnsOf(bound, await session.connection.describe(bound.sql))
  checkColumns(described, request)
  const store = new S3Writer(s3Endpoint, request.bucket, region)
  const location = `s3://${request.bucket}/${request.prefix}`
  const format = request.format === 'TEXT' ? 'Text' : request.format === 'CSV' ? 'CSV' : 'PARQUET'
  const files: UnloadedFile[] = []
  server.history.noteUnloadRunning(record, location, format)
  try {
    await prepareDestination(request, store)
    await session.transaction.touch()
    await writeParts({ request, store, session, sql: bound.sql, columns: described, watch }, (file) => {
      files.push(file)
      server.history.noteFile(record, file, format)
      watch.partWritten()
      refuseCancelled(watch)
    })
    if (request.manifest !== 'none' && files.length > 0) {
      const manifest = manifestText(files, described, request.manifest === 'verbose' ? server.switches : undefined)
      await store.put(`${request.prefix}manifest`, Buffer.from(manifest))
    }
  } catch (error) {
    session.lastUnloadCount = 0
    server.history.noteUnloadEnd(record, 'aborted', files, error instanceof Error ? error.message : String(error))
    throw error
  }
  server.history.noteUnloadEnd(record, 'completed', files)
  const rowCount = files.reduce((sum, file) => sum + file.rowCount, 0)
  session.lastUnloadCount = rowCount
  session.lastUnloadId = record.queryId
  return rowCount
}

/** The argument is decoded once as a string; now it is read as SQL, with quotes and backslashes of its own. */
function parseSelect(text: string, session: SqlSession): Query {
  const caseSensitive = session.settings.is('enable_case_sensitive_identifier')
  const cursor = openCursor(tokenize(text), caseSensitive)
  if (!cursor.startsQuery()) throw cursor.syntaxError()
  const query = cursor.query()
  cursor.acceptOperator(';')
  cursor.expectEnd()
  if (query.limit !== undefined) {
    throw new RedshiftFault('42601', 'Limit clause is not supported', {
      hint: 'Wrap the query: SELECT * FROM (SELECT … LIMIT n)',
    })
  }
  return query
}

const textOnlyTypes = ['time', 'timetz', 'varbyte', 'geometry', 'geography', 'hllsketch']

/** redshift.md 1.9 */
function checkColumns(columns: readonly ResultColumn[], request: UnloadRequest): void {
  if (request.format !== 'PARQUET') return
  const seen = new Set<string>()
  for (const { name, type } of columns) {
    if (textOnlyTypes.includes(type.name)) {
      const spelled = type.name === 'varbyte' ? 'varbyte' : typeText({ name: type.name })
      throw new RedshiftFault('0A000', `UNLOAD ${spelled} column "${name}" is only supported for TEXT/CSV.`)
    }
    // Their physical type is not known, so no file of the emulator may suggest one.
    if (type.name.startsWith('interval')) throw unsupported('UNLOAD of an interval to Parquet')
    if (seen.has(name)) throw unsupported(`UNLOAD of two columns named "${name}" to Parquet`)
    seen.add(name)
  }
}

/** The check is on the string prefix, not on a directory (redshift.md 1.5). */
async function prepareDestination(request: UnloadRequest, store: S3Writer): Promise<void> {
  if (request.allowOverwrite) return
  if (request.cleanPath) {
    for (;;) {
      const keys = await store.list(request.prefix, 1000)
      if (keys.length === 0) return
      for (const key of keys) await store.remove(key)
    }
  }
  if ((await store.list(request.prefix, 1)).length === 0) return
  throw new RedshiftFault(
    'XX000',
    'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
  )
}

interface Writing {
  readonly request: UnloadRequest
  readonly store: S3Writer
  readonly session: SqlSession
  readonly sql: string
  readonly columns: readonly ResultColumn[]
  readonly watch: UnloadWatch
}

async function writeParts(writing: Writing, written: (file: UnloadedFile) => void): Promise<void> {
  const { request, store, session, sql, watch } = writing
  const encoder = await openEncoder(writing)
  try {
    const parts = new PartWriter(request, encoder, store, written)
    for await (const rows of await session.connection.stream(sql)) {
      refuseCancelled(watch)
      await parts.add(rows)
    }
    refuseCancelled(watch)
    await parts.finish()
  } finally {
    await encoder.close()
  }
}

/** What lies there stays; the manifest does not come (redshift.md 1.11). */
function refuseCancelled(watch: UnloadWatch): void {
  if (watch.isCancelled()) throw new RedshiftFault('57014', "Query canceled on user's request")
}

async function openEncoder({ request, columns, session }: Writing): Promise<PartEncoder> {
  if (request.format !== 'PARQUET') return openTextEncoder(request, columns)
  return openParquetEncoder(columns.map(({ name, type }) => parquetColumn(name, type, session.identity.switches)))
}
