import type { Call } from '../model/work.js'
import type { ObjectStore } from '../store/store.js'
import type { Consignment } from './carrier.js'
import type { KeyFilters } from './online-migration-model.js'

/** Folders that are kept out by name; what more there are is copied in vain, beside the parts, where no LOAD looks. */
const folderCountMax = 100

/**
 * Keeps a job to the parts: the manifest of an UNLOAD never travels, and neither do folders below the prefix in which no
 * part lies, such as those of earlier attempts. Written so that it does not matter whether the service matches whole keys
 * or pieces of them, from the bucket's root or from the address's prefix: no document tells (transfer.md 1.6).
 */
export async function keyFilters(from: ObjectStore, consignment: Consignment, call: Call): Promise<KeyFilters> {
  const wanted = new Set(
    consignment.manifests.flatMap(({ parts }) => parts.map(({ location }) => folderOf(location.key))),
  )
  const unwanted = new Set<string>()
  for await (const { location } of from.list(consignment.from, call)) {
    const folder = folderOf(location.key)
    if (!wanted.has(folder) && folder !== consignment.from.key && unwanted.size < folderCountMax) unwanted.add(folder)
  }
  const folders = [...unwanted].map((folder) => `.*${escaped(folder.slice(consignment.from.key.length))}[^/]*$`)
  const without = (consignment.without ?? []).map((piece) => `.*${escaped(piece)}.*`)
  return { excludes: { regex: ['.*manifest$', ...without, ...folders] } }
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
