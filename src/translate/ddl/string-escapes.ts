import { refusal, type Place } from './token.js'

const escapePattern = /''|\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([\s\S]))/g

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The text of a literal: a backslash escapes in every one of them (redshift.md 1.3), and a quote is doubled. */
export function decodeString(body: string, at: Place): string {
  return body.replace(escapePattern, (whole, octal?: string, hex?: string, character?: string) => {
    if (whole === "''") return "'"
    if (character !== undefined) return letters[character] ?? character
    const code = octal === undefined ? parseInt(hex ?? '', 16) : parseInt(octal, 8)
    // Above ASCII it is one byte of a character whose other bytes stand elsewhere.
    if (code === 0 || code > 127) throw refusal(at, `a string with the escape ${whole}, which is not an ASCII character`)
    return String.fromCharCode(code)
  })
}
