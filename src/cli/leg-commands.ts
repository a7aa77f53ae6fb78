import type { Argv } from 'yargs'
import { legs } from '../stages/stage.js'
import type { Context } from './context.js'

export type Handler = (context: Context) => Promise<number>

export type Choose = (handler: Handler) => void

export function withReplace<T>(parser: Argv<T>) {
  return parser.option('replace', {
    type: 'boolean',
    default: false,
    describe: 'rows that are in a table already may go',
  })
}

function withChecksums<T>(parser: Argv<T>) {
  return parser.option('checksums', { type: 'string', describe: "folder of checksums; within the run's own otherwise" })
}

const legTitles = {
  unload: 'UNLOAD the selected relations to S3, measured in the same snapshot',
  transfer: 'carry unloaded parts from S3 to OSS, proven by CRC-64',
  load: 'LOAD transferred parts into the tables',
  verify: 'compare both warehouses',
} as const

/** The legs by themselves, and what belongs to one of them. */
export function addLegs(parser: Argv, choose: Choose): void {
  for (const name of legs.filter((leg) => leg !== 'verify' && leg !== 'transfer')) {
    parser.command(name, legTitles[name], withReplace, ({ replace }) =>
      choose(async (context) => (await import('./commands/leg.js')).leg(context, name, { replace })),
    )
  }
  parser.command(
    'verify',
    legTitles.verify,
    (options) =>
      withReplace(options).option('now', {
        type: 'boolean',
        default: false,
        describe: 'compare what both systems hold at this moment, instead of what was unloaded; changes nothing',
      }),
    ({ replace, now }) =>
      choose(async (context) =>
        now
          ? (await import('./commands/verify-now.js')).verifyNow(context)
          : (await import('./commands/leg.js')).leg(context, 'verify', { replace }),
      ),
  )
  parser.command(
    'transfer',
    legTitles.transfer,
    (options) =>
      withChecksums(withReplace(options)).option('proof', {
        choices: ['full', 'light', 'ledger'] as const,
        describe:
          "of what jobs carried: read the source, compare ends, or take migrate checksum's; the config's otherwise",
      }),
    ({ replace, proof, checksums }) =>
      choose(async (context) =>
        (await import('./commands/leg.js')).leg(context, 'transfer', { replace, proof, checksums }),
      ),
  )
  parser.command(
    'checksum',
    'read unloaded parts and write down their CRC-64, wherever S3 is near',
    (options) =>
      withChecksums(options).option('source', { type: 'boolean', demandOption: true, describe: 'of the parts in S3' }),
    ({ checksums }) =>
      choose(async (context) => (await import('./commands/checksum.js')).checksum(context, { checksums })),
  )
}
