import type { EngineConnection } from '../../sql-engine.js'
import type { BindContext } from '../bind/bind-context.js'
import type { OutputColumn } from '../bind/scope.js'
import type { Project } from '../project.js'

/** What filling a table needs. */
export interface FillContext {
  readonly project: Project
  readonly connection: EngineConnection
}

/** What a statement runs with. */
export interface RunContext extends FillContext {
  readonly bind: BindContext
  readonly instance: string
  /** For files that live as long as the statement. */
  readonly dir: string
  readonly oss: OssAccess
}

/** How LOAD reaches objects. */
export interface OssAccess {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string
  /** Hosts that a location may name. */
  readonly loadEndpoints: readonly string[]
}

export type Outcome =
  | { readonly kind: 'text'; readonly text: string; readonly rowCount?: number }
  | { readonly kind: 'rows'; readonly columns: readonly OutputColumn[]; readonly rowCount: number }
