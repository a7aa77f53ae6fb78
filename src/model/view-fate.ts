/** What became of a view of the source. */
export interface ViewFate {
  /** `schema.name` */
  readonly view: string
  readonly fate: 'created' | 'manual' | 'waiting' | 'failed'
  /** `project.name`, where it has a translation. */
  readonly table?: string
  readonly reason?: string
  /** Of the error that it failed with. */
  readonly exitCode?: number
  /** The target's. */
  readonly statement?: string
}

/** `views.json` */
export interface ViewFates {
  readonly document: 'views'
  readonly views: readonly ViewFate[]
}
