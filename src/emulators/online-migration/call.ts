import type { Answer } from '../object-store/answer.js'
import { toXml, type XmlNode } from '../object-store/xml.js'
import { invalidArgument } from './element.js'
import type { Environment } from './environment.js'
import type { JobRun } from './job-run.js'
import type { Registry } from './registry.js'

/** One authenticated request. */
export interface Call {
  readonly environment: Environment
  readonly registry: Registry
  readonly run: JobRun
  /** The name in the path, or empty. */
  readonly subject: string
  readonly query: ReadonlyMap<string, string>
  readonly body: string
  readonly owner: string
  readonly time: (at: number) => string
}

export type Operation = (call: Call) => Answer | Promise<Answer>

export const done: Answer = { status: 200, headers: {} }
export const deleted: Answer = { status: 204, headers: {} }

export function xmlAnswer(root: string, nodes: readonly XmlNode[]): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: toXml([root, nodes]) }
}

const pageSizeMax = 1000

/** One page of a list, after the entry that `marker` names. */
export function page<Item>(
  call: Call,
  items: readonly Item[],
  markerOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly ends: readonly XmlNode[] } {
  const size = readCount(call, 'count') ?? pageSizeMax
  if (size < 1 || size > pageSizeMax) throw invalidArgument(`count must be from 1 to ${pageSizeMax}.`)
  const marker = call.query.get('marker') ?? ''
  const at = items.findIndex((item) => markerOf(item) === marker)
  if (marker !== '' && at < 0) throw invalidArgument(`marker names nothing: ${marker}.`)
  const rest = items.slice(at + 1)
  const shown = rest.slice(0, size)
  const isTruncated = rest.length > shown.length
  const last = shown.at(-1)
  const next = isTruncated && last !== undefined ? markerOf(last) : ''
  return {
    items: shown,
    ends: [
      ['Truncated', isTruncated],
      ['NextMarker', next],
    ],
  }
}

/** A whole number in the query; undefined when it is absent. */
export function readCount(call: Call, name: string): number | undefined {
  const text = call.query.get(name)
  if (text === undefined || text === '') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw invalidArgument(`${name} must be a whole number.`)
}
