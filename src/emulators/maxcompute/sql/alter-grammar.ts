import { readType } from './primary-grammar.js'
import type { AlterAction, PartitionFilter, PartitionItem, Statement } from './statement.js'
import { readColumnDefinition, readPartition, readProperties } from './table-grammar.js'
import type { TokenReader } from './token-reader.js'

/** Tokens that tell a condition from a list of values. */
const filterTokenCountMax = 1_000

/** After ALTER TABLE. */
export function readAlterTable(reader: TokenReader): Statement {
  const table = reader.qualifiedName()
  const partition = reader.isWords('PARTITION') && reader.next() ? readPartition(reader) : []
  const action = readAction(reader)
  // TOUCH names its partition behind itself.
  const touched = action.kind === 'touch' && reader.takeWords('PARTITION') ? readPartition(reader) : partition
  return { kind: 'alter', table, partition: touched, action, at: table.at }
}

function readAction(reader: TokenReader): AlterAction {
  if (reader.takeWords('RENAME', 'TO', 'PARTITION')) return { kind: 'rename-partition', to: readPartition(reader) }
  if (reader.takeWords('TOUCH')) return { kind: 'touch' }
  if (reader.takeWords('CHANGEOWNER', 'TO')) return { kind: 'owner', owner: reader.string() }
  if (reader.takeWords('RENAME', 'TO')) return { kind: 'rename', to: reader.qualifiedName() }
  if (reader.takeWords('ADD')) return readAdd(reader)
  if (reader.takeWords('DROP', 'COLUMNS') || reader.takeWords('DROP', 'COLUMN'))
    return { kind: 'drop-columns', columns: reader.list(() => reader.identifier()) }
  if (reader.takeWords('DROP')) {
    const ifExists = reader.takeWords('IF', 'EXISTS')
    const filters = readFilters(reader)
    if (filters.length > 0) return { kind: 'drop-partitions-where', filters }
    return { kind: 'drop-partition', ifExists, partitions: readPartitions(reader) }
  }
  if (reader.takeWords('SET')) return readSet(reader)
  if (reader.takeWords('CHANGE')) return readChange(reader)
  throw reader.unexpected('RENAME, ADD, DROP, SET, CHANGE, TOUCH or CHANGEOWNER')
}

function readAdd(reader: TokenReader): AlterAction {
  if (reader.takeWords('COLUMNS') || reader.takeWords('COLUMN')) {
    const ifNotExists = reader.isWords('IF')
    if (ifNotExists) throw reader.unexpected("'('")
    if (!reader.isMark('(')) return { kind: 'add-columns', columns: [readColumnDefinition(reader)] }
    return { kind: 'add-columns', columns: reader.inParentheses(() => reader.list(() => readColumnDefinition(reader))) }
  }
  const ifNotExists = reader.takeWords('IF', 'NOT', 'EXISTS')
  return { kind: 'add-partition', ifNotExists, partitions: readPartitions(reader) }
}

/** `PARTITION (…) PARTITION (…)`, with or without commas between. */
function readPartitions(reader: TokenReader): PartitionItem[][] {
  const partitions: PartitionItem[][] = []
  while (reader.takeWords('PARTITION')) {
    partitions.push(readPartition(reader))
    reader.takeMark(',')
  }
  if (partitions.length === 0) throw reader.unexpected('PARTITION')
  return partitions
}

/** `PARTITION (condition)[, PARTITION (condition)]`; none where the first one is a list of values. */
function readFilters(reader: TokenReader): PartitionFilter[] {
  if (!isFilter(reader)) return []
  const filters: PartitionFilter[] = []
  while (reader.takeWords('PARTITION')) {
    const { at } = reader
    filters.push({ condition: reader.inParentheses(() => reader.expression()), at })
    reader.takeMark(',')
  }
  return filters
}

/** Whether what follows is more than `PARTITION (column = value, …)`. */
function isFilter(reader: TokenReader): boolean {
  let depth = 1
  for (let ahead = 2; ahead < filterTokenCountMax && depth > 0; ahead += 1) {
    const { kind, text } = reader.peek(ahead)
    if (kind === 'end') return false
    if (kind === 'mark' && text === '(') depth += 1
    if (kind === 'mark' && text === ')') depth -= 1
    if (kind === 'mark' && ['<', '>', '<=', '>=', '<>', '!='].includes(text)) return true
    if (kind === 'word' && ['AND', 'OR', 'NOT'].includes(text.toUpperCase())) return true
  }
  return false
}

function readSet(reader: TokenReader): AlterAction {
  if (reader.takeWords('COMMENT')) return { kind: 'comment', comment: reader.string() }
  if (reader.takeWords('LIFECYCLE')) return { kind: 'lifecycle', days: Number(reader.digits()) }
  if (reader.takeWords('TBLPROPERTIES')) return { kind: 'properties', properties: readProperties(reader) }
  throw reader.unexpected('COMMENT, LIFECYCLE or TBLPROPERTIES')
}

function readChange(reader: TokenReader): AlterAction {
  reader.expectWords('COLUMN')
  const column = reader.identifier()
  if (reader.takeWords('RENAME', 'TO')) return { kind: 'rename-column', column, to: reader.identifier() }
  if (reader.takeWords('COMMENT')) return { kind: 'column-comment', column, comment: reader.string() }
  const to = reader.identifier()
  const type = readType(reader)
  const comment = reader.takeWords('COMMENT') ? reader.string() : undefined
  return { kind: 'change-column', column, to, type, ...(comment === undefined ? {} : { comment }) }
}
