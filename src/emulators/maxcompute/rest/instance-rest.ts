import { XMLParser } from 'fast-xml-parser'
import { typeText } from '../data-type.js'
import { httpDate, jsonReply, paging, textReply, xmlReply, type Exchange, type Reply } from '../exchange.js'
import type { Instance } from '../instance.js'
import type { InstanceRegister } from '../instance-register.js'
import { parseJob } from '../job.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { resultCsv } from '../result-csv.js'
import { rowLimit } from '../settings.js'
import { cdata, element, escapeXml, textElement, xmlHead } from '../xml.js'

const parser = new XMLParser({ parseTagValue: false, htmlEntities: true })

/** `POST /projects/{p}/instances`: 201, no body, Location (maxcompute.md 2.2). */
export function submitInstance(exchange: Exchange, register: InstanceRegister): Reply {
  const instance = register.submit(parseJob(exchange.body.toString()))
  const location = `${exchange.endpoint}/${exchange.segments.map(encodeURIComponent).join('/')}/${instance.id}`
  return { status: 201, headers: { location } }
}

export function listInstances(exchange: Exchange, register: InstanceRegister, project: Project): Reply {
  const { marker, maxItems } = paging(exchange.params)
  const wanted = register.list().filter((instance) => matches(instance, exchange.params))
  const start = marker === '' ? 0 : wanted.findIndex((instance) => instance.id === marker) + 1
  const page = wanted.slice(start, start + maxItems)
  const next = start + page.length < wanted.length ? (page[page.length - 1]?.id ?? '') : ''
  const rows = page.map((instance) =>
    element(
      'Instance',
      [
        textElement('Name', instance.id),
        textElement('Owner', project.owner),
        textElement('StartTime', httpDate(instance.startedAt)),
        textElement('EndTime', instance.endedAt === undefined ? '' : httpDate(instance.endedAt)),
        textElement('Status', instance.ended ? 'Terminated' : 'Running'),
        textElement('JobName', instance.job.name),
      ].join(''),
    ),
  )
  return xmlReply(
    `${xmlHead}<Instances>${textElement('Marker', next)}<MaxItems>${maxItems}</MaxItems>${rows.join('')}</Instances>`,
  )
}

function matches(instance: Instance, params: ReadonlyMap<string, string>): boolean {
  const status = params.get('status')?.toLowerCase()
  if (status !== undefined && status !== '' && status !== (instance.ended ? 'terminated' : 'running')) return false
  const job = params.get('jobname')
  if (job !== undefined && job !== instance.job.name) return false
  const [from = '', to = ''] = (params.get('daterange') ?? '').split(':')
  if (from !== '' && instance.startedAt < Number(from) * 1000) return false
  return to === '' || instance.startedAt <= Number(to) * 1000 + 999
}

/** `GET /projects/{p}/instances/{i}` with its flags. */
export async function getInstance(exchange: Exchange, instance: Instance, project: Project): Promise<Reply> {
  const { params } = exchange
  if (params.has('result')) return getResult(instance, project)
  if (params.has('taskstatus')) return xmlReply(instanceXml(instance, taskXml(instance)), headersOf(instance, project))
  if (params.has('source')) return xmlReply(sourceXml(instance))
  if (params.has('instanceprogress')) return xmlReply(progressXml(instance))
  if (params.has('instancesummary'))
    return jsonReply(summary(instance), { 'x-odps-task-finalized': String(instance.ended) })
  if (params.has('instancedetail') || params.has('detail')) return jsonReply({ Instance: {} })
  if (params.has('instancequota')) return jsonReply({})
  if (params.has('info')) return textReply(params.get('key') === 'warnings' ? '{"warnings":{}}' : '')
  const flag = ['log', 'cached'].find((name) => params.has(name))
  if (flag !== undefined)
    throw new ServiceError(400, 'InvalidParameter', `?${flag} of an instance is not supported by this emulator`)
  return xmlReply(instanceXml(instance), headersOf(instance, project))
}

/** No Tasks in the plain status: Go would take them for results (maxcompute.md 2.3). */
function instanceXml(instance: Instance, tasks = ''): string {
  return xmlHead + element('Instance', textElement('Status', instance.ended ? 'Terminated' : 'Running') + tasks)
}

function headersOf(instance: Instance, project: Project): Record<string, string> {
  return {
    'x-odps-owner': project.owner,
    'x-odps-start-time': httpDate(instance.startedAt),
    // Empty while it runs: the Java SDK bears an empty date, and not an absent one (maxcompute.md 2.3).
    'x-odps-end-time': instance.endedAt === undefined ? '' : httpDate(instance.endedAt),
  }
}

