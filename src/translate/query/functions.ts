import { refuse } from './bench.js'
import { choiceFunctions } from './choice-functions.js'
import { momentFunctions } from './moment-functions.js'
import { numberFunctions } from './number-functions.js'
import { textFunctions } from './text-functions.js'
import type { Call, FunctionRule } from './function-call.js'
import type { Value } from './value.js'

const rules: ReadonlyMap<string, FunctionRule> = new Map(
  [choiceFunctions, momentFunctions, numberFunctions, textFunctions].flatMap((some) => Object.entries(some)),
)

export function callFunction(call: Call): Value {
  const rule = rules.get(call.name)
  if (rule === undefined) return refuse(`function ${call.name.toUpperCase()}`, 'is not on the list', call.at)
  return rule(call)
}
