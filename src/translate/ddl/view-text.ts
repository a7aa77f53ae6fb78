import type { CatalogEntry } from '../../model/catalog.js'
import { relationText } from '../../model/names.js'

const lineBreak = /\r\n|[\n\r\u2028\u2029]/

/**
 * A view's own text, every line a comment, for the person who writes it anew; behind it what the translator makes of it,
 * where it was asked.
 */
export function viewText(entry: CatalogEntry, reason: string, translated: readonly string[] = []): string {
  const lines = [...(entry.definition ?? '').split(lineBreak), ...translated.flatMap((line) => line.split(lineBreak))]
  const header = `-- manual: ${relationText(entry).replace(/\p{Cc}+/gu, ' ')} ${reason}; write it anew for MaxCompute`
  return [header, ...lines.map((line) => `-- ${line}`.trimEnd())].join('\n') + '\n'
}
