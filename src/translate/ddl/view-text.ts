import type { CatalogEntry } from '../../model/catalog.js'
import { relationText } from '../../model/names.js'

/** A view is not translated: its own text, every line a comment, for the person who writes it anew. */
export function viewText(entry: CatalogEntry, reason: string): string {
  const lines = (entry.definition ?? '').split(/\r\n|[\n\r\u2028\u2029]/)
  const header = `-- manual: ${relationText(entry).replace(/\p{Cc}+/gu, ' ')} ${reason}; write it anew for MaxCompute`
  return [header, ...lines.map((line) => `-- ${line}`.trimEnd())].join('\n') + '\n'
}
