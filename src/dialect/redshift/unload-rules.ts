import type { UnloadClause, UnloadShape } from './parse-unload.js'
import type { SelectItem } from './read-select.js'
import { roleChainProblem } from './role-chain.js'

/** What a statement's text does not say. */
export interface UnloadContext {
  /** Keys in the statement's text are then no violation. */
  readonly allowSecrets?: boolean
  readonly isReadOnly?: boolean
  /** `ra3.4xlarge`; ROWGROUPSIZE is checked against it when it is known. */
  readonly nodeType?: string
}

export interface RuleInput {
  readonly shape: UnloadShape
  readonly items: readonly SelectItem[]
  readonly within: UnloadContext
}

export interface UnloadRule {
  readonly rule: string
  readonly message: string
  /** Where the rule is broken; undefined when it is kept. */
  readonly find: (input: RuleInput) => number | undefined
}

function clause(input: RuleInput, name: string): UnloadClause | undefined {
  return input.shape.clauses.find((one) => one.name === name)
}

function shown(name: string): string {
  return name.toUpperCase()
}

/** Both, in any order; told at the second name's place. */
function apart(rule: string, first: string, second: string): UnloadRule {
  const message = `${shown(first)} does not go with ${shown(second)}`
  return { rule, message, find: (input) => clause(input, first) && clause(input, second)?.at }
}

function needs(rule: string, name: string, needed: string): UnloadRule {
  const message = `${shown(name)} needs ${shown(needed)}`
  return { rule, message, find: (input) => (clause(input, needed) === undefined ? clause(input, name)?.at : undefined) }
}

function never(name: string, why: string): UnloadRule {
  return { rule: `never-${name}`, message: `${shown(name)} ${why}`, find: (input) => clause(input, name)?.at }
}

/** Told at the second one's place. */
function oneOf(rule: string, names: readonly string[]): UnloadRule {
  const message = `${names.map(shown).join(', ')} exclude each other`
  return { rule, message, find: ({ shape }) => shape.clauses.filter((given) => names.includes(given.name))[1]?.at }
}

const textOptions = ['delimiter', 'fixedwidth', 'addquotes', 'escape', 'null', 'header']
const secretClauses = ['access_key_id', 'secret_access_key', 'session_token', 'credentials', 'master_symmetric_key']

function masterKeyInCredentials(input: RuleInput): UnloadClause | undefined {
  const given = clause(input, 'credentials')
  return given?.value?.includes('master_symmetric_key=') === true ? given : undefined
}

function isAuto(input: RuleInput): boolean {
  return clause(input, 'encrypted')?.value === 'auto'
}

const formats: readonly UnloadRule[] = [
  ...[...textOptions, 'gzip', 'bzip2', 'zstd'].map((name) => apart(`parquet-no-${name}`, 'parquet', name)),
  ...['fixedwidth', 'addquotes'].map((name) => apart(`csv-no-${name}`, 'csv', name)),
  ...textOptions.map((name) => apart(`json-no-${name}`, 'json', name)),
  ...['delimiter', 'header'].map((name) => apart(`fixedwidth-no-${name}`, 'fixedwidth', name)),
  {
    rule: 'json-unique-names',
    message: 'JSON needs column names that differ',
    find: (input) => {
      const names = input.items.flatMap((item) => (item.alias === undefined ? [] : [item.alias.toLowerCase()]))
      return new Set(names).size < names.length ? clause(input, 'json')?.at : undefined
    },
  },
  oneOf('one-format', ['csv', 'parquet', 'json']),
  oneOf('one-compression', ['gzip', 'bzip2', 'zstd']),
  {
    rule: 'delimiter-one-ascii',
    message: 'DELIMITER is one ASCII character',
    find: (input) => {
      const given = clause(input, 'delimiter')
      return given?.value === undefined || /^[\x01-\x7f]$/.test(given.value) ? undefined : given.at
    },
  },
]

