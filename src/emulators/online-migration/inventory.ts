import { randomBytes } from 'node:crypto'
import type { XmlNode } from '../object-store/xml.js'
import type { Address } from './address.js'
import { AddressFault } from './address-fault.js'
import type { SourceObject } from './source-store.js'

/** The list of a round's failed files, in a bucket of the service's own that only the service reads (transfer.md 1.7). */
interface Inventory {
  readonly objects: readonly SourceObject[]
  readonly accessSecret: string
}

/** Inventories by the path that GetJobResult gives out. */
export class Inventories {
  readonly #bucket: string
  readonly #region: string
  readonly #byPath = new Map<string, Inventory>()

  constructor(accountId: string, region: string) {
    this.#bucket = `mgw-inventory-${accountId}`
    this.#region = region
  }

  /** Written once for a path; the elements of ImportJobResult that lead to it. */
  publish(path: string, objects: readonly SourceObject[]): readonly XmlNode[] {
    const inventory = this.#byPath.get(path) ?? { objects, accessSecret: randomBytes(15).toString('base64url') }
    this.#byPath.set(path, inventory)
    return [
      ['AddressType', 'ossinv'],
      ['InvAccessId', this.#bucket],
      ['InvAccessSecret', inventory.accessSecret],
      ['InvBucket', this.#bucket],
      ['InvDomain', `oss-${this.#region}.aliyuncs.com`],
      ['InvLocation', 'oss'],
      ['InvPath', path],
      ['InvRegionId', `oss-${this.#region}`],
    ]
  }

  /** The objects that an address of type `inv` names. */
  open({ detail }: Address): readonly SourceObject[] {
    const found = this.#byPath.get(detail.InvPath ?? '')
    if (found === undefined || detail.InvBucket !== this.#bucket || detail.InvLocation !== 'oss') {
      throw new AddressFault(404, 'SourceAddrInventoryInvalid', `There is no inventory at ${detail.InvPath}.`)
    }
    if (detail.InvAccessId !== this.#bucket || detail.InvAccessSecret !== found.accessSecret) {
      throw new AddressFault(403, 'SourceAddrInventoryInvalid', 'The keys of the inventory are wrong.')
    }
    return found.objects
  }
}

export function isInventory({ detail }: Address): boolean {
  return detail.AddressType === 'inv' || detail.AddressType === 'ossinv'
}
