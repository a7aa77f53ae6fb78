import type { KeyIndex } from './key-index.js'

export interface ListQuery {
  readonly prefix: string
  /** Empty: none. */
  readonly delimiter: string
  /** Only what comes after this key or common prefix. */
  readonly after: string
  readonly countMax: number
}

export interface ListPage<T> {
  readonly entries: readonly T[]
  readonly prefixes: readonly string[]
  /** Key or common prefix to go on after; undefined on the last page. */
  readonly next?: string
}

/** One page; keys and common prefixes count alike. */
export function listPage<T extends { readonly key: string }>(index: KeyIndex<T>, query: ListQuery): ListPage<T> {
  const entries: T[] = []
  const prefixes: string[] = []
  let last = ''
  const walk = index.walk(query.prefix, query.after)
  let step = query.countMax === 0 ? undefined : walk.next()
  while (step !== undefined && step.done !== true) {
    const group = commonPrefix(step.value.key, query)
    if (group !== undefined && group === query.after) {
      step = walk.next({ skip: group })
      continue
    }
    if (entries.length + prefixes.length === query.countMax) return { entries, prefixes, next: last }
    if (group === undefined) entries.push(step.value)
    else prefixes.push(group)
    last = group ?? step.value.key
    step = group === undefined ? walk.next() : walk.next({ skip: group })
  }
  return { entries, prefixes }
}

function commonPrefix(key: string, query: ListQuery): string | undefined {
  if (query.delimiter === '') return undefined
  const at = key.indexOf(query.delimiter, query.prefix.length)
  return at < 0 ? undefined : key.slice(0, at + query.delimiter.length)
}
