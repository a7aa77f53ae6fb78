import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { jobOf, putSource, sourceAddress, startTown, targetAddress } from '../emulators/online-migration-town.js'

const root = new URL('../../', import.meta.url)

it('the example of docs/online-migration-client.md runs as it stands', async () => {
  const page = await readFile(fileURLToPath(new URL('docs/online-migration-client.md', root)), 'utf8')
  const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const town = await startTown()
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  try {
    await putSource(town, { 'a.parquet': 'one', 'b.parquet': 'two' })
    for (const made of [sourceAddress(town.world, 'source'), targetAddress(town.world, 'target')])
      expect((await town.ask(made)).status).toBe(200)
    for (const address of ['source', 'target'])
      for (let look = 0; look < 3; look += 1) await town.ask({ path: `/address/${address}`, query: 'verify' })
    for (const name of ['moves', 'waits']) expect((await town.ask(jobOf(name))).status).toBe(200)
    await town.run('moves')
    const file = join(folder, 'example.mjs')
    await writeFile(file, example.replace("'redshift-to-maxcompute'", `'${new URL('dist/index.js', root).href}'`))
    const { keys, region, accountId } = town.world.alibaba
    const names = { ENDPOINT: `http://127.0.0.1:${town.port}`, REGION: region, ACCOUNT: accountId }
    const secrets = { ACCESS_ID: keys[0]?.accessKeyId, ACCESS_KEY: keys[0]?.accessKeySecret }
    const env = { ...process.env, ...names, ...secrets }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 25_000 })
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toBe('done')
    expect(lines.slice(0, -1).sort()).toEqual([
      'moves IMPORT_JOB_FINISHED 2 2 0',
      expect.stringMatching(/^waits IMPORT_JOB_BEGIN /),
    ])
  } finally {
    await town.close()
    await rm(folder, { recursive: true, force: true })
  }
})
