import type { Answer } from '../object-store/answer.js'
import { Refusal } from '../object-store/refusal.js'
import { readXml, type XmlNode } from '../object-store/xml.js'
import { done, readCount, xmlAnswer, type Call } from './call.js'
import { countOf, invalidArgument, requiredTextOf } from './element.js'
import type { Job } from './job.js'
import { newReport, pushReport, type Report } from './report.js'
import type { Round } from './round.js'
import { targetStore } from './target-store.js'

/** What a round did, and where the list of its failed files is once it is ready (transfer.md 1.7). */
export function getJobResult(call: Call): Answer {
  const job = call.registry.job(call.subject)
  const runtimeId = readCount(call, 'runtimeId')
  if (runtimeId === undefined) throw invalidArgument('runtimeId is required.')
  const round = findRound(job, runtimeId)
  const { tally } = round
  return xmlAnswer('ImportJobResult', [
    ['Version', job.version],
    ...retryNodes(call, job, round),
    ['TotalObjectCount', tally.totalCount],
    ['CopiedObjectCount', tally.copiedCount],
    ['FailedObjectCount', tally.failedCount],
    ['SkippedObjectCount', tally.skippedCount],
    ['TotalObjectSize', tally.totalSize],
    ['CopiedObjectSize', tally.copiedSize],
    ['SkippedObjectSize', tally.skippedSize],
  ])
}

function retryNodes({ registry, environment, owner }: Call, job: Job, round: Round): readonly XmlNode[] {
  if (round.endedAt === undefined) return [['ReadyRetry', 'NotReady']]
  const failed = round.failedFiles.map(({ object }) => object)
  if (failed.length === 0) return [['ReadyRetry', 'NoNeed']]
  round.askedCount += 1
  if (round.askedCount <= environment.switches.migrationEmptyResults) return [['ReadyRetry', 'NotReady']]
  const path = `${owner}/${job.version}/${round.runtimeId}/manifest.json`
  return [['ReadyRetry', 'Ready'], ...registry.inventories.publish(path, failed)]
}

function findRound(job: Job, runtimeId: number): Round {
  const round = job.rounds.find((one) => one.runtimeId === runtimeId)
  if (round !== undefined) return round
  throw new Refusal(404, 'JobNotExist', `The job ${job.spec.name} has no round ${runtimeId}.`)
}

/** Pushes a report in the background; only for jobs that do not push one by themselves (transfer.md 1.7). */
export function createReport(call: Call): Answer {
  const { registry, environment, owner, body } = call
  const root = readXml(body, 'CreateReport', [])
  const job = registry.job(requiredTextOf(root, 'JobName'))
  const version = requiredTextOf(root, 'Version')
  if (version !== job.version) throw invalidArgument(`Version is not the job's: ${version}.`)
  if (job.spec.createReport) throw invalidArgument('The job pushes its reports by itself.')
  const round = findRound(job, countOf(root, 'RuntimeId') ?? 0)
  if (round.endedAt === undefined) {
    const message = 'A report is made of rounds that have ended.'
    throw new Refusal(409, 'InvalidJobStatusForCurrentOperation', message)
  }
  const target = targetStore(registry.address(job.spec.targetName), environment)
  const report = newReport({ owner, version, round })
  registry.reports.set(`${version}/${round.runtimeId}`, report)
  void pushReport(report, `${owner}@${version}@${round.runtimeId}`, round, target)
  return done
}

export function getReport(call: Call): Answer {
  const version = call.query.get('version') ?? ''
  if (version === '') throw invalidArgument('version is required.')
  const job = call.registry.jobOfVersion(version)
  const runtimeId = readCount(call, 'runtimeId') ?? job.rounds.length
  const report = call.registry.reports.get(`${version}/${runtimeId}`)
  if (report === undefined) return xmlAnswer('GetReportResponse', [['Status', 'NotExist']])
  return xmlAnswer('GetReportResponse', reportNodes(call, job, report, findRound(job, runtimeId)))
}

function reportNodes({ registry, time }: Call, job: Job, report: Report, round: Round): readonly XmlNode[] {
  const { Prefix = '' } = registry.address(job.spec.targetName).detail
  const prefix = (list: string): string => `${Prefix}${report.prefix}${list}_list/`
  const { tally, endedAt } = round
  return [
    ['Status', report.status],
    ['ReportCreateTime', time(report.createdAt)],
    ['ReportEndTime', report.endedAt === undefined ? '' : time(report.endedAt)],
    ['JobCreateTime', time(job.createdAt)],
    ['JobExecuteTime', time(round.startedAt)],
    ['JobEndTime', endedAt === undefined ? '' : time(endedAt)],
    ['TotalCount', tally.totalCount],
    ['CopiedCount', tally.copiedCount],
    ['SkippedCount', tally.skippedCount],
    ['FailedCount', tally.failedCount],
    ['TotalListPrefix', prefix('total')],
    ['SkippedListPrefix', prefix('skipped')],
    ['FailedListPrefix', prefix('failed')],
    ['ErrorMessage', report.errorMessage],
  ]
}
