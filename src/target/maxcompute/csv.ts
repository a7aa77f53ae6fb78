/** Rows of RFC 4180 text; null where a cell is the unquoted `\N`. */
export type CsvRows = readonly (readonly (string | null)[])[]

/**
 * Reads a whole CSV text: cells quoted or not, `""` inside quotes, line ends LF or CRLF, newlines inside quotes.
 * A quoted `"\N"` is the two characters, an unquoted one is NULL (maxcompute.md 2.3).
 * Throws `SyntaxError` with the line where a quote is left open or followed by anything but a comma or line end.
 */
export function parseCsv(text: string): CsvRows {
  const reader = new CsvReader(text)
  const rows: (string | null)[][] = []
  while (!reader.atEnd) rows.push(reader.row())
  return rows
}

class CsvReader {
  readonly #text: string
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  row(): (string | null)[] {
    const cells: (string | null)[] = []
    for (;;) {
      cells.push(this.#text[this.#at] === '"' ? this.#quoted() : this.#plain())
      if (this.#text[this.#at] !== ',') break
      this.#at += 1
    }
    this.#endLine()
    return cells
  }

  #plain(): string | null {
    const start = this.#at
    while (!this.atEnd && !this.#atBreak()) this.#at += 1
    const cell = this.#text.slice(start, this.#at)
    return cell === '\\N' ? null : cell
  }

  #quoted(): string {
    const line = this.#line
    let cell = ''
    let from = this.#at + 1
    for (;;) {
      const quote = this.#text.indexOf('"', from)
      if (quote < 0) throw new SyntaxError(`line ${line}: a quote is never closed`)
      cell += this.#text.slice(from, quote)
      from = quote + 1
      if (this.#text[from] !== '"') break
      cell += '"'
      from += 1
    }
    this.#line += cell.split('\n').length - 1
    this.#at = from
    if (!this.atEnd && !this.#atBreak()) throw new SyntaxError(`line ${this.#line}: text follows a closing quote`)
    return cell
  }

  #atBreak(): boolean {
    const here = this.#text[this.#at]
    return here === ',' || here === '\n' || (here === '\r' && this.#text[this.#at + 1] === '\n')
  }

  #endLine(): void {
    if (this.#text[this.#at] === '\r') this.#at += 1
    if (this.#text[this.#at] === '\n') this.#at += 1
    this.#line += 1
  }
}
