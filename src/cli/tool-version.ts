import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json, ddl, config and assets; the same from dist/ and from an installed package. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url))

export function toolVersion(): string {
  const manifest = JSON.parse(readFileSync(`${packageRoot}package.json`, 'utf8')) as { version: string }
  return manifest.version
}
