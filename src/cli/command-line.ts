import yargs, { type Argv } from 'yargs'
import { MigrationError } from '../model/errors.js'
import type { GlobalOptions } from './context.js'
import { addLegs, withReplace, type Choose, type Handler } from './leg-commands.js'
import { toolVersion } from './tool-version.js'

export interface Invocation {
  readonly options: GlobalOptions
  readonly handler: Handler
}

/** Parses the arguments; undefined when they only asked for help or the version. Commands are loaded when they are chosen. */
export async function commandLine(args: readonly string[]): Promise<Invocation | undefined> {
  let handler: Handler | undefined
  const parser = globals(yargs([...args]))
  for (const add of [addPlanning, addLegs, addRun, addUndoing, addLooking, addTranslate, addEmulators])
    add(parser, (chosen) => (handler = chosen))
  parser
    .scriptName('migrate')
    .version(toolVersion())
    .usage(
      '$0 <command>\n\nMoves Amazon Redshift schemas to Alibaba Cloud MaxCompute and proves that nothing was lost.',
    )
    .demandCommand(1, 'which command?')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (error instanceof MigrationError) throw error
      throw new MigrationError('arguments', `migrate: ${message ?? error?.message ?? 'arguments not understood'}`, {
        hint: 'migrate --help shows the commands, migrate COMMAND --help its options',
      })
    })
    .wrap(100)
  const parsed = await parser.parseAsync()
  return handler === undefined ? undefined : { options: globalOptions(parsed), handler }
}

function globals(parser: Argv): Argv {
  return parser
    .option('config', { alias: 'c', type: 'string', default: 'migrate.yaml', describe: 'the config file' })
    .option('run', { type: 'string', describe: 'a run by its id; the newest one otherwise' })
    .option('select', { type: 'string', array: true, describe: "relations of the plan, e.g. 'sales.*'" })
    .option('exclude', { type: 'string', array: true, describe: 'relations to leave out' })
    .option('json', { type: 'boolean', default: false, describe: 'data as JSON lines on stdout' })
    .option('verbose', { alias: 'v', type: 'boolean', default: false, describe: 'say more' })
    .option('quiet', { alias: 'q', type: 'boolean', default: false, describe: 'say nothing but data' })
    .option('color', {
      type: 'boolean',
      default: process.env['NO_COLOR'] === undefined,
      describe: 'colours (also NO_COLOR)',
    })
    .option('yes', { type: 'boolean', default: false, describe: 'do not ask' })
    .option('fail-fast', { type: 'boolean', default: false, describe: 'start nothing more after the first failure' })
    .option('bwlimit', { type: 'string', describe: 'bytes a second that are copied: 50M, or 08:00,50M 19:00,off' })
    .option('max-egress', { type: 'string', describe: 'bytes that a run may read from S3 to copy them: 500G' })
    .option('take-over', { type: 'boolean', default: false, describe: 'take a run that a vanished host holds' })
}

function globalOptions(parsed: Record<string, unknown>): GlobalOptions {
  return {
    config: String(parsed['config']),
    run: parsed['run'] as string | undefined,
    select: parsed['select'] as string[] | undefined,
    exclude: parsed['exclude'] as string[] | undefined,
    json: parsed['json'] === true,
    verbose: parsed['verbose'] === true,
    quiet: parsed['quiet'] === true,
    color: parsed['color'] === true,
    yes: parsed['yes'] === true,
    failFast: parsed['failFast'] === true,
    takeOver: parsed['takeOver'] === true,
    bwlimit: parsed['bwlimit'] as string | undefined,
    maxEgress: parsed['maxEgress'] as string | undefined,
  }
}

function withScan<T>(parser: Argv<T>) {
  return parser.option('scan', {
    type: 'boolean',
    default: false,
    describe: 'when planning, ask the source whether its data are as the plan assumes',
  })
}

function addPlanning(parser: Argv, choose: Choose): void {
  parser.command(
    'plan',
    'read the catalog and decide what becomes of every relation',
    (options) =>
      withScan(options).option('detailed-exitcode', {
        type: 'boolean',
        default: false,
        describe: 'exit 13 when there is something to do',
      }),
    ({ detailedExitcode, scan }) =>
      choose(async (context) => (await import('./commands/plan.js')).plan(context, { detailedExitcode, scan })),
  )
  parser.command(
    'ddl',
    'write the MaxCompute DDL of the plan, or of .sql files, to files',
    (options) =>
      withReplace(options)
        .option('apply', { type: 'boolean', default: false, describe: 'make the tables too' })
        .option('diff', { type: 'boolean', default: false, describe: 'compare the plan with the tables that stand' })
        .option('from', { type: 'string', array: true, describe: 'files of Redshift DDL, or folders of *.sql' })
        .option('out', { type: 'string', describe: "with --from: folder to write to; the config's otherwise" })
        .option('project', { type: 'string', describe: "with --from: MaxCompute project; the config's otherwise" }),
    ({ apply, replace, diff, from, out, project }) =>
      choose(async (context) =>
        (await import('./commands/ddl.js')).ddl(context, { apply, replace, diff, from, out, project }),
      ),
  )
}

