// Builds dist/ after `npm ci` in a clone. A package installed from the registry or a tarball carries dist/ and never runs this.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

// The first `npx migrate` in a clone links the clone into npm's cache and runs this again: what npm ci built is there already,
// and a build that fails at that point would leave npm's cache half made.
if (process.env.npm_command === 'exec' && existsSync(here('dist/cli/main.js'))) process.exit(0)

let compiler
try {
  compiler = require.resolve('typescript/bin/tsc')
} catch {
  const hint = 'hint: run npm ci without --omit=dev, or install the packed tarball, which carries dist/'
  console.error(`prepare: typescript is missing (a dev dependency), so dist/ cannot be built\n${hint}`)
  process.exit(existsSync(here('dist/cli/main.js')) ? 0 : 1)
}
const built = spawnSync(process.execPath, [compiler, '-p', here('src')], { stdio: 'inherit' })
process.exit(built.status ?? 1)
