import { Crc32c } from './crc32c.js'
import { valueForm, type RecordCell } from './record-value.js'
import { WireReader } from './wire-reader.js'

export interface RecordColumn {
  readonly name: string
  /** As the service spells it: `decimal(10,2)`. */
  readonly type: string
}

export type RecordRow = readonly RecordCell[]

const rowEndField = 33_553_408
const rowCountField = 33_554_430
const checksumField = 33_554_431
const metricsChecksumField = 33_554_176

/**
 * Reads a whole record stream (maxcompute.md 2.6): each row's CRC, the count of rows and the CRC over all must be right,
 * and nothing may follow. Throws `RangeError` with the row where they are not, and for a column that cannot be read.
 */
export function readRecords(bytes: Buffer, columns: readonly RecordColumn[]): RecordRow[] {
  const reader = new RecordReader(bytes, columns)
  const rows: RecordRow[] = []
  for (let row = reader.next(); row !== undefined; row = reader.next()) rows.push(row)
  return rows
}

class RecordReader {
  readonly #from: WireReader
  readonly #forms: readonly NonNullable<ReturnType<typeof valueForm>>[]
  readonly #row = new Crc32c()
  readonly #all = new Crc32c()
  #rowCount = 0

  constructor(bytes: Buffer, columns: readonly RecordColumn[]) {
    this.#from = new WireReader(bytes)
    this.#forms = columns.map(({ name, type }) => {
      const form = valueForm(type)
      if (form === undefined) throw new RangeError(`column ${name}: type ${type} is not read from the tunnel`)
      return form
    })
  }

  /** Undefined after the last row, whose end was checked. */
  next(): RecordRow | undefined {
    const cells: RecordCell[] = new Array<RecordCell>(this.#forms.length).fill(null)
    for (let isFirst = true; ; isFirst = false) {
      const { field, wire } = this.#from.tag()
      if (field === rowEndField && wire === 0) {
        this.#endRow()
        return cells
      }
      if (field === rowCountField && wire === 0 && isFirst) {
        this.#end()
        return undefined
      }
      cells[field - 1] = this.#cell(field, wire)
    }
  }

  #cell(field: number, wire: number): RecordCell {
    const form = this.#forms[field - 1]
    if (form?.wire !== wire) throw this.#broken(`field ${field} of wire type ${wire} is no column`)
    this.#row.addInt32(field)
    return form.read(this.#from, this.#row)
  }

  #endRow(): void {
    const checksum = this.#row.take()
    if (this.#from.unsigned() !== BigInt(checksum)) throw this.#broken('the checksum of the row is wrong')
    this.#all.addInt32(checksum)
    this.#rowCount += 1
  }

  #end(): void {
    const told = this.#from.signed()
    if (told !== BigInt(this.#rowCount)) throw this.#broken(`${this.#rowCount} rows came, ${told} were told`)
    const first = this.#from.tag()
    const { field, wire } = first.wire === 2 ? this.#metrics() : first
    if (field !== checksumField || wire !== 0) throw this.#broken('the stream has no checksum')
    if (this.#from.unsigned() !== BigInt(this.#all.take())) throw this.#broken('the checksum of the stream is wrong')
    if (!this.#from.atEnd) throw this.#broken('bytes follow the end of the stream')
  }

  /** What the service measured of itself, between count and checksum; newer services send it. Returns the tag after it. */
  #metrics(): ReturnType<WireReader['tag']> {
    this.#row.add(this.#from.fixed(Number(this.#from.unsigned())))
    if (this.#from.tag().field !== metricsChecksumField) throw this.#broken('the metrics have no checksum')
    if (this.#from.unsigned() !== BigInt(this.#row.take())) throw this.#broken('the checksum of the metrics is wrong')
    return this.#from.tag()
  }

  #broken(what: string): RangeError {
    return new RangeError(`row ${this.#rowCount + 1}, byte ${this.#from.position}: ${what}`)
  }
}
