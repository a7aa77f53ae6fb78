import type { EngineColumn } from '../sql-engine.js'
import type { BoundColumn } from './binding.js'
import { engineType, typeOfEngine } from './type-facts.js'
import type { Switches } from './switches.js'
import type { RsType } from './types.js'

export interface ResultColumn {
  readonly name: string
  readonly type: RsType
  /** The engine's type, which tells what the values are made of. */
  readonly engine: string
  /** TIME shows all six digits of its fraction. */
  readonly fullFraction?: true
}

/** The binder's types where the engine agrees; else what the engine says. */
export function resultColumns(
  bound: readonly BoundColumn[],
  engine: readonly EngineColumn[],
  { timeText }: Switches,
): ResultColumn[] {
  const fraction = timeText === 'full' ? ({ fullFraction: true } as const) : {}
  return engine.map((column, i) => {
    const type = bound[i]?.type
    const agreed = type !== undefined && engineType(type) === column.type
    const name = bound[i]?.name ?? column.name
    return { name, type: agreed ? type : typeOfEngine(column.type), engine: column.type, ...fraction }
  })
}
