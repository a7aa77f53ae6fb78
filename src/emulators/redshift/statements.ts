import type { ConstraintDefinition, TableAttributes, TableDefinition } from './definitions.js'
import type { AccountStatement, GrantStatement } from './account-statements.js'
import type { ExternalStatement } from './external-statements.js'
import type { RoutineStatement } from './routine-statements.js'
import type { Expression, Query, Source } from './syntax-tree.js'
import type { RsType } from './types.js'

/** Redshift's statements as far as the emulator knows them. */
export type Statement =
  | { readonly kind: 'select'; readonly query: Query }
  | {
      readonly kind: 'insert'
      readonly names: readonly string[]
      readonly columns: readonly string[]
      /** `undefined` in a row stands for DEFAULT. */
      readonly source: Query | readonly (readonly (Expression | undefined)[])[] | 'defaults'
    }
  | {
      readonly kind: 'update'
      readonly target: Extract<Source, { kind: 'table' }>
      readonly assignments: readonly { readonly column: string; readonly value: Expression | undefined }[]
      readonly from: readonly Source[]
      readonly where?: Expression
    }
  | {
      readonly kind: 'delete'
      readonly target: Extract<Source, { kind: 'table' }>
      readonly from: readonly Source[]
      readonly where?: Expression
    }
  | { readonly kind: 'create-table'; readonly table: TableDefinition }
  | {
      readonly kind: 'create-table-as'
      readonly names: readonly string[]
      readonly columns: readonly string[]
      readonly attributes: TableAttributes
      readonly query: Query
    }
  | {
      readonly kind: 'create-view'
      readonly names: readonly string[]
      readonly replace: boolean
      readonly columns: readonly string[]
      readonly lateBinding: boolean
      readonly query: Query
      readonly queryText: string
    }
  | {
      readonly kind: 'create-materialized-view'
      readonly names: readonly string[]
      readonly autoRefresh: boolean
      readonly attributes: TableAttributes
      readonly query: Query
      readonly queryText: string
    }
  | { readonly kind: 'refresh'; readonly names: readonly string[] }
  | { readonly kind: 'create-schema'; readonly name: string; readonly ifNotExists: boolean; readonly owner?: string }
  | ExternalStatement
  | RoutineStatement
  | AccountStatement
  | GrantStatement
  | {
      readonly kind: 'drop'
      readonly what: 'table' | 'view' | 'materialized view' | 'schema'
      readonly names: readonly (readonly string[])[]
      readonly ifExists: boolean
      readonly cascade: boolean
    }
  | { readonly kind: 'truncate'; readonly names: readonly string[] }
  | {
      readonly kind: 'comment'
      readonly on: 'table' | 'view' | 'column'
      readonly names: readonly string[]
      readonly text: string | undefined
    }
  | { readonly kind: 'alter-table'; readonly names: readonly string[]; readonly change: TableChange }
  | {
      readonly kind: 'transaction'
      readonly verb: 'BEGIN' | 'COMMIT' | 'ROLLBACK'
      readonly tag: string
      /** BEGIN's own word; without one, the session's. */
      readonly readOnly?: boolean
    }
  | { readonly kind: 'session-access'; readonly readOnly?: boolean }
  | { readonly kind: 'set'; readonly name: string; readonly value: string | undefined; readonly tag: string }
  | { readonly kind: 'show'; readonly name: string }
  | { readonly kind: 'cancel'; readonly processId: number; readonly terminate: boolean; readonly select?: string }
  | { readonly kind: 'declare'; readonly name: string; readonly query: Query }
  | { readonly kind: 'fetch'; readonly name: string; readonly rowCount: number | 'all' }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'prepare'; readonly name: string; readonly types: readonly RsType[]; readonly text: string }
  | { readonly kind: 'execute'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'deallocate'; readonly name: string }
  | { readonly kind: 'unload'; readonly text: string }
  | { readonly kind: 'nothing'; readonly tag: string; readonly inTransaction: boolean }

export type TableChange =
  | { readonly kind: 'add-column'; readonly table: TableDefinition }
  | { readonly kind: 'drop-column'; readonly column: string }
  | { readonly kind: 'rename-column'; readonly from: string; readonly to: string }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'add-constraint'; readonly constraint: ConstraintDefinition }
  | { readonly kind: 'drop-constraint'; readonly name: string }
  | { readonly kind: 'column-type'; readonly column: string; readonly type: RsType }
  | { readonly kind: 'column-encoding'; readonly column: string; readonly encoding: string }
  | { readonly kind: 'attributes'; readonly attributes: TableAttributes }
  | { readonly kind: 'owner'; readonly to: string }
