import type { Exchange, Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import type { Table } from '../table.js'
import { tableDownload } from './table-download.js'
import { tableUpload } from './table-upload.js'

const uploadFlags = ['uploads', 'uploadid']
const downloadFlags = ['downloads', 'downloadid']
const refusedFlags = ['upserts', 'upsertid', 'streamupload', 'slotid', 'streams']

/** Whether the request is the table tunnel's: it is another service at the same paths. */
export function isTableTunnel({ params }: Exchange): boolean {
  return [...uploadFlags, ...downloadFlags, ...refusedFlags].some((flag) => params.has(flag))
}

export async function tableTunnel(exchange: Exchange, table: Table, project: Project): Promise<Reply> {
  const { params } = exchange
  if (uploadFlags.some((flag) => params.has(flag))) return tableUpload(exchange, table, project)
  if (downloadFlags.some((flag) => params.has(flag))) return tableDownload(exchange, table, project)
  const flag = refusedFlags.find((one) => params.has(one))
  throw new ServiceError(400, 'InvalidArgument', `table tunnel (?${flag ?? ''}) is not supported by this emulator`)
}
