import type { CatalogEntry, CatalogObject } from '../model/catalog.js'
import type { Unmigrated } from '../model/plan.js'
import { skipReason } from './relation.js'

/**
 * `manual`: somebody has to carry it over by hand. `skipped`: nothing of it is to be carried from the source: the files of
 * an external table are on S3 already, whatever becomes of its definition.
 */
export interface Unplanned {
  readonly fate: 'manual' | 'skipped'
  readonly unmigrated: Unmigrated
}

/** Undefined for a relation that is migrated. */
export function unplannedRelation(entry: CatalogEntry): Unplanned | undefined {
  const reason = skipReason(entry)
  if (reason === undefined) return undefined
  const { kind, schema, name } = entry
  const isByHand = kind === 'view' || kind === 'late-binding-view' || kind === 'materialized-view'
  return { fate: isByHand ? 'manual' : 'skipped', unmigrated: { kind, schema, name, reason } }
}

export function unplannedObject(object: CatalogObject): Unplanned {
  const { kind, schema } = object
  const name = kind === 'grant' ? object.signature : `${object.name}${object.signature}`
  return { fate: 'manual', unmigrated: { kind, schema, name, reason: objectReason(object) } }
}

/** By `pg_language.lanname`. */
const functionReasons: Readonly<Record<string, string>> = {
  sql: 'is a function in SQL: write it anew as a SQL function of MaxCompute',
  plpythonu: 'is a function in Python: write it anew as a Python UDF of MaxCompute',
  exfunc: 'is a Lambda function: MaxCompute calls none; write it anew as a UDF',
  mlfunc: 'belongs to a model of Redshift ML: train and call it elsewhere',
}

function objectReason({ kind, language = '' }: CatalogObject): string {
  if (kind === 'procedure')
    return 'is a stored procedure: write it anew as a script of MaxCompute or a node of DataWorks'
  if (kind === 'grant') return 'is a grant to people of the source: give it to those of the target'
  const written = language === '' ? 'is a function' : `is a function in ${language}`
  return functionReasons[language] ?? `${written}: write it anew as a UDF of MaxCompute`
}
