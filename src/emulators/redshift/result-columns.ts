import type { EngineColumn } from '../sql-engine.js'
import type { BoundColumn } from './binding.js'
import { engineType, typeOfEngine } from './type-facts.js'
import type { RsType } from './types.js'

export interface ResultColumn {
  readonly name: string
  readonly type: RsType
  /** The engine's type, which tells what the values are made of. */
  readonly engine: string
}

/** The binder's types where the engine agrees; else what the engine says. */
export function resultColumns(bound: readonly BoundColumn[], engine: readonly EngineColumn[]): ResultColumn[] {
  return engine.map((column, i) => {
    const type = bound[i]?.type
    const agreed = type !== undefined && engineType(type) === column.type
    return { name: bound[i]?.name ?? column.name, type: agreed ? type : typeOfEngine(column.type), engine: column.type }
  })
}
