import { join, resolve } from 'node:path'
import { FileChecksums } from '../../journal/file-checksums.js'
import { MigrationError } from '../../model/errors.js'
import type { Manifest } from '../../model/manifest.js'
import { takeChecksums } from '../../stages/checksum.js'
import { PlanBook } from '../../stages/plan-book.js'
import { sourceManifestPath } from '../../stages/unload.js'
import { assembleChecksumReader } from '../assemble.js'
import { askingCall, runsFolder, type Context } from '../context.js'
import { findRun } from '../runs.js'
import { selectedEntries } from '../travel.js'

/** Where checksums lie unless the command line says otherwise. */
export function checksumsFolder(runPath: string, given: string | undefined): string {
  return given === undefined ? join(runPath, 'checksums') : resolve(given)
}

/**
 * Reads what was unloaded and writes the CRC-64 of every part down. Needs the run's folder, or a copy of it, and S3; takes no
 * lock and touches nothing else, so that it can work on another machine, near the bucket.
 */
export async function checksum(context: Context, options: { readonly checksums: string | undefined }): Promise<number> {
  const loaded = await context.config()
  const found = await findRun(runsFolder(loaded), context.options.run)
  if (found === undefined) {
    throw new MigrationError('plan-drifted', 'checksum: there is no run yet', { hint: 'run migrate unload first' })
  }
  const { chunksInFlight } = loaded.config.limits
  const reader = assembleChecksumReader(loaded)
  const folder = checksumsFolder(found.folder.path, options.checksums)
  const checksums = new FileChecksums(folder)
  const book = await PlanBook.open(found.folder)
  const totals = { relations: 0, notUnloaded: 0, read: 0, known: 0, bytes: 0 }
  for (const entry of selectedEntries(book, context)) {
    if (context.stopping.aborted) throw new MigrationError('interrupted', `checksum: stopped before ${entry.relation}`)
    const manifest = await found.folder.readDocument<Manifest>(sourceManifestPath(entry.relationId))
    if (manifest === undefined) {
      totals.notUnloaded += 1
      continue
    }
    const call = askingCall(context, loaded.config.hours.transfer * 3_600_000)
    const counts = await takeChecksums(manifest, reader, checksums, chunksInFlight, call)
    totals.relations += 1
    totals.read += counts.readCount
    totals.known += counts.knownCount
    totals.bytes += counts.byteCount
    context.talk.detail(`${entry.relation}: ${counts.readCount} parts read, ${counts.knownCount} known`)
  }
  const left = totals.notUnloaded === 0 ? '' : `; ${totals.notUnloaded} relations are not unloaded yet`
  context.talk.data(
    { checksum: totals, folder },
    () => `${totals.read} parts of ${totals.relations} relations read, ${totals.known} known before${left}: ${folder}`,
  )
  return totals.notUnloaded === 0 ? 0 : 11
}
