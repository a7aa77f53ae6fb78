import { randomBytes } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { httpDate, jsonReply, textReply, xmlReply, type Exchange, type Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { defaultSchema } from '../table.js'
import { element, escapeXml, textElement, xmlHead } from '../xml.js'

const parser = new XMLParser({ parseTagValue: false, htmlEntities: true })

/** `GET /projects/{p}`; PyODPS needs the three headers (maxcompute.md 3). */
export function getProject(project: Project): Reply {
  const properties = Object.entries(project.properties)
    .map(([name, value]) => element('Property', textElement('Name', name) + textElement('Value', value)))
    .join('')
  const content = [
    textElement('Name', project.name),
    textElement('Type', 'managed'),
    textElement('Comment', ''),
    textElement('Owner', project.owner),
    textElement('State', 'AVAILABLE'),
    textElement('ProjectGroupName', ''),
    element('Properties', properties),
    // Sizes of what the project keeps: nothing is measured here.
    element('ExtendedProperties', element('Property', textElement('Name', 'UsedStorage') + textElement('Value', '0'))),
    element('Clusters', ''),
    textElement('Region', project.world.maxcompute.region),
    textElement('TenantId', project.world.alibaba.accountId),
    textElement('DefaultQuotaNickname', 'os_default'),
  ]
  return xmlReply(xmlHead + element('Project', content.join('')), timesOf(project))
}

export function listProjects(project: Project): Reply {
  const one = element('Project', textElement('Name', project.name) + textElement('Owner', project.owner))
  return xmlReply(`${xmlHead}<Projects><Marker/><MaxItems>1000</MaxItems>${one}</Projects>`)
}

export function getTenant(project: Project): Reply {
  const { accountId } = project.world.alibaba
  const seconds = Math.floor(project.createdAt / 1000)
  const times = { CreateTime: seconds, UpdateTime: seconds }
  const parameters = { 'odps.namespace.schema': 'false' }
  const names = {
    Name: `tenant_${accountId}`,
    OwnerId: accountId,
    TenantId: accountId,
    TenantState: 'NORMAL',
    State: 'NORMAL',
  }
  return jsonReply({ Tenant: { ...names, ...times, TenantMeta: '', Parameters: parameters } })
}

/** In the two-level model one schema, `default`, that nobody can change. */
export function schemas(exchange: Exchange, project: Project): Reply {
  const [, , , schema] = exchange.segments
  if (exchange.method === 'POST' && schema === undefined) return postSchema(exchange, project)
  if (exchange.method === 'DELETE' && schema !== undefined) return deleteSchema(schema.toLowerCase(), project)
  if (exchange.method !== 'GET')
    throw new ServiceError(
      405,
      'MethodNotAllowed',
      `ODPS-0420111: ${exchange.method} of a schema is not supported here`,
    )
  const found = schema?.toLowerCase()
  if (found !== undefined && project.schemas.has(found))
    return xmlReply(xmlHead + schemaXml(found, project), timesOf(project))
  if (schema !== undefined) throw new ServiceError(404, 'NoSuchObject', `ODPS-0422155: Schema not found - '${schema}'`)
  const all = [...project.schemas].sort().map((one) => schemaXml(one, project))
  return xmlReply(`${xmlHead}<Schemas><Marker/><MaxItems>1000</MaxItems>${all.join('')}</Schemas>`)
}

/** An empty one that somebody made: whether the service drops tables along is not documented. */
function deleteSchema(schema: string, project: Project): Reply {
  if (!project.schemas.has(schema))
    throw new ServiceError(404, 'NoSuchObject', `ODPS-0422155: Schema not found - '${schema}'`)
  if (schema === defaultSchema || project.tables.list(schema).length > 0)
    throw new ServiceError(405, 'MethodNotAllowed', `schema ${schema} is the default one or holds tables`)
  project.schemas.delete(schema)
  return { status: 200 }
}

function timesOf(project: Project): Record<string, string> {
  const at = httpDate(project.createdAt)
  return { 'x-odps-owner': project.owner, 'x-odps-creation-time': at, 'last-modified': at }
}

function schemaXml(schema: string, project: Project): string {
  return element(
    'Schema',
    textElement('Name', schema) + textElement('Owner', project.owner) + textElement('Type', 'managed'),
  )
}

/** `<Schema><Name>s</Name></Schema>` (maxcompute.md 3); Go adds `<IfNotExists>`. */
function postSchema(exchange: Exchange, project: Project): Reply {
  if (project.world.maxcompute.schemaModel !== true)
    throw new ServiceError(405, 'MethodNotAllowed', 'ODPS-0420111: the project has no schema model')
  const document = parser.parse(exchange.body.toString()) as {
    readonly Schema?: { readonly Name?: string; readonly IfNotExists?: string }
  }
  const name = document.Schema?.Name?.trim().toLowerCase() ?? ''
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(name)) throw new ServiceError(400, 'InvalidParameter', `schema name '${name}'`)
  if (project.schemas.has(name) && document.Schema?.IfNotExists !== 'true')
    throw new ServiceError(409, 'ObjectAlreadyExists', `schema ${name} already exists`)
  project.schemas.add(name)
  return { status: 201, headers: {} }
}

/** A logview token, or an answer of the security model: `whoami` alone. */
export function authorization(exchange: Exchange, project: Project): Reply {
  if (exchange.params.has('sign_bearer_token')) {
    const token = `${Buffer.from('emulated').toString('base64')}${randomBytes(24).toString('base64url')}`
    return xmlReply(`${xmlHead}<Authorization><Result>${token}</Result></Authorization>`)
  }
  const document = parser.parse(exchange.body.toString()) as { readonly Authorization?: { readonly Query?: string } }
  const query = document.Authorization?.Query?.trim().replace(/;$/, '') ?? ''
  if (query.toLowerCase() !== 'whoami') {
    throw new ServiceError(
      400,
      'InvalidParameter',
      `ODPS-0420095: security query '${query}' is not supported by this emulator`,
    )
  }
  const answer = { DisplayName: project.owner, ID: project.world.alibaba.accountId, ProjectName: project.name }
  return xmlReply(`${xmlHead}<Authorization><Result>${escapeXml(JSON.stringify(answer))}</Result></Authorization>`)
}

/** Host and port of the tunnel: this server again, at its root. */
export function tunnelService(exchange: Exchange): Reply {
  return textReply(new URL(exchange.endpoint).host)
}

export function logviewHost(exchange: Exchange): Reply {
  return textReply(new URL(exchange.endpoint).origin)
}
