import type { Answer } from '../object-store/answer.js'
import { readXml } from '../object-store/xml.js'
import { addressNodes, readAddress, refuseAgents, verificationNodes, type Verification } from './address.js'
import type { Address } from './address.js'
import { AddressFault } from './address-fault.js'
import { deleted, done, page, xmlAnswer, type Call } from './call.js'
import type { Environment } from './environment.js'
import { isInventory } from './inventory.js'
import { probeSource, sourceStore } from './source-store.js'
import { probeTarget, targetStore } from './target-store.js'

export function createAddress({ registry, body }: Call): Answer {
  registry.addAddress(readAddress(body, Date.now()))
  return done
}

export function updateAddress({ registry, subject, body }: Call): Answer {
  registry.address(subject)
  return refuseAgents(readXml(body, 'ImportAddress', []))
}

export function getAddress({ registry, subject, owner, time }: Call): Answer {
  return xmlAnswer('ImportAddress', addressNodes(registry.address(subject), owner, time))
}

export function listAddress(call: Call): Answer {
  const { registry, owner, time } = call
  const all = [...registry.addresses.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const { items, ends } = page(call, all, ({ name }) => name)
  const addresses = items.map((one) => ['ImportAddress', addressNodes(one, owner, time)] as const)
  return xmlAnswer('ImportAddressList', [...ends, ...addresses])
}

export function deleteAddress({ registry, subject }: Call): Answer {
  registry.removeAddress(subject)
  return deleted
}

/** Answers without a status at first: the real service takes a while to look (transfer.md 1.6). */
export async function verifyAddress(call: Call): Promise<Answer> {
  const address = call.registry.address(call.subject)
  const isEarly = address.askedCount < call.environment.switches.migrationEmptyVerifications
  address.askedCount += 1
  if (!isEarly) address.verification = await verify(address, call)
  return xmlAnswer('VerifyAddressResponse', verificationNodes(address.verification, call.time))
}

async function verify(address: Address, { environment, registry }: Call): Promise<Verification> {
  const fault = environment.faults.hit('online-migration', 'CheckAddress', address.name)
  const good = environment.switches.migrationAvailable
  try {
    if (fault?.do === 'fail') {
      throw new AddressFault(fault.status ?? 403, fault.code ?? 'AccessDenied', fault.message ?? 'on order')
    }
    if (isInventory(address)) registry.inventories.open(address)
    await probe(address, environment)
    return { status: good, httpCode: 200, errorCode: '', errorMessage: '', at: Date.now() }
  } catch (error) {
    if (!(error instanceof AddressFault)) throw error
    const { httpCode, code, message } = error
    return { status: 'unavailable', httpCode, errorCode: code, errorMessage: message, at: Date.now() }
  }
}

async function probe(address: Address, environment: Environment): Promise<void> {
  if (address.detail.AddressType === 'oss') await probeTarget(targetStore(address, environment))
  else await probeSource(sourceStore(address, environment))
}
