import { childOf, flagOf, invalidArgument, textOf, type Element } from './element.js'
import type { XmlNode } from '../object-store/xml.js'

/** Which objects a job takes (transfer.md 1.6). */
export interface FilterRule {
  readonly keys: Filters<string>
  readonly times: Filters<TimeSpan>
  readonly excludeSymlink: boolean | undefined
  readonly excludeDir: boolean | undefined
}

interface Filters<Item> {
  readonly includes: readonly Item[]
  readonly excludes: readonly Item[]
}

/** As they were written: `2006-01-01T00:00:00Z`. */
interface TimeSpan {
  readonly startTime: string
  readonly endTime: string
}

export interface FilteredObject {
  readonly key: string
  readonly modifiedAt: number
}

/** Elements that stand for lists wherever they occur in a job. */
export const filterLists = ['Regex', 'TimeFilter']

export function readFilterRule(job: Element): FilterRule | undefined {
  const rule = childOf(job, 'FilterRule')
  if (rule === undefined) return undefined
  const types = childOf(rule, 'FileTypeFilters') ?? {}
  return {
    keys: readFilters(rule, 'KeyFilters', readRegexes),
    times: readFilters(rule, 'LastModifiedFilters', readSpans),
    excludeSymlink: flagOf(types, 'ExcludeSymlink'),
    excludeDir: flagOf(types, 'ExcludeDir'),
  }
}

function readFilters<Item>(rule: Element, name: string, read: (list: Element) => Item[]): Filters<Item> {
  const filters = childOf(rule, name) ?? {}
  const [includes, excludes] = [childOf(filters, 'Includes') ?? {}, childOf(filters, 'Excludes') ?? {}]
  return { includes: read(includes), excludes: read(excludes) }
}

function readRegexes(list: Element): string[] {
  const regexes = (list.Regex ?? []) as readonly unknown[]
  return regexes.map((regex) => {
    if (typeof regex !== 'string' || !isRegex(regex)) throw invalidArgument(`Regex is not valid: ${String(regex)}.`)
    return regex
  })
}

function isRegex(text: string): boolean {
  try {
    return text !== '' && new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function readSpans(list: Element): TimeSpan[] {
  const spans = (list.TimeFilter ?? []) as readonly Element[]
  return spans.map((span) => {
    const [startTime = '', endTime = ''] = [textOf(span, 'StartTime'), textOf(span, 'EndTime')]
    const areTimes = [startTime, endTime].every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time))
    if (areTimes && Date.parse(startTime) <= Date.parse(endTime)) return { startTime, endTime }
    throw invalidArgument(`TimeFilter is not valid: ${startTime} to ${endTime}.`)
  })
}

/** Whether the job takes an object: named by an include, where there are any, and by no exclude. */
export function isTaken(rule: FilterRule | undefined, object: FilteredObject, how: 'search' | 'whole'): boolean {
  if (rule === undefined) return true
  if (rule.excludeDir === true && object.key.endsWith('/')) return false
  const hasKey = (regex: string): boolean => {
    return new RegExp(how === 'whole' ? `^(?:${regex})$` : regex, 'u').test(object.key)
  }
  const hasTime = ({ startTime, endTime }: TimeSpan): boolean =>
    object.modifiedAt >= Date.parse(startTime) && object.modifiedAt <= Date.parse(endTime)
  return passes(rule.keys, hasKey) && passes(rule.times, hasTime)
}

function passes<Item>({ includes, excludes }: Filters<Item>, matches: (item: Item) => boolean): boolean {
  return (includes.length === 0 || includes.some(matches)) && !excludes.some(matches)
}

export function filterNodes(rule: FilterRule | undefined): XmlNode[] | undefined {
  if (rule === undefined) return undefined
  const regexes = (list: readonly string[]): XmlNode[] => list.map((regex) => ['Regex', regex])
  const spans = (list: readonly TimeSpan[]): XmlNode[] => list.map((span) => ['TimeFilter', spanNodes(span)])
  return [
    ['KeyFilters', bothNodes(rule.keys, regexes)],
    ['LastModifiedFilters', bothNodes(rule.times, spans)],
    [
      'FileTypeFilters',
      [
        ['ExcludeSymlink', rule.excludeSymlink],
        ['ExcludeDir', rule.excludeDir],
      ],
    ],
  ]
}

function bothNodes<Item>(
  { includes, excludes }: Filters<Item>,
  write: (list: readonly Item[]) => XmlNode[],
): XmlNode[] {
  return [
    ['Includes', write(includes)],
    ['Excludes', write(excludes)],
  ]
}

function spanNodes({ startTime, endTime }: TimeSpan): XmlNode[] {
  return [
    ['StartTime', startTime],
    ['EndTime', endTime],
  ]
}
