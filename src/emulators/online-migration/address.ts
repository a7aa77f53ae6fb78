import { randomUUID } from 'node:crypto'
import { notImplemented } from '../object-store/refusal.js'
import { readXml, type XmlNode } from '../object-store/xml.js'
import { checkName, childOf, invalidArgument, requiredTextOf, tagsOf, textOf, type Element } from './element.js'

/** What a check of an address found. */
export interface Verification {
  readonly status: string
  readonly httpCode: number
  readonly errorCode: string
  readonly errorMessage: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface Address {
  readonly name: string
  readonly tags: string | undefined
  /** By the names of the API: `AddressType`, `Bucket`, `Role`; absent ones are undefined. */
  readonly detail: Readonly<Record<string, string | undefined>>
  /** A uuid. */
  readonly version: string
  readonly createdAt: number
  modifiedAt: number
  /** How often its verification was asked for. */
  askedCount: number
  verification: Verification | undefined
}

const inventoryNames = [
  'InvLocation',
  'InvBucket',
  'InvDomain',
  'InvPath',
  'InvRegionId',
  'InvRole',
  'InvAccessId',
  'InvAccessSecret',
]
const plainNames = ['AddressType', 'AccessId', 'AccessSecret', 'Bucket', 'Domain', 'Prefix', 'RegionId', 'Role']
const detailNames = [...plainNames, 'AgentList', 'DataType', ...inventoryNames]
const secretNames = ['AccessSecret', 'InvAccessSecret']

/** An address as CreateAddress describes it; refuses what could never be one (transfer.md 1.6). */
export function readAddress(body: string, now: number): Address {
  const root = readXml(body, 'ImportAddress', [])
  const name = checkName(requiredTextOf(root, 'Name'), 'InvalidAddressName')
  const given = childOf(root, 'AddressDetail')
  if (given === undefined) throw invalidArgument('AddressDetail is required.')
  const detail = Object.fromEntries(detailNames.map((one) => [one, textOf(given, one)]))
  checkDetail(detail)
  const times = { createdAt: now, modifiedAt: now }
  return { name, tags: tagsOf(root), detail, version: randomUUID(), ...times, askedCount: 0, verification: undefined }
}

function checkDetail(detail: Readonly<Record<string, string | undefined>>): void {
  const need = (...names: readonly string[]): void => {
    const missing = names.find((one) => detail[one] === undefined)
    if (missing !== undefined) throw invalidArgument(`${missing} is required for AddressType ${detail.AddressType}.`)
  }
  need('AddressType')
  const { AddressType: type = '', Prefix: prefix = '' } = detail
  if (detail.AgentList !== undefined) throw notImplemented('AgentList')
  if (prefix !== '' && (prefix.startsWith('/') || !prefix.endsWith('/'))) {
    throw invalidArgument(`Prefix must not begin with / and must end with /: ${prefix}.`)
  }
  switch (type) {
    case 's3':
      return need('Bucket', 'Domain', 'AccessId', 'AccessSecret')
    case 'oss':
      need('Bucket', 'RegionId')
      return checkOss(detail)
    case 'inv':
    case 'ossinv':
      need('Bucket', 'DataType', 'InvLocation', 'InvBucket', 'InvPath', 'AccessId', 'AccessSecret', 'Domain')
      if (detail.DataType !== 's3') throw notImplemented(`DataType ${detail.DataType}`)
      return
    default:
      throw notImplemented(`AddressType ${type}`)
  }
}

function checkOss({ RegionId: region = '', Role: role }: Readonly<Record<string, string | undefined>>): void {
  if (!region.startsWith('oss-')) throw invalidArgument(`RegionId must be of the form oss-cn-beijing: ${region}.`)
  if (role === undefined) throw notImplemented('AddressType oss without Role')
  if (/[:/]/.test(role)) throw invalidArgument(`Role must be the name of a RAM role, not its ARN: ${role}.`)
}

/** How GetAddress and ListAddress show it; secrets stay here. */
export function addressNodes(address: Address, owner: string, time: (at: number) => string): readonly XmlNode[] {
  const { name, tags, detail, verification } = address
  const shown = detailNames.filter((one) => !secretNames.includes(one))
  return [
    ['Name', name],
    ['Version', address.version],
    ['Owner', owner],
    ['CreateTime', time(address.createdAt)],
    ['ModifyTime', time(address.modifiedAt)],
    ['VerifyTime', verification && time(verification.at)],
    ['Status', verification?.status ?? ''],
    ['Tags', tags],
    ['AddressDetail', shown.map((one) => [one, detail[one]] as const)],
    ['VerifyResult', verification && verifyResult(verification)],
  ]
}

function verifyResult({ httpCode, errorCode, errorMessage }: Verification): readonly XmlNode[] {
  return [
    ['HttpCode', httpCode],
    ['ErrorCode', errorCode],
    ['ErrorMsg', errorMessage],
  ]
}

export function verificationNodes(found: Verification | undefined, time: (at: number) => string): readonly XmlNode[] {
  return [
    ['Status', found?.status ?? ''],
    ['ErrorCode', found?.errorCode ?? ''],
    ['ErrorMessage', found?.errorMessage ?? ''],
    ['VerifyTime', found === undefined ? '' : time(found.at)],
  ]
}

/** UpdateAddress takes the list of agents and nothing else. */
export function refuseAgents(root: Element): never {
  if (textOf(root, 'AgentList') === undefined) throw invalidArgument('AgentList is required.')
  throw notImplemented('AgentList')
}
