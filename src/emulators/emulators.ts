import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endpoint, type Addresses } from './launch/addresses.js'
import { announcement, greeting } from './launch/announcement.js'
import { makeCertificate } from './launch/certificate.js'
import { ChildHandle } from './launch/child-handle.js'
import { takeFolder } from './launch/folder.js'
import { LaunchError } from './launch/launch-error.js'
import { writeMigrateConfig, writeSecret } from './launch/migrate-config.js'
import { readOptions, type LaunchOptions } from './launch/options.js'
import { requirePackages } from './launch/packages.js'
import { seed } from './launch/seed.js'
import type { StoresOptions } from './stores.js'
import type { WarehousesOptions } from './warehouses.js'
import { defaultWorld, type World } from './world.js'

/** Every DuckDB statement occupies a thread of libuv's pool; it must be set before the process starts (dependencies.md, trap 3). */
const threadCount = '16'

/**
 * Starts the emulated clouds and keeps them running: `node emulators.js <options.json>`. The emulators live in two child
 * processes; this one starts them, fills the source, says where everything is, and ends them. Exit codes: 0 after a signal
 * or a stop on request, 2 for wrong options, 1 when something could not start or died.
 */
async function main(optionsFile: string | undefined): Promise<number> {
  if (optionsFile === undefined) throw new LaunchError('usage: node emulators.js <options.json>', 2)
  const options = await readOptions(optionsFile)
  requirePackages()
  const children: ChildHandle[] = []
  const stopped = stopSignal(options.exitWithParent === true)
  try {
    const ended = await Promise.race([stopped, launch(options, children)])
    return ended === 'stop' ? 0 : await Promise.race([stopped.then(() => 0), anyExit(children)])
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}

/** From nothing to the line that says everything is ready. */
async function launch(options: LaunchOptions, children: ChildHandle[]): Promise<'ready'> {
  const data = await takeFolder(options.dir)
  const world = changedWorld(options)
  await writeSecret(join(options.dir, 'world.json'), `${JSON.stringify(world, undefined, 2)}\n`)
  const addresses = await startChildren(options, world, data, children)
  const rowCounts = await seed(options, children[1] as ChildHandle)
  const config = await writeMigrateConfig(options.dir, addresses, options.seed)
  const line = options.json ? JSON.stringify(announcement(addresses, config)) : greeting(addresses, config, rowCounts)
  process.stdout.write(`${line}\n`)
  return 'ready'
}

async function startChildren(
  options: LaunchOptions,
  world: World,
  dir: string,
  children: ChildHandle[],
): Promise<Addresses> {
  const { ports = {}, faults = [], switches = {} } = options
  const certificate = await makeCertificate()
  const caFile = join(options.dir, 'redshift-ca.pem')
  await writeFile(caFile, certificate.cert)
  // Both processes at once: most of their start is loading code.
  const storesChild = ChildHandle.start('stores')
  const warehousesChild = ChildHandle.start('warehouses', { UV_THREADPOOL_SIZE: threadCount })
  children.push(storesChild, warehousesChild)
  const storesOptions: StoresOptions = { dir, ports, switches }
  const stores = (await storesChild.order({ world, faults, options: storesOptions })) as Addresses['stores']
  const warehousesOptions: WarehousesOptions = {
    dir,
    ports,
    certificate,
    s3Endpoint: endpoint(stores.s3),
    ossEndpoint: endpoint(stores.oss),
    loadEndpoints: [`localhost:${stores.oss}`, `127.0.0.1:${stores.oss}`],
    switches,
  }
  const ordered = warehousesChild.order({ world, faults, options: warehousesOptions })
  const warehouses = (await ordered) as Addresses['warehouses']
  return { world, caFile, stores, warehouses }
}

function changedWorld(options: LaunchOptions): World {
  const world = defaultWorld()
  const { aws, alibaba, redshift, maxcompute } = options.world ?? {}
  return {
    aws: { ...world.aws, ...aws },
    alibaba: { ...world.alibaba, ...alibaba },
    redshift: { ...world.redshift, ...redshift },
    maxcompute: { ...world.maxcompute, ...maxcompute },
  }
}

/** Resolves on SIGINT, SIGTERM and, when asked for, the end of the parent. */
function stopSignal(exitWithParent: boolean): Promise<'stop'> {
  return new Promise((resolve) => {
    const stop = (): void => resolve('stop')
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (!exitWithParent) return
    if (process.channel !== undefined) process.once('disconnect', stop)
    else process.stdin.once('end', stop).once('error', stop).resume()
  })
}

/** 0 when a child was told to stop through its control port; otherwise a LaunchError that names it. */
async function anyExit(children: readonly ChildHandle[]): Promise<number> {
  const exits = children.map(async (child) => ({ name: child.name, how: await child.exited }))
  const { name, how } = await Promise.race(exits)
  if (how === 'exit code 0') return 0
  throw new LaunchError(`the ${name} process died (${how}); start the emulators again`)
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof LaunchError
    process.stderr.write(known ? `emulators: ${error.message}\n` : `emulators: ${String((error as Error).stack)}\n`)
    process.exit(known ? error.exitCode : 1)
  },
)
