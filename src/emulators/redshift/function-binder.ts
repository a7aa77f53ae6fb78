import { aggregateFunctions } from './aggregate-functions.js'
import type { BindContext } from './bind-context.js'
import { type Bound, orderItemText } from './binding.js'
import { byteFunctions } from './byte-functions.js'
import { catalogFunctions } from './catalog-functions.js'
import { dateFunctions } from './date-functions.js'
import { RedshiftFault } from './fault.js'
import type { FunctionTable } from './function-rule.js'
import { privilegeFunctions } from './privilege-functions.js'
import type { Scope } from './scope.js'
import type { FunctionCall, Window } from './syntax-tree.js'
import { textFunctions } from './text-functions.js'
import { typeText } from './type-facts.js'

const functions: FunctionTable = {
  ...aggregateFunctions,
  ...textFunctions,
  ...dateFunctions,
  ...catalogFunctions,
  ...privilegeFunctions,
  ...byteFunctions,
}

export function bindCall(call: FunctionCall, scope: Scope, context: BindContext): Bound {
  const rule = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined
  const args = call.args.map((argument, i) => {
    if (i === 0 && rule?.datePart === true && argument.kind === 'column') {
      const part = argument.names[argument.names.length - 1] ?? ''
      return { sql: `'${part}'`, literal: part }
    }
    return context.bindExpression(argument, scope)
  })
  if (rule === undefined || args.length < rule.arity[0] || args.length > rule.arity[1]) {
    throw unknownFunction(call, args)
  }
  if (rule.leader === true) context.leader.add(`${call.name}()`)
  const over = call.over === undefined ? '' : ` OVER (${windowText(call.over, scope, context)})`
  const order = orderText(call.orderBy, scope, context)
  return rule.bind({ name: call.name, args, call, context, over, order })
}

function unknownFunction(call: FunctionCall, args: readonly Bound[]): RedshiftFault {
  const types = args.map((argument) =>
    argument.type === undefined ? 'unknown' : typeText({ name: argument.type.name }),
  )
  return new RedshiftFault('42883', `function ${call.name}(${types.join(', ')}) does not exist`, {
    hint: 'No function matches the given name and argument types. You may need to add explicit type casts.',
  })
}

function orderText(items: FunctionCall['orderBy'], scope: Scope, context: BindContext): string {
  if (items.length === 0) return ''
  return `ORDER BY ${items.map((item) => orderItemText(item, context.bindExpression(item.expression, scope).sql)).join(', ')}`
}

function windowText(window: Window, scope: Scope, context: BindContext): string {
  const partitions = window.partitionBy.map((expression) => context.bindExpression(expression, scope).sql)
  const partition = partitions.length === 0 ? '' : `PARTITION BY ${partitions.join(', ')}`
  return [partition, orderText(window.orderBy, scope, context), window.frame].filter((part) => part !== '').join(' ')
}
