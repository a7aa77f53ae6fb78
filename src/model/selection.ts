import type { Selection } from './catalog.js'
import { relationText, type RelationName } from './names.js'

/** True when `pattern` covers the whole text; `*` stands for any characters, also none and also dots. Case counts. */
export function globMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (pieces.length === 1) return pattern === text
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  return piecesFollow(pieces.slice(1, -1), text.slice(first.length, text.length - last.length))
}

function piecesFollow(pieces: readonly string[], text: string): boolean {
  let from = 0
  for (const piece of pieces) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return true
}

/**
 * Patterns over `schema.name`, `select` before `exclude`; the last that matches decides, none means not selected.
 * A leading `!` turns a pattern round: `select: ['sales.*', '!sales.tmp_*']`.
 */
export function selectionMatches(selection: Selection, name: RelationName): boolean {
  const text = relationText(name)
  const turned = selection.exclude.map((pattern) => (pattern.startsWith('!') ? pattern.slice(1) : `!${pattern}`))
  const deciding = [...selection.select, ...turned].findLast((pattern) =>
    globMatches(pattern.startsWith('!') ? pattern.slice(1) : pattern, text),
  )
  return deciding !== undefined && !deciding.startsWith('!')
}
