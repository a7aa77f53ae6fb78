import { notImplemented } from '../object-store/refusal.js'
import type { StoreRequest } from '../object-store/store-request.js'

/** By method and first segment of the path (transfer.md 1.5). */
const actions: Readonly<Record<string, string>> = {
  'POST address': 'CreateAddress',
  'PUT address': 'UpdateAddress',
  'GET address': 'GetAddress',
  'DELETE address': 'DeleteAddress',
  'GET addresslist': 'ListAddress',
  'POST job': 'CreateJob',
  'PUT job': 'UpdateJob',
  'GET job': 'GetJob',
  'DELETE job': 'DeleteJob',
  'GET joblist': 'ListJob',
  'GET jobhistory': 'ListJobHistory',
  'POST report': 'CreateReport',
  'GET report': 'GetReport',
  'POST agent': 'CreateAgent',
  'GET agent': 'GetAgent',
  'DELETE agent': 'DeleteAgent',
  'GET agentlist': 'ListAgent',
  'POST tunnel': 'CreateTunnel',
  'GET tunnel': 'GetTunnel',
  'PUT tunnel': 'UpdateTunnel',
  'DELETE tunnel': 'DeleteTunnel',
  'GET tunnellist': 'ListTunnel',
}

/** The action that a request asks for, and the name in its path. */
export function nameAction(request: StoreRequest): { readonly action: string; readonly subject: string } {
  const [, place = '', subject = ''] = request.path.split('/')
  const action = actions[`${request.method} ${place}`]
  if (action === undefined) throw notImplemented(`${request.method} ${request.path}`)
  if (action === 'GetAddress' && request.query.has('verify')) return { action: 'VerifyAddress', subject }
  if (action === 'GetJob' && request.query.has('jobResult')) return { action: 'GetJobResult', subject }
  if (action === 'GetAgent' && request.query.has('status')) return { action: 'GetAgentStatus', subject }
  return { action, subject }
}
