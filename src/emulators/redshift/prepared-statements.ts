import type { Bound } from './binding.js'
import { RedshiftFault } from './fault.js'
import { Scope } from './scope.js'
import { bindAnyCast } from './special-cast.js'
import type { SqlSession } from './sql-session.js'
import { splitStatements, type StatementText } from './statement-splitter.js'
import type { Statement } from './statements.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** What PREPARE named, for EXECUTE; apart from the statements of the extended protocol. */
export class PreparedStatements {
  readonly #session: SqlSession
  readonly #statements = new Map<string, Of<'prepare'> & { readonly statement: StatementText }>()

  constructor(session: SqlSession) {
    this.#session = session
  }

  prepare(given: Of<'prepare'>): void {
    if (this.#statements.has(given.name)) {
      throw new RedshiftFault('42P05', `prepared statement "${given.name}" already exists`)
    }
    const [statement] = splitStatements(given.text)
    if (statement === undefined) throw new RedshiftFault('42601', 'syntax error at end of input')
    this.#statements.set(given.name, { ...given, statement })
  }

  /** The statement, and its parameters with their declared types. */
  async bind(given: Of<'execute'>): Promise<{ statement: StatementText; text: string; parameters: Bound[] }> {
    const { statement, text, types } = this.#named(given.name)
    if (types.length !== given.args.length) {
      throw new RedshiftFault('42601', `wrong number of parameters for prepared statement "${given.name}"`, {
        detail: `Expected ${types.length} parameters but got ${given.args.length}.`,
      })
    }
    const context = await this.#session.context(given.args)
    const parameters = types.map((type, i) => {
      const argument = given.args[i]
      return argument === undefined ? { sql: 'NULL' } : bindAnyCast(context.bindExpression(argument, new Scope()), type)
    })
    return { statement, text, parameters }
  }

  deallocate(name: string): void {
    if (name === 'all') this.#statements.clear()
    else this.#statements.delete(this.#named(name).name)
  }

  #named(name: string): Of<'prepare'> & { readonly statement: StatementText } {
    const found = this.#statements.get(name)
    if (found === undefined) throw new RedshiftFault('26000', `prepared statement "${name}" does not exist`)
    return found
  }
}
