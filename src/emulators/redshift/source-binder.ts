import { type BindContext, relationOf } from './bind-context.js'
import { type BoundColumn, quoteName } from './binding.js'
import { renamed } from './column-names.js'
import { unsupported } from './fault.js'
import type { Scope } from './scope.js'
import type { Source } from './syntax-tree.js'

/** ` FROM …`, or nothing; the sources' names are added to the scope. */
export function bindSources(sources: readonly Source[], scope: Scope, context: BindContext): string {
  if (sources.length === 0) return ''
  return ` FROM ${sources.map((source) => bindSource(source, scope, context)).join(', ')}`
}

function bindSource(source: Source, scope: Scope, context: BindContext): string {
  switch (source.kind) {
    case 'table':
      return bindTable(source, scope, context)
    case 'derived':
      return bindDerived(source, scope, context)
    case 'function':
      return bindTableFunction(source, scope, context)
    case 'join':
      return bindJoin(source, scope, context)
  }
}

function named(alias: string, columns: readonly BoundColumn[]): string {
  return ` AS ${quoteName(alias)}(${columns.map((column) => quoteName(column.name)).join(', ')})`
}

function bindTable(source: Extract<Source, { kind: 'table' }>, scope: Scope, context: BindContext): string {
  const [first = ''] = source.names
  const cte = source.names.length === 1 ? scope.cte(first) : undefined
  if (cte !== undefined) {
    const alias = source.alias ?? first
    const columns = renamed(cte, source.columns, alias)
    scope.addTable(alias, columns)
    return quoteName(first) + named(alias, columns)
  }
  const relation = relationOf(source.names, context)
  const alias = source.alias ?? relation.name
  const columns = renamed(relation.columns, source.columns, alias)
  scope.addTable(alias, columns, relation.schema)
  if (relation.node === 'leader') context.leader.add(relation.name)
  if (relation.node === 'compute') context.compute.add(relation.name)
  if (relation.query === undefined) return (relation.engineName ?? '') + named(alias, columns)
  return `(${context.bindQuery(relation.query).sql})${named(alias, columns)}`
}

function bindDerived(source: Extract<Source, { kind: 'derived' }>, scope: Scope, context: BindContext): string {
  // Redshift asks for no alias; the engine gets one that nobody can write by chance.
  const alias = source.alias ?? `subquery ${scope.tableCount + 1}`
  const bound = context.bindQuery(source.query, scope.withoutTables())
  const columns = renamed(bound.columns, source.columns, alias)
  scope.addTable(alias, columns)
  return `(${bound.sql})${named(alias, columns)}`
}

const catalogFunctions = ['pg_get_late_binding_view_cols', 'pg_get_cols', 'generate_series']

function bindTableFunction(source: Extract<Source, { kind: 'function' }>, scope: Scope, context: BindContext): string {
  const { call } = source
  if (call.name === 'current_database') return bindDatabase(source, scope, context)
  if (!catalogFunctions.includes(call.name)) throw unsupported(`function ${call.name}() in FROM`)
  context.leader.add(`${call.name}()`)
  const alias = source.alias ?? call.name
  const args = call.args.map((argument) => context.bindExpression(argument, scope).sql).join(', ')
  const names = source.columns.length > 0 ? source.columns : [{ name: alias }]
  scope.addTable(alias, names)
  const text = call.name === 'generate_series' ? `generate_series(${args})` : `rs.${call.name}(${args})`
  return `${text}${named(alias, names)}`
}

/** `FROM current_database()`: a row of one column with the function's name; Amazon's drivers ask so. */
function bindDatabase(source: Extract<Source, { kind: 'function' }>, scope: Scope, context: BindContext): string {
  const { sql, type } = context.bindExpression(source.call, scope)
  const alias = source.alias ?? source.call.name
  const [column = { name: alias }] = source.columns
  const columns = [{ name: column.name, ...(type === undefined ? {} : { type }) }]
  scope.addTable(alias, columns)
  return `(SELECT ${sql})${named(alias, columns)}`
}

function bindJoin(source: Extract<Source, { kind: 'join' }>, scope: Scope, context: BindContext): string {
  const start = scope.tableCount
  const left = bindSource(source.left, scope, context)
  const middle = scope.tableCount
  const right = bindSource(source.right, scope, context)
  const nested = source.right.kind === 'join' ? `(${right})` : right
  if (source.natural) scope.hide(middle, scope.commonColumns(middle, start))
  if (source.using !== undefined) scope.hide(middle, source.using)
  const using = source.using === undefined ? '' : ` USING (${source.using.map(quoteName).join(', ')})`
  const on = source.on === undefined ? '' : ` ON ${context.bindExpression(source.on, scope).sql}`
  return `${left} ${source.natural ? 'NATURAL ' : ''}${source.join} JOIN ${nested}${using}${on}`
}
