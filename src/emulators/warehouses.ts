import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { serveAsChild, type Running } from './child.js'
import type { Faults } from './faults.js'
import type { Certificate } from './launch/certificate.js'
import type { Ports } from './launch/options.js'
import type { LoadRequest } from './launch/seed.js'
import { splitSwitches } from './launch/switches.js'
import { startMaxCompute } from './maxcompute/maxcompute-server.js'
import { startRedshiftApi } from './redshift-api/redshift-api-server.js'
import { startRedshift } from './redshift/redshift-server.js'
import { SqlEngine } from './sql-engine.js'
import type { World } from './world.js'

/** Both warehouses, and the API that issues logins to one of them: one process whose environment gives DuckDB threads enough (UV_THREADPOOL_SIZE, dependencies.md, trap 3). */
export interface WarehousesOptions {
  readonly dir: string
  readonly ports: Ports
  readonly certificate: Certificate
  readonly s3Endpoint: string
  readonly ossEndpoint: string
  /** Hosts (`localhost:9000`) that LOAD may name in a location. */
  readonly loadEndpoints: readonly string[]
  /** Of both warehouses, by name. */
  readonly switches: Readonly<Record<string, unknown>>
}

async function startWarehouses(options: WarehousesOptions, world: World, faults: Faults): Promise<Running> {
  const { certificate, s3Endpoint, ossEndpoint, loadEndpoints } = options
  const { redshift: ours, maxcompute: theirs } = splitSwitches(options.switches)
  const redshiftPlace = await openPlace(options.dir, 'redshift', options.ports.redshift)
  const maxcomputePlace = await openPlace(options.dir, 'maxcompute', options.ports.maxcompute)
  const redshift = await startRedshift({ world, faults, ...redshiftPlace, s3Endpoint, certificate, switches: ours })
  const stores = { ossEndpoint, loadEndpoints }
  const maxcompute = await startMaxCompute({ world, faults, ...maxcomputePlace, ...stores, switches: theirs })
  // Here and not among the stores: it must know where Redshift listens.
  const apiPort = options.ports.redshiftApi ?? 0
  const at = { host: 'localhost', port: redshift.port }
  const api = await startRedshiftApi({ world, faults, dir: options.dir, port: apiPort, redshift: at })
  return {
    ports: { redshift: redshift.port, redshiftApi: api.port, maxcompute: maxcompute.port },
    requests: {
      execute: ({ sql }: { readonly sql: string }) => redshift.execute(sql),
      load: ({ schema, table, file, trailingDelimiter }: LoadRequest) =>
        redshift.loadDelimited(schema, table, file, { delimiter: '|', trailingDelimiter }),
    },
    close: async () => {
      await Promise.allSettled([api.close(), redshift.close(), maxcompute.close()])
      redshiftPlace.engine.close()
      maxcomputePlace.engine.close()
    },
  }
}

/** A folder, a DuckDB database in it, and perhaps a port. */
async function openPlace(root: string, name: string, port: number | undefined) {
  const dir = join(root, name)
  await mkdir(dir, { recursive: true })
  const engine = await SqlEngine.open(join(dir, 'engine.duckdb'))
  return { dir, engine, ...(port === undefined ? {} : { port }) }
}

serveAsChild(startWarehouses)
