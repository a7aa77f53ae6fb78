/** What is used of the parser: its own declarations are 370 kB, and say less of the tree than the list of constructs does. */
declare module '@polyglot-sql/sdk' {
  export function parse(text: string, dialect: string): unknown
  export function tokenize(text: string, dialect: string): unknown
}
