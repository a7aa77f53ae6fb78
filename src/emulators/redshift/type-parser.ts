import { RedshiftFault, unsupported } from './fault.js'
import type { TokenCursor } from './token-cursor.js'
import { numeric, rsType, type RsType, type TypeName } from './types.js'

const simpleNames: Readonly<Record<string, TypeName>> = {
  bool: 'bool',
  boolean: 'bool',
  int2: 'int2',
  smallint: 'int2',
  int: 'int4',
  int4: 'int4',
  integer: 'int4',
  int8: 'int8',
  bigint: 'int8',
  float4: 'float4',
  real: 'float4',
  float: 'float8',
  float8: 'float8',
  date: 'date',
  timetz: 'timetz',
  timestamptz: 'timestamptz',
  super: 'super',
  geometry: 'geometry',
  geography: 'geography',
  hllsketch: 'hllsketch',
  oid: 'oid',
  name: 'name',
}

/** Redshift has them on its leader node. */
const unsupportedNames = ['regtype', 'regclass', 'regproc', 'xid', 'cid', 'tid', 'aclitem', 'int2vector', 'oidvector']

const characterNames: Readonly<Record<string, { readonly name: 'char' | 'varchar'; readonly length: number }>> = {
  char: { name: 'char', length: 1 },
  character: { name: 'char', length: 1 },
  nchar: { name: 'char', length: 1 },
  bpchar: { name: 'char', length: 256 },
  varchar: { name: 'varchar', length: 256 },
  nvarchar: { name: 'varchar', length: 256 },
  text: { name: 'varchar', length: 256 },
}

/** Bytes (redshift.md 4.1). */
const varbyteLengthMax = 16_777_216

const lengthMax = { char: 4096, varchar: 65535 } as const

/** Reads a type with Redshift's aliases and default lengths (redshift.md 4.1, 7.3). */
export function parseType(cursor: TokenCursor): RsType {
  if (cursor.acceptWord('pg_catalog')) cursor.expectOperator('.')
  const word = cursor.next().text
  if (word === 'double') {
    cursor.expectWord('precision')
    return rsType('float8')
  }
  if (word === 'numeric' || word === 'decimal' || word === 'dec') return parseNumeric(cursor)
  if (word === 'timestamp' || word === 'time') return parseTime(cursor, word)
  if (word === 'interval') return parseInterval(cursor)
  if (word === 'varbyte' || word === 'varbinary' || word === 'binary') return parseVarbyte(cursor, word)
  const character = characterNames[word]
  if (character !== undefined) return parseCharacter(cursor, character)
  const simple = simpleNames[word]
  if (unsupportedNames.includes(word)) throw unsupported(`type ${word}`)
  if (simple === undefined) throw new RedshiftFault('42704', `type "${word}" does not exist`)
  return rsType(simple)
}

function parseCharacter(cursor: TokenCursor, type: { name: 'char' | 'varchar'; length: number }): RsType {
  const name = cursor.acceptWord('varying') ? 'varchar' : type.name
  const fallback = name === type.name ? type.length : 256
  if (!cursor.acceptOperator('(')) return { name, length: fallback }
  const length = cursor.acceptWord('max') ? lengthMax[name] : cursor.integer()
  cursor.expectOperator(')')
  if (length < 1) throw new RedshiftFault('22023', `length for type ${name} must be at least 1`)
  if (length > lengthMax[name]) {
    throw new RedshiftFault('22023', `length for type ${name} cannot exceed ${lengthMax[name]}`)
  }
  return { name, length }
}

function parseNumeric(cursor: TokenCursor): RsType {
  if (!cursor.acceptOperator('(')) return numeric(18, 0)
  const precision = cursor.integer()
  const scale = cursor.acceptOperator(',') ? cursor.integer() : 0
  cursor.expectOperator(')')
  if (precision < 1 || precision > 38) {
    throw new RedshiftFault('22023', `DECIMAL precision ${precision} must be between 1 and 38`)
  }
  if (scale < 0 || scale > 37) throw new RedshiftFault('22023', `DECIMAL scale ${scale} must be between 0 and 37`)
  if (scale > precision) {
    throw new RedshiftFault('22023', `DECIMAL scale ${scale} must be between 0 and precision ${precision}`)
  }
  return numeric(precision, scale)
}

function parseTime(cursor: TokenCursor, word: 'timestamp' | 'time'): RsType {
  if (cursor.isOperator('(')) throw new RedshiftFault('0A000', `${word} precision is not supported`)
  if (cursor.acceptWord('with', 'time', 'zone')) return rsType(word === 'time' ? 'timetz' : 'timestamptz')
  cursor.acceptWord('without', 'time', 'zone')
  return rsType(word)
}

function parseInterval(cursor: TokenCursor): RsType {
  if (cursor.acceptWord('year', 'to', 'month')) return rsType('intervaly2m')
  if (cursor.acceptWord('day', 'to', 'second')) return rsType('intervald2s')
  return rsType('interval')
}

function parseVarbyte(cursor: TokenCursor, word: string): RsType {
  if (word === 'binary') cursor.expectWord('varying')
  if (!cursor.acceptOperator('(')) return { name: 'varbyte', length: 64000 }
  const length = cursor.integer()
  cursor.expectOperator(')')
  if (length < 1 || length > varbyteLengthMax) {
    throw new RedshiftFault('22023', `length for type varbyte must be between 1 and ${varbyteLengthMax}`)
  }
  return { name: 'varbyte', length }
}
