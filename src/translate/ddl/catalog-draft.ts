import type { CatalogEntry } from '../../model/catalog.js'
import { relationText, type RelationName } from '../../model/names.js'
import { finishTable } from './finish-table.js'
import { likeTable } from './like-table.js'
import type { DdlStatement, LikeDraft, ParsedDdl, TableDraft } from './statement.js'
import { refusal, type Place } from './token.js'

type Ignored = ParsedDdl['ignored'][number]

/** What a relation has been told so far. */
interface Draft {
  table?: TableDraft
  view?: CatalogEntry
  owner?: string
  comment?: string
  readonly columnComments: Map<string, string>
}

/** The catalog that the statements of all files add up to. */
export class CatalogDraft {
  readonly #drafts = new Map<string, Draft>()
  readonly #ignored: Ignored[] = []

  /** First pass: what is made, and what is of no account. */
  create(statement: DdlStatement): void {
    const { at } = statement
    if (statement.kind === 'ignored') this.#ignore(statement.statement, at)
    else if (statement.kind === 'drop') this.#drop(statement)
    else if (statement.kind === 'create-view') this.#createView(statement)
    else if (statement.kind === 'create-table') this.#createTable(statement)
  }

  /** Second pass: what is said about relations, wherever they were made. */
  change(statement: DdlStatement): void {
    if (statement.kind === 'comment') this.#comment(statement)
    else if (statement.kind === 'owner') this.#known(statement.relation, statement.at).owner = statement.owner
    else if (statement.kind === 'constraint') {
      const draft = this.#known(statement.relation, statement.at)
      const { table } = draft
      if (table === undefined) throw refusal(statement.at, `${relationText(statement.relation)} is a view`)
      draft.table = { ...table, constraints: [...table.constraints, statement.constraint] }
    }
  }

  finish(): ParsedDdl {
    const entries = [...this.#drafts.values()].map((draft) => this.#finishEntry(draft))
    return { entries, ignored: this.#ignored }
  }

  #finishEntry(draft: Draft): CatalogEntry {
    const { table, view, owner, comment, columnComments } = draft
    const entry = table === undefined ? (view as CatalogEntry) : finishTable(this.#withReferences(table))
    for (const column of table?.columns ?? []) {
      if (column.caseInsensitive !== true) continue
      this.#ignore(`COLLATE CASE_INSENSITIVE of ${relationText(entry)}.${column.name}`, column.at)
    }
    const columns = entry.columns.map((column) => {
      const text = columnComments.get(column.name)
      return text === undefined ? column : { ...column, comment: text }
    })
    return { ...entry, columns, ...(owner === undefined ? {} : { owner }), ...(comment === undefined ? {} : { comment }) }
  }

  /** REFERENCES without columns means the other table's primary key, and the catalog names it. */
  #withReferences(table: TableDraft): TableDraft {
    const constraints = table.constraints.map((constraint) => {
      const { references } = constraint
      if (references === undefined || references.columns.length > 0) return constraint
      const other = this.#drafts.get(keyOf(references.relation))?.table
      const columns = other?.constraints.find(({ kind }) => kind === 'primary-key')?.columns ?? []
      return { ...constraint, references: { ...references, columns } }
    })
    return { ...table, constraints }
  }

  #createTable(statement: Extract<DdlStatement, { kind: 'create-table' }>): void {
    const { at, table, ifNotExists, like } = statement
    const text = relationText(table.relation)
    if (!this.#drafts.has(keyOf(table.relation))) {
      const whole = like === undefined ? table : likeTable(table, like, this.#parent(like))
      this.#drafts.set(keyOf(table.relation), { table: whole, columnComments: new Map() })
    } else if (ifNotExists) this.#ignore(`CREATE TABLE IF NOT EXISTS ${text}, which is there already`, at)
    else throw refusal(at, `${text} is made a second time`)
  }

  #parent({ at, relation }: LikeDraft): TableDraft {
    const parent = this.#drafts.get(keyOf(relation))?.table
    if (parent !== undefined) return parent
    throw refusal(at, `LIKE ${relationText(relation)}, which no statement before this one makes`)
  }

  #createView(statement: Extract<DdlStatement, { kind: 'create-view' }>): void {
    const { at, entry, orReplace } = statement
    const earlier = this.#drafts.get(keyOf(entry))
    if (earlier !== undefined && (!orReplace || earlier.table !== undefined)) {
      throw refusal(at, `${relationText(entry)} is made a second time`)
    }
    this.#drafts.set(keyOf(entry), { view: entry, columnComments: new Map() })
  }

  #drop(statement: Extract<DdlStatement, { kind: 'drop' }>): void {
    for (const relation of statement.relations) {
      if (!this.#drafts.has(keyOf(relation))) continue
      throw refusal(statement.at, `${relationText(relation)} is dropped after it was made`)
    }
    this.#ignore(statement.statement, statement.at)
  }

  #comment(statement: Extract<DdlStatement, { kind: 'comment' }>): void {
    const { at, relation, column, comment } = statement
    const draft = this.#known(relation, at)
    if (column === undefined) {
      delete draft.comment
      if (comment !== undefined) draft.comment = comment
      return
    }
    if (draft.table !== undefined && draft.table.columns.every(({ name }) => name !== column)) {
      throw refusal(at, `${relationText(relation)} has no column ${column}`)
    }
    if (comment === undefined) draft.columnComments.delete(column)
    else draft.columnComments.set(column, comment)
  }

  #known(relation: RelationName, at: Place): Draft {
    const draft = this.#drafts.get(keyOf(relation))
    if (draft === undefined) throw refusal(at, `no statement makes ${relationText(relation)}`)
    return draft
  }

  #ignore(statement: string, { file, line }: Place): void {
    this.#ignored.push({ statement, line, file })
  }
}

function keyOf({ schema, name }: RelationName): string {
  return JSON.stringify([schema, name])
}
