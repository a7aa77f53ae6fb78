import type { World } from '../world.js'

/** Where everything listens, and the keys that open it: all that a client needs. */
export interface Addresses {
  readonly world: World
  /** Absolute. */
  readonly caFile: string
  readonly stores: Readonly<Record<'s3' | 'oss' | 'access' | 'onlineMigration' | 'control', number>>
  readonly warehouses: Readonly<Record<'redshift' | 'redshiftApi' | 'maxcompute' | 'control', number>>
}

/** The entries of the world that a client of the emulators is told to use: the first of each kind. */
export function actors(world: World) {
  const role = (name: string) => wanted(world.alibaba.roles.find((one) => one.name === name) ?? world.alibaba.roles[0])
  return {
    awsKey: wanted(world.aws.keys[0]),
    s3Bucket: wanted(world.aws.buckets[0]),
    iamRole: wanted(world.aws.roles.find((one) => one.attached) ?? world.aws.roles[0]).arn,
    alibabaKey: wanted(world.alibaba.keys[0]),
    ossBucket: wanted(world.alibaba.buckets[0]),
    loadRole: role('MaxComputeLoad'),
    migrationRole: role('OnlineMigration'),
  }
}

function wanted<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('world: needs at least one key, bucket and role in each cloud')
  return found
}

export const stagePrefix = 'migrate/'
/** By IPv4, because Node resolves `localhost` to ::1 first on some machines and the services listen on 127.0.0.1. */
export const loopback = '127.0.0.1'

export function endpoint(port: number): string {
  return `http://${loopback}:${port}`
}

/** ali-oss takes an IP address for a virtual host, so OSS is reached by name (dependencies.md, trap 7). */
export function ossEndpoint(port: number): string {
  return `http://localhost:${port}`
}
