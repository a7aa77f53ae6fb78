// The emulated clouds that judges look at, as users start them: `migrate emulate`, once for every set of .tbl files.
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startChild } from './children.js'
import { makeCertificate, startTlsFront } from './tls-front.js'

const command = fileURLToPath(new URL('../bin/migrate.js', import.meta.url))
const readySecondsMax = 120
const stopSecondsMax = 30
const controlMillisecondsMax = 10_000
const hour = 3_600_000

/** Which process of the emulators holds a service. */
const warehouses = new Set(['redshift', 'maxcompute'])

export class Clouds {
  #child
  #fronts = []
  /**
   * The line of `migrate emulate --json`, `tbl` (the folder with the rows that the source should hold), `tls` (the
   * stores behind TLS, with the authority) and in `sts` what `makeWorld` adds.
   */
  facts

  /** `fill` writes the eight .tbl files into the folder that it is given. */
  static async start(dir, fill) {
    await mkdir(dir, { recursive: true })
    const tbl = join(dir, 'tbl')
    await mkdir(tbl)
    const truth = (await fill(tbl)) ?? tbl
    const clouds = new Clouds()
    const log = await open(join(dir, 'emulators.log'), 'a')
    const options = join(dir, 'options.json')
    const { world, temporary } = await makeWorld()
    await writeFile(options, JSON.stringify({ world }), { mode: 0o600 })
    const place = ['--dir', join(dir, 'clouds'), '--options', options]
    const args = [command, 'emulate', ...place, '--seed', 'tpch', '--from', tbl, '--json']
    clouds.#child = startChild(process.execPath, args, { env: process.env, stderr: log.fd })
    await log.close()
    try {
      const line = JSON.parse(await clouds.#firstLine())
      const tls = await clouds.#openFronts(line, dir)
      clouds.facts = { ...line, sts: { ...line.sts, ...temporary }, tbl: truth, tls }
    } catch (error) {
      await clouds.stop()
      throw error
    }
    return clouds
  }

  /** The stores by TLS: `{ caFile, s3, oss }`. */
  async #openFronts(line, dir) {
    const certificate = await makeCertificate()
    const caFile = join(dir, 'stores-ca.pem')
    await writeFile(caFile, certificate.cert)
    const front = async ({ endpoint }) => {
      const opened = await startTlsFront({ ...certificate, port: Number(new URL(endpoint).port) })
      this.#fronts.push(opened)
      return `https://localhost:${opened.port}`
    }
    return { caFile, s3: await front(line.s3), oss: await front(line.oss) }
  }

  async #firstLine() {
    const lines = createInterface({ input: this.#child.stdout })
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not ready after ${readySecondsMax} s`)), readySecondsMax * 1000)
    })
    const died = this.#child.exited.then((how) => Promise.reject(new Error(`the emulators ended (${how})`)))
    died.catch(() => undefined)
    try {
      return await Promise.race([new Promise((resolve) => lines.once('line', resolve)), late, died])
    } finally {
      clearTimeout(timer)
    }
  }

  async breakBy(rules) {
    for (const rule of rules) {
      // As often as it is asked for: a client that tries again must not get round it.
      await this.#control(rule.service, 'POST', [{ times: 1_000_000, ...rule }])
    }
  }

  async heal() {
    for (const service of ['s3', 'redshift']) await this.#control(service, 'DELETE')
  }

  async #control(service, method, rules) {
    const place = warehouses.has(service) ? 'warehouses' : 'stores'
    const response = await fetch(`${this.facts.control[place]}/faults`, {
      method,
      signal: AbortSignal.timeout(controlMillisecondsMax),
      ...(rules === undefined ? {} : { body: JSON.stringify(rules) }),
    })
    if (!response.ok) throw new Error(`faults of ${place}: ${response.status} ${await response.text()}`)
  }

  async stop() {
    for (const front of this.#fronts) front.close()
    await this.#child.stop(stopSecondsMax)
  }
}

/**
 * The clouds' own world and, for those who come with temporary keys of Alibaba's: a role that the account's users may
 * assume, keys that have expired, and keys that have not. Gives `{ world, temporary }`.
 */
async function makeWorld() {
  const { defaultWorld } = await import('../dist/emulators/world.js')
  const { alibaba } = defaultWorld()
  const roleArn = `acs:ram::${alibaba.accountId}:role/Judges`
  const role = { ...alibaba.roles[0], name: 'Judges', arn: roleArn, trusts: [`acs:ram::${alibaba.accountId}:root`] }
  const key = (name, expiresAt) => ({
    accessKeyId: `STS.${name}`,
    accessKeySecret: `secret-of-${name}`,
    securityToken: `token-of-${name}`,
    expiresAt,
  })
  const [expired, unexpired] = [key('Expired', Date.now() - hour), key('Unexpired', Date.now() + hour)]
  const keys = [...alibaba.keys, expired, unexpired]
  return {
    world: { alibaba: { keys, roles: [...alibaba.roles, role] } },
    temporary: { roleArn, expired, unexpired },
  }
}

/** What a judge gets as its argument. */
export async function writeFacts(file, facts) {
  await writeFile(file, JSON.stringify(facts), { mode: 0o600 })
}
