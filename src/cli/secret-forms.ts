/** One way of writing a text inside another. */
type Encoder = (text: string) => string

const percent: Encoder = (text) => encodeURIComponent(text)
const percentAll: Encoder = (text) => percent(text).replace(/[!'()*~]/g, (sign) => `%${hex(sign, 2).toUpperCase()}`)
const form: Encoder = (text) => new URLSearchParams({ t: text }).toString().slice(2)
const json: Encoder = (text) => JSON.stringify(text).slice(1, -1)
const jsonAscii: Encoder = (text) => json(text).replace(/[^\x20-\x7e]/g, (sign) => `\\u${hex(sign, 4)}`)
const xml: Encoder = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const xmlQuoted: Encoder = (text) => xml(text).replaceAll('"', '&quot;')

const encoders: readonly Encoder[] = [
  percent,
  percentAll,
  form,
  (text) => encodeURI(text),
  (text) => lowerHex(percent(text)),
  (text) => lowerHex(percentAll(text)),
  (text) => lowerHex(form(text)),
  json,
  jsonAscii,
  (text) => jsonAscii(text).replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
  (text) => json(text).replaceAll('/', '\\/'),
  xml,
  xmlQuoted,
  (text) => xmlQuoted(text).replaceAll("'", '&apos;'),
  (text) => xmlQuoted(text).replaceAll("'", '&#39;'),
  (text) => xmlQuoted(text).replaceAll("'", '&#x27;'),
  (text) => xmlQuoted(text).replaceAll('\r', '&#13;'),
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll('"', '""'),
  (text) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
]

function hex(sign: string, width: number): string {
  return sign.charCodeAt(0).toString(16).padStart(width, '0')
}

function lowerHex(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
}

/** Half a surrogate pair cannot be percent-encoded; such a text has no such form. */
function encoded(encoder: Encoder, text: string): readonly string[] {
  try {
    return [encoder(text)]
  } catch {
    return []
  }
}

/** The text as it is, encoded, and encoded twice: SQL travels in XML, and errors about both travel in JSON. */
export function writtenForms(secret: string): ReadonlySet<string> {
  const once = encoders.flatMap((encoder) => encoded(encoder, secret))
  const twice = [...new Set(once)].flatMap((text) => encoders.flatMap((encoder) => encoded(encoder, text)))
  return new Set([secret, ...once, ...twice])
}

/**
 * What Base64 of any text that holds the secret must contain: the characters that its bytes alone decide, for each of the
 * three places where it may begin in a group of three bytes; in both alphabets, and as they look inside URLs and JSON.
 */
export function base64Forms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret, 'utf8')
  const forms = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const core = text.slice(first, last)
    const urlSafe = core.replaceAll('+', '-').replaceAll('/', '_')
    return [core, urlSafe, percent(core), lowerHex(percent(core)), core.replaceAll('/', '\\/')]
  })
  return new Set(forms)
}
