import { createRequire } from 'node:module'
import { LaunchError } from './launch-error.js'

/** Optional dependencies of the package: only the emulators need them. */
const needed = ['@duckdb/node-api', 'hyparquet-writer', 'selfsigned']

/** Throws LaunchError naming every package that is missing, before anything starts. */
export function requirePackages(): void {
  const { resolve } = createRequire(import.meta.url)
  const missing = needed.filter((name) => !isInstalled(name, resolve))
  if (missing.length === 0) return
  throw new LaunchError(`optional packages are missing; run: npm install ${missing.join(' ')}`)
}

function isInstalled(name: string, resolve: NodeJS.RequireResolve): boolean {
  try {
    resolve(name)
    return true
  } catch (error) {
    // A package without a CommonJS door is there all the same.
    return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  }
}
