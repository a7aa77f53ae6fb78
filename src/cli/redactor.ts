import type { Json } from '../model/work.js'
import { base64Forms, writtenForms } from './secret-forms.js'

const mask = '***'
/** Shorter texts stand in ordinary words; masking them would make journals unreadable and hide nothing. */
export const secretLengthMin = 6
/** Deeper values than this are masked whole. */
const depthMax = 100

const suspiciousKey =
  /pass(?:word|wd|phrase)|secret|token|authorization|signature|credential|private_?-?key|access_?-?key(?!_?-?id)|api_?-?key/i

type Shape = readonly [pattern: RegExp, replacement: string]

// Every repetition is bounded, so that no text makes a pattern slow. None takes a bare `"`, which may end a JSON string.
const shapes: readonly Shape[] = [
  // Redshift's and MaxCompute's clauses with keys; a clause cut off in its value as well.
  [
    /\b(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIALS|(?:MASTER_)?SYMMETRIC_KEY)(\s{1,16}(?:AS\s{1,16})?)'(?:''|\\.|[^'"\\]){0,4096}'/gi,
    `$1$2'${mask}'`,
  ],
  [
    /\b(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIALS)(\s{1,16}(?:AS\s{1,16})?)'(?!\*\*\*')[^\s'"\\]{1,4096}/gi,
    `$1$2'${mask}`,
  ],
  // oss://id:secret@endpoint, and a user with a password in any other address.
  [/\b([a-z][a-z0-9+.-]{0,15}:(?:\\?\/){2})[^\s/@:'"\\]{1,512}:[^\s/@'"\\]{1,2048}@/gi, `$1${mask}:${mask}@`],
  // Signed addresses.
  [/([?&](?:x-(?:amz|oss)-(?:signature|security-token)|signature|security-token)=)[^&\s'"\\]{1,4096}/gi, `$1${mask}`],
  // Headers, quoted from a request.
  [/\b(authorization\s{0,4}[:=]\s{0,4})[a-z][\w-]{1,40}\s[^"'\\\r\n]{1,4096}/gi, `$1${mask}`],
]

/**
 * Takes secrets out of everything that is written or shown: those it was told, in the forms in which they may travel
 * (raw, percent-encoded, Base64 alone and inside longer Base64, JSON, XML, SQL), and what looks like one by its place.
 */
export class Redactor {
  readonly #forms = new Set<string>()
  readonly #base64 = new Set<string>()
  readonly #ignored: string[] = []

  add(secret: string): void {
    if (secret.length < secretLengthMin) {
      this.#ignored.push(
        `a secret of ${secret.length} characters is not masked: fewer than ${secretLengthMin} occur by chance`,
      )
      return
    }
    for (const form of writtenForms(secret)) this.#forms.add(form)
    for (const form of base64Forms(secret)) this.#base64.add(form)
  }

  /** Why secrets were not taken; says nothing of the secrets but their length. */
  get ignored(): readonly string[] {
    return this.#ignored
  }

  /** A JSON text stays one, with the same structure: journal lines are read back. Its numbers stay as they are. */
  text(text: string): string {
    const masked = this.#masked(text)
    if (masked === text || !isJson(text) || isJson(masked)) return masked
    const covered = coveredPlaces(text, [...this.#allSpans(text)])
    return text.replace(jsonString, (token: string, at: number) => {
      // A secret may hold the quotation mark itself: `"` and what follows, which no string of the JSON holds alone.
      const isCrossed = covered[at] === 1 || covered[at + token.length - 1] === 1
      return isCrossed ? JSON.stringify(mask) : this.#maskedToken(token)
    })
  }

  /** Also masks what stands under a suspicious key. Not for journal lines: an attempt's token is a name, no secret. */
  json(value: Json): Json {
    return mapTexts(value, (one) => this.text(one), suspiciousKey)
  }

  #masked(text: string): string {
    let masked = cover(text, [...this.#allSpans(text)])
    for (const [pattern, replacement] of shapes) masked = masked.replace(pattern, replacement)
    return masked
  }

  /** A string of a JSON text: masked in what it says; where it is still a secret as it is written, masked whole. */
  #maskedToken(token: string): string {
    const written = JSON.stringify(this.#masked(JSON.parse(token) as string))
    return this.#masked(written) === written ? written : JSON.stringify(mask)
  }

  *#allSpans(text: string): Generator<Span> {
    yield* this.#spans(text)
    yield* this.#base64Spans(text)
  }

  *#spans(text: string): Generator<Span> {
    for (const form of this.#forms) yield* occurrences(text, form)
  }

  *#base64Spans(text: string): Generator<Span> {
    for (const form of this.#base64) {
      for (const span of occurrences(text, form)) yield widened(text, span)
    }
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

function* occurrences(text: string, form: string): Generator<Span> {
  for (let from = text.indexOf(form); from >= 0; from = text.indexOf(form, from + 1)) {
    yield { from, to: from + form.length }
  }
}

/** The whole Base64 text round a find: its neighbours hold bits of the secret, and the user beside it. */
function widened(text: string, { from, to }: Span): Span {
  let start = from
  let end = to
  while (start > 0 && /[\w+/%-]/.test(text[start - 1] ?? '')) start -= 1
  while (end < text.length && /[\w+/%=-]/.test(text[end] ?? '')) end += 1
  return { from: start, to: end }
}

/** One mask for each run of spans that overlap. */
function cover(text: string, spans: readonly Span[]): string {
  let masked = ''
  let at = 0
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    if (from >= at) masked += `${text.slice(at, from)}${mask}`
    at = Math.max(at, to)
  }
  return masked + text.slice(at)
}

/** 1 at each place that a span covers. */
function coveredPlaces(text: string, spans: readonly Span[]): Uint8Array {
  const places = new Uint8Array(text.length)
  for (const { from, to } of spans) places.fill(1, from, to)
  return places
}

/** A string with its quotation marks, in a text that is JSON. */
const jsonString = /"(?:[^"\\]|\\.)*"/g

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function mapTexts(value: Json, change: (text: string) => string, maskedKey?: RegExp, depth = 0): Json {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= depthMax) return mask
  if (isList(value)) return value.map((one) => mapTexts(one, change, maskedKey, depth + 1))
  const entries = Object.entries(value).map(([key, one]): [string, Json] => {
    const isMasked = maskedKey?.test(key) === true && one !== null && typeof one !== 'boolean'
    return [change(key), isMasked ? mask : mapTexts(one, change, maskedKey, depth + 1)]
  })
  return Object.fromEntries(entries)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
