import type { ConcernCode } from './concern-code.js'

/** RS03xx: names and limits. */
export const namingConcerns = {
  RS0301: {
    class: 'note',
    title: 'A column gets another name',
    explanation:
      'Names in MaxCompute are lower case, of letters, digits and underscores, begin with a letter, and are distinct regardless of case.',
    remedy: 'Choose the name yourself under naming.columns.',
  },
  RS0302: {
    class: 'note',
    title: 'A relation gets another name',
    explanation:
      'Table names in MaxCompute are lower case, of letters, digits and underscores, and begin with a letter.',
    remedy: 'Choose the name yourself under naming.tables.',
  },
  RS0303: {
    class: 'blocking',
    title: 'Two relations would become one table',
    explanation: 'The second LOAD OVERWRITE would replace what the first one brought.',
    remedy: 'Put {schema} into naming.table, or name one of them under naming.tables.',
  },
  RS0304: {
    class: 'blocking',
    title: 'More columns than a table may have',
    explanation: 'MaxCompute ends at 1,200 columns, Redshift at 1,600.',
    remedy: 'Split the relation by views into tables of the source, or leave it out.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
