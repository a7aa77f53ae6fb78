// Where other people's programs stand: judges/.cache/venv first, then Debian's PostgreSQL, then the PATH.
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folders = [fileURLToPath(new URL('.cache/venv/bin', import.meta.url)), '/usr/lib/postgresql/15/bin']

export function pathWithTools() {
  return [...folders, process.env.PATH].join(delimiter)
}

const programs = fileURLToPath(new URL('.cache/java', import.meta.url))

const modules = fileURLToPath(new URL('.cache/go/bin', import.meta.url))

/**
 * The names that are found nowhere. `venv:x` must stand in the venv `java:x` among the programs
 * in Java and `go:x` among those in Go, where versions are pinned.
 */
export function missingTools(names) {
  const everywhere = pathWithTools().split(delimiter)
  return names.filter((name) => {
    if (name.startsWith('go:')) return !isExecutable(join(modules, name.slice(3)))
    if (name.startsWith('java:')) return !existsSync(join(programs, name.slice(5), 'version'))
    const pinned = name.startsWith('venv:')
    const places = pinned ? folders.slice(0, 1) : everywhere
    return !places.some((folder) => isExecutable(join(folder, pinned ? name.slice(5) : name)))
  })
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
