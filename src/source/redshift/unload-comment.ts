import { relationText, type RelationName } from '../../model/names.js'

export interface UnloadMark {
  readonly run: string
  readonly relation: RelationName
  readonly token: string
  readonly snapshot: string
}

const head = 'redshift-to-maxcompute'

/** Stands at the head of an UNLOAD, where query history shows it to other processes. The relation comes last: it may hold anything. */
export function unloadComment(mark: UnloadMark): string {
  return `${head} run=${mark.run} token=${mark.token} snapshot=${mark.snapshot} relation=${relationText(mark.relation)}`
}

/** A LIKE pattern for the texts of the token's UNLOAD; a statement that contains the pattern does not match it. */
export function commentPattern(token: string): string {
  return `/* ${head} % token=${token} %`
}

/** What a text of query history says of itself; undefined when it is no UNLOAD of ours. */
export function readUnloadComment(text: string): { readonly token: string; readonly snapshot: string } | undefined {
  const match = /^\s*\/\* redshift-to-maxcompute run=\S+ token=(\S+) snapshot=(\S+) relation=/.exec(text)
  return match === null ? undefined : { token: match[1] ?? '', snapshot: match[2] ?? '' }
}
