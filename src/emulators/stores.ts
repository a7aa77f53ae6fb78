import { join } from 'node:path'
import { startAccess } from './access/access-server.js'
import { serveAsChild, type Running } from './child.js'
import type { Faults } from './faults.js'
import type { Ports } from './launch/options.js'
import { splitSwitches } from './launch/switches.js'
import { startOss } from './object-store/oss-server.js'
import { startS3 } from './object-store/s3-server.js'
import { startOnlineMigration } from './online-migration/online-migration-server.js'
import type { Service, ServiceOptions } from './service.js'
import type { World } from './world.js'

/** S3, OSS, Data Online Migration, STS and RAM: one process, so that a busy warehouse never slows a copy. */
export interface StoresOptions {
  readonly dir: string
  readonly ports: Ports
  /** Of all emulators, by name. */
  readonly switches: Readonly<Record<string, unknown>>
}

async function startStores(options: StoresOptions, world: World, faults: Faults): Promise<Running> {
  const place = (name: string, port: number | undefined): ServiceOptions => ({
    world,
    faults,
    dir: join(options.dir, name),
    ...(port === undefined ? {} : { port }),
  })
  const { ports } = options
  const s3 = await startS3(place('s3', ports.s3))
  const oss = await startOss(place('oss', ports.oss))
  const access = await startAccess(place('access', ports.access))
  const onlineMigration = await startOnlineMigration({
    ...place('online-migration', ports.onlineMigration),
    s3Endpoint: `http://127.0.0.1:${s3.port}`,
    ossEndpoint: `http://127.0.0.1:${oss.port}`,
    switches: splitSwitches(options.switches).onlineMigration,
  })
  const services: readonly Service[] = [onlineMigration, access, oss, s3]
  return {
    ports: { s3: s3.port, oss: oss.port, access: access.port, onlineMigration: onlineMigration.port },
    close: async () => {
      await Promise.allSettled(services.map((service) => service.close()))
    },
  }
}

serveAsChild(startStores)
