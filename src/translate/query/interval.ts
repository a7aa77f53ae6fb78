import { refuse } from './bench.js'
import { isFields, nodeOf, strayField } from './node.js'

/** How far a moment is moved: counts of parts, in the order written. */
export type Interval = readonly { readonly count: number; readonly part: string }[]

const units: Readonly<Record<string, { readonly part: string; readonly times: number }>> = {
  year: { part: 'yyyy', times: 1 },
  month: { part: 'mm', times: 1 },
  week: { part: 'dd', times: 7 },
  day: { part: 'dd', times: 1 },
  hour: { part: 'hh', times: 1 },
  minute: { part: 'mi', times: 1 },
  second: { part: 'ss', times: 1 },
}

/** INTERVAL '1 month 2 days', INTERVAL '3' DAY, '1 hour'::interval; undefined for what is no interval. */
export function intervalOf(value: unknown): Interval | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  if (node.kind === 'paren') return intervalOf(node.fields['this'])
  if (node.kind === 'cast') {
    const to = node.fields['to']
    if (!isFields(to) || to['data_type'] !== 'interval') return undefined
    return parts(textIn(node.fields['this'], value), value)
  }
  if (node.kind !== 'interval') return undefined
  const stray = strayField(node.fields, ['this', 'unit'])
  if (stray !== undefined) return refuse(`INTERVAL with ${stray}`, 'is not on the list', value)
  const { unit } = node.fields
  const text = textIn(node.fields['this'], value)
  if (unit == null) return parts(text, value)
  const name = isFields(unit) && unit['type'] === 'simple' ? String(unit['unit']) : ''
  if (!/^-?\d+$/.test(text.trim()))
    return refuse(`INTERVAL '${text}'`, 'only a whole number of units is on the list', value)
  return parts(`${text.trim()} ${name}`, value)
}

function textIn(value: unknown, at: unknown): string {
  const node = nodeOf(value)
  if (node?.kind === 'literal') return String(node.fields['value'])
  return refuse('INTERVAL of an expression', 'only a literal is on the list', at)
}

function parts(text: string, at: unknown): Interval {
  const pieces = [...text.trim().matchAll(/\s*(-?\d+)\s*([A-Za-z]+)\s*,?/gy)]
  const read = pieces.map((piece) => piece[0]).join('')
  if (pieces.length === 0 || read !== text.trim()) return refuse(`INTERVAL '${text}'`, 'is not on the list', at)
  return pieces.map(([, count = '', word = '']) => {
    const unit = units[word.toLowerCase().replace(/s$/, '')]
    if (unit === undefined) return refuse(`INTERVAL '${text}'`, `the unit ${word} is not on the list`, at)
    return { count: Number(count) * unit.times, part: unit.part }
  })
}
