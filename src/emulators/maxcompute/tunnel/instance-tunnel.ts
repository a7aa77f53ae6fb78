import { jsonReply, type Exchange, type Reply } from '../exchange.js'
import type { Instance } from '../instance.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { resultTable } from '../run/run-statement.js'
import { rowLimit } from '../settings.js'
import { newId } from '../table.js'
import { downloadRows, type Source } from './row-stream.js'
import { tunnelSchema } from './tunnel-schema.js'

/** `POST instances/{i}?downloads` and what follows it (maxcompute.md 2.6). */
export function instanceTunnel(exchange: Exchange, instance: Instance, project: Project): Reply {
  const source = rowsOf(instance, project, exchange.params.has('instance_tunnel_limit_enabled'))
  return exchange.params.has('data') ? downloadRows(exchange, source, project) : openSession(exchange, source, project)
}

/** Clients fall back to `?result` when this fails for a statement that is no SELECT. */
function rowsOf(instance: Instance, { world }: Project, limited: boolean): Source {
  if (!instance.ended) throw new ServiceError(400, 'InstanceNotTerminate', `instance ${instance.id} has not terminated`)
  const { outcome } = instance
  if (outcome.kind !== 'rows')
    throw new ServiceError(400, 'InstanceTypeNotSupported', `instance ${instance.id} is not a successful SELECT`)
  return {
    physical: resultTable(instance.id),
    columns: outcome.columns.map(({ name, type }, i) => ({ name, type, physical: `c${i}` })),
    rowCount: limited ? Math.min(outcome.rowCount, rowLimit(world)) : outcome.rowCount,
  }
}

function openSession(exchange: Exchange, source: Source, project: Project): Reply {
  return jsonReply({
    DownloadID: exchange.params.get('downloadid') ?? newId(),
    Status: 'normal',
    RecordCount: source.rowCount,
    Owner: project.owner,
    Initiated: new Date().toUTCString(),
    Schema: tunnelSchema(source.columns),
  })
}
