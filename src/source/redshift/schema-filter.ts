import type { Selection } from '../../model/catalog.js'
import { globMatches } from '../../model/selection.js'

/** Redshift's own schemas (redshift.md 3.2); `pg_` is reserved to them. */
export function isSystemSchema(schema: string): boolean {
  return schema === 'information_schema' || schema === 'catalog_history' || schema.startsWith('pg_')
}

/** False when the selection can take no relation of the schema, so that it need not be read. True promises nothing. */
export function mayBeSelected(selection: Selection, schema: string): boolean {
  const start = `${schema}.`
  const opened = selection.select.some((pattern) => !pattern.startsWith('!') && mayMatchFrom(pattern, start))
  if (!opened) return false
  // A turned exclusion may take some of it back; then the relations decide one by one.
  if (selection.exclude.some((pattern) => pattern.startsWith('!'))) return true
  return !selection.exclude.some((pattern) => pattern.endsWith('*') && globMatches(pattern, start))
}

/** What stands before the first `*` must fit; what follows may be anything, for a `*` reaches over dots. */
function mayMatchFrom(pattern: string, start: string): boolean {
  if (!pattern.includes('*')) return pattern.startsWith(start)
  const sure = pattern.slice(0, pattern.indexOf('*'))
  return start.startsWith(sure) || sure.startsWith(start)
}
