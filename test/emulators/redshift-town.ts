import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Faults } from '../../src/emulators/faults.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import { type RedshiftService, startRedshift } from '../../src/emulators/redshift/redshift-server.js'
import type { Service } from '../../src/emulators/service.js'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { defaultWorld, type World } from '../../src/emulators/world.js'

/** An emulated Redshift and the emulated S3 that it writes to, in this process. */
export interface Town {
  readonly world: World
  readonly faults: Faults
  readonly redshift: RedshiftService
  readonly s3: Service
  connect(config?: pg.ClientConfig): Promise<pg.Client>
  close(): Promise<void>
}

export interface TownOptions {
  readonly world?: World
  readonly certificate?: { readonly key: string; readonly cert: string }
  readonly switches?: Readonly<Record<string, unknown>>
}

export async function startTown(options: TownOptions = {}): Promise<Town> {
  const { world = defaultWorld(), certificate, switches = {} } = options
  const dir = await mkdtemp(join(tmpdir(), 'redshift-'))
  const faults = new Faults()
  const engine = await SqlEngine.open(':memory:')
  const s3 = await startS3({ world, faults, dir: join(dir, 's3') })
  const s3Endpoint = `http://127.0.0.1:${s3.port}`
  const redshift = await startRedshift({
    world,
    faults,
    dir,
    engine,
    s3Endpoint,
    switches,
    ...(certificate === undefined ? {} : { certificate }),
  })
  const { user, password, database } = world.redshift
  return {
    world,
    faults,
    redshift,
    s3,
    connect: async (config = {}) => {
      const client = new pg.Client({ host: '127.0.0.1', port: redshift.port, user, password, database, ...config })
      // Sessions are cut on purpose in some tests.
      client.on('error', () => undefined)
      await client.connect()
      return client
    },
    close: async () => {
      await redshift.close()
      await s3.close()
      engine.close()
      await rm(dir, { recursive: true })
    },
  }
}
