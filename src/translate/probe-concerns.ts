import type { ConcernCode } from './concern-code.js'

/** RS025x: what a probe of the clouds found. */
export const probeConcerns = {
  RS0250: {
    class: 'note',
    title: 'A column travels as text, since LOAD does not read its type exactly',
    explanation:
      'The probe (migrate doctor --probe) sent values of this type along the whole road, and LOAD refused or changed them. As text they arrived exactly: UNLOAD spells them, LOAD fills a staging table with STRING, and INSERT casts them.',
    remedy: 'Nothing has to be done. After a change of the project, probe again and plan again.',
  },
  RS0251: {
    class: 'blocking',
    title: 'No way was found that carries a type exactly',
    explanation:
      'The probe (migrate doctor --probe) sent values of this type along the whole road, by every reader and as text, and on no way did they arrive as they were.',
    remedy:
      'Look at the table of the probe, override the type of the column or leave the column out; probe again when the project has changed.',
  },
  RS0252: {
    class: 'note',
    title: 'LOAD runs in Hive mode',
    explanation:
      'The probe (migrate doctor --probe) found that this project reads Parquet exactly only with odps.sql.hive.compatible=true. It is sent with LOAD and with no other statement, since it changes what SQL means.',
    remedy: 'Nothing has to be done. After a change of the project, probe again and plan again.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
