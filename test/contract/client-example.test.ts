import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { emulatedTarget } from './emulated-target.js'

const root = new URL('../../', import.meta.url)

it('the example of docs/maxcompute-client.md runs as it stands', async () => {
  const page = await readFile(fileURLToPath(new URL('docs/maxcompute-client.md', root)), 'utf8')
  const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const place = await emulatedTarget()
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  try {
    const file = join(folder, 'example.mjs')
    await writeFile(file, example.replace("'redshift-to-maxcompute'", `'${new URL('dist/index.js', root).href}'`))
    const { endpoint, project, region = '', credentials } = place.options
    const { accessKeyId, accessKeySecret } = await credentials.current()
    const names = { ENDPOINT: endpoint, PROJECT: project, REGION: region }
    const env = { ...process.env, ...names, ACCESS_ID: accessKeyId, ACCESS_KEY: accessKeySecret }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 25_000 })
    const [logview, ...rows] = stdout.trim().split('\n')
    expect(logview).toMatch(/^http.*\/logview\/\?/)
    expect(rows.sort()).toEqual(['1 one', '2 null'])
  } finally {
    await place.close()
    await rm(folder, { recursive: true, force: true })
  }
})
