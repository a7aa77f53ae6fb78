/** A field as it stands in a file: only what is not quoted can be NULL. */
export interface Field {
  readonly text: string
  readonly quoted: boolean
}

/** RFC 4180 with LF or CRLF, read character by character; throws on what the RFC does not know. */
export function readCsv(text: string, delimiter = ','): Field[][] {
  const rows: Field[][] = []
  let at = 0
  while (at < text.length) {
    const row: Field[] = []
    for (;;) {
      const field = text[at] === '"' ? readQuoted(text, at) : readBare(text, at, delimiter)
      row.push(field.field)
      at = field.end
      if (text[at] !== delimiter) break
      at += 1
    }
    if (text[at] === '\r') at += 1
    if (text[at] !== '\n') throw new Error(`no end of line at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`)
    at += 1
    rows.push(row)
  }
  return rows
}

interface Read {
  readonly field: Field
  readonly end: number
}

function readQuoted(text: string, from: number): Read {
  let content = ''
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') content += text.charAt(at)
    else if (text[at + 1] === '"') {
      content += '"'
      at += 1
    } else return { field: { text: content, quoted: true }, end: at + 1 }
  }
  throw new Error(`a quote at ${from} is never closed`)
}

function readBare(text: string, from: number, delimiter: string): Read {
  let at = from
  while (at < text.length && ![delimiter, '\r', '\n'].includes(text.charAt(at))) {
    if (text[at] === '"') throw new Error(`a quote inside a bare field at ${at}`)
    at += 1
  }
  return { field: { text: text.slice(from, at), quoted: false }, end: at }
}

/** Delimited text with ESCAPE: a backslash takes the next character as it is. */
export function readEscaped(text: string, delimiter = '|'): string[][] {
  const rows: string[][] = []
  const row: string[] = []
  let field = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\') {
      at += 1
      field += text.charAt(at)
    } else if (char === delimiter || char === '\n') {
      row.push(field)
      field = ''
      if (char === '\n') rows.push(row.splice(0))
    } else field += char
  }
  if (field !== '' || row.length > 0) throw new Error('the last line has no end')
  return rows
}
