import type { EngineConnection } from '../sql-engine.js'
import { granteeCode } from './account-executor.js'
import type { GrantObject, GrantStatement } from './account-statements.js'
import { quoteText } from './binding.js'
import { type NameScope, userRelation } from './catalog-store.js'
import { effectiveSql } from './catalog-tables.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'
import { findRoutine } from './routine-executor.js'

interface Target {
  readonly kind: 'relation' | 'schema' | 'database' | 'function'
  readonly oid: number
}

/** pg_database's only row. */
export const databaseOid = 100001

const everything: Readonly<Record<Target['kind'], readonly string[]>> = {
  relation: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'DROP', 'REFERENCES', 'ALTER', 'TRUNCATE'],
  schema: ['CREATE', 'USAGE', 'ALTER', 'DROP'],
  database: ['CREATE', 'TEMP', 'USAGE'],
  function: ['EXECUTE'],
}

/** GRANT and REVOKE: rows of rs.privilege, or of rs.member for roles. */
export class GrantExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async run(statement: GrantStatement, scope: NameScope): Promise<string> {
    if (statement.object.kind === 'roles') await this.#grantRoles(statement, statement.object.names)
    else await this.#grantPrivileges(statement, await this.#targets(statement.object, scope))
    return statement.revoke ? 'REVOKE' : 'GRANT'
  }

  async #grantPrivileges(statement: GrantStatement, targets: readonly Target[]): Promise<void> {
    for (const { kind, name, option } of statement.grantees) {
      const grantee = await granteeCode(this.#connection, { kind, name })
      if (option && (kind === 'group' || kind === 'public')) {
        throw new RedshiftFault('0LP01', `Grant options can only be granted to individual users`)
      }
      for (const target of targets) await this.#grantOne(statement, target, grantee, option)
    }
  }

  async #grantOne(statement: GrantStatement, target: Target, grantee: string, option: boolean): Promise<void> {
    const named = statement.privileges.map((privilege) => privilege.replace('TEMPORARY', 'TEMP'))
    const wanted = named.length === 0 ? everything[target.kind] : named
    const list = wanted.map(quoteText).join(', ')
    await this.#connection.run(`DELETE FROM rs.privilege WHERE kind = '${target.kind}' AND object = ${target.oid}
      AND grantee = '${grantee}' AND privilege IN (${list})`)
    if (statement.revoke) return
    const rows = wanted.map(
      (privilege) =>
        `('${target.kind}', ${target.oid}, '${privilege}', '${grantee}', ${option}, ${this.#privileges.userId})`,
    )
    await this.#connection.run(`INSERT INTO rs.privilege VALUES ${rows.join(', ')}`)
  }

  async #grantRoles(statement: GrantStatement, roles: readonly string[]): Promise<void> {
    this.#privileges.requireSuperuser('grant roles')
    for (const role of roles) {
      const holder = await granteeCode(this.#connection, { kind: 'role', name: role })
      for (const grantee of statement.grantees) {
        const member = await granteeCode(this.#connection, grantee)
        await this.#connection.run(`DELETE FROM rs.member WHERE holder = '${holder}' AND member = '${member}'`)
        if (!statement.revoke) {
          await this.#connection.run(`INSERT INTO rs.member VALUES ('${holder}', '${member}', ${grantee.option})`)
        }
      }
    }
    await this.#connection.run(effectiveSql)
  }

  async #targets(object: Exclude<GrantObject, { kind: 'roles' }>, scope: NameScope): Promise<Target[]> {
    const found: Target[] = []
    switch (object.kind) {
      case 'relations':
        for (const names of object.names) found.push(await this.#relation(names, scope))
        return found
      case 'relations-of':
        return this.#allOf('relation', object.schemas, 'SELECT oid FROM rs.relation WHERE relnamespace =')
      case 'schemas':
        for (const name of object.names) found.push({ kind: 'schema', oid: await this.#schema(name) })
        return found
      case 'databases':
        return [{ kind: 'database', oid: databaseOid }]
      case 'routines':
        for (const { names, types } of object.routines) {
          const { oid, owner, name } = await findRoutine(this.#connection, { what: object.what, names, types }, scope)
          this.#privileges.requireOwner(owner, object.what, name)
          found.push({ kind: 'function', oid })
        }
        return found
      case 'routines-of': {
        const kind = object.what === 'function' ? 'f' : 'p'
        return this.#allOf(
          'function',
          object.schemas,
          `SELECT oid FROM rs.proc WHERE prokind = '${kind}' AND pronamespace =`,
        )
      }
    }
  }

  /** A relation of the user's, or one of the system's: SELECT on SVV_TABLE_INFO can be granted (redshift.md 3.1). */
  async #relation(names: readonly string[], scope: NameScope): Promise<Target> {
    const relation = await userRelation(this.#connection, names, scope)
    if (relation !== undefined) {
      this.#privileges.requireOwner(relation.owner ?? 0, 'relation', relation.name)
      return { kind: 'relation', oid: relation.oid }
    }
    const name = names[names.length - 1] ?? ''
    const { rows } = await this.#connection.query(
      `SELECT oid FROM rs.system_relation WHERE relname = ${quoteText(name)} ORDER BY nspname DESC LIMIT 1`,
    )
    if (rows[0] === undefined) throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
    this.#privileges.requireSuperuser(`grant privileges on ${name}`)
    return { kind: 'relation', oid: Number(rows[0][0]) }
  }

  async #schema(name: string): Promise<number> {
    const { rows } = await this.#connection.query(
      `SELECT oid, nspowner FROM rs.namespace WHERE nspname = ${quoteText(name)}`,
    )
    if (rows[0] === undefined) throw new RedshiftFault('3F000', `schema "${name}" does not exist`)
    this.#privileges.requireOwner(Number(rows[0][1]), 'schema', name)
    return Number(rows[0][0])
  }

  async #allOf(kind: Target['kind'], schemas: readonly string[], query: string): Promise<Target[]> {
    const targets: Target[] = []
    for (const schema of schemas) {
      const { rows } = await this.#connection.query(`${query} ${await this.#schema(schema)}`)
      targets.push(...rows.map(([oid]) => ({ kind, oid: Number(oid) })))
    }
    return targets
  }
}