const encryption: readonly UnloadRule[] = [
  {
    rule: 'parquet-client-side-encryption',
    message: 'PARQUET is encrypted by the server only',
    find: (input) =>
      clause(input, 'parquet') && (clause(input, 'master_symmetric_key') ?? masterKeyInCredentials(input))?.at,
  },
  {
    rule: 'parquet-encrypted-without-kms',
    message: 'PARQUET with ENCRYPTED needs KMS_KEY_ID or AUTO',
    find: (input) => {
      const isKeyed = isAuto(input) || clause(input, 'kms_key_id') !== undefined
      return isKeyed ? undefined : clause(input, 'parquet') && clause(input, 'encrypted')?.at
    },
  },
  oneOf('one-encryption-key', ['kms_key_id', 'master_symmetric_key']),
  needs('kms-without-encrypted', 'kms_key_id', 'encrypted'),
  {
    rule: 'master-key-without-encrypted',
    message: 'MASTER_SYMMETRIC_KEY needs ENCRYPTED, also in CREDENTIALS',
    find: (input) => {
      if (clause(input, 'encrypted') !== undefined) return undefined
      return (clause(input, 'master_symmetric_key') ?? masterKeyInCredentials(input))?.at
    },
  },
  apart('kms-with-credentials', 'credentials', 'kms_key_id'),
  apart('master-key-with-credentials', 'credentials', 'master_symmetric_key'),
  ...[['auto-with-kms', 'kms_key_id'] as const, ['auto-with-master-key', 'master_symmetric_key'] as const].map(
    ([rule, name]) => ({
      rule,
      message: `ENCRYPTED AUTO does not go with ${shown(name)}`,
      find: (input: RuleInput) => (isAuto(input) ? clause(input, name)?.at : undefined),
    }),
  ),
  {
    rule: 'auto-with-credentials-master-key',
    message: 'ENCRYPTED AUTO does not go with a master_symmetric_key in CREDENTIALS',
    find: (input) => (isAuto(input) ? masterKeyInCredentials(input)?.at : undefined),
  },
]

const authorization: readonly UnloadRule[] = [
  oneOf('one-authorization', ['iam_role', 'access_key_id', 'credentials']),
  {
    rule: 'authorization-missing',
    message: 'IAM_ROLE is missing',
    find: (input) => {
      const ways = ['iam_role', 'access_key_id', 'credentials']
      return ways.some((name) => clause(input, name)) ? undefined : input.shape.to.end
    },
  },
  needs('keys-in-pairs', 'access_key_id', 'secret_access_key'),
  needs('secret-without-key-id', 'secret_access_key', 'access_key_id'),
  needs('session-token-without-keys', 'session_token', 'access_key_id'),
  {
    rule: 'role-chain',
    message: 'IAM_ROLE is default, an ARN, or ARNs joined by commas without blanks',
    find: (input) => {
      const given = clause(input, 'iam_role')
      if (given?.value === undefined) return undefined
      // The keyword has no value; in quotes it is no ARN.
      return given.value === 'default' || roleChainProblem(given.value) !== undefined ? given.at : undefined
    },
  },
  {
    rule: 'credentials-format',
    message: 'CREDENTIALS is key=value;key=value without blanks',
    find: (input) => {
      const given = clause(input, 'credentials')
      return given?.value === undefined || /^[^\s;=]+=[^\s;]+(;[^\s;=]+=[^\s;]+)*$/.test(given.value)
        ? undefined
        : given.at
    },
  },
  {
    rule: 'no-secrets',
    message: 'keys in a statement show in query history; use IAM_ROLE',
    find: ({ shape, within }) => {
      if (within.allowSecrets === true) return undefined
      return shape.clauses.find((one) => secretClauses.includes(one.name))?.at
    },
  },
]

const ours: readonly UnloadRule[] = [
  apart('cleanpath-with-allowoverwrite', 'allowoverwrite', 'cleanpath'),
  never('allowoverwrite', 'leaves parts of an earlier try, which then count twice'),
  never('cleanpath', 'deletes what it does not own'),
  {
    rule: 'manifest-verbose-required',
    message: 'MANIFEST VERBOSE is what the parts are proven by',
    find: (input) => (clause(input, 'manifest')?.value === 'verbose' ? undefined : input.shape.to.end),
  },
  {
    rule: 'read-only-transaction',
    message: 'UNLOAD is refused in a read-only transaction',
    find: (input) => (input.within.isReadOnly === true ? input.shape.query.at : undefined),
  },
  {
    rule: 'repeated-option',
    message: 'an option stands twice',
    find: ({ shape: { clauses } }) =>
      clauses.find((one, n) => clauses.findIndex((other) => other.name === one.name) < n)?.at,
  },
]

export const clauseRules: readonly UnloadRule[] = [...formats, ...encryption, ...authorization, ...ours]
