/** MaxCompute escapes by backslash, and a doubled quote ends one literal and begins the next (maxcompute.md 5.4). */
export function quoteLiteral(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `'${escaped}'`
}
