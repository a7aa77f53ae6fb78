import { createHash } from 'node:crypto'
import type { EngineConnection } from '../sql-engine.js'
import type { AccountStatement, Grantee, UserOptions } from './account-statements.js'
import { quoteText } from './binding.js'
import { effectiveSql } from './catalog-tables.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'

type Of<K extends AccountStatement['kind']> = Extract<AccountStatement, { kind: K }>

const tables = {
  user: { table: 'rs.user_', id: 'usesysid', name: 'usename', letter: 'u' },
  group: { table: 'rs.group_', id: 'grosysid', name: 'groname', letter: 'g' },
  role: { table: 'rs.role_', id: 'role_id', name: 'role_name', letter: 'r' },
} as const

/** `u100`, `g5`, `r7`, `p`: how grants name who has them. */
export async function granteeCode(connection: EngineConnection, grantee: Grantee): Promise<string> {
  if (grantee.kind === 'public') return 'p'
  const { table, id, name, letter } = tables[grantee.kind]
  const { rows } = await connection.query(`SELECT ${id} FROM ${table} WHERE ${name} = ${quoteText(grantee.name)}`)
  if (rows[0] === undefined) throw new RedshiftFault('42704', `${grantee.kind} "${grantee.name}" does not exist`)
  return `${letter}${Number(rows[0][0])}`
}

/** What the server keeps of a password, as PostgreSQL does: `md5` of it and the user's name. */
export function passwordDigest(password: string, user: string): string {
  if (/^md5[0-9a-f]{32}$/.test(password)) return password.slice(3)
  return createHash('md5').update(password).update(user).digest('hex')
}

/** CREATE, ALTER and DROP of users, groups and roles. */
export class AccountExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  /** The command tag. */
  async run(statement: AccountStatement): Promise<string> {
    this.#privileges.requireSuperuser('manage users, groups and roles')
    switch (statement.kind) {
      case 'create-user':
        await this.#createUser(statement)
        return 'CREATE USER'
      case 'alter-user':
        await this.#alterUser(statement)
        return 'ALTER USER'
      case 'create-group':
        await this.#refuseTaken('group', statement.name)
        await this.#insert('group', statement.name, '')
        await this.#join(statement.name, statement.users, true)
        return 'CREATE GROUP'
      case 'alter-group':
        await this.#join(statement.name, statement.users, statement.add)
        return 'ALTER GROUP'
      case 'create-role':
        await this.#refuseTaken('role', statement.name)
        await this.#insert('role', statement.name, `, ${this.#privileges.userId}`)
        return 'CREATE ROLE'
      case 'drop-account':
        await this.#drop(statement)
        return `DROP ${statement.what.toUpperCase()}`
    }
  }

  async #createUser({ name, options }: Of<'create-user'>): Promise<void> {
    await this.#refuseTaken('user', name)
    const values = `${options.createUser ?? false}, ${options.createDatabase ?? false}, ${digestText(options, name)}`
    await this.#insert('user', name, `, ${values}`)
    for (const group of options.groups) await this.#join(group, [name], true)
    await this.#connection.run(effectiveSql)
  }

  async #alterUser({ name, options }: Of<'alter-user'>): Promise<void> {
    await granteeCode(this.#connection, { kind: 'user', name })
    const sets = [
      ...(options.password === undefined ? [] : [`digest = ${digestText(options, name)}`]),
      ...(options.createUser === undefined ? [] : [`usesuper = ${options.createUser}`]),
      ...(options.createDatabase === undefined ? [] : [`usecreatedb = ${options.createDatabase}`]),
    ]
    if (sets.length > 0) {
      await this.#connection.run(`UPDATE rs.user_ SET ${sets.join(', ')} WHERE usename = ${quoteText(name)}`)
    }
  }

  async #insert(what: keyof typeof tables, name: string, more: string): Promise<void> {
    await this.#connection.run(
      `INSERT INTO ${tables[what].table} VALUES (nextval('rs.oids')::INTEGER, ${quoteText(name)}${more})`,
    )
  }

  async #refuseTaken(what: keyof typeof tables, name: string): Promise<void> {
    const { table, name: column } = tables[what]
    const { rows } = await this.#connection.query(`SELECT 1 FROM ${table} WHERE ${column} = ${quoteText(name)}`)
    if (rows.length > 0) throw new RedshiftFault('42710', `${what} "${name}" already exists`)
  }

  async #join(group: string, users: readonly string[], add: boolean): Promise<void> {
    const holder = await granteeCode(this.#connection, { kind: 'group', name: group })
    for (const name of users) {
      const member = await granteeCode(this.#connection, { kind: 'user', name })
      await this.#connection.run(`DELETE FROM rs.member WHERE holder = '${holder}' AND member = '${member}'`)
      if (add) await this.#connection.run(`INSERT INTO rs.member VALUES ('${holder}', '${member}', false)`)
    }
    await this.#connection.run(effectiveSql)
  }

  async #drop({ what, names, ifExists }: Of<'drop-account'>): Promise<void> {
    const { table, name: column } = tables[what]
    for (const name of names) {
      const { rows } = await this.#connection.query(`SELECT 1 FROM ${table} WHERE ${column} = ${quoteText(name)}`)
      if (rows.length === 0 && ifExists) continue
      const code = await granteeCode(this.#connection, { kind: what, name })
      await this.#refuseInUse(what, name, code)
      await this.#connection.run(`DELETE FROM ${table} WHERE ${column} = ${quoteText(name)};
        DELETE FROM rs.member WHERE holder = '${code}' OR member = '${code}'; ${effectiveSql}`)
    }
  }

  async #refuseInUse(what: string, name: string, code: string): Promise<void> {
    const owned =
      what === 'user'
        ? ` UNION ALL SELECT 1 FROM rs.relation WHERE 'u' || relowner = '${code}'
      UNION ALL SELECT 1 FROM rs.namespace WHERE 'u' || nspowner = '${code}'`
        : ''
    const { rows } = await this.#connection.query(`SELECT 1 FROM rs.privilege WHERE grantee = '${code}'${owned}`)
    if (rows.length === 0) return
    const detail = what === 'user' ? 'owner of or privileges on objects' : 'privileges on objects'
    throw new RedshiftFault('2BP01', `${what} "${name}" cannot be dropped because some objects depend on it`, {
      detail,
    })
  }
}

function digestText(options: UserOptions, name: string): string {
  return options.password === undefined ? 'NULL' : quoteText(passwordDigest(options.password, name))
}
