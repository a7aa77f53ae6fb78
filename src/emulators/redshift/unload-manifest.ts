import type { UnloadedFile } from './history.js'
import type { ResultColumn } from './result-columns.js'
import type { Switches } from './switches.js'
import { typeText } from './type-facts.js'
import type { RsType } from './types.js'

/**
 * The manifest as the service writes it (redshift.md 1.6). Column names go in as they are: a name with a quote makes
 * text that is not JSON, there as here.
 */
export function manifestText(
  files: readonly UnloadedFile[],
  columns: readonly ResultColumn[],
  /** For a verbose one. */
  switches: Switches | undefined,
): string {
  if (switches === undefined) {
    const entries = files.map((file) => `    {"url":"${file.url}","meta":{"content_length":${file.byteCount}}}`)
    return `{\n  "entries": [\n${entries.join(',\n')}\n  ]\n}\n`
  }
  const entries = files.map(
    (file) => `    {"url":"${file.url}","meta":{"content_length":${file.byteCount},"record_count":${file.rowCount}}}`,
  )
  const elements = columns.map((column) => `      {"name":"${column.name}","type":${typeJson(column.type, switches)}}`)
  const total = (count: (file: UnloadedFile) => number): number => files.reduce((sum, file) => sum + count(file), 0)
  const meta = `{"content_length":${total((file) => file.byteCount)},"record_count":${total((file) => file.rowCount)}}`
  return `{
  "entries": [
${entries.join(',\n')}
  ],
  "schema": {
    "elements": [
${elements.join(',\n')}
    ]
  },${switches.manifestTotals ? `\n  "meta":${meta},` : ''}
  "author":{"name":"Amazon Redshift","version":"1.0.0"}
}
`
}

function typeJson(type: RsType, { manifestNumericKeys, manifestCharLength }: Switches): string {
  const base = typeText({ name: type.name })
  if (type.name === 'numeric' && manifestNumericKeys)
    return `{"base":"${base}","precision":${type.precision ?? 38},"scale":${type.scale ?? 0}}`
  if (type.length !== undefined && (type.name !== 'char' || manifestCharLength))
    return `{"base":"${base}","max_length":${type.length}}`
  return `{"base":"${base}"}`
}
