import { S3Store } from '../../src/store/s3-store.js'
import type { SourcePlace } from './source-contract.js'

/**
 * A cluster of one's own, when the environment names one: REDSHIFT_TO_MAXCOMPUTE_REDSHIFT_URL
 * (`redshift://user:password@host:5439/database`), _REDSHIFT_CA_FILE, _REDSHIFT_ROLE, _REDSHIFT_STRANGE_ROLE (not attached),
 * _S3_BUCKET, _S3_REGION, _S3_PREFIX. Keys for S3 come from the AWS chain. A schema is made and dropped; objects stay.
 */
export function realSource(environment: NodeJS.ProcessEnv): (() => Promise<SourcePlace>) | undefined {
  const read = (name: string): string | undefined => environment[`REDSHIFT_TO_MAXCOMPUTE_${name}`]
  const [url, role, bucket, region] = ['REDSHIFT_URL', 'REDSHIFT_ROLE', 'S3_BUCKET', 'S3_REGION'].map(read)
  if (url === undefined || role === undefined || bucket === undefined || region === undefined) return undefined
  const { hostname, port, pathname, username, password } = new URL(url)
  const caFile = read('REDSHIFT_CA_FILE')
  return async () => {
    const store = new S3Store({ bucket, region, socketCountMax: 16 })
    const session = {
      host: hostname,
      port: Number(port || '5439'),
      database: pathname.slice(1),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      ...(caFile === undefined ? {} : { caFile }),
    }
    return {
      options: {
        session,
        iamRole: role,
        s3Region: region,
      },
      direct: session,
      store,
      root: { store: 's3', bucket, key: read('S3_PREFIX') ?? 'redshift-to-maxcompute-contract/' },
      strangeRole: read('REDSHIFT_STRANGE_ROLE') ?? 'arn:aws:iam::000000000000:role/not-attached',
      close: async () => store.close(),
    }
  }
}
