import type {
  AddressDetail,
  AddressVerdict,
  ImportAddress,
  ImportJob,
  JobHistory,
  JobReport,
  JobResult,
} from './online-migration-model.js'
import { childrenOf, leafOf, leavesOf, type XmlTree } from './online-migration-xml.js'

/** Documents of the service as models. What is unknown in them is passed over, what is missing stays absent. */

export function readAddress(tree: XmlTree): ImportAddress {
  const { name = '', tags, version, owner, createTime, modifyTime, verifyTime, status } = leavesOf(tree)
  const detail = leavesOf(childrenOf(tree, 'addressDetail')[0])
  const result = leavesOf(childrenOf(tree, 'verifyResult')[0])
  const { httpCode, errorCode, errorMsg } = result
  return {
    name,
    addressDetail: { ...detail, addressType: detail['addressType'] ?? '' } satisfies AddressDetail,
    ...present({ tags, version, owner, createTime, modifyTime, verifyTime, status }),
    ...(Object.keys(result).length === 0 ? {} : { verifyResult: present({ httpCode, errorCode, errorMsg }) }),
  }
}

/** The service spells the good word `avaliable`, and its users see `available`; nothing at all means not looked yet (transfer.md 1.6). */
export function readVerdict(tree: XmlTree): AddressVerdict {
  const { status = '', errorCode, errorMessage } = leavesOf(tree)
  const verdict = status === '' ? 'pending' : /^ava/i.test(status) ? 'available' : 'failed'
  return { verdict, status, ...present({ errorCode, errorMessage }) }
}

export function readJob(tree: XmlTree): ImportJob {
  const { name = '', srcAddress, destAddress, version, owner, createTime, modifyTime, parentName } = leavesOf(tree)
  return {
    name,
    status: leafOf(tree, 'status') ?? '',
    ...present({ srcAddress, destAddress, version, owner, createTime, modifyTime, parentName }),
  }
}

export function readHistory(tree: XmlTree): JobHistory {
  const { name, jobVersion, startTime, endTime, status, runtimeState, message, operator, listStatus } = leavesOf(tree)
  const texts = { name, jobVersion, startTime, endTime, status, runtimeState, message, operator, listStatus }
  const counts = ['runtimeId', 'commitId', 'totalCount', 'copiedCount', 'failedCount', 'skippedCount'] as const
  return { ...present(texts), ...numbers(tree, [...counts, 'totalSize', 'copiedSize', 'skippedSize'] as const) }
}

export function readResult(tree: XmlTree): JobResult {
  const { version, readyRetry, addressType } = leavesOf(tree)
  const counts = ['totalObjectCount', 'copiedObjectCount', 'failedObjectCount', 'skippedObjectCount'] as const
  const inv = leavesOf(childrenOf(tree, 'inv')[0])
  return {
    ...present({ version, readyRetry, addressType }),
    ...(Object.keys(inv).length === 0 ? {} : { inv }),
    ...numbers(tree, [...counts, 'totalObjectSize', 'copiedObjectSize', 'skippedObjectSize'] as const),
  }
}

export function readReport(tree: XmlTree): JobReport {
  const { status = '', reportCreateTime, reportEndTime, errorMessage } = leavesOf(tree)
  return {
    status,
    ...present({ reportCreateTime, reportEndTime, errorMessage }),
    ...numbers(tree, ['totalCount', 'copiedCount', 'skippedCount', 'failedCount'] as const),
  }
}

/** Milliseconds since 1970 from either spelling of a time, both of UTC; undefined for anything else. */
export function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const iso = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
  const time = Date.parse(iso)
  return Number.isNaN(time) ? undefined : time
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }

function present<Fields extends Record<string, string | undefined>>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>
}

function numbers<Name extends string>(tree: XmlTree, names: readonly Name[]): Partial<Record<Name, number>> {
  const found = names.flatMap((name) => {
    const value = Number(leafOf(tree, name) ?? Number.NaN)
    return Number.isSafeInteger(value) && value >= 0 ? [[name, value] as const] : []
  })
  return Object.fromEntries(found) as Partial<Record<Name, number>>
}
