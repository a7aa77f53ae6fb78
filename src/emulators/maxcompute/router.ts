import type { Exchange, Reply } from './exchange.js'
import type { InstanceRegister } from './instance-register.js'
import { ServiceError } from './odps-error.js'
import type { Project } from './project.js'
import { getInstance, listInstances, putInstance, submitInstance } from './rest/instance-rest.js'
import {
  authorization,
  getProject,
  getTenant,
  listProjects,
  logviewHost,
  schemas,
  tunnelService,
} from './rest/project-rest.js'
import { findView, getView } from './rest/view-rest.js'
import { queryTables } from './rest/query-tables.js'
import { currentSchema, findTable, getTable, listTables } from './rest/table-rest.js'
import { instanceTunnel } from './tunnel/instance-tunnel.js'
import { isTableTunnel, tableTunnel } from './tunnel/table-tunnel.js'

/** The request's name for faults: `POST instances`, `GET instance`, `GET table`. */
export function operationName({ method, segments }: Exchange): string {
  const [root = '', , collection, item] = segments
  if (root !== 'projects') return `${method} ${segments.join('/')}`
  if (collection === undefined) return `${method} ${segments.length > 1 ? 'project' : 'projects'}`
  return `${method} ${item === undefined ? collection : collection.replace(/s$/, '')}`
}

/** The answer to a signed request. */
export async function route(exchange: Exchange, project: Project, register: InstanceRegister): Promise<Reply> {
  const { method, segments } = exchange
  const [root, name, collection, item] = segments
  if (root === 'tenants') return getTenant(project)
  if (root === 'logview' && name === 'host') return logviewHost(exchange)
  if (root !== 'projects') throw notHere(exchange)
  if (name === undefined) return listProjects(project)
  if (name.toLowerCase() !== project.name.toLowerCase()) {
    throw new ServiceError(404, 'NoSuchObject', `ODPS-0420111: Project not found - '${name}'`)
  }
  const [, , , , tables, inSchema] = segments
  if (collection === 'schemas' && tables === 'tables' && inSchema !== undefined && item !== undefined)
    return routeTable(exchange, inSchema, item, project)
  if (segments.length > 4) throw notHere(exchange)
  switch (collection) {
    case undefined:
      if (method === 'GET') return getProject(project)
      throw notHere(exchange)
    case 'instances':
      return item === undefined
        ? routeInstances(exchange, project, register)
        : routeInstance(exchange, item, project, register)
    case 'tables':
      if (item !== undefined) return routeTable(exchange, item, currentSchema(exchange, project), project)
      if (method === 'GET') return listTables(exchange, project)
      if (method === 'POST' && exchange.params.has('query')) return queryTables(exchange, project)
      throw notHere(exchange)
    case 'schemas':
      return schemas(exchange, project)
    case 'authorization':
      return authorization(exchange, project)
    case 'tunnel':
      return tunnelService(exchange)
    case 'logs':
      return { status: 200 }
    default:
      throw notHere(exchange)
  }
}

function routeInstances(exchange: Exchange, project: Project, register: InstanceRegister): Reply {
  if (exchange.method === 'POST') return submitInstance(exchange, register)
  if (exchange.method === 'GET') return listInstances(exchange, register, project)
  throw notHere(exchange)
}

async function routeInstance(
  exchange: Exchange,
  id: string,
  project: Project,
  register: InstanceRegister,
): Promise<Reply> {
  const instance = register.get(id)
  const { method, params } = exchange
  if (params.has('downloads') || params.has('downloadid')) return instanceTunnel(exchange, instance, project)
  if (method === 'GET') return getInstance(exchange, instance, project)
  if (method === 'PUT' && params.has('info')) return { status: 200 }
  if (method === 'PUT') return putInstance(exchange, instance)
  throw notHere(exchange)
}

async function routeTable(exchange: Exchange, name: string, schema: string, project: Project): Promise<Reply> {
  const view = findView(name, schema.toLowerCase(), project)
  if (view !== undefined && !isTableTunnel(exchange)) return getView(exchange, view, project)
  if (view !== undefined)
    throw new ServiceError(405, 'MethodNotAllowed', 'a table tunnel of a view is not supported by this emulator')
  const table = findTable(name, schema.toLowerCase(), project)
  return isTableTunnel(exchange) ? tableTunnel(exchange, table, project) : getTable(exchange, table, project)
}

function notHere({ method, path }: Exchange): ServiceError {
  return new ServiceError(405, 'MethodNotAllowed', `${method} ${path} is not supported by this emulator`)
}
