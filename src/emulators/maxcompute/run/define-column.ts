import { castExplicitly, convertImplicitly, storeSql } from '../bind/cast.js'
import { bindExpression } from '../bind/expression.js'
import { Scope } from '../bind/scope.js'
import type { BindContext } from '../bind/bind-context.js'
import { resolveType, typeText, type DataType } from '../data-type.js'
import { implicitCastError, semanticError } from '../odps-error.js'
import type { Expression } from '../sql/ast.js'
import type { ColumnDefinition } from '../sql/statement.js'
import { newId, type Column } from '../table.js'
import { checkColumnName, checkComment } from './names.js'

const partitionBases = ['string', 'varchar', 'char', 'tinyint', 'smallint', 'int', 'bigint']

/** A column as the definition wants it, or the refusal: name, type, edition, default. */
export function defineColumn(definition: ColumnDefinition, bind: BindContext): Column {
  checkColumnName(definition.name, definition.at)
  checkComment(definition.comment, definition.at)
  const type = resolveType(definition.type, bind.settings.flags)
  const { defaultValue } = definition
  return {
    name: definition.name,
    type,
    notNull: definition.notNull,
    comment: definition.comment,
    physical: newColumnName(),
    ...(defaultValue === undefined ? {} : { defaultValue: defineDefault(defaultValue, type, definition, bind) }),
  }
}

export function newColumnName(): string {
  return `c_${newId().slice(0, 12)}`
}

export function definePartitionColumn(definition: ColumnDefinition, bind: BindContext): Column {
  const column = defineColumn(definition, bind)
  const allowed = bind.settings.flags.odps2 ? partitionBases : ['string']
  if (allowed.includes(column.type.base)) return column
  throw semanticError(definition.at, `partition column ${column.name} cannot have type ${typeText(column.type)}`)
}

/** Only a literal (of the type, or implicitly of it; a whole number fits every integer it is small enough for). */
function defineDefault(value: Expression, type: DataType, definition: ColumnDefinition, bind: BindContext) {
  const place = { at: value.at, bind }
  const constant = isConstant(value)
  if (!constant) throw semanticError(value.at, `default value of column ${definition.name} must be a constant`)
  const bound = bindExpression(value, new Scope(), bind)
  const whole = bound.literal !== undefined && /^-?\d+$/.test(bound.literal) && bound.type.base !== 'string'
  const fitting = whole && ['tinyint', 'smallint', 'int', 'bigint'].includes(type.base)
  const typedValue = fitting ? castExplicitly(bound, type, place) : convertImplicitly(bound, type, place)
  if (typedValue === undefined) throw implicitCastError(value.at, typeText(bound.type), typeText(type))
  return { text: constantText(value), sql: storeSql(typedValue, type, definition.name, place) ?? typedValue.sql }
}

function isConstant(value: Expression): boolean {
  if (value.kind === 'unary') return value.operator === '-' && isConstant(value.operand)
  if (value.kind === 'cast') return isConstant(value.operand)
  return ['null', 'boolean', 'string', 'number', 'typed'].includes(value.kind)
}

/** As the metadata show it. */
function constantText(value: Expression): string {
  switch (value.kind) {
    case 'string':
    case 'typed':
      return value.value
    case 'number':
      return `${value.digits}${value.suffix}`
    case 'boolean':
      return String(value.value)
    case 'unary':
      return `-${constantText(value.operand)}`
    case 'cast':
      return constantText(value.operand)
    default:
      return 'NULL'
  }
}
