import type { Page } from './asker.js'
import { child, children, childText, filledText, parseXml, type XmlNode } from './xml.js'

export interface ProjectInfo {
  readonly name: string
  readonly owner?: string
  readonly region?: string
  readonly properties: Readonly<Record<string, string>>
}

export interface TableListing {
  readonly name: string
  /** MANAGED_TABLE, EXTERNAL_TABLE, VIRTUAL_VIEW … where the service tells it. */
  readonly type?: string
}

export interface TableColumn {
  readonly name: string
  /** As the service spells it, lower case: `decimal(10,2)`. */
  readonly type: string
  readonly nullable: boolean
  readonly comment?: string
}

export interface TableInfo {
  readonly name: string
  readonly tableId?: string
  readonly owner?: string
  readonly type?: string
  readonly comment?: string
  /** Seconds since 1970. */
  readonly createdAt?: number
  readonly lifecycleDays?: number
  readonly columns: readonly TableColumn[]
  readonly partitionColumns: readonly TableColumn[]
}

/** The list of all properties need not repeat the project's name: then it is the one that was asked for. */
export function readProject(body: string, asked: string): ProjectInfo | undefined {
  const root = parseXml(body, 'Project')
  if (root === undefined) return undefined
  const name = filledText(root, 'Name') ?? asked
  const pairs = children(child(root, 'Properties'), 'Property').map(
    (property) => [childText(property, 'Name') ?? '', childText(property, 'Value') ?? ''] as const,
  )
  return { name, ...optional(root, { owner: 'Owner', region: 'Region' }), properties: Object.fromEntries(pairs) }
}

export function readTablePage(body: string): Page<TableListing> | undefined {
  const root = parseXml(body, 'Tables')
  if (root === undefined) return undefined
  const items = children(root, 'Table').flatMap((table) => {
    const name = filledText(table, 'Name')
    return name === undefined ? [] : [{ name, ...optional(table, { type: 'Type' }) }]
  })
  return { items, ...optional(root, { marker: 'Marker' }) }
}

interface SchemaColumn {
  readonly name: string
  readonly type: string
  readonly isNullable?: boolean
  readonly comment?: string
}

interface SchemaDocument {
  readonly columns?: readonly SchemaColumn[]
  readonly partitionKeys?: readonly SchemaColumn[]
  readonly comment?: string
  readonly createTime?: number
  /** Days; -1 for none (maxcompute.md 3). */
  readonly lifecycle?: number
}

/** Undefined when the text is no Table document with a Schema in JSON. */
export function readTable(body: string): TableInfo | undefined {
  const root = parseXml(body, 'Table')
  const name = filledText(root, 'Name')
  const schema = parseSchema(childText(root, 'Schema'))
  if (name === undefined || schema === undefined) return undefined
  const createdAt = creationTime(schema, filledText(root, 'CreationTime'))
  return {
    name,
    ...(schema.comment === undefined || schema.comment === '' ? {} : { comment: schema.comment }),
    ...optional(root, { tableId: 'TableId', owner: 'Owner', type: 'Type', comment: 'Comment' }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(schema.lifecycle === undefined || schema.lifecycle <= 0 ? {} : { lifecycleDays: schema.lifecycle }),
    columns: (schema.columns ?? []).map(readColumn),
    partitionColumns: (schema.partitionKeys ?? []).map(readColumn),
  }
}

function parseSchema(text: string | undefined): SchemaDocument | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function readColumn(column: SchemaColumn): TableColumn {
  const { name, type, comment } = column
  return {
    name,
    type,
    nullable: column.isNullable ?? true,
    ...(comment === undefined || comment === '' ? {} : { comment }),
  }
}

function creationTime(schema: SchemaDocument, header: string | undefined): number | undefined {
  if (typeof schema.createTime === 'number' && schema.createTime > 0) return schema.createTime
  const at = Date.parse(header ?? '')
  return Number.isNaN(at) ? undefined : Math.floor(at / 1_000)
}

/** Only the elements that are there and not empty, under the names of the result. */
function optional<Key extends string>(
  node: XmlNode | undefined,
  elements: Readonly<Record<Key, string>>,
): { readonly [name in Key]?: string } {
  const found: { [name in Key]?: string } = {}
  for (const [key, element] of Object.entries(elements) as [Key, string][]) {
    const text = filledText(node, element)
    if (text !== undefined) found[key] = text
  }
  return found
}