function taskXml(instance: Instance): string {
  const parts = [
    textElement('Name', instance.job.taskName),
    textElement('StartTime', httpDate(instance.startedAt)),
    textElement('EndTime', instance.endedAt === undefined ? '' : httpDate(instance.endedAt)),
    textElement('Status', instance.status),
    '<Histories/>',
  ]
  return `<Tasks><Task Type="SQL">${parts.join('')}</Task></Tasks>`
}

async function getResult(instance: Instance, project: Project): Promise<Reply> {
  const { outcome } = instance
  let body = ''
  if (!instance.ended) body = ''
  else if (outcome.kind === 'text') body = `<Result Format="text">${cdata(outcome.text)}</Result>`
  else body = await rowsXml(instance, project)
  const task = `<Task Type="SQL">${textElement('Name', instance.job.taskName)}${body}${textElement('Status', instance.status)}${descriptorXml(instance, project)}</Task>`
  return xmlReply(`${xmlHead}<Instance><Tasks>${task}</Tasks></Instance>`)
}

async function rowsXml(instance: Instance, project: Project): Promise<string> {
  const { outcome, settings } = instance
  if (outcome.kind !== 'rows' || settings === undefined) return ''
  const csv = await project.withConnection((connection) =>
    resultCsv(instance.id, outcome.columns, settings, project, connection),
  )
  return `<Result Transform="Base64" Format="csv">${cdata(Buffer.from(csv).toString('base64'))}</Result>`
}

function descriptorXml({ outcome, status }: Instance, { world }: Project): string {
  if (outcome.kind !== 'rows' || status !== 'Success') return ''
  const descriptor = {
    SelectResultStatus: outcome.rowCount > rowLimit(world) ? 'TRUNCATED' : 'FULL',
    IsSelect: true,
    Schema: { Columns: outcome.columns.map((column) => ({ Name: column.name, Type: typeText(column.type) })) },
  }
  return element('ResultDescriptor', cdata(JSON.stringify(descriptor)))
}

/** The submitted job: PyODPS learns task names here. */
function sourceXml({ job }: Instance): string {
  const properties = job.properties.map(({ name, value }) =>
    element('Property', textElement('Name', name) + element('Value', escapeXml(value))),
  )
  const task = [
    textElement('Name', job.taskName),
    textElement('Comment', job.comment),
    element('Config', properties.join('')),
    element('Query', cdata(job.query)),
  ]
  const guid = job.guid === undefined ? '' : textElement('Guid', job.guid)
  const head = textElement('Name', job.name) + textElement('Priority', job.priority) + guid
  return `${xmlHead}<Job>${head}<Tasks>${element('SQL', task.join(''))}</Tasks><DAG><RunMode>Sequence</RunMode></DAG></Job>`
}

function progressXml(instance: Instance): string {
  const done = instance.ended ? 1 : 0
  const rowCount = String(instance.outcome.rowCount ?? 0)
  const stage = [
    textElement('BackupWorkers', '0'),
    textElement('TerminatedWorkers', String(done)),
    textElement('RunningWorkers', String(1 - done)),
    textElement('TotalWorkers', '1'),
    textElement('InputRecords', rowCount),
    textElement('OutputRecords', rowCount),
    textElement('FinishedPercentage', String(100 * done)),
  ]
  return `${xmlHead}<Progress><Stage ID="M1">${stage.join('')}</Stage></Progress>`
}

function summary(instance: Instance) {
  const outputRecords = instance.outcome.rowCount ?? 0
  const text = `outputs: ${outputRecords} records`
  return { Instance: { JsonSummary: JSON.stringify({ Instance: { OutputRecords: outputRecords } }), Summary: text } }
}

/** `PUT /projects/{p}/instances/{i}` with `Terminated` cancels (maxcompute.md 2.3). */
export function putInstance(exchange: Exchange, instance: Instance): Reply {
  const document = parser.parse(exchange.body.toString()) as { readonly Instance?: { readonly Status?: string } }
  const status = document.Instance?.Status
  if (status !== 'Terminated')
    throw new ServiceError(400, 'InvalidParameter', `status ${status ?? '(none)'} cannot be put`)
  if (!instance.cancel()) {
    throw new ServiceError(400, 'InvalidStateSetting', `ODPS-0420095: instance ${instance.id} has already terminated`)
  }
  return { status: 200 }
}
