import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { MigrationError } from '../model/errors.js'
import { checkRules } from './config-rules.js'
import { routeOf, type Route } from '../network/route.js'
import { nearest } from './nearest.js'
import { configSchema, type Config } from './config-schema.js'

export interface LoadedConfig {
  readonly config: Config
  /** Absolute path; relative paths in the config start from its folder. */
  readonly path: string
  readonly folder: string
  /** Every value that came from a reference: what the redactor must know. */
  readonly secrets: readonly string[]
  /** How requests leave this machine: HTTPS_PROXY, NO_PROXY and `ca`. */
  readonly route: Route
  /** Takes secrets that come up later, such as temporary passwords; absent: nobody writes anything. */
  readonly hush?: (secret: string) => void
}

const secretKeys = new Set([
  'password',
  'secretAccessKey',
  's3SecretAccessKey',
  'sessionToken',
  'accessKeySecret',
  'securityToken',
  'accessKey',
])

/** Reads and checks a config file. Throws `config` with file, place and what to do. */
export async function loadConfig(path: string, environment: NodeJS.ProcessEnv): Promise<LoadedConfig> {
  const absolute = resolve(path)
  const folder = dirname(absolute)
  const raw = parseYaml(path, await readText(absolute, path))
  const secrets: string[] = []
  const resolved = await resolveReferences(raw, [], { path, folder, environment, secrets })
  const parsed = configSchema.safeParse(resolved)
  if (!parsed.success) throw schemaError(path, parsed.error.issues)
  const config = checkRules(path, parsed.data)
  const route = routeOf(environment, await readAuthorities(path, folder, config.ca))
  secrets.push(...proxySecrets(path, route))
  return { config, path: absolute, folder, secrets, route }
}

async function readAuthorities(path: string, folder: string, ca: string | undefined): Promise<string | undefined> {
  if (ca === undefined) return undefined
  const file = resolve(folder, ca)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new MigrationError('config', `${path}: ca: ${file} cannot be read (${code})`, { cause: error })
  })
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new MigrationError('config', `${path}: ca: ${file} holds no certificate`, { hint: 'it must be PEM' })
}

/** The password of the proxy; an address that is none is told without it. */
function proxySecrets(path: string, { proxy }: Route): readonly string[] {
  if (proxy === undefined) return []
  const text = proxy.includes('://') ? proxy : `http://${proxy}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) {
    return url.password === '' ? [] : [url.password, decodeURIComponent(url.password)]
  }
  throw new MigrationError('config', `${path}: HTTPS_PROXY is no http or https address`, {
    hint: 'http://proxy.example:3128; SOCKS is not spoken here',
  })
}

async function readText(absolute: string, path: string): Promise<string> {
  try {
    return await readFile(absolute, 'utf8')
  } catch (error) {
    throw new MigrationError(
      'config',
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      {
        hint: 'give the file with --config; config/example.yaml shows every setting',
        cause: error,
      },
    )
  }
}

function parseYaml(path: string, text: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new MigrationError('config', `${path}:${line}:${col}: not YAML: ${error.message.split('\n')[0] ?? ''}`)
  }
  return document.toJS() as unknown
}

interface References {
  readonly path: string
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly secrets: string[]
}

async function resolveReferences(value: unknown, at: readonly string[], context: References): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, at, context)
  if (Array.isArray(value)) {
    return Promise.all(value.map((item, index) => resolveReferences(item, [...at, String(index)], context)))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(async ([key, item]) => [
    key,
    await resolveReferences(item, [...at, key], context),
  ])
  return Object.fromEntries((await Promise.all(entries)) as [string, unknown][])
}

const reference = /^\$\{(env|file):([^}]+)\}$/

async function resolveText(text: string, at: readonly string[], context: References): Promise<string> {
  const isSecret = secretKeys.has(at.at(-1) ?? '')
  const match = reference.exec(text)
  if (match === null) {
    if (!isSecret) return text
    throw new MigrationError('config', `${context.path}: ${at.join('.')}: a secret stands in the file itself`, {
      hint: 'put it into a file or the environment and refer to it: ${file:path} or ${env:NAME}',
    })
  }
  const found =
    match[1] === 'env' ? fromEnvironment(match[2] ?? '', at, context) : await fromFile(match[2] ?? '', at, context)
  if (isSecret) context.secrets.push(found)
  return found
}

function fromEnvironment(name: string, at: readonly string[], context: References): string {
  const value = context.environment[name]
  if (value !== undefined && value !== '') return value
  throw new MigrationError('config', `${context.path}: ${at.join('.')}: the environment has no ${name}`, {
    hint: `set ${name}, or refer to a file with \${file:path}`,
  })
}

async function fromFile(name: string, at: readonly string[], context: References): Promise<string> {
  const path = resolve(context.folder, name)
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new MigrationError('config', `${context.path}: ${at.join('.')}: ${path} cannot be read (${code})`, {
      cause: error,
    })
  }
}

function schemaError(path: string, issues: readonly z.core.$ZodIssue[]): MigrationError {
  // A mistyped name is why another one is missing, so it is told first.
  const issue = issues.find((one) => one.code === 'unrecognized_keys') ?? issues[0]
  if (issue === undefined) return new MigrationError('config', `${path}: not valid`)
  const at = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const place = at === '' ? key : `${at}.${key}`
    const meant = nearest(key, knownKeys(issue.path))
    return new MigrationError('config', `${path}: ${place}: there is no such setting`, {
      hint: meant === undefined ? 'config/example.yaml shows every setting' : `did you mean ${meant}?`,
    })
  }
  return new MigrationError('config', `${path}: ${at === '' ? 'the file' : at}: ${issue.message}`, {
    hint: 'config/example.yaml shows every setting',
  })
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = configSchema
  for (const key of path) schema = propertyOf(schema, String(key))
  return Object.keys(shapeOf(schema) ?? {})
}

function propertyOf(schema: unknown, key: string): unknown {
  return shapeOf(schema)?.[key] ?? (schema as { element?: unknown } | undefined)?.element
}

/** Looks through `optional` and `default` at the object inside. */
function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const node = schema as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined
  if (node?.shape !== undefined) return node.shape
  return node?.def?.innerType === undefined ? undefined : shapeOf(node.def.innerType)
}
