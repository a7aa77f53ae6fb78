import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { localName, type NameScope } from './catalog-store.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'
import { findPlace } from './relation-place.js'
import type { Routine, RoutineStatement } from './routine-statements.js'
import { typeOid, typeText } from './type-facts.js'
import type { RsType } from './types.js'

export interface FoundRoutine {
  readonly oid: number
  readonly owner: number
  readonly name: string
}

interface Wanted {
  readonly what: Routine['what']
  readonly names: readonly string[]
  readonly types?: readonly RsType[]
}

function signature(name: string, types: readonly RsType[]): string {
  return `${name}(${types.map((type) => typeText({ name: type.name })).join(', ')})`
}

/** By name and argument types; without types, the only one of that name. */
export async function findRoutine(
  connection: EngineConnection,
  wanted: Wanted,
  scope: NameScope,
): Promise<FoundRoutine> {
  const { schema, name } = localName(wanted.names, scope.database)
  const path = (schema === undefined ? scope.searchPath : [schema]).map(quoteText).join(', ')
  const types = wanted.types === undefined ? '' : ` AND argtypes = [${wanted.types.map(typeOid).join(', ')}]::INTEGER[]`
  const { rows } =
    await connection.query(`SELECT p.oid, p.proowner FROM rs.proc p JOIN rs.namespace n ON n.oid = p.pronamespace
    WHERE p.proname = ${quoteText(name)} AND p.prokind = '${wanted.what === 'function' ? 'f' : 'p'}'
    AND n.nspname IN (${path})${types} ORDER BY list_position([${path}], n.nspname)`)
  if (rows[0] === undefined) {
    throw new RedshiftFault('42883', `${wanted.what} ${signature(name, wanted.types ?? [])} does not exist`)
  }
  if (wanted.types === undefined && rows.length > 1) {
    throw new RedshiftFault('42725', `${wanted.what} name "${name}" is not unique`)
  }
  return { oid: Number(rows[0][0]), owner: Number(rows[0][1]), name }
}

/** Functions and procedures: rows of rs.proc. */
export class RoutineExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async run(statement: RoutineStatement, scope: NameScope): Promise<string> {
    if (statement.kind === 'drop-routine') return this.#drop(statement, scope)
    await this.#create(statement.routine, scope)
    return `CREATE ${statement.routine.what.toUpperCase()}`
  }

  async #create(routine: Routine, scope: NameScope): Promise<void> {
    const place = await findPlace(this.#connection, routine.names, scope, this.#privileges)
    const inputs = routine.args.filter((argument) => argument.mode !== 'o').map((argument) => argument.type)
    const types = `[${inputs.map(typeOid).join(', ')}]::INTEGER[]`
    const { rows } = await this.#connection.query(`SELECT oid FROM rs.proc WHERE pronamespace = ${place.namespace}
      AND proname = ${quoteText(place.name)} AND argtypes = ${types}`)
    if (rows.length > 0 && !routine.replace) {
      throw new RedshiftFault('42723', `function "${place.name}" already exists with same argument types`)
    }
    const oid = rows[0] === undefined ? place.oid : Number(rows[0][0])
    const list = (texts: readonly string[]): string => `[${texts.map(quoteText).join(', ')}]::VARCHAR[]`
    await this.#connection.run(`DELETE FROM rs.proc WHERE oid = ${oid}; INSERT INTO rs.proc VALUES (${oid},
      ${quoteText(place.name)}, ${place.namespace}, ${this.#privileges.userId}, ${quoteText(routine.language)},
      '${routine.what === 'function' ? 'f' : 'p'}', '${routine.volatility}',
      ${list(routine.args.map((argument) => argument.name ?? ''))}, ${types},
      ${list(routine.args.map((argument) => typeText({ name: argument.type.name })))},
      ${list(routine.args.map((argument) => argument.mode))},
      ${routine.returns === undefined ? 0 : typeOid(routine.returns)},
      ${routine.returns === undefined ? 'NULL' : quoteText(typeText({ name: routine.returns.name }))}, ${quoteText(routine.body)})`)
  }

  async #drop(statement: Extract<RoutineStatement, { kind: 'drop-routine' }>, scope: NameScope): Promise<string> {
    const tag = `DROP ${statement.what.toUpperCase()}`
    try {
      const { oid, owner, name } = await findRoutine(this.#connection, statement, scope)
      this.#privileges.requireOwner(owner, statement.what, name)
      await this.#connection.run(
        `DELETE FROM rs.proc WHERE oid = ${oid}; DELETE FROM rs.privilege WHERE object = ${oid}`,
      )
    } catch (error) {
      const missing = error instanceof RedshiftFault && error.sqlState === '42883'
      if (!missing || !statement.ifExists) throw error
    }
    return tag
  }
}
