import { randomUUID } from 'node:crypto'
import { Refusal, notImplemented } from '../object-store/refusal.js'
import { readXml, type XmlNode } from '../object-store/xml.js'
import { checkName, childOf, countOf, flagOf, invalidArgument, requiredTextOf, tagsOf, textOf } from './element.js'
import type { Element } from './element.js'
import { filterLists, filterNodes, readFilterRule, type FilterRule } from './filter-rule.js'
import type { Commit } from './history.js'
import type { Round } from './round.js'

/** What CreateJob fixes for good (transfer.md 1.6). */
export interface JobSpec {
  readonly name: string
  readonly sourceName: string
  readonly targetName: string
  readonly overwriteMode: 'always' | 'never'
  readonly transferMode: 'all' | 'lastmodified'
  readonly tags: string | undefined
  readonly parentVersion: string | undefined
  readonly createReport: boolean
  readonly withLastModifyTime: boolean
  readonly filterRule: FilterRule | undefined
}

/** Bit/s and files/s; kept and shown, but nothing here is slowed by them. */
export interface ImportQos {
  readonly maxBandWidth: number | undefined
  readonly maxImportTaskQps: number | undefined
}

export type JobStatus =
  | 'IMPORT_JOB_BEGIN'
  | 'IMPORT_JOB_LAUNCHING'
  | 'IMPORT_JOB_PREPARING'
  | 'IMPORT_JOB_DOING'
  | 'IMPORT_JOB_SUSPEND'
  | 'IMPORT_JOB_CLOSING'
  | 'IMPORT_JOB_FINISHED'
  | 'IMPORT_JOB_INTERRUPTED'
  | 'IMPORT_JOB_DELETING'

export interface Job {
  readonly spec: JobSpec
  /** A uuid. */
  readonly version: string
  readonly parentName: string | undefined
  readonly createdAt: number
  modifiedAt: number
  qos: ImportQos | undefined
  status: JobStatus
  /** Launched beyond the limit of the region, and not running yet. */
  waits: boolean
  /** The last is the current one. */
  readonly rounds: Round[]
  /** In order of time. */
  readonly commits: Commit[]
}

/** Reads CreateJob's body; refuses what the service does not offer, and by name what is not emulated. */
export function readJob(body: string): { readonly spec: JobSpec; readonly qos: ImportQos | undefined } {
  const root = readXml(body, 'ImportJob', filterLists)
  refuseRest(root)
  const spec: JobSpec = {
    name: checkName(requiredTextOf(root, 'Name'), 'InvalidJobName'),
    sourceName: requiredTextOf(root, 'SrcAddress'),
    targetName: requiredTextOf(root, 'DestAddress'),
    ...readModes(root),
    tags: tagsOf(root),
    parentVersion: textOf(root, 'ParentVersion'),
    createReport: flagOf(root, 'CreateReport') ?? false,
    withLastModifyTime: flagOf(root, 'WithLastModifyTime') ?? true,
    filterRule: readFilterRule(root),
  }
  if (spec.sourceName === spec.targetName) {
    throw new Refusal(400, 'DuplicateSourceDestination', 'Source and destination are the same address.')
  }
  return { spec, qos: readQos(root) }
}

function readModes(root: Element): Pick<JobSpec, 'overwriteMode' | 'transferMode'> {
  const [overwriteMode, transferMode] = [requiredTextOf(root, 'OverwriteMode'), requiredTextOf(root, 'TransferMode')]
  const isAlways = overwriteMode === 'always'
  const isAll = transferMode === 'all'
  const isKnown = isAll || (isAlways && transferMode === 'lastmodified')
  if ((!isAlways && overwriteMode !== 'never') || !isKnown) {
    throw invalidArgument(`OverwriteMode ${overwriteMode} with TransferMode ${transferMode} is not supported.`)
  }
  return { overwriteMode: isAlways ? 'always' : 'never', transferMode: isAll ? 'all' : 'lastmodified' }
}

function refuseRest(root: Element): void {
  if (flagOf(root, 'EnableMultiVersioning') === true) throw invalidArgument('EnableMultiVersioning must be false.')
  if (childOf(root, 'ScheduleRule') !== undefined) throw notImplemented('ScheduleRule')
  const logMode = textOf(childOf(root, 'Audit') ?? {}, 'LogMode') ?? 'off'
  if (logMode !== 'off') throw notImplemented(`Audit with LogMode ${logMode}`)
  const storage = textOf(root, 'TargetStorageClass') ?? 'Standard'
  if (storage !== 'Standard') throw notImplemented(`TargetStorageClass ${storage}`)
  for (const name of ['ConvertSymlinkTarget', 'AppendableToNormal', 'WithStorageClass']) {
    if (flagOf(root, name) === true) throw notImplemented(name)
  }
}

export function readQos(root: Element): ImportQos | undefined {
  const qos = childOf(root, 'ImportQos')
  if (qos === undefined) return undefined
  return { maxBandWidth: countOf(qos, 'MaxBandWidth'), maxImportTaskQps: countOf(qos, 'MaxImportTaskQps') }
}

export function newJob(of: Pick<Job, 'spec' | 'qos' | 'parentName'>, now: number): Job {
  const times = { createdAt: now, modifiedAt: now }
  return { ...of, ...times, version: randomUUID(), status: 'IMPORT_JOB_BEGIN', waits: false, rounds: [], commits: [] }
}

/** Counted against the running jobs of the region (transfer.md 1.9). */
export function isRunning({ status, waits }: Job): boolean {
  return !waits && /_(LAUNCHING|PREPARING|DOING|CLOSING|DELETING)$/.test(status)
}

/** How GetJob and ListJob show it. */
export function jobNodes(job: Job, owner: string, time: (at: number) => string): readonly XmlNode[] {
  const { spec, qos } = job
  return [
    ['Name', spec.name],
    ['Version', job.version],
    ['Owner', owner],
    ['CreateTime', time(job.createdAt)],
    ['ModifyTime', time(job.modifiedAt)],
    ['Status', job.status],
    ['ParentName', job.parentName],
    ['ParentVersion', spec.parentVersion],
    ['SrcAddress', spec.sourceName],
    ['DestAddress', spec.targetName],
    ['OverwriteMode', spec.overwriteMode],
    ['TransferMode', spec.transferMode],
    ['Tags', spec.tags],
    ['CreateReport', spec.createReport],
    ['EnableMultiVersioning', false],
    ['ConvertSymlinkTarget', false],
    ['AppendableToNormal', false],
    ['WithLastModifyTime', spec.withLastModifyTime],
    ['WithStorageClass', false],
    ['Audit', [['LogMode', 'off']]],
    ['FilterRule', filterNodes(spec.filterRule)],
    ['ImportQos', qos && qosNodes(qos)],
  ]
}

function qosNodes({ maxBandWidth, maxImportTaskQps }: ImportQos): readonly XmlNode[] {
  return [
    ['MaxBandWidth', maxBandWidth],
    ['MaxImportTaskQps', maxImportTaskQps],
  ]
}
