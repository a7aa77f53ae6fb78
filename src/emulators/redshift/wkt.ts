import { partType, type Shape, type ShapeType, shapeTypes } from './geometry.js'

const token = /\s*([A-Za-z]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[(),;=])/y

/** Reads EWKT: `SRID=4326;POINT(1 2)`. Throws on anything else. */
export function readWkt(text: string): { readonly shape: Shape; readonly srid: number } {
  const reader = new WktReader(text)
  const srid = reader.accept('SRID') ? reader.srid() : 0
  const shape = reader.shape()
  reader.end()
  return { shape, srid }
}

class WktReader {
  readonly #tokens: string[] = []
  #at = 0

  constructor(text: string) {
    let from = 0
    const all = text.trimEnd()
    while (from < all.length) {
      token.lastIndex = from
      const match = token.exec(all)
      if (match === null) throw new Error(`not WKT: ${all.slice(from, from + 20)}`)
      this.#tokens.push((match[1] ?? '').toUpperCase())
      from = token.lastIndex
    }
  }

  accept(text: string): boolean {
    if (this.#tokens[this.#at] !== text) return false
    this.#at += 1
    return true
  }

  #expect(text: string): void {
    if (!this.accept(text)) throw new Error(`not WKT: ${text} is missing`)
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new Error('not WKT: text after its end')
  }

  srid(): number {
    this.#expect('=')
    const srid = this.#number()
    this.#expect(';')
    return srid
  }

  #number(): number {
    const value = Number(this.#tokens[this.#at] ?? 'x')
    if (Number.isNaN(value)) throw new Error('not WKT: a number is missing')
    this.#at += 1
    return value
  }

  shape(): Shape {
    const word = this.#tokens[this.#at] ?? ''
    const type =
      shapeTypes.find((name) => name === word.replace(/(ZM|Z|M)$/, '')) ?? shapeTypes.find((name) => name === word)
    if (type === undefined) throw new Error(`not WKT: ${word}`)
    this.#at += 1
    const dimensions = (['ZM', 'Z', 'M'] as const).find((name) => word === type + name || this.accept(name))
    return this.#body(type, dimensions)
  }

  #body(type: ShapeType, given?: Shape['dimensions']): Shape {
    if (this.accept('EMPTY')) return { type, dimensions: given ?? '', points: [], parts: [] }
    this.#expect('(')
    const points: number[][] = []
    const parts: Shape[] = []
    do {
      if (type === 'POINT' || type === 'LINESTRING') points.push(this.#point())
      else parts.push(this.#part(type, given))
    } while (this.accept(','))
    this.#expect(')')
    const width = points[0]?.length ?? 0
    const dimensions = given ?? parts[0]?.dimensions ?? (width === 3 ? 'Z' : width === 4 ? 'ZM' : '')
    return { type, dimensions, points, parts }
  }

  /** The points of a MULTIPOINT may stand without parentheses. */
  #part(type: ShapeType, given?: Shape['dimensions']): Shape {
    const inner = partType(type)
    if (inner === undefined) return this.shape()
    if (inner === 'POINT' && this.#tokens[this.#at] !== '(' && this.#tokens[this.#at] !== 'EMPTY') {
      const point = this.#point()
      return { type: 'POINT', dimensions: given ?? (point.length === 3 ? 'Z' : ''), points: [point], parts: [] }
    }
    return this.#body(inner, given)
  }

  #point(): number[] {
    const numbers = [this.#number(), this.#number()]
    while (numbers.length < 4 && /^[-+.\d]/.test(this.#tokens[this.#at] ?? '')) numbers.push(this.#number())
    return numbers
  }
}

/** `precision`: significant digits, 15 unless told (DG ST_AsEWKT). */
export function wktText(shape: Shape, precision: number): string {
  const body = bodyText(shape, precision)
  if (shape.dimensions === '') return shape.type + body
  return `${shape.type} ${shape.dimensions}${body.startsWith('(') ? ' ' : ''}${body}`
}

function bodyText(shape: Shape, precision: number): string {
  const { points, parts, type } = shape
  if (points.length + parts.length === 0) return ' EMPTY'
  const inner = type === 'GEOMETRYCOLLECTION' ? wktText : bodyText
  const numbers = (point: readonly number[]): string =>
    point.map((n) => String(Number(n.toPrecision(precision)))).join(' ')
  const list = parts.length > 0 ? parts.map((part) => inner(part, precision)) : points.map(numbers)
  return `(${list.join(',')})`
}
