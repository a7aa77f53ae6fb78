import { XMLParser } from 'fast-xml-parser'
import { xmlReply, type Exchange, type Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { tableKey } from '../table.js'
import { xmlHead } from '../xml.js'
import { currentSchema, describeTable } from './table-rest.js'

/** Tables of one request (maxcompute.md 1.2). */
const tableCountMax = 100
const parser = new XMLParser({ parseTagValue: false, htmlEntities: true, isArray: (name) => name === 'Table' })

interface Wanted {
  readonly Name?: string
  readonly Schema?: string
}

/** `POST tables?query`: several tables at once; those that are not there are left out. */
export async function queryTables(exchange: Exchange, project: Project): Promise<Reply> {
  const document = parser.parse(exchange.body.toString()) as {
    readonly Tables?: { readonly Table?: readonly Wanted[] }
  }
  const wanted = document.Tables?.Table ?? []
  if (wanted.length > tableCountMax)
    throw new ServiceError(400, 'InvalidParameter', `${wanted.length} tables, the maximum is ${tableCountMax}`)
  const current = currentSchema(exchange, project)
  const tables: string[] = []
  for (const { Name = '', Schema = '' } of wanted) {
    const schema = Schema === '' ? current : Schema.toLowerCase()
    const table = project.tables.get(tableKey(schema, Name.toLowerCase()))
    if (table !== undefined) tables.push(await describeTable(table, project))
  }
  return xmlReply(`${xmlHead}<Tables>${tables.join('')}</Tables>`)
}
