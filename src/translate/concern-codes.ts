import type { Concern } from '../model/plan.js'
import type { ConcernCode } from './concern-code.js'
import { dataConcerns } from './data-concerns.js'
import { fileConcerns } from './file-concerns.js'
import { loadConcerns } from './load-concerns.js'
import { namingConcerns } from './naming-concerns.js'
import { probeConcerns } from './probe-concerns.js'
import { surroundingConcerns } from './surrounding-concerns.js'
import { typeConcerns } from './type-concerns.js'

export type { ConcernCode }

/** RS01xx types, RS02xx what surrounds a column or relation, RS03xx names and limits. */
export const concernCodes = {
  ...typeConcerns,
  ...dataConcerns,
  ...fileConcerns,
  ...surroundingConcerns,
  ...probeConcerns,
  ...loadConcerns,
  ...namingConcerns,
}

export type ConcernCodeName = keyof typeof concernCodes

/** A concern of this code; its class is the code's. */
export function concernOf(code: ConcernCodeName, message: string, column?: string): Concern {
  return { code, class: concernCodes[code].class, ...(column === undefined ? {} : { column }), message }
}

/** Undefined for a code that does not exist. */
export function explainCode(code: string): ConcernCode | undefined {
  return Object.hasOwn(concernCodes, code) ? concernCodes[code as ConcernCodeName] : undefined
}
