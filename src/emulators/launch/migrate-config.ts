import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { stringify } from 'yaml'
import { actors, endpoint, ossEndpoint, stagePrefix, type Addresses } from './addresses.js'
import type { Seed } from './options.js'
import { seedQueries, seedSchemas } from './seed.js'

const secrets = { redshift: 'redshift-password', s3: 's3-secret', alibaba: 'alibaba-secret' } as const

/** Writes `<dir>/migrate.yaml`, ready for every other command, and the secrets that it refers to; gives its path. */
export async function writeMigrateConfig(dir: string, of: Addresses, seed: Seed): Promise<string> {
  const { awsKey, alibabaKey } = actors(of.world)
  await mkdir(join(dir, 'secrets'), { recursive: true, mode: 0o700 })
  await writeSecret(join(dir, 'secrets', secrets.redshift), of.world.redshift.password)
  await writeSecret(join(dir, 'secrets', secrets.s3), awsKey.secretAccessKey)
  await writeSecret(join(dir, 'secrets', secrets.alibaba), alibabaKey.accessKeySecret)
  const file = join(dir, 'migrate.yaml')
  const note = '# Written by migrate emulate for the emulators beside it; every start writes it anew.\n'
  await writeFile(file, note + stringify(migrateConfig(of, seed)))
  return file
}

/** Others on this machine must not read it, even when the file was there before. */
export async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 })
  await chmod(file, 0o600)
}

function migrateConfig(of: Addresses, seed: Seed): unknown {
  const queries = seedQueries(seed)
  return {
    version: 1,
    ...places(of),
    ...alibabaServices(of),
    select: [seed === 'none' ? '*' : `${seedSchemas[seed]}.*`],
    carrier: 'streaming',
    verify: queries.length === 0 ? {} : { queries },
  }
}

function secret(name: keyof typeof secrets): string {
  return `\${file:secrets/${secrets[name]}}`
}

function places(of: Addresses): Record<string, unknown> {
  const { world, stores, warehouses } = of
  const { awsKey, s3Bucket, iamRole, alibabaKey, ossBucket, loadRole } = actors(world)
  const { database, user } = world.redshift
  const port = warehouses.redshift
  const login = { host: 'localhost', port, database, user, password: secret('redshift') }
  return {
    redshift: { ...login, caFile: basename(of.caFile), iamRole },
    s3: {
      bucket: s3Bucket.name,
      prefix: stagePrefix,
      region: s3Bucket.region,
      endpoint: endpoint(stores.s3),
      pathStyle: true,
      accessKeyId: awsKey.accessKeyId,
      secretAccessKey: secret('s3'),
    },
    oss: {
      bucket: ossBucket.name,
      prefix: stagePrefix,
      region: ossBucket.region,
      endpoint: ossEndpoint(stores.oss),
      pathStyle: true,
      loadEndpoint: `localhost:${stores.oss}`,
      roleArn: loadRole.arn,
      accessKeyId: alibabaKey.accessKeyId,
      accessKeySecret: secret('alibaba'),
    },
  }
}

function alibabaServices(of: Addresses): Record<string, unknown> {
  const { world, stores, warehouses } = of
  const { alibabaKey, migrationRole } = actors(world)
  const keys = { accessKeyId: alibabaKey.accessKeyId, accessKeySecret: secret('alibaba') }
  return {
    maxcompute: {
      endpoint: `${endpoint(warehouses.maxcompute)}/api`,
      project: world.maxcompute.project,
      region: world.maxcompute.region,
      accessId: alibabaKey.accessKeyId,
      accessKey: secret('alibaba'),
    },
    access: { stsEndpoint: endpoint(stores.access), ramEndpoint: endpoint(stores.access), ...keys },
    onlineMigration: {
      endpoint: endpoint(stores.onlineMigration),
      region: world.alibaba.region,
      accountId: world.alibaba.accountId,
      roleName: migrationRole.name,
      ...keys,
    },
  }
}
