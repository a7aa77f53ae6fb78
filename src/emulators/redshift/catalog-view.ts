/** A catalog relation answered from the emulator's own tables. */
export interface CatalogView {
  /** `name:type` in order; the type is varchar where none is given. */
  readonly columns: string
  readonly sql: string
  readonly node: 'leader' | 'compute' | 'either'
}
