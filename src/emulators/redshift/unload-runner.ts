import { RedshiftFault } from './fault.js'
import type { QueryRecord, UnloadedFile } from './history.js'
import { parquetColumn } from './parquet-column.js'
import { openParquetEncoder } from './parquet-encoder.js'
import type { PartEncoder } from './part-encoder.js'
import { PartWriter } from './part-writer.js'
import type { ResultColumn } from './result-columns.js'
import { S3Writer } from './s3-writer.js'
import type { ServerParts } from './server-parts.js'
import type { SqlSession } from './sql-session.js'
import { openTextEncoder } from './text-encoder.js'
import { checkAccess, checkNodeType } from './unload-access.js'
import { prepareDestination, removeAll } from './unload-destination.js'
import { manifestText } from './unload-manifest.js'
import { parseUnload } from './unload-options.js'
import { type PartLayout, partLayout } from './unload-partition.js'
import type { UnloadRequest } from './unload-request.js'
import { checkColumns, parseSelect, refuseTimeZone } from './unload-select.js'
import type { TextStyle } from './unload-value.js'

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
  const writing = await prepareUnload(text, session, server, watch)
  const { request, store } = writing
  const location = `s3://${request.bucket}/${request.prefix}`
  const format = request.format === 'TEXT' ? 'Text' : request.format
  const files: UnloadedFile[] = []
  server.history.noteUnloadRunning(record, location, format, request.compression)
  try {
    await prepareDestination(request, store)
    await session.transaction.touch()
    await writeParts(writing, (file) => {
      files.push(file)
      server.history.noteFile(record, file, format)
      watch.partWritten()
      refuseCancelled(watch)
    })
    await writeManifest(writing, files)
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

/** Everything that is refused before S3 is asked. */
async function prepareUnload(
  text: string,
  session: SqlSession,
  server: ServerParts,
  watch: UnloadWatch,
): Promise<Writing> {
  const request = parseUnload(text, session.settings.is('enable_case_sensitive_identifier'))
  session.refuseReadOnly()
  const query = parseSelect(request.query, session)
  const { world, s3Endpoint } = server.unload
  const { switches } = server
  const bound = await session.bindSelect(query)
  checkNodeType(request, world, switches)
  const access = checkAccess(request, world, session.identity.user)
  const columns = session.columnsOf(bound, await session.connection.describe(bound.sql))
  checkColumns(columns, request)
  refuseTimeZone(columns, request, session.settings.get('timezone'))
  const style = { switches, extraFloatDigits: Number(session.settings.get('extra_float_digits')) }
  const layout = partLayout(request, columns, style)
  const store = new S3Writer(s3Endpoint, request.bucket, access, switches.unloadUpload)
  return { request, store, session, sql: bound.sql, columns, layout, style, watch }
}

/** Its names are the select list's, partition columns and all, and HEADER lines count as rows (redshift.md 1.6). */
async function writeManifest(writing: Writing, files: readonly UnloadedFile[]): Promise<void> {
  const { request, store, columns, style } = writing
  if (request.manifest === 'none' || files.length === 0) return
  const counted = request.header ? files.map((file) => ({ ...file, rowCount: file.rowCount + 1 })) : files
  const text = manifestText(counted, columns, request.manifest === 'verbose' ? style.switches : undefined)
  await store.put(`${request.prefix}manifest`, Buffer.from(text))
}

interface Writing {
  readonly request: UnloadRequest
  readonly store: S3Writer
  readonly session: SqlSession
  readonly sql: string
  /** Of the select list. */
  readonly columns: readonly ResultColumn[]
  readonly layout: PartLayout
  readonly style: TextStyle
  readonly watch: UnloadWatch
}

async function writeParts(writing: Writing, written: (file: UnloadedFile) => void): Promise<void> {
  const { request, layout, store, session, sql, watch } = writing
  const encoder = await openEncoder(writing)
  const clean = request.cleanPath && request.partitionBy !== undefined
  const prepareFolder = (folder: string): Promise<void> => removeAll(request.prefix + folder, store)
  try {
    const parts = new PartWriter({ request, layout, encoder, store, written, ...(clean ? { prepareFolder } : {}) })
    let rowCount = 0
    for await (const rows of await session.connection.stream(sql)) {
      refuseCancelled(watch)
      await parts.add(rows)
      rowCount += rows.length
    }
    refuseCancelled(watch)
    await parts.finish()
    if (rowCount === 0 && leavesEmptyFiles(writing)) await parts.finishEmpty()
  } finally {
    await encoder.close()
  }
}

/** Of Parquet and JSON it is known that they leave nothing (redshift.md 1.6). */
function leavesEmptyFiles({ request, style }: Writing): boolean {
  const mayBe = request.format === 'TEXT' || request.format === 'CSV'
  return mayBe && request.partitionBy === undefined && style.switches.unloadNoRows === 'empty-files'
}

/** What lies there stays; the manifest does not come (redshift.md 1.11). */
function refuseCancelled(watch: UnloadWatch): void {
  if (watch.isCancelled()) throw new RedshiftFault('57014', "Query canceled on user's request")
}

async function openEncoder({ request, layout, style }: Writing): Promise<PartEncoder> {
  if (request.format === 'PARQUET') {
    return openParquetEncoder(layout.columns.map(({ name, type }) => parquetColumn(name, type, style.switches)))
  }
  return openTextEncoder(request, layout.columns, style)
}
