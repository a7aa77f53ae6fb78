import { MigrationError } from '../../model/errors.js'
import type { Bounds, Connection, ResourceRequest } from './connection.js'
import { refusalError, silenceError, unresolvedError } from './errors.js'
import { type HttpAnswer } from './exchange.js'
import { readTaskResults, type TaskResult } from './instance.js'
import { lookUpSubmission, type InstanceRegister } from './look-up.js'
import { pause, type Reply } from './retry.js'
import { submissionXml, type Submission } from './submission.js'

/** The client, as far as a submission needs it. */
interface Submitter extends InstanceRegister {
  readonly project: string
  readonly schema: string | undefined
}

export interface Submitted {
  readonly instance: string
  /** Present when the service ran the statement at once: the instance has ended. */
  readonly results?: readonly TaskResult[]
}

/** How long a lost submission is looked for; the listing may lag behind. */
export const lookUpMillisecondsMax = 10_000
/** A service that answers "the same guid is in progress" shows the instance when its own work is done (maxcompute.md 1.5). */
export const progressMillisecondsMax = 180_000
const lookUpPauseMilliseconds = 1_000

/** See `MaxComputeClient.submit`. */
export async function submit(
  client: Submitter,
  connection: Connection,
  submission: Submission,
  bounds: Bounds,
): Promise<Submitted> {
  const subject = bounds.subject ?? `submit ${submission.jobName ?? 'statement'}`
  const reply = await connection.send(submitRequest(client, submission), bounds)
  const submitted = reply.kind === 'answer' ? readSubmitted(reply) : undefined
  if (submitted !== undefined) return submitted
  if (!isDoubtful(reply)) throw replyError(subject, connection, reply)
  return findLost({ client, connection, submission, subject, reply }, bounds)
}

function submitRequest(client: Submitter, submission: Submission): ResourceRequest {
  const schema = client.schema === undefined ? {} : { curr_schema: client.schema }
  return {
    method: 'POST',
    path: `/projects/${client.project}/instances`,
    query: { curr_project: client.project, ...schema },
    body: submissionXml(submission),
    repeatable: false,
  }
}

/**
 * 201 has the id in `Location` and no body; 200 has the results as well (maxcompute.md 2.2). Every SDK takes what
 * stands after the last slash, whatever is before it.
 */
function readSubmitted(answer: HttpAnswer): Submitted | undefined {
  const place = /\/([^/?#]+)\/?(?:[?#].*)?$/.exec(answer.headers['location'] ?? '')
  const instance = place?.[1]
  if (instance === undefined || instance === 'instances') return undefined
  const results = answer.status === 200 ? readTaskResults(answer.body) : undefined
  return { instance, ...(results === undefined ? {} : { results }) }
}

/** Whether the statement may have begun although no id came back. A plain no, or nothing sent, leaves no doubt. */
function isDoubtful(reply: Reply): boolean {
  if (reply.kind === 'silence') return reply.sent && reply.how !== 'aborted'
  return reply.kind === 'answer' || reply.status === 409 || reply.status >= 500
}

interface LostSubmission {
  readonly client: Submitter
  readonly connection: Connection
  readonly submission: Submission
  readonly subject: string
  readonly reply: Reply
}

async function findLost(lost: LostSubmission, bounds: Bounds): Promise<Submitted> {
  const { jobName } = lost.submission
  if (jobName === undefined)
    throw unresolvedError(lost.subject, `${lossText(lost)}, and it has no job name to look for`)
  const inProgress = lost.reply.kind === 'refusal' && lost.reply.status === 409
  const until = Date.now() + (inProgress ? progressMillisecondsMax : lookUpMillisecondsMax)
  const deadlineAt = Math.min(until, bounds.deadlineAt ?? until)
  for (;;) {
    const instance = await lookOnce(lost, jobName, { ...bounds, deadlineAt })
    if (instance !== undefined) return { instance }
    if (bounds.signal?.aborted === true) throw new MigrationError('interrupted', `${lost.subject}: interrupted`)
    if (Date.now() + lookUpPauseMilliseconds >= deadlineAt) throw notFoundError(lost)
    await pause(lookUpPauseMilliseconds, bounds.signal)
  }
}

async function lookOnce(lost: LostSubmission, jobName: string, bounds: Bounds): Promise<string | undefined> {
  const found = await lookUpSubmission(lost.client, { jobName }, bounds).catch((error: unknown) => {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error
    throw unresolvedError(lost.subject, `${lossText(lost)}, and it cannot be looked up: ${error.message}`, error)
  })
  if (found.kind === 'one') return found.instance
  if (found.kind === 'none') return undefined
  throw unresolvedError(lost.subject, `${lossText(lost)}, and ${found.reason}`)
}

/**
 * Nothing of that name was seen. A connection that broke, and a service that said it failed, leave it at that; a request
 * that timed out, a gateway's answer and "in progress" may still become an instance.
 */
function notFoundError(lost: LostSubmission): MigrationError {
  const { reply, subject, connection } = lost
  const settled =
    (reply.kind === 'silence' && reply.how === 'failed') ||
    (reply.kind === 'refusal' && reply.fromService && reply.status !== 409)
  if (settled) return replyError(subject, connection, reply)
  return unresolvedError(subject, `${lossText(lost)}, and no instance ${lost.submission.jobName ?? ''} is listed`)
}

function lossText(lost: LostSubmission): string {
  const { reply } = lost
  if (reply.kind === 'answer') return `MaxCompute answered ${reply.status} without an instance`
  return reply.kind === 'silence'
    ? `the reply was lost (${reply.reason})`
    : `MaxCompute answered ${reply.status} ${reply.code}`
}

function replyError(subject: string, connection: Connection, reply: Reply): MigrationError {
  if (reply.kind === 'refusal') return refusalError(subject, reply)
  if (reply.kind === 'silence') return silenceError(subject, reply, connection.endpoint)
  return unresolvedError(subject, `MaxCompute answered ${reply.status} without an instance`)
}
