import type { EngineConnection } from '../sql-engine.js'
import { quoteText, type Relation } from './binding.js'
import { RedshiftFault } from './fault.js'

export type RelationPrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE' | 'ALTER' | 'DROP' | 'REFERENCES'

export interface SessionUser {
  readonly userId: number
  readonly isSuperuser: boolean
}

/** System relations that a superuser alone may read, unless they were granted (redshift.md 3.1, 3.4). */
const restricted = ['svv_table_info', 'stv_mv_info']

/** What the session's user may do: a superuser everything, an owner with what is his, others what was granted. */
export class Privileges {
  readonly #connection: EngineConnection
  readonly #user: SessionUser

  constructor(connection: EngineConnection, user: SessionUser) {
    this.#connection = connection
    this.#user = user
  }

  get userId(): number {
    return this.#user.userId
  }

  owns(owner: number): boolean {
    return this.#user.isSuperuser || owner === this.#user.userId
  }

  requireSuperuser(what: string): void {
    if (this.#user.isSuperuser) return
    throw new RedshiftFault('42501', `must be superuser to ${what}`)
  }

  requireOwner(owner: number, kind: string, name: string): void {
    if (this.owns(owner)) return
    throw new RedshiftFault('42501', `must be owner of ${kind} ${name}`)
  }

  async requireSchema(
    schema: { readonly oid: number; readonly name: string },
    privilege: 'USAGE' | 'CREATE',
  ): Promise<void> {
    if (this.#user.isSuperuser) return
    const { rows } = await this.#connection.query(`SELECT 1 FROM rs.namespace WHERE oid = ${schema.oid} AND
      (nspowner = ${this.#user.userId} OR oid < 100)`)
    if (rows.length > 0 || (await this.#granted('schema', String(schema.oid), privilege))) return
    throw new RedshiftFault('42501', `permission denied for schema ${schema.name}`)
  }

  /** USAGE of the schema first, then the privilege itself. */
  async requireRelation(relation: Relation, privilege: RelationPrivilege): Promise<void> {
    if (this.#user.isSuperuser) return
    if (relation.kind === 'catalog') return this.#requireCatalog(relation)
    const { oid = 0, namespace = 0, owner = 0 } = relation
    await this.requireSchema({ oid: namespace, name: relation.schema }, 'USAGE')
    if (owner === this.#user.userId || (await this.#granted('relation', String(oid), privilege))) return
    throw denied(relation.name)
  }

  async #requireCatalog({ name }: Relation): Promise<void> {
    if (!restricted.includes(name)) return
    const oid = `(SELECT oid FROM rs.system_relation WHERE relname = ${quoteText(name)})`
    if (!(await this.#granted('relation', oid, 'SELECT'))) throw denied(name)
  }

  async #granted(kind: string, oid: string, privilege: string): Promise<boolean> {
    const { rows } = await this.#connection
      .query(`SELECT 1 FROM rs.privilege p JOIN rs.effective e ON e.grantee = p.grantee
      WHERE p.kind = '${kind}' AND p.object = ${oid} AND p.privilege = '${privilege}' AND e.usesysid = ${this.#user.userId}`)
    return rows.length > 0
  }
}

function denied(name: string): RedshiftFault {
  return new RedshiftFault('42501', `permission denied for relation ${name}`)
}
