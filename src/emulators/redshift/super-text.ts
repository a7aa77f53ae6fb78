/** JSON without the blanks between its parts, every digit of its numbers kept; undefined for what is not JSON. */
export function compactJson(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
}
