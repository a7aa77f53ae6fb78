// Builds dist/ after `npm ci` in a clone. A package installed from the registry or a tarball carries dist/ and never runs this.
import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
let compiler
try {
  compiler = require.resolve('typescript/bin/tsc')
} catch {
  const hint = 'hint: run npm ci without --omit=dev, or install the packed tarball, which carries dist/'
  console.error(`prepare: typescript is missing (a dev dependency), so dist/ cannot be built\n${hint}`)
  process.exit(existsSync(new URL('../dist/cli/main.js', import.meta.url)) ? 0 : 1)
}
const built = spawnSync(process.execPath, [compiler, '-p', new URL('../src', import.meta.url).pathname], {
  stdio: 'inherit',
})
process.exit(built.status ?? 1)
