import { createHash } from 'node:crypto'
import { rowHash, shownText } from '../../dialect/cell-hash.js'
import {
  bucketDigitCount,
  bucketFigures,
  definitionOf,
  laneDigitCount,
  prefixLength,
  rowColumns,
} from '../../dialect/row-hash.js'
import { MigrationError } from '../../model/errors.js'
import {
  laneCount,
  type Bucket,
  type Fingerprint,
  type Fingerprinting,
  type HashedRow,
} from '../../model/fingerprint.js'
import type { Part } from '../../model/manifest.js'
import type { MeasuredRelation } from '../../model/measure.js'
import { relationText } from '../../model/names.js'
import type { Call } from '../../model/work.js'
import type { ObjectStore } from '../../store/store.js'
import { figureTallies, type FigureTally } from './figure-tally.js'
import { readPartRows, type PartRow } from './part-rows.js'

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex')

interface OpenBucket {
  rowCount: bigint
  readonly lanes: bigint[]
  readonly figures: readonly FigureTally[]
}

/**
 * The rows of an unload, told by its Parquet parts: what the source held at that moment, whatever it holds now.
 * Memory holds one row group at a time; each question reads all parts anew.
 */
export class UnloadedRows implements Fingerprinting {
  readonly #store: ObjectStore
  readonly #parts: readonly Part[]

  constructor(store: ObjectStore, parts: readonly Part[]) {
    this.#store = store
    this.#parts = parts
  }

  async fingerprint(of: MeasuredRelation, within: readonly string[], call: Call): Promise<Fingerprint> {
    const figures = bucketFigures(of)
    const open = new Map<string, OpenBucket>()
    const length = prefixLength(within)
    for await (const { hash, row } of this.#hashed(of, within, call)) {
      const prefix = hash.slice(0, length)
      const bucket = open.get(prefix) ?? emptyBucket(of)
      open.set(prefix, bucket)
      bucket.rowCount += 1n
      for (let lane = 0; lane < laneCount; lane += 1) {
        const digits = hash.slice(lane * laneDigitCount, (lane + 1) * laneDigitCount)
        bucket.lanes[lane] = (bucket.lanes[lane] ?? 0n) + BigInt(parseInt(digits, 16))
      }
      for (const figure of bucket.figures) figure.add(row)
    }
    return { definition: definitionOf(of), figures, buckets: [...open].toSorted(byPrefix).map(closed) }
  }

  async rows(
    of: MeasuredRelation,
    within: readonly string[],
    rowCountMax: number,
    call: Call,
  ): Promise<readonly HashedRow[]> {
    const columns = rowColumns(of)
    const found = new Map<string, { readonly hash: string; count: bigint; readonly values: (string | null)[] }>()
    for await (const { hash, row } of this.#hashed(of, within, call)) {
      const values = columns.map((column) => shownText(column, row[column.target] ?? null, md5))
      const key = JSON.stringify([hash, ...values])
      const known = found.get(key)
      if (known !== undefined) known.count += 1n
      else if (found.size < rowCountMax) found.set(key, { hash, count: 1n, values })
    }
    return [...found.values()].map(({ count, ...row }) => ({ ...row, count: count.toString() }))
  }

  async *#hashed(
    of: MeasuredRelation,
    within: readonly string[],
    call: Call,
  ): AsyncGenerator<{ readonly hash: string; readonly row: PartRow }> {
    const wanted = new Set(within)
    const length = prefixLength(within) - bucketDigitCount
    for (const part of this.#parts) {
      for await (const row of readPartRows(this.#store, part, `parts of ${relationText(of.source)}`, call)) {
        if (call.signal.aborted) throw new MigrationError('interrupted', `parts of ${relationText(of.source)}`)
        const hash = rowHash(of, (column) => row[column.target] ?? null, md5)
        if (length === 0 || wanted.has(hash.slice(0, length))) yield { hash, row }
      }
    }
  }
}

function emptyBucket(of: MeasuredRelation): OpenBucket {
  return { rowCount: 0n, lanes: Array.from({ length: laneCount }, () => 0n), figures: figureTallies(of) }
}

function closed([prefix, { rowCount, lanes, figures }]: readonly [string, OpenBucket]): Bucket {
  return {
    prefix,
    rowCount: rowCount.toString(),
    lanes: lanes.map(String),
    figures: figures.map((figure) => figure.value()),
  }
}

function byPrefix(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1
}
