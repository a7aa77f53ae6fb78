import { actors, endpoint, ossEndpoint, stagePrefix, type Addresses } from './addresses.js'

/** The one line of `migrate emulate --json`. Fields are only ever added. */
export function announcement(of: Addresses, config: string): Readonly<Record<string, unknown>> {
  const { world, stores, warehouses } = of
  const { awsKey, s3Bucket, iamRole, alibabaKey, ossBucket, loadRole, migrationRole } = actors(world)
  const { database, user, password } = world.redshift
  const { accessKeyId, accessKeySecret } = alibabaKey
  const { region, project } = world.maxcompute
  const maxcompute = endpoint(warehouses.maxcompute)
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
    maxcompute: {
      endpoint: `${maxcompute}/api`,
      tunnelEndpoint: maxcompute,
      region,
      project,
      accessId: accessKeyId,
      accessKey: accessKeySecret,
    },
    sts: { endpoint: endpoint(stores.access) },
    ram: { endpoint: endpoint(stores.access) },
    control: { stores: endpoint(stores.control), warehouses: endpoint(warehouses.control) },
    config,
    pid: process.pid,
  }
}

/** The same for people, secrets left in their files. */
export function greeting(of: Addresses, config: string, rowCounts: Readonly<Record<string, number>>): string {
  const { stores, warehouses, world } = of
  const rowCount = Object.values(rowCounts).reduce((sum, count) => sum + count, 0)
  const lines = [
    'emulators are ready',
    `  redshift          localhost:${warehouses.redshift}/${world.redshift.database} (${rowCount} rows in ${Object.keys(rowCounts).length} tables)`,
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
