import type { Answer } from '../object-store/answer.js'
import { Refusal } from '../object-store/refusal.js'
import { readXml } from '../object-store/xml.js'
import { deleted, done, page, readCount, xmlAnswer, type Call } from './call.js'
import { invalidArgument, textOf } from './element.js'
import { commitNodes } from './history.js'
import { jobNodes, newJob, readJob, readQos } from './job.js'

export function createJob({ registry, body }: Call): Answer {
  const { spec, qos } = readJob(body)
  registry.address(spec.sourceName)
  registry.address(spec.targetName)
  const { parentVersion } = spec
  const parentName = parentVersion === undefined ? undefined : registry.jobOfVersion(parentVersion).spec.name
  registry.addJob(newJob({ spec, qos, parentName }, Date.now()))
  return done
}

/** Changes the status or the limits, never both (transfer.md 1.6). */
export function updateJob({ registry, run, subject, body }: Call): Answer {
  const root = readXml(body, 'ImportJob', [])
  const job = registry.job(subject)
  const [status, qos] = [textOf(root, 'Status'), readQos(root)]
  if ((status === undefined) === (qos === undefined)) {
    throw invalidArgument('Either Status or ImportQos must be given, and not both.')
  }
  if (qos !== undefined) {
    job.qos = qos
    job.modifiedAt = Date.now()
    return done
  }
  switch (status) {
    case 'IMPORT_JOB_LAUNCHING':
      run.launch(job)
      return done
    case 'IMPORT_JOB_SUSPEND':
      run.suspend(job)
      return done
    case 'IMPORT_JOB_CLOSING':
      run.close(job)
      return done
    default:
      throw invalidArgument(`Status cannot be set to ${status}.`)
  }
}

export function getJob({ registry, subject, query, owner, time }: Call): Answer {
  const job = isTrue(query.get('byVersion')) ? registry.jobOfVersion(subject) : registry.job(subject)
  return xmlAnswer('ImportJob', jobNodes(job, owner, time))
}

/** Sub-tasks are among the others only with `all`, and alone with `parentName`. */
export function listJob(call: Call): Answer {
  const { registry, query, owner, time } = call
  const parent = query.get('parentName') ?? ''
  const isShown = (parentName: string | undefined): boolean =>
    parent === '' ? parentName === undefined || isTrue(query.get('all')) : parentName === parent
  const all = [...registry.jobs.values()].filter((job) => isShown(job.parentName))
  const sorted = all.sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
  const { items, ends } = page(call, sorted, ({ spec }) => spec.name)
  const jobs = items.map((one) => ['ImportJob', jobNodes(one, owner, time)] as const)
  return xmlAnswer('ImportJobList', [...ends, ...jobs])
}

export function deleteJob({ registry, run, subject, query }: Call): Answer {
  const job = registry.job(subject)
  const children = [...registry.jobs.values()].filter(({ parentName }) => parentName === subject)
  if (children.length > 0 && !isTrue(query.get('forceDelete'))) {
    const message = `The job ${subject} has sub-tasks; it is deleted with forceDelete only.`
    throw new Refusal(409, 'InvalidJobStatusForCurrentOperation', message)
  }
  for (const one of [...children, job]) run.delete(one)
  return deleted
}

/** SDKs write it in their language's way: Python's as `True`. */
function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true'
}

/** The newest first (transfer.md 1.6). */
export function listJobHistory(call: Call): Answer {
  const { registry, subject, time } = call
  const job = registry.job(subject)
  const runtimeId = readCount(call, 'runtimeId')
  const all = job.commits.filter((commit) => runtimeId === undefined || commit.runtimeId === runtimeId).reverse()
  const { items, ends } = page(call, all, ({ id }) => String(id))
  const owner = { name: job.spec.name, version: job.version }
  const rows = items.map((commit) => ['JobHistory', commitNodes(owner, commit, time)] as const)
  return xmlAnswer('JobHistoryList', [...ends, ...rows])
}
