import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Faults, type FaultRule } from '../../src/emulators/faults.js'
import { startMaxCompute } from '../../src/emulators/maxcompute/maxcompute-server.js'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { defaultWorld } from '../../src/emulators/world.js'
import type { TargetPlace } from './target-contract.js'

/** An emulated project in this process, with its data in memory. */
export async function emulatedTarget(switches: Readonly<Record<string, unknown>> = {}): Promise<TargetPlace> {
  const world = defaultWorld()
  const faults = new Faults()
  const dir = await mkdtemp(join(tmpdir(), 'target-contract-'))
  const engine = await SqlEngine.open(':memory:')
  const service = await startMaxCompute({
    world,
    faults,
    dir,
    engine,
    ossEndpoint: 'http://127.0.0.1:9',
    loadEndpoints: [],
    switches,
  })
  const [keys] = world.alibaba.keys
  if (keys === undefined) throw new Error('the emulated world has no Alibaba keys')
  return {
    options: {
      endpoint: `http://127.0.0.1:${service.port}/api`,
      project: world.maxcompute.project,
      region: world.maxcompute.region,
      credentials: { current: async () => keys },
    },
    pace: { listingLagMilliseconds: 100 },
    fail: (rule) => faults.add([{ service: 'maxcompute', ...rule } as FaultRule]),
    heal: () => faults.clear(),
    close: async () => {
      await service.close()
      engine.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
