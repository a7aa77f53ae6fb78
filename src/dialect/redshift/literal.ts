/**
 * Redshift reads a backslash in every literal as an escape and has no parameter to change that (redshift.md 1.3);
 * doubling the quotes alone corrupts texts with backslashes without a word.
 */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
