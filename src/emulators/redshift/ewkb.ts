import { partType, type Shape, shapeTypes } from './geometry.js'

const flags = { z: 0x80000000, m: 0x40000000, srid: 0x20000000 }

/** Little-endian EWKB in upper-case hex, as Redshift shows a GEOMETRY (redshift.md 4.2). */
export function ewkbHex(shape: Shape, srid: number): string {
  return Buffer.concat(write(shape, srid)).toString('hex').toUpperCase()
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value >>> 0)
  return buffer
}

function doubles(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8)
  values.forEach((value, i) => buffer.writeDoubleLE(value, i * 8))
  return buffer
}

function write(shape: Shape, srid: number): Buffer[] {
  const { type, dimensions, points, parts } = shape
  const marks = (dimensions.includes('Z') ? flags.z : 0) + (dimensions.includes('M') ? flags.m : 0)
  const code = shapeTypes.indexOf(type) + 1 + marks + (srid === 0 ? 0 : flags.srid)
  const head = [Buffer.from([1]), uint32(code), ...(srid === 0 ? [] : [uint32(srid)])]
  if (type === 'POINT') {
    const [point = new Array<number>(2 + dimensions.length).fill(NaN)] = points
    return [...head, doubles(point)]
  }
  if (type === 'LINESTRING') return [...head, ...line(shape)]
  const inner = type === 'POLYGON' ? parts.flatMap(line) : parts.flatMap((part) => write(part, 0))
  return [...head, uint32(parts.length), ...inner]
}

function line(shape: Shape): Buffer[] {
  return [uint32(shape.points.length), ...shape.points.map(doubles)]
}

/** Throws on what is not EWKB. */
export function readEwkb(hex: string): { readonly shape: Shape; readonly srid: number } {
  if (!/^([0-9a-fA-F]{2})+$/.test(hex)) throw new Error('not hexadecimal')
  const reader = new EwkbReader(Buffer.from(hex, 'hex'))
  const shape = reader.shape()
  reader.end()
  return { shape, srid: reader.srid }
}

function dimensionsOf(z: boolean, m: boolean): Shape['dimensions'] {
  if (z) return m ? 'ZM' : 'Z'
  return m ? 'M' : ''
}

class EwkbReader {
  readonly #bytes: Buffer
  #at = 0
  #little = true
  srid = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error('bytes after the end of EWKB')
  }

  #uint32(): number {
    this.#at += 4
    return this.#little ? this.#bytes.readUInt32LE(this.#at - 4) : this.#bytes.readUInt32BE(this.#at - 4)
  }

  #points(count: number, width: number): number[][] {
    // Reading past the end throws, however many a broken count asks for.
    const points: number[][] = []
    for (let n = 0; n < count; n += 1) {
      const point: number[] = []
      for (let i = 0; i < width; i += 1) {
        point.push(this.#little ? this.#bytes.readDoubleLE(this.#at) : this.#bytes.readDoubleBE(this.#at))
        this.#at += 8
      }
      points.push(point)
    }
    return points
  }

  shape(): Shape {
    this.#little = this.#bytes.readUInt8(this.#at) === 1
    this.#at += 1
    const code = this.#uint32()
    const type = shapeTypes[(code & 0xff) - 1]
    if (type === undefined) throw new Error(`unknown geometry ${code}`)
    if ((code & flags.srid) !== 0) this.srid = this.#uint32()
    const dimensions = dimensionsOf((code & flags.z) !== 0, (code & flags.m) !== 0)
    const width = 2 + dimensions.length
    if (type === 'POINT') {
      const points = this.#points(1, width).filter((point) => !point.every(Number.isNaN))
      return { type, dimensions, points, parts: [] }
    }
    const count = this.#uint32()
    if (type === 'LINESTRING') return { type, dimensions, points: this.#points(count, width), parts: [] }
    const parts: Shape[] = []
    for (let n = 0; n < count; n += 1) parts.push(type === 'POLYGON' ? this.#ring(dimensions) : this.shape())
    if (type !== 'GEOMETRYCOLLECTION' && type !== 'POLYGON' && parts.some((part) => part.type !== partType(type))) {
      throw new Error(`another shape within ${type}`)
    }
    return { type, dimensions, points: [], parts }
  }

  #ring(dimensions: Shape['dimensions']): Shape {
    return { type: 'LINESTRING', dimensions, points: this.#points(this.#uint32(), 2 + dimensions.length), parts: [] }
  }
}
