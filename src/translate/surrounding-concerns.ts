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
  RS0230: {
    class: 'note',
    title: 'The table is partitioned by a column that the source does not have',
    explanation:
      'Chosen under relations.<pattern>.partition. A column of text behind all others names the partition of each row; the data column that it is derived from stays. Rows in which that is NULL go to the partition null. The rows pass through a staging table and are written once more. With a fixed value all rows lie in that one partition, and LOAD fills it directly.',
    remedy:
      'Give queries a condition on the partition column: MaxCompute refuses to scan all partitions without being told to.',
  },
  RS0231: {
    class: 'blocking',
    title: 'Too many partitions',
    explanation:
      "One query of MaxCompute reads at most 10,000 partitions, or the table could not be verified whole; with unloadPartitioned one statement fills at most 512. The plan takes for granted that there are no more; the scan or the unload's snapshot found more.",
    remedy: 'Choose a coarser unit (day, month, year) or another column under relations.<pattern>.partition.',
  },
  RS0232: {
    class: 'blocking',
    title: 'Values that cannot name a partition',
    explanation:
      "The name of a partition begins with a letter or digit, has at most 255 bytes of letters, digits, blanks and - : _ $ # . ! @, and null is the partition of rows without a value. The scan or the unload's snapshot found other values.",
    remedy: 'Partition by another column, or filter those rows out with where.',
  },
  RS0234: {
    class: 'note',
    title: 'The table is clustered',
    explanation:
      'Chosen under relations.<pattern>.clustering. Clustering speeds up joins and filters by its columns and changes no answer. The rows pass through a staging table and are written once more.',
    remedy:
      'Choose the columns and the number of buckets yourself: clustering: { by: [..], sortedBy: [..], buckets: n }.',
  },
  RS0235: {
    class: 'note',
    title: 'There is no key to cluster by',
    explanation: 'With clustering: auto the distribution key is used, else the sort key. The relation has neither.',
    remedy: 'Name the columns: clustering: { by: [..] }.',
  },
  RS0236: {
    class: 'note',
    title: 'The table becomes a Delta table with a primary key',
    explanation:
      'Chosen under relations.<pattern>.primaryKey. Rows with the same key replace each other from then on. The rows pass through a staging table and are inserted from there.',
    remedy: 'Leave primaryKey out for a plain table without keys.',
  },
  RS0237: {
    class: 'blocking',
    title: 'The primary key is not unique',
    explanation:
      "Redshift takes keys as hints and never enforces them; in a Delta table only one row of each key would remain. The plan takes for granted that the key is unique; the scan or the unload's snapshot found rows that share theirs.",
    remedy: 'Leave primaryKey out, or remove the duplicates at the source.',
  },
  RS0238: {
    class: 'blocking',
    title: 'The primary key cannot be carried',
    explanation:
      'With primaryKey: true the table is to be a Delta table. Its key needs columns that are carried, are never NULL, and are integers, texts or dates.',
    remedy: 'Leave primaryKey out for this relation, or change the type of the column under types.overrides.',
  },
  RS0239: {
    class: 'note',
    title: 'UNLOAD makes a prefix for each partition',
    explanation:
      'Chosen under relations.<pattern>.partition.unloadPartitioned. The rows are written once, not twice: LOAD takes the partitions from the prefixes. Each slice writes a file for each partition, and at most 512 partitions go.',
    remedy: 'Leave unloadPartitioned out where there would be very many small files.',
  },
  RS0240: {
    class: 'note',
    title: 'The number of partitions is near its limit',
    explanation:
      "One query of MaxCompute reads at most 10,000 partitions, and with unloadPartitioned one statement fills at most 512. The scan or the unload's snapshot counted more than 80 % of what may be. All of them are carried; data that come later may not find room.",
    remedy: 'Choose a coarser unit (day, month, year) or another column under relations.<pattern>.partition.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
