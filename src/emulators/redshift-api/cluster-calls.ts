import type { XmlNode } from '../object-store/xml.js'
import { ApiRefusal, notImplemented } from './api-refusal.js'
import type { ApiCall } from './api-call.js'
import { mintPassword } from './temporary-password.js'
import { redshiftNames } from './redshift-names.js'
import { secondsOf, userOf } from './credential-rules.js'

/** Actions of `redshift`, version 2012-12-01. Parameters and results are texts. */
export type ClusterOperation = (call: ApiCall, parameters: ReadonlyMap<string, string>) => readonly XmlNode[]

export const clusterOperations: Readonly<Record<string, ClusterOperation>> = {
  GetClusterCredentials: getClusterCredentials,
  GetClusterCredentialsWithIAM: getClusterCredentialsWithIAM,
}

/** For a database user that must exist, or the later login is refused (not this call). */
function getClusterCredentials(call: ApiCall, parameters: ReadonlyMap<string, string>): readonly XmlNode[] {
  accept(parameters, ['ClusterIdentifier', 'DbUser', 'DbName', 'AutoCreate', 'DurationSeconds'])
  checkCluster(call, parameters)
  const dbUser = parameters.get('DbUser') ?? ''
  if (dbUser === '') throw new ApiRefusal('invalid', 'The request must contain the parameter DbUser')
  if (parameters.get('AutoCreate') === 'true') throw notImplemented('AutoCreate')
  const expiresAt = call.now + secondsOf(parameters.get('DurationSeconds')) * 1000
  return issue(`IAM:${dbUser}`, expiresAt)
}

/** For the caller itself; the database user is made at the first login. */
function getClusterCredentialsWithIAM(call: ApiCall, parameters: ReadonlyMap<string, string>): readonly XmlNode[] {
  accept(parameters, ['ClusterIdentifier', 'DbName', 'DurationSeconds'])
  checkCluster(call, parameters)
  const expiresAt = call.now + secondsOf(parameters.get('DurationSeconds')) * 1000
  return [...issue(userOf(call), expiresAt), ['NextRefreshTime', new Date(expiresAt).toISOString()]]
}

function issue(user: string, expiresAt: number): readonly XmlNode[] {
  return [
    ['DbUser', user],
    ['DbPassword', mintPassword(user, expiresAt)],
    ['Expiration', new Date(expiresAt).toISOString()],
  ]
}

function accept(parameters: ReadonlyMap<string, string>, names: readonly string[]): void {
  const known = ['Action', 'Version', ...names]
  // An empty list travels as an empty text: boto3 writes `DbGroups=` for no groups.
  const isNothing = (name: string): boolean => name === 'DbGroups' && parameters.get(name) === ''
  const stranger = [...parameters.keys()].find((name) => !known.includes(name) && !isNothing(name))
  if (stranger !== undefined) throw notImplemented(`The parameter ${stranger}`)
}

function checkCluster({ world }: ApiCall, parameters: ReadonlyMap<string, string>): void {
  const given = parameters.get('ClusterIdentifier')
  if (given === undefined) throw new ApiRefusal('invalid', 'The request must contain the parameter ClusterIdentifier')
  if (given === redshiftNames.cluster && !world.redshift.serverless) return
  throw new ApiRefusal('missing', `Cluster ${given} not found.`)
}
