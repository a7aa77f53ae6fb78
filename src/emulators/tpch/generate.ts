import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { lineitemRows, orderRows } from './orders.js'
import { partRows, partsuppRows } from './parts.js'
import { customerRows, nationRows, regionRows, supplierRows } from './parties.js'
import { cardinalities, type TpchTable } from './scale.js'

export { cardinalities, scaleMax, scaleMin, tpchTables, type Cardinalities, type TpchTable } from './scale.js'

const batchCharacterCount = 256 * 1024

/**
 * The rows of a TPC-H table at a scale factor, fields as text in the order of the table's columns, written after the
 * specification v3, 4.2 and 4.3. The same scale gives the same rows; they are not those of dbgen, so the published
 * answers do not apply to them. Throws RangeError for a scale outside scaleMin to scaleMax.
 */
export function rows(table: TpchTable, scale: number): Generator<readonly string[]> {
  const of = cardinalities(scale)
  switch (table) {
    case 'region':
      return regionRows()
    case 'nation':
      return nationRows()
    case 'supplier':
      return supplierRows(of)
    case 'customer':
      return customerRows(of)
    case 'part':
      return partRows(of)
    case 'partsupp':
      return partsuppRows(of)
    case 'orders':
      return orderRows(of)
    case 'lineitem':
      return lineitemRows(of)
  }
}

/** Writes a table in dbgen's format: fields closed by `|`, a row a line. Gives the row count. */
export async function writeTbl(table: TpchTable, scale: number, file: string): Promise<number> {
  return writeRows(rows(table, scale), file)
}

/** Writes any rows in dbgen's format; memory does not grow with them. */
export async function writeRows(source: Iterable<readonly string[]>, file: string): Promise<number> {
  let rowCount = 0
  function* batches(): Generator<Buffer> {
    let batch = ''
    for (const row of source) {
      batch += row.join('|') + '|\n'
      rowCount += 1
      if (batch.length < batchCharacterCount) continue
      yield Buffer.from(batch)
      batch = ''
    }
    if (batch !== '') yield Buffer.from(batch)
  }
  await pipeline(Readable.from(batches()), createWriteStream(file))
  return rowCount
}
