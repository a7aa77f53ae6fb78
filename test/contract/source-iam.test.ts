import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mintPassword } from '../../src/emulators/redshift-api/temporary-password.js'
import { tpchTables } from '../../src/emulators/tpch/generate.js'
import { iamLogin, type IamLoginOptions } from '../../src/source/redshift/iam-login.js'
import type { LoginProvider } from '../../src/source/redshift/login.js'
import { RedshiftSource } from '../../src/source/redshift/redshift-source.js'
import { openSession, type SessionOptions } from '../../src/source/redshift/open-session.js'
import { S3Store } from '../../src/store/s3-store.js'
import type { CatalogCall } from '../../src/source/source.js'
import { emulate, type Emulated } from '../rehearsal/rehearsal.js'

/** The line's field that only these tests read. */
interface Api {
  readonly redshiftApi: { readonly endpoint: string; readonly region: string }
}

function call(): CatalogCall {
  const missing = (gap: object): never => expect.fail(JSON.stringify(gap))
  return { signal: new AbortController().signal, deadlineAt: Date.now() + 20_000, note: () => undefined, missing }
}

const kinds = [
  { what: 'a cluster, as a database user', serverless: false, of: { cluster: 'examplecluster', dbUser: 'migrator' } },
  { what: 'a cluster, as the AWS identity', serverless: false, of: { cluster: 'examplecluster' } },
  { what: 'a workgroup, which tells its endpoint', serverless: true, of: { workgroup: 'exampleworkgroup' } },
] as const

describe.each([false, true])('with serverless %s', (serverless) => {
  let emulated: Emulated
  beforeAll(async () => {
    emulated = await emulate({ seed: 'tpch', more: { world: { redshift: { serverless } } } })
  })
  afterAll(async () => emulated[Symbol.asyncDispose]())

  function loginOptions(of: IamLoginOptions['of']): IamLoginOptions {
    const { s3, redshift, redshiftApi } = emulated.clouds as Emulated['clouds'] & Api
    return {
      of,
      database: redshift.database,
      hostKnown: !serverless,
      region: redshiftApi.region,
      endpoint: redshiftApi.endpoint,
      keys: { accessKeyId: s3.accessKeyId, accessKeySecret: s3.secretAccessKey },
    }
  }

  function session(login: LoginProvider): SessionOptions {
    const { host, port, database, caFile } = emulated.clouds.redshift
    // A workgroup must tell both; the port here is one where nobody listens.
    return { ...(serverless ? { port: 1 } : { host, port }), database, caFile, login }
  }

  function source(login: LoginProvider): RedshiftSource {
    const { s3, redshift } = emulated.clouds
    const { bucket, region, endpoint } = s3
    const store = new S3Store({ bucket, region, endpoint, socketCountMax: 1 })
    return new RedshiftSource({ session: session(login), iamRole: redshift.iamRole, store, run: 'iam' })
  }

  it.each(kinds.filter((one) => one.serverless === serverless))('reads the catalog of $what', async ({ of }) => {
    const hidden: string[] = []
    const login = iamLogin({ ...loginOptions(of), hush: (secret) => hidden.push(secret) })
    const names: string[] = []
    const selection = { select: ['tpch.*'], exclude: [] }
    for await (const entry of source(login).readCatalog(selection, call())) {
      names.push(`${entry.kind} ${entry.name}`)
    }
    expect(names.sort()).toEqual([...tpchTables].sort().map((name) => `table ${name}`))
    await source(login).ping(call())
    expect(hidden.length).toBe(1)
  })

  const of = serverless ? { workgroup: 'exampleworkgroup' } : { cluster: 'examplecluster', dbUser: 'migrator' }
  const action = serverless ? 'redshift-serverless:GetWorkgroup' : 'redshift:GetClusterCredentials'
  const elsewhere = serverless ? { workgroup: 'nowhere' } : { cluster: 'nowhere', dbUser: 'migrator' }

  it('refuses a wrong key', async () => {
    const keys = { accessKeyId: emulated.clouds.s3.accessKeyId, accessKeySecret: 'not-the-secret' }
    const refused = source(iamLogin({ ...loginOptions(of), keys })).ping(call())
    await expect(refused).rejects.toMatchObject({
      code: 'source-denied',
      message: expect.stringContaining(action) as string,
    })
    await expect(refused).rejects.not.toThrow(/not-the-secret|x-amz-date/)
  })

  it('refuses what is not there', async () => {
    const refused = source(iamLogin(loginOptions(elsewhere))).ping(call())
    await expect(refused).rejects.toMatchObject({ code: 'source-refused' })
  })

  it('goes on after throttling', async () => {
    const operation = action.split(':')[1]
    await emulated.fault('warehouses', [{ service: 'redshift-api', operation, times: 2, action: { do: 'throttle' } }])
    await expect(source(iamLogin(loginOptions(of))).ping(call())).resolves.toBeUndefined()
    await emulated.clearFaults()
  })

  it('is refused with an expired password (28P01), and asks for none while a session lasts', async () => {
    const issue = iamLogin(loginOptions(of))
    let password = 'as issued'
    let askedCount = 0
    const login: LoginProvider = async (within) => {
      askedCount += 1
      const given = await issue(within)
      return password === 'as issued' ? given : { ...given, password }
    }
    const open = await openSession(session(login), call())
    password = mintPassword('IAM:migrator', Date.now() - 1)
    await expect(openSession(session(login), call())).rejects.toMatchObject({
      code: 'source-denied',
      cause: { code: '28P01' },
    })
    expect((await open.query('SELECT COUNT(*)::varchar FROM tpch.region', 'count', call())).rows).toEqual([['5']])
    await open.close()
    expect(askedCount).toBe(2)
  })
})
