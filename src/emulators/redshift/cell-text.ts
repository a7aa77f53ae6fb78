import type { EngineValue } from '../sql-engine.js'

/** A text column of the emulator's own tables. */
export function cellText(value: EngineValue | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString()
  throw new Error('the emulated catalog holds a value that is no text')
}
