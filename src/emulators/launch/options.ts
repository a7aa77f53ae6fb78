import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { FaultRule } from '../faults.js'
import { scaleMax, scaleMin } from '../tpch/scale.js'
import type { World } from '../world.js'
import { isRule } from './control.js'
import { LaunchError } from './launch-error.js'
import { splitSwitches } from './switches.js'

export type Seed = 'tpch' | 'guide' | 'none'

/** Loopback ports; a service that is not named takes a free one. */
export interface Ports {
  readonly redshift?: number
  readonly redshiftApi?: number
  readonly s3?: number
  readonly oss?: number
  readonly onlineMigration?: number
  readonly maxcompute?: number
  /** STS and RAM, which share a port. */
  readonly access?: number
}

/** What may differ from the world that the emulators assume; whole entries replace, lists are not merged. */
export type WorldChanges = { readonly [Part in keyof World]?: Partial<World[Part]> }

export interface LaunchOptions {
  /** Absolute. Holds everything that the emulators write; made if missing. */
  readonly dir: string
  readonly seed: Seed
  /** TPC-H's scale factor; the guide's data have one size. */
  readonly scale: number
  /** Absolute: take `<table>.tbl` from here instead of generating. */
  readonly from?: string
  /** One line of JSON on stdout when ready; otherwise a few lines for people. */
  readonly json: boolean
  readonly ports?: Ports
  readonly world?: WorldChanges
  readonly faults?: readonly FaultRule[]
  /** Uncertain behaviours of Redshift, MaxCompute and Online Migration, as their emulators name them. */
  readonly switches?: Readonly<Record<string, unknown>>
  /** Stop when the IPC channel or (without one) stdin closes. */
  readonly exitWithParent?: boolean
}

const names = ['dir', 'seed', 'scale', 'from', 'json', 'ports', 'world', 'faults', 'switches', 'exitWithParent']
const portNames = ['redshift', 'redshiftApi', 's3', 'oss', 'onlineMigration', 'maxcompute', 'access']

/** Throws LaunchError with every value that does not fit. */
export async function readOptions(file: string): Promise<LaunchOptions> {
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new LaunchError(`options ${file}: not readable as JSON (${(cause as Error).message})`, 2)
  }
  if (!isRecord(parsed)) throw new LaunchError(`options ${file}: not an object`, 2)
  const given: Record<string, unknown> = { seed: 'none', scale: 0.01, json: false, ...parsed }
  const wrong = complaints(given)
  if (wrong.length > 0) throw new LaunchError(`options ${file}: ${wrong.join('; ')}`, 2)
  return given as unknown as LaunchOptions
}

function complaints(given: Record<string, unknown>): string[] {
  const wrong = unknownNames(given, names, '')
  const expect = (fits: boolean, text: string): void => {
    if (!fits) wrong.push(text)
  }
  const { dir, seed, scale, from, ports } = given
  expect(typeof dir === 'string' && isAbsolute(dir), 'dir must be an absolute path')
  expect(seed === 'tpch' || seed === 'guide' || seed === 'none', 'seed must be tpch, guide or none')
  const scaleFits = typeof scale === 'number' && scale >= scaleMin && scale <= scaleMax
  expect(scaleFits, `scale must be a number from ${scaleMin} to ${scaleMax}`)
  expect(from === undefined || (typeof from === 'string' && isAbsolute(from)), 'from must be an absolute path')
  expect(from === undefined || seed !== 'none', 'from needs seed tpch or guide')
  expect(typeof given['json'] === 'boolean', 'json must be true or false')
  const { faults = [] } = given
  const rulesFit = Array.isArray(faults) && faults.every(isRule)
  expect(rulesFit, 'faults must be a list of rules with service, operation and action.do')
  for (const name of ['ports', 'world', 'switches']) {
    expect(given[name] === undefined || isRecord(given[name]), `${name} must be an object`)
  }
  wrong.push(...switchComplaints(given['switches']))
  return isRecord(ports) ? [...wrong, ...portComplaints(ports)] : wrong
}

function switchComplaints(switches: unknown): string[] {
  if (!isRecord(switches)) return []
  try {
    splitSwitches(switches)
    return []
  } catch (error) {
    return [`switches: ${(error as Error).message}`]
  }
}

function portComplaints(ports: Record<string, unknown>): string[] {
  const fits = (port: unknown): boolean => Number.isInteger(port) && (port as number) >= 0 && (port as number) < 65_536
  const wrong = Object.entries(ports).filter(([, port]) => !fits(port))
  return [...unknownNames(ports, portNames, 'ports.'), ...wrong.map(([name]) => `ports.${name} must be a port number`)]
}

function unknownNames(given: Record<string, unknown>, known: readonly string[], prefix: string): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `${prefix}${name} is not an option`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
