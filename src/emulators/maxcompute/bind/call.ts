import { semanticError } from '../odps-error.js'
import type { Expression } from '../sql/ast.js'
import { aggregateFunctions, windowFunctions } from './aggregate-functions.js'
import { conditionFunctions } from './condition-functions.js'
import { dateFunctions } from './date-functions.js'
import type { CallPlace, FunctionRule } from './function-rule.js'
import { jsonFunctions } from './json-functions.js'
import { mathFunctions } from './math-functions.js'
import { textFunctions } from './text-functions.js'
import type { BindContext } from './bind-context.js'
import { typed, type Typed } from './typed.js'

type CallExpression = Extract<Expression, { kind: 'call' }>

const scalarFunctions = new Map<string, FunctionRule>(
  Object.entries({ ...textFunctions, ...mathFunctions, ...dateFunctions, ...conditionFunctions, ...jsonFunctions }),
)
const aggregates = new Map(Object.entries(aggregateFunctions))
const windows = new Map(Object.entries({ ...aggregateFunctions, ...windowFunctions }))

/** A function with its arguments bound; `over` is the window clause in the engine's SQL. */
export function bindCall(
  call: CallExpression,
  values: readonly Typed[],
  over: string | undefined,
  bind: BindContext,
): Typed {
  const place: CallPlace = { at: call.at, bind, function: call.name, distinct: call.distinct }
  if (over !== undefined) return bindWindow(call, values, over, place)
  const aggregate = aggregates.get(call.name)
  if (aggregate !== undefined) {
    if (values.some((value) => value.aggregate === true)) {
      throw semanticError(call.at, `aggregate function ${call.name} cannot contain another aggregate function`)
    }
    const bound = aggregate(values, place)
    return { sql: bound.wrap(bound.call), type: bound.type, aggregate: true }
  }
  const scalar = scalarFunctions.get(call.name)
  if (scalar === undefined) throw unknownFunction(call)
  if (call.distinct) throw semanticError(call.at, `function ${call.name} does not take DISTINCT`)
  return scalar(values, place)
}

function bindWindow(call: CallExpression, values: readonly Typed[], over: string, place: CallPlace): Typed {
  const rule = windows.get(call.name)
  if (rule === undefined) throw unknownFunction(call)
  const bound = rule(values, place)
  return typed(bound.wrap(`${bound.call} OVER (${over})`), bound.type, ...values)
}

function unknownFunction(call: CallExpression): Error {
  const needsOver = windows.has(call.name)
  if (needsOver) return semanticError(call.at, `function ${call.name} needs an OVER clause`)
  return semanticError(call.at, `function ${call.name} cannot be resolved`)
}

export function isAggregate(name: string): boolean {
  return aggregates.has(name)
}
