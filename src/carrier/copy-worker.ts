import { parentPort, workerData } from 'node:worker_threads'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { OssWriter } from '../store/oss-writer.js'
import { S3Reader } from '../store/s3-reader.js'
import { InlineCopier } from './copy-once.js'
import { PacedBytes } from './paced-bytes.js'
import { errorOf, failureOf } from './worker-messages.js'
import type { FromWorker, Question, ToWorker, WorkerPlaces } from './worker-messages.js'

/** A thread that copies what it is told to, exactly as the thread that tells it would. */

const places = workerData as WorkerPlaces
const port = parentPort
if (port === null) throw new Error('copy-worker runs as a worker thread only')
const tell = (message: FromWorker): void => port.postMessage(message)

const waiting = new Map<number, (answer: Extract<ToWorker, { kind: 'answer' }>) => void>()
let questionCount = 0

async function ask(question: Question): Promise<AccessKeys | undefined> {
  const id = (questionCount += 1)
  const answer = await new Promise<Extract<ToWorker, { kind: 'answer' }>>((resolve) => {
    waiting.set(id, resolve)
    tell({ kind: 'ask', id, ...question })
  })
  if (answer.failure !== undefined) throw errorOf(answer.failure)
  return answer.keys
}

function credentialsOf(side: 'from' | 'to'): Credentials {
  return {
    current: async () => (await ask({ what: 'keys', side })) as AccessKeys,
    renew: async (refused) => (await ask({ what: 'keys', side, refused })) as AccessKeys,
  }
}

const take = async (byteCount: number): Promise<void> => void (await ask({ what: 'pace', byteCount }))
const copier = new InlineCopier(
  {
    from: new S3Reader(places.from, credentialsOf('from')),
    to: new OssWriter(places.to, credentialsOf('to')),
  },
  places.isPaced ? () => new PacedBytes({ take }) : undefined,
)
const running = new Map<number, AbortController>()

async function copy({ id, job, deadlineAt }: Extract<ToWorker, { kind: 'copy' }>): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  try {
    const copied = await copier.copy(job, { signal: controller.signal, deadlineAt, note: () => undefined })
    tell({ kind: 'copied', id, copied })
  } catch (error) {
    tell({ kind: 'failed', id, failure: failureOf(error) })
  } finally {
    running.delete(id)
  }
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'copy') void copy(message)
  else if (message.kind === 'abort') running.get(message.id)?.abort()
  else {
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  }
})
