import { MigrationError } from '../../model/errors.js'
import type { CatalogCall } from '../source.js'
import type { TextRow } from './catalog-column.js'
import type { Session } from './session.js'
import { isOutOfReach, sqlStateOf } from './to-migration-error.js'

/** Something of the catalog that the source may keep to itself. */
export interface Optional {
  /** What is not known then: `sizes`. */
  readonly what: string
  /** True when objects may stay unseen then. */
  readonly hidesObjects: boolean
  /** True when any refusal of the server is borne, not only a missing privilege or view. */
  readonly bearsRefusal?: boolean
}

/** Asks the catalog through one session, and tells each thing that is out of reach once. */
export class CatalogQuestions {
  readonly #session: Session
  readonly #call: CatalogCall
  /** What was refused is not asked for again. */
  readonly #refused = new Set<string>()

  constructor(session: Session, call: CatalogCall) {
    this.#session = session
    this.#call = call
  }

  async rows(text: string, subject = 'catalog'): Promise<readonly TextRow[]> {
    return (await this.#session.query(text, subject, this.#call)).rows
  }

  /** Undefined when it is out of reach; everything else that goes wrong is still an error. */
  async optional(text: string, of: Optional): Promise<readonly TextRow[] | undefined> {
    if (this.#refused.has(of.what)) return undefined
    const subject = `catalog: ${of.what}`
    try {
      return await this.rows(text, subject)
    } catch (error) {
      const borne = isOutOfReach(error) || isDenied(error) || (of.bearsRefusal === true && isRefusal(error))
      if (!borne) throw error
      this.#refused.add(of.what)
      const { what, hidesObjects } = of
      const reason = (error as Error).message.replace(`${subject}: `, '')
      this.#call.missing({ fact: 'catalog-gap', what, reason, hidesObjects })
      return undefined
    }
  }
}

/** By its words, since not every way to the server tells the SQLSTATE (redshift.md 6.3). */
function isDenied(error: unknown): boolean {
  return error instanceof MigrationError && !error.transient && /permission denied for \w+/i.test(error.message)
}

/** The server answered, and said no to this statement: nothing that waiting, cancelling or connecting explains. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof MigrationError) || error.transient || sqlStateOf(error) === '57014') return false
  return (
    /^source-(denied|refused)$/.test(error.code) || (error.code === 'source-failed' && sqlStateOf(error) !== undefined)
  )
}
