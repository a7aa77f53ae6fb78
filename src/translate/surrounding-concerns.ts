import type { ConcernCode } from './concern-code.js'

/** RS02xx: what surrounds a column or a relation. */
export const surroundingConcerns = {
  RS0201: {
    class: 'lossy',
    title: 'A default is not carried',
    explanation: 'Only literals can be defaults in MaxCompute. Rows that exist are not touched by this.',
    remedy: 'Give the value in the statements that insert.',
  },
  RS0202: {
    class: 'note',
    title: 'An identity column becomes an ordinary column',
    explanation: 'The values are carried; nothing generates the next one.',
    remedy: 'Let the writers of the table make new values, above the largest that exists.',
  },
  RS0203: {
    class: 'note',
    title: 'A constraint is not carried',
    explanation:
      'Redshift takes keys as hints and never enforces them; plain MaxCompute tables have none. The definition stays on record here.',
    remedy: 'Check uniqueness in the data before relying on it.',
  },
  RS0204: {
    class: 'note',
    title: 'Distribution and sort keys are not carried',
    explanation: "They arrange data for Redshift's slices. The answers of queries do not depend on them.",
    remedy:
      'For very large tables consider CLUSTERED BY the distribution key, or partitions by a sort key that is a date.',
  },
  RS0205: {
    class: 'lossy',
    title: 'A comment is cut',
    explanation: 'MaxCompute keeps at most 1,024 bytes of a comment.',
    remedy: 'Shorten it at the source, or keep the whole text elsewhere.',
  },
  RS0206: {
    class: 'note',
    title: 'The source does not tell everything about its objects',
    explanation:
      'A system view refused the question, so that sizes or columns of some kind of object are not known. No relation is missing for that.',
    remedy: 'Grant the user what the message names, e.g. SELECT ON svv_table_info, and plan again.',
  },
  RS0207: {
    class: 'lossy',
    title: 'The source may hold objects that it does not tell of',
    explanation:
      'A system view or an external catalog refused the question, so that objects of the named kind are missing from the plan and from its coverage.',
    remedy:
      'Grant the user what the message names, or the role sys:monitor, and plan again; or list those objects by hand.',
  },
  RS0220: {
    class: 'note',
    title: 'One transaction holds all relations',
    explanation:
      'With single-transaction every relation is read in one transaction, one after the other. Until it ends, TRUNCATE, DROP and ALTER of those relations wait, and VACUUM cannot remove rows that it still sees.',
    remedy: 'Choose a quiet time (windows.unload), or consistency frozen or restored.',
  },
  RS0221: {
    class: 'blocking',
    title: 'One transaction would not live long enough',
    explanation:
      'By the sizes in the catalog and redshift.unloadMegabytesPerSecond the transaction or one of its queries takes longer than Redshift lets it. It would be ended, and what was unloaded could not be gone on with.',
    remedy: 'Choose consistency each-relation, frozen or restored; or select fewer relations.',
  },
  RS0222: {
    class: 'note',
    title: 'UNLOAD carries AWS keys',
    explanation:
      'With redshift.unloadWith keys the keys stand in the statement. Redshift masks them in its query history; they are not written anywhere here.',
    remedy: 'Attach a role to the cluster and set redshift.iamRole and unloadWith role.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
