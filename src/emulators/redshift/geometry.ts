/** A shape as WKT and EWKB both have it. Coordinates are kept as numbers, two to four a point. */
export interface Shape {
  readonly type: ShapeType
  readonly dimensions: '' | 'Z' | 'M' | 'ZM'
  /** Of a point: its coordinates, none when it is empty. Of a line: points. Of a polygon: rings. */
  readonly points: readonly (readonly number[])[]
  readonly parts: readonly Shape[]
}

export type ShapeType = (typeof shapeTypes)[number]

/** In the order of their codes in EWKB, which start at 1. */
export const shapeTypes = [
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
] as const

/** What the parts of a shape are: a polygon's rings are written like lines. */
export function partType(type: ShapeType): ShapeType | undefined {
  switch (type) {
    case 'POLYGON':
    case 'MULTILINESTRING':
      return 'LINESTRING'
    case 'MULTIPOINT':
      return 'POINT'
    case 'MULTIPOLYGON':
      return 'POLYGON'
    default:
      return undefined
  }
}
