import type { ConcernCode } from './concern-code.js'

/** RS026x: how LOAD is let in. */
export const loadConcerns = {
  RS0260: {
    class: 'note',
    title: 'LOAD carries an AccessKey in its text',
    explanation:
      'With oss.loadWith: keys the location of every LOAD reads oss://id:secret@endpoint/…. MaxCompute keeps the text of a statement as the source of its instance, and Logview shows it: everybody who may look at the instances of the project can read the key. Journal, reports and messages have *** in its place.',
    remedy:
      'Take loadWith: role with a RAM role that trusts odps.aliyuncs.com (migrate policies prints it), or make a key for this migration alone and delete it afterwards.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
