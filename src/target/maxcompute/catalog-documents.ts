import type { Page } from './asker.js'
import { attribute, children, childText, filledText, parseXml, type XmlNode } from './xml.js'

export interface TenantInfo {
  readonly id: string
  readonly name: string
  /** `NORMAL` and the like. */
  readonly state?: string
  /** `odps.namespace.schema`: `true` where SQL names have three levels. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface SchemaListing {
  readonly name: string
  readonly owner?: string
}

export interface PartitionListing {
  /** In the order of the partition columns. */
  readonly values: readonly { readonly column: string; readonly value: string }[]
  /** Seconds since 1970. */
  readonly createdAt?: number
  readonly modifiedAt?: number
  readonly byteCount?: number
  readonly rowCount?: number
}

export function readTenant(body: string): TenantInfo | undefined {
  const tenant = fields(fields(parsed(body))?.['Tenant'])
  const id = tenant?.['TenantId']
  if (tenant === undefined || typeof id !== 'string') return undefined
  const state = tenant['TenantState'] ?? tenant['State']
  const parameters = Object.entries(fields(tenant['Parameters']) ?? {}).map(([name, value]) => [name, String(value)])
  return {
    id,
    name: typeof tenant['Name'] === 'string' ? tenant['Name'] : id,
    ...(typeof state === 'string' ? { state } : {}),
    parameters: Object.fromEntries(parameters) as Record<string, string>,
  }
}

export function readSchemaPage(body: string): Page<SchemaListing> | undefined {
  return readPage(body, 'Schemas', 'Schema', (schema) => {
    const [name, owner] = [filledText(schema, 'Name'), filledText(schema, 'Owner')]
    return name === undefined ? [] : [{ name, ...(owner === undefined ? {} : { owner }) }]
  })
}

const partitionElements = {
  createdAt: 'CreationTime',
  modifiedAt: 'LastModifiedTime',
  byteCount: 'PartitionSize',
  rowCount: 'PartitionRecordCount',
} as const

export function readPartitionPage(body: string): Page<PartitionListing> | undefined {
  return readPage(body, 'Partitions', 'Partition', (partition) => {
    const values = children(partition, 'Column').map((column) => ({
      column: attribute(column, 'Name') ?? '',
      value: attribute(column, 'Value') ?? '',
    }))
    return [{ values, ...numbers(partition, partitionElements) }]
  })
}

/** Whether the body is the document of one partition. */
export function readPartition(body: string): true | undefined {
  return childText(parseXml(body, 'Partition'), 'Schema') === undefined ? undefined : true
}

function readPage<Item>(
  body: string,
  root: string,
  item: string,
  read: (node: XmlNode) => readonly Item[],
): Page<Item> | undefined {
  const page = parseXml(body, root)
  if (page === undefined) return undefined
  const marker = filledText(page, 'Marker')
  return { items: children(page, item).flatMap(read), ...(marker === undefined ? {} : { marker }) }
}

function numbers<Key extends string>(
  node: XmlNode,
  elements: Readonly<Record<Key, string>>,
): { readonly [name in Key]?: number } {
  const found: { [name in Key]?: number } = {}
  for (const [key, element] of Object.entries(elements) as [Key, string][]) {
    const text = filledText(node, element)
    if (text !== undefined && /^\d{1,15}$/.test(text)) found[key] = Number(text)
  }
  return found
}

export interface StageProgress {
  /** `M1`, `R2_1` … */
  readonly stage: string
  readonly workerCount: number
  readonly endedWorkerCount: number
  /** 0 … 100. */
  readonly percent: number
}

export function readProgress(body: string): readonly StageProgress[] | undefined {
  const root = parseXml(body, 'Progress')
  if (root === undefined) return undefined
  return children(root, 'Stage').map((stage) => {
    const count = (element: string): number => Number(filledText(stage, element) ?? 0) || 0
    return {
      stage: attribute(stage, 'ID') ?? '',
      workerCount: count('TotalWorkers'),
      endedWorkerCount: count('TerminatedWorkers'),
      percent: count('FinishedPercentage'),
    }
  })
}

/** The text that the service prints of an ended instance; undefined: no such document. */
export function readSummary(body: string): string | undefined {
  const summary = fields(fields(parsed(body))?.['Instance'])?.['Summary']
  return typeof summary === 'string' ? summary : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}
