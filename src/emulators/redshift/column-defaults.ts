import type { EngineConnection } from '../sql-engine.js'
import type { BindContext } from './bind-context.js'
import { type NameScope, userRelation } from './catalog-store.js'
import { identitySequence } from './column-recorder.js'
import { openCursor } from './grammar.js'
import { Scope } from './scope.js'
import { tokenize } from './tokenizer.js'
import { cellText } from './cell-text.js'

const identity = /^(?:default_)?"?(?:default_)?identity"?\((\d+), \d+,/

/** What the columns of a table hold when an INSERT leaves them out. */
export async function readDefaults(
  connection: EngineConnection,
  names: readonly string[],
  scope: NameScope,
  context: BindContext,
): Promise<ReadonlyMap<string, string>> {
  const relation = await userRelation(connection, names, scope)
  const defaults = new Map<string, string>()
  if (relation === undefined) return defaults
  const { rows } = await connection.query(
    `SELECT attname, attnum, adsrc FROM rs.attribute WHERE attrelid = ${relation.oid} AND adsrc IS NOT NULL`,
  )
  for (const [name, number, text] of rows) {
    if (identity.test(cellText(text))) {
      const sequence = identitySequence(relation.schema, relation.oid, Number(number))
      defaults.set(cellText(name), `nextval('${sequence.replaceAll("'", "''")}')`)
    } else {
      const expression = openCursor(tokenize(cellText(text))).expression()
      defaults.set(cellText(name), context.bindExpression(expression, new Scope()).sql)
    }
  }
  return defaults
}
