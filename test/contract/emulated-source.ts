import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { SessionOptions } from '../../src/source/redshift/open-session.js'
import { S3Store } from '../../src/store/s3-store.js'
import type { SourcePlace } from './source-contract.js'

/** The fields of the launcher's line that are used here. */
interface Announced {
  readonly redshift: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: string
    readonly iamRole: string
    readonly caFile: string
  }
  readonly redshiftApi: { readonly endpoint: string; readonly region: string; readonly cluster: string }
  readonly s3: {
    readonly endpoint: string
    readonly region: string
    readonly bucket: string
    readonly prefix: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }
  readonly control: { readonly stores: string; readonly warehouses: string }
}

const launcher = fileURLToPath(new URL('../../dist/emulators/emulators.js', import.meta.url))

/** The emulators as users get them: child processes behind the launcher, reached over sockets alone. */
export async function emulatedSource(reach: 'direct' | 'data-api' = 'direct'): Promise<SourcePlace> {
  const root = await mkdtemp(join(tmpdir(), 'source-contract-'))
  const optionsFile = join(root, 'options.json')
  await writeFile(
    optionsFile,
    JSON.stringify({ dir: join(root, 'clouds'), seed: 'none', json: true, exitWithParent: true }),
  )
  const child = spawn(process.execPath, [launcher, optionsFile], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ready = new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const line = await Promise.race([
    ready,
    exited.then((code) => Promise.reject(new Error(`emulators: exit code ${code}`))),
  ])
  const { redshift, redshiftApi, s3, control } = JSON.parse(line) as Announced
  const { iamRole, ...session } = redshift
  const { accessKeyId, secretAccessKey, prefix, bucket, region, endpoint } = s3
  const dataApi: SessionOptions = {
    reach: 'data-api',
    of: { cluster: redshiftApi.cluster, dbUser: redshift.user },
    database: redshift.database,
    region: redshiftApi.region,
    endpoint: redshiftApi.endpoint,
    keys: { accessKeyId, accessKeySecret: secretAccessKey },
  }
  const credentials = { current: async () => ({ accessKeyId, accessKeySecret: secretAccessKey }) }
  const store = new S3Store({ bucket, region, endpoint, pathStyle: true, credentials, socketCountMax: 16 })
  return {
    options: { session: reach === 'direct' ? session : dataApi, iamRole, s3Region: region },
    direct: session,
    store,
    root: { store: 's3', bucket, key: prefix.endsWith('/') ? prefix : `${prefix}/` },
    strangeRole: iamRole.replace(/role\/.*/, 'role/NotAttached'),
    fail: async (service, rule) => {
      const to = service === 's3' ? control.stores : control.warehouses
      await order(to, 'POST', [{ service, ...rule }])
    },
    heal: async () => {
      for (const to of [control.stores, control.warehouses]) await order(to, 'DELETE')
    },
    close: async () => {
      store.close()
      child.kill('SIGTERM')
      await exited
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function order(control: string, method: string, rules?: readonly unknown[]): Promise<void> {
  const body = rules === undefined ? {} : { body: JSON.stringify(rules) }
  const response = await fetch(`${control}/faults`, { method, ...body })
  if (!response.ok) throw new Error(`emulators: ${method} /faults: ${response.status} ${await response.text()}`)
}
