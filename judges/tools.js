// Where other people's programs stand: judges/.cache/venv first, then Debian's PostgreSQL, then the PATH.
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folders = [fileURLToPath(new URL('.cache/venv/bin', import.meta.url)), '/usr/lib/postgresql/15/bin']

export function pathWithTools() {
  return [...folders, process.env.PATH].join(delimiter)
}

const jars = fileURLToPath(new URL('.cache/jars', import.meta.url))

/** The names that are found nowhere. `venv:x` must stand in the venv and `jar:x` among the jars, where versions are pinned. */
export function missingTools(names) {
  const everywhere = pathWithTools().split(delimiter)
  return names.filter((name) => {
    if (name.startsWith('jar:')) return !jarNames().some((jar) => jar.startsWith(`${name.slice(4)}-`))
    const pinned = name.startsWith('venv:')
    const places = pinned ? folders.slice(0, 1) : everywhere
    return !places.some((folder) => isExecutable(join(folder, pinned ? name.slice(5) : name)))
  })
}

function jarNames() {
  try {
    return readdirSync(jars)
  } catch {
    return []
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
