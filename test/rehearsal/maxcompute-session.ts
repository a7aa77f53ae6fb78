import { MaxComputeClient, MaxComputeTarget, staticCredentials } from '../../src/index.js'
import type { Clouds } from './rehearsal.js'

const settings = {
  'odps.sql.type.system.odps2': 'true',
  'odps.sql.decimal.odps2': 'true',
  'odps.sql.timezone': 'UTC',
}

export function maxComputeClient(clouds: Clouds): MaxComputeClient {
  const { endpoint, project, region, accessId, accessKey } = clouds.maxcompute
  const credentials = staticCredentials({ accessKeyId: accessId, accessKeySecret: accessKey })
  return new MaxComputeClient({ endpoint, project, region, credentials })
}

/** SQL on the emulated project over the wire, as a bystander would send it; returns the result's text. */
export async function runSql(
  clouds: Clouds,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const work = new MaxComputeTarget(maxComputeClient(clouds)).submit({
    purpose: 'bystander',
    text,
    settings: { ...settings, ...more },
  })
  const call = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined }
  const token = `bystander-${Date.now()}-${Math.floor(Math.random() * 1e9)}`
  const handle = await work.begin({ token, number: 1 }, call)
  return (await work.settle(handle, call)).result
}
