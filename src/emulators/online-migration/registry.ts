import { Refusal } from '../object-store/refusal.js'
import type { Address } from './address.js'
import { runningJobsMax, type Environment } from './environment.js'
import { Inventories } from './inventory.js'
import { isRunning, type Job } from './job.js'
import type { Report } from './report.js'

/** Everything that the account has in the region; lives as long as the process. */
export class Registry {
  readonly addresses = new Map<string, Address>()
  readonly jobs = new Map<string, Job>()
  /** By job version and round: `<version>/<runtimeId>`. */
  readonly reports = new Map<string, Report>()
  readonly inventories: Inventories
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
    const { accountId, region } = environment.world.alibaba
    this.inventories = new Inventories(accountId, region)
  }

  address(name: string): Address {
    const found = this.addresses.get(name)
    if (found !== undefined) return found
    throw new Refusal(404, 'AddressNotExist', `The address does not exist: ${name}.`)
  }

  job(name: string): Job {
    const found = this.jobs.get(name)
    if (found !== undefined) return found
    throw new Refusal(404, 'JobNotExist', `The job does not exist: ${name}.`)
  }

  jobOfVersion(version: string): Job {
    const found = [...this.jobs.values()].find((job) => job.version === version)
    if (found !== undefined) return found
    throw new Refusal(404, 'JobNotExist', `The job does not exist: ${version}.`)
  }

  addAddress(address: Address): void {
    const { name } = address
    if (this.addresses.has(name)) {
      throw new Refusal(409, 'AddressAlreadyExist', `The address already exists: ${name}.`)
    }
    const countMax = this.#environment.switches.migrationAddressesMax
    if (this.addresses.size >= countMax) {
      throw new Refusal(400, 'AddressCountExceedMaxCount', `There are ${countMax} addresses already.`)
    }
    this.addresses.set(name, address)
  }

  removeAddress(name: string): void {
    this.address(name)
    const user = [...this.jobs.values()].find(({ spec }) => [spec.sourceName, spec.targetName].includes(name))
    if (user !== undefined) {
      throw new Refusal(409, 'AddressInUse', `The address ${name} is in use by job ${user.spec.name}.`)
    }
    this.addresses.delete(name)
  }

  addJob(job: Job): void {
    const { name } = job.spec
    if (this.jobs.has(name)) throw new Refusal(409, 'JobAlreadyExist', `The job already exists: ${name}.`)
    const countMax = this.#environment.switches.migrationJobsMax
    if (this.jobs.size >= countMax) {
      throw new Refusal(400, 'JobCountExceedMaxCount', `There are ${countMax} jobs already.`)
    }
    this.jobs.set(name, job)
  }

  /** Whether one more job may run. */
  hasRoom(): boolean {
    return [...this.jobs.values()].filter(isRunning).length < runningJobsMax(this.#environment)
  }
}
