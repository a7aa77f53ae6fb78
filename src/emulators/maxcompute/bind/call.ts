import { semanticError, unsupported } from '../odps-error.js'
import type { Expression } from '../sql/ast.js'
import { aggregateFunctions, windowFunctions } from './aggregate-functions.js'
import { conditionFunctions } from './condition-functions.js'
import { dateFunctions } from './date-functions.js'
import type { CallPlace, FunctionRule } from './function-rule.js'
import { jsonFunctions } from './json-functions.js'
import { mathFunctions } from './math-functions.js'
import { nestedFunctions } from './nested-functions.js'
import { calendarFunctions } from './calendar-functions.js'
import { patternFunctions } from './pattern-functions.js'
import { refusedFunctions } from './refused-functions.js'
import { textFunctions } from './text-functions.js'
import type { BindContext } from './bind-context.js'
import { typed, type Typed } from './typed.js'

type CallExpression = Extract<Expression, { kind: 'call' }>

const scalarFunctions = new Map<string, FunctionRule>(
  Object.entries({
    ...textFunctions,
    ...patternFunctions,
    ...mathFunctions,
    ...dateFunctions,
    ...calendarFunctions,
    ...conditionFunctions,
    ...jsonFunctions,
    ...nestedFunctions,
  }),
)
const aggregates = new Map(Object.entries(aggregateFunctions))
const windows = new Map(Object.entries({ ...aggregateFunctions, ...windowFunctions }))

/** What may stand behind a call, in the engine's SQL: the window, the condition of FILTER, the order of WITHIN GROUP. */
export interface CallClauses {
  readonly over: string | undefined
  readonly filter: string | undefined
  readonly order: readonly string[] | undefined
}

/** A function with its arguments bound. */
export function bindCall(
  call: CallExpression,
  values: readonly Typed[],
  clauses: CallClauses,
  bind: BindContext,
): Typed {
  const { over, filter, order } = clauses
  const place: CallPlace = { at: call.at, bind, function: call.name, distinct: call.distinct, ...(order && { order }) }
  if (order !== undefined && call.name !== 'wm_concat')
    throw semanticError(call.at, `function ${call.name} does not take WITHIN GROUP`)
  if (over !== undefined) return bindWindow(call, values, over, filter, place)
  const aggregate = aggregates.get(call.name)
  if (aggregate !== undefined) {
    if (values.some((value) => value.aggregate === true)) {
      throw semanticError(call.at, `aggregate function ${call.name} cannot contain another aggregate function`)
    }
    const bound = aggregate(values, place)
    return { sql: bound.wrap(bound.call + filterSql(filter)), type: bound.type, aggregate: true }
  }
  const scalar = scalarFunctions.get(call.name)
  if (scalar === undefined) throw unknownFunction(call)
  if (call.distinct) throw semanticError(call.at, `function ${call.name} does not take DISTINCT`)
  if (filter !== undefined) throw semanticError(call.at, `function ${call.name} does not take FILTER`)
  return scalar(values, place)
}

function filterSql(filter: string | undefined): string {
  return filter === undefined ? '' : ` FILTER (WHERE ${filter})`
}

function bindWindow(
  call: CallExpression,
  values: readonly Typed[],
  over: string,
  filter: string | undefined,
  place: CallPlace,
): Typed {
  const rule = windows.get(call.name)
  if (rule === undefined) throw unknownFunction(call)
  const bound = rule(values, place)
  return typed(bound.wrap(`${bound.call}${filterSql(filter)} OVER (${over})`), bound.type, ...values)
}

function unknownFunction(call: CallExpression): Error {
  if (windows.has(call.name)) return semanticError(call.at, `function ${call.name} needs an OVER clause`)
  if (refusedFunctions.has(call.name)) return unsupported(call.at, `function ${call.name}`)
  return semanticError(call.at, `function ${call.name} cannot be resolved`)
}

export function isAggregate(name: string): boolean {
  return aggregates.has(name)
}
