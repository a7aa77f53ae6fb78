import { redshiftNames } from '../redshift-api/redshift-names.js'
import { actors, endpoint, ossEndpoint, stagePrefix, type Addresses } from './addresses.js'

/** The one line of `migrate emulate --json`. Fields are only ever added. */
export function announcement(of: Addresses, config: string): Readonly<Record<string, unknown>> {
  const { world, stores, warehouses } = of
  const { awsKey, s3Bucket, iamRole, alibabaKey, ossBucket, loadRole, migrationRole } = actors(world)
  const { database, user, password } = world.redshift
  const { accessKeyId, accessKeySecret } = alibabaKey
  return {
    redshift: { host: 'localhost', port: warehouses.redshift, database, user, password, iamRole, caFile: of.caFile },
    s3: {
      endpoint: endpoint(stores.s3),
      region: s3Bucket.region,
      bucket: s3Bucket.name,
      prefix: stagePrefix,
      accessKeyId: awsKey.accessKeyId,
      secretAccessKey: awsKey.secretAccessKey,
    },
    oss: {
      endpoint: ossEndpoint(stores.oss),
      loadEndpoint: `localhost:${stores.oss}`,
      region: ossBucket.region,
      bucket: ossBucket.name,
      prefix: stagePrefix,
      roleArn: loadRole.arn,
      accessKeyId,
      accessKeySecret,
    },
    onlineMigration: {
      endpoint: endpoint(stores.onlineMigration),
      region: world.alibaba.region,
      accountId: world.alibaba.accountId,
      roleName: migrationRole.name,
      accessKeyId,
      accessKeySecret,
    },
    maxcompute: maxcompute(of),
    sts: { endpoint: endpoint(stores.access) },
    ram: { endpoint: endpoint(stores.access) },
    redshiftApi: redshiftApi(of),
    control: { stores: endpoint(stores.control), warehouses: endpoint(warehouses.control) },
    config,
    pid: process.pid,
  }
}

function maxcompute({ world, warehouses }: Addresses): Readonly<Record<string, string>> {
  const { region, project } = world.maxcompute
  const { accessKeyId, accessKeySecret } = actors(world).alibabaKey
  const tunnelEndpoint = endpoint(warehouses.maxcompute)
  const at = { endpoint: `${tunnelEndpoint}/api`, tunnelEndpoint, region, project }
  return { ...at, accessId: accessKeyId, accessKey: accessKeySecret }
}

/** Where logins are issued, and for what: there is a cluster, or in a serverless world a workgroup. */
function redshiftApi({ world, warehouses }: Addresses): Readonly<Record<string, string>> {
  const { cluster, workgroup } = redshiftNames
  const at = { endpoint: endpoint(warehouses.redshiftApi), region: world.aws.region }
  return { ...at, ...(world.redshift.serverless ? { workgroup } : { cluster }) }
}

/** The same for people, secrets left in their files. */
export function greeting(of: Addresses, config: string, rowCounts: Readonly<Record<string, number>>): string {
  const { stores, warehouses, world } = of
  const rowCount = Object.values(rowCounts).reduce((sum, count) => sum + count, 0)
  const lines = [
    'emulators are ready',
    `  redshift          localhost:${warehouses.redshift}/${world.redshift.database} (${rowCount} rows in ${Object.keys(rowCounts).length} tables)`,
    `  redshift api      ${endpoint(warehouses.redshiftApi)}`,
    `  s3                ${endpoint(stores.s3)}`,
    `  oss               ${ossEndpoint(stores.oss)}`,
    `  online migration  ${endpoint(stores.onlineMigration)}`,
    `  maxcompute        ${endpoint(warehouses.maxcompute)}/api (project ${world.maxcompute.project})`,
    `  sts, ram          ${endpoint(stores.access)}`,
    `config: ${config}`,
    'stop with Ctrl+C',
  ]
  return lines.join('\n')
}
