import type { FileRecord, Round } from './round.js'
import { encode } from '../object-store/store-request.js'
import { putTarget, type TargetStore } from './target-store.js'

/** A migration report: being pushed, pushed, or not to be pushed. */
export interface Report {
  status: 'Running' | 'Finished' | 'Failed'
  readonly createdAt: number
  endedAt: number | undefined
  readonly prefix: string
  errorMessage: string
}

const lists = ['total', 'failed', 'skipped'] as const
const columns = ['source', 'destination', 'size', 'lastModified', 'startTime', 'endTime', 'result', 'error']

export function newReport(of: { readonly owner: string; readonly version: string; readonly round: Round }): Report {
  const prefix = `aliyun_import_report/${of.owner}/${of.version}/${of.round.runtimeId}/`
  return { status: 'Running', createdAt: Date.now(), endedAt: undefined, prefix, errorMessage: '' }
}

/** Writes the lists below the destination's prefix (transfer.md 1.8); the order of the columns is the emulator's own. */
export async function pushReport(report: Report, name: string, round: Round, target: TargetStore): Promise<void> {
  try {
    for (const list of lists) {
      const files = round.files.filter((file) => list === 'total' || file.outcome === list)
      const text = [columns, ...files.map(fields)].map((line) => `${line.join(',')}\n`).join('')
      const key = `${target.prefix}${report.prefix}${list}_list/${name}_${list}_list_0`
      const headers = { 'content-length': String(Buffer.byteLength(text)), 'content-type': 'text/csv' }
      await putTarget(target, key, headers, text)
    }
    report.status = 'Finished'
  } catch (error) {
    report.status = 'Failed'
    report.errorMessage = error instanceof Error ? error.message : String(error)
  } finally {
    report.endedAt = Date.now()
  }
}

function fields({ object, targetKey, outcome, error, startedAt, endedAt }: FileRecord): readonly string[] {
  const times = [object.modifiedAt, startedAt, endedAt].map((at) => new Date(at).toISOString())
  return [encode(object.key), encode(targetKey), String(object.byteCount), ...times, outcome, quoted(error)]
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