function addRun(parser: Argv, choose: Choose): void {
  parser.command(
    'run',
    'the whole journey; called again it goes on where it stopped',
    (options) =>
      withScan(withReplace(options))
        .option('new', { type: 'boolean', default: false, describe: 'start another run' })
        .option('redo', { type: 'string', array: true, describe: 'take these relations up again' })
        .option('restart-snapshot', {
          type: 'boolean',
          default: false,
          describe: 'with single-transaction, after a crash: read all relations anew',
        })
        .example('$0 run --config migrate.yaml', 'plan, make tables, unload, transfer, load, verify, report'),
    (parsed) =>
      choose(async (context) =>
        (await import('./commands/run.js')).run(context, {
          replace: parsed.replace,
          new: parsed.new,
          scan: parsed.scan,
          redo: parsed.redo,
          restartSnapshot: parsed.restartSnapshot,
        }),
      ),
  )
}

function addUndoing(parser: Argv, choose: Choose): void {
  parser.command('rollback', 'put the tables of before back that a swap took the names of', {}, () =>
    choose(async (context) => (await import('./commands/rollback.js')).rollback(context)),
  )
  parser.command(
    'clean',
    'remove what a run left outside: staging and kept tables, parts in both stores, open uploads',
    (options) =>
      options
        .option('dry-run', { type: 'boolean', default: false, describe: 'only tell what would go' })
        .option('unfinished', {
          type: 'boolean',
          default: false,
          describe: 'also of relations that have not come to their end: they begin anew',
        }),
    ({ dryRun, unfinished }) =>
      choose(async (context) => (await import('./commands/clean.js')).clean(context, { dryRun, unfinished })),
  )
}

function addLooking(parser: Argv, choose: Choose): void {
  parser.command('status', 'what a run has done so far', {}, () =>
    choose(async (context) => (await import('./commands/status.js')).status(context)),
  )
  parser.command(
    'report',
    'write report.html, report.json, report.md and report.junit.xml; sign them, or check a certificate',
    (options) =>
      options
        .option('sign', { type: 'string', describe: 'file with an Ed25519 key (PEM): also write certificate.json' })
        .option('check', { type: 'string', describe: 'check this certificate.json against the files around it' })
        .option('public-key', { type: 'string', describe: 'with --check: file with the key it must be signed by' }),
    ({ sign, check, publicKey }) =>
      choose(async (context) => (await import('./commands/report.js')).report(context, { sign, check, publicKey })),
  )
  parser.command(
    'doctor',
    'check every system, key, bucket and role',
    (options) =>
      options.option('probe', {
        type: 'boolean',
        default: false,
        describe: 'then send values of every type along the whole road, and tell what became of them',
      }),
    ({ probe }) => choose(async (context) => (await import('./commands/doctor.js')).doctor(context, { probe })),
  )
  parser.command('policies', 'print the least privileges that each system must grant', {}, () =>
    choose(async (context) => (await import('./commands/policies.js')).policies(context)),
  )
  parser.command(
    'explain <code>',
    "what a concern's code means and what can be chosen",
    (options) => options.positional('code', { type: 'string', demandOption: true }),
    ({ code }) => choose(async (context) => (await import('./commands/explain.js')).explain(context, code)),
  )
}

function addTranslate(parser: Argv, choose: Choose): void {
  parser.command(
    'translate <files..>',
    'Redshift queries as MaxCompute SQL, with what changed and why; exit 10 when one is refused',
    (options) =>
      options
        .positional('files', { type: 'string', array: true, demandOption: true, describe: '.sql files, or folders' })
        .option('from', {
          type: 'string',
          array: true,
          describe: "Redshift DDL of the tables; the run's plan otherwise",
        })
        .option('project', { type: 'string', describe: 'the MaxCompute project, with --from and without a config' })
        .option('search-path', { type: 'string', array: true, describe: 'schemas of relations named without one' }),
    ({ files, from, project, searchPath }) =>
      choose(async (context) =>
        (await import('./commands/translate.js')).translate(context, { files, from, project, searchPath }),
      ),
  )
}

function addEmulators(parser: Argv, choose: Choose): void {
  parser.command(
    'emulate',
    'start the emulated clouds on this machine',
    (options) =>
      options
        .option('dir', {
          type: 'string',
          default: '.migrate',
          describe: 'where they keep their data and write migrate.yaml',
        })
        .option('seed', {
          choices: ['tpch', 'guide', 'none'] as const,
          default: 'none' as const,
          describe: 'what Redshift holds',
        })
        .option('scale', { type: 'number', default: 0.01, describe: 'TPC-H scale factor' })
        .option('from', {
          type: 'string',
          describe: 'load <table>.tbl files of this folder instead of generating them',
        })
        .option('options', { type: 'string', describe: 'JSON file with ports, world, faults and switches' }),
    ({ dir, seed, scale, from, options }) =>
      choose(async (context) =>
        (await import('./commands/emulate.js')).emulate(context, { dir, seed, scale, from, options }),
      ),
  )
  parser.command(
    'demo',
    'migrate TPC-H between emulated clouds, from nothing to the report',
    (options) =>
      options
        .option('scale', { type: 'number', default: 0.01, describe: 'TPC-H scale factor' })
        .option('dir', { type: 'string', describe: 'a folder to keep everything in; a temporary one otherwise' }),
    ({ scale, dir }) => choose(async (context) => (await import('./commands/demo.js')).demo(context, { scale, dir })),
  )
}
