import { RedshiftFault, unsupported } from './fault.js'
import { canCompress } from './part-compression.js'
import type { UnloadDraft, UnloadRequest } from './unload-request.js'

const megabyte = 1024 * 1024
const maxFileSizeLimits = { least: 5 * megabyte, most: 6.2 * 1024 * megabyte }
const rowGroupSizeLimits = { least: 32 * megabyte, most: 128 * megabyte }

interface Rule {
  readonly broken: (draft: UnloadDraft) => boolean
  readonly message: string
}

const textOnly = (draft: UnloadDraft): [string, boolean][] => [
  ['DELIMITER', draft.delimiter !== undefined],
  ['FIXEDWIDTH', draft.fixedWidth !== undefined],
  ['ADDQUOTES', draft.addQuotes === true],
  ['ESCAPE', draft.escape === true],
  ['NULL AS', draft.nullText !== undefined],
  ['HEADER', draft.header === true],
]

/** Combinations that Redshift rejects (redshift.md 1.2). */
const rules: readonly Rule[] = [
  {
    broken: (d) => d.format === 'CSV' && (d.fixedWidth !== undefined || d.addQuotes === true),
    message: 'CSV is not supported with FIXEDWIDTH or ADDQUOTES',
  },
  {
    broken: (d) => d.fixedWidth !== undefined && (d.delimiter !== undefined || d.header === true),
    message: 'FIXEDWIDTH is not supported with DELIMITER or HEADER',
  },
  {
    broken: (d) => d.cleanPath === true && d.allowOverwrite === true,
    message: 'CLEANPATH is not supported with ALLOWOVERWRITE',
  },
  {
    broken: (d) => (hasKey(d) || d.credentialsMasterKey === true) && d.encrypted === undefined,
    message: 'KMS_KEY_ID and MASTER_SYMMETRIC_KEY require ENCRYPTED',
  },
  {
    broken: (d) => hasKey(d) && d.credentialsClause === true,
    message: 'KMS_KEY_ID and MASTER_SYMMETRIC_KEY are not supported with CREDENTIALS',
  },
  {
    broken: (d) => d.encrypted === 'auto' && (hasKey(d) || d.credentialsMasterKey === true),
    message: 'ENCRYPTED AUTO is not supported with KMS_KEY_ID or MASTER_SYMMETRIC_KEY',
  },
  {
    broken: (d) => d.format === 'PARQUET' && (d.masterKey !== undefined || d.credentialsMasterKey === true),
    message: 'PARQUET is not supported with client-side encryption',
  },
  {
    broken: (d) => d.rowGroupSize !== undefined && d.format !== 'PARQUET',
    message: 'ROWGROUPSIZE is only supported with PARQUET',
  },
  {
    broken: (d) => !inside(d.rowGroupSize, rowGroupSizeLimits),
    message: 'ROWGROUPSIZE must be between 32 MB and 128 MB',
  },
  {
    broken: (d) => !inside(d.maxFileSize, maxFileSizeLimits),
    message: 'MAXFILESIZE must be between 5 MB and 6.2 GB',
  },
  {
    broken: (d) => d.format === 'PARQUET' && d.encrypted === 'key' && !hasKey(d) && d.credentialsMasterKey !== true,
    message: 'PARQUET with ENCRYPTED requires KMS_KEY_ID or AUTO',
  },
  {
    broken: (d) => d.kmsKey !== undefined && (d.masterKey !== undefined || d.credentialsMasterKey === true),
    message: 'KMS_KEY_ID is not supported with MASTER_SYMMETRIC_KEY',
  },
  {
    broken: (d) => d.delimiter !== undefined && !/^[\x00-\x7f]$/.test(d.delimiter),
    message: 'DELIMITER must be a single ASCII character',
  },
]

function hasKey({ kmsKey, masterKey }: UnloadDraft): boolean {
  return kmsKey !== undefined || masterKey !== undefined
}

function inside(value: number | undefined, { least, most }: { least: number; most: number }): boolean {
  return value === undefined || (value >= least && value <= most)
}

/** Completes the request with Redshift's defaults, or refuses it. */
export function checkUnload(draft: UnloadDraft): UnloadRequest {
  if (draft.authorization === undefined) {
    throw new RedshiftFault('42601', 'No credentials specified: IAM_ROLE or CREDENTIALS is required')
  }
  refuseTextOptions(draft)
  for (const rule of rules) if (rule.broken(draft)) throw new RedshiftFault('42601', rule.message)
  const request: UnloadRequest = {
    query: '',
    bucket: '',
    prefix: '',
    authorization: draft.authorization,
    credentialsClause: false,
    format: 'TEXT',
    manifest: 'none',
    parallel: true,
    allowOverwrite: false,
    cleanPath: false,
    header: false,
    addQuotes: false,
    escape: false,
    encrypted: 'no',
    ...draft,
    ...(draft.partitionBy === undefined ? {} : { prefix: folderPrefix(draft.prefix ?? '') }),
  }
  refuseUnsupported(request)
  return request
}

/** PARTITION BY makes folders: a slash is added where none ends the prefix (redshift.md 1.4). */
function folderPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}

function refuseTextOptions(draft: UnloadDraft): void {
  if (draft.format !== 'PARQUET' && draft.format !== 'JSON') return
  const given = textOnly(draft).find(([, present]) => present)?.[0]
  const compression = draft.format === 'PARQUET' ? draft.compression : undefined
  const option = given ?? compression
  if (option !== undefined) throw new RedshiftFault('42601', `${option} is not supported for UNLOAD to ${draft.format}`)
}

/** What the real service does and the emulator does not. */
function refuseUnsupported(request: UnloadRequest): void {
  const features: readonly (readonly [boolean, string])[] = [
    [request.masterKey !== undefined || request.credentialsMasterKey === true, 'MASTER_SYMMETRIC_KEY'],
    // Which encryption that would be, the manual does not say.
    [request.encrypted === 'key' && !hasKey(request), 'ENCRYPTED without a key'],
    [request.compression === 'BZIP2', 'BZIP2'],
    [request.compression === 'ZSTD' && !canCompress('ZSTD'), 'ZSTD (this Node has no zstd)'],
    // Whether the service takes it, and what it would write, is not documented.
    [request.format === 'CSV' && request.escape, 'CSV with ESCAPE'],
  ]
  for (const [asked, name] of features) if (asked) throw unsupported(`UNLOAD … ${name}`)
}
