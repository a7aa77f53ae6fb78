import type { TargetPlace } from './target-contract.js'

/**
 * A project of one's own, when the environment names one: MAXCOMPUTE_ENDPOINT, MAXCOMPUTE_PROJECT, MAXCOMPUTE_ACCESS_ID,
 * MAXCOMPUTE_ACCESS_KEY, and perhaps MAXCOMPUTE_SECURITY_TOKEN. Tables `contract_…` are made and dropped.
 */
export function realTarget(environment: NodeJS.ProcessEnv): (() => Promise<TargetPlace>) | undefined {
  const [endpoint, project, accessKeyId, accessKeySecret, securityToken] = [
    'ENDPOINT',
    'PROJECT',
    'ACCESS_ID',
    'ACCESS_KEY',
    'SECURITY_TOKEN',
  ].map((name) => environment[`MAXCOMPUTE_${name}`])
  if (endpoint === undefined || project === undefined || accessKeyId === undefined || accessKeySecret === undefined) {
    return undefined
  }
  const keys = { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
  return async () => ({
    options: { endpoint, project, credentials: { current: async () => keys } },
    close: async () => undefined,
  })
}
