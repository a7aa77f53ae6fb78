import type { Config } from './config-schema.js'
import type { Broken } from './config-rules.js'

/** Characters that no number, moment, hexadecimal text or partition's name has. */
const delimiters = /^[|,;^~\t]$/

/** What a number, moment or boolean may look like; the marker of NULL must be none of them. */
const valueLike = /^(?:[\dA-F.+: -]*|true|false|nan|[+-]?infinity)$/i

/** How csv and text may be written: only so that MaxCompute reads the same again. */
export function* fileRules({ text }: Config): Generator<Broken> {
  const { compression, delimiter, nullAs, addQuotes, escape } = text
  if (compression !== 'gzip') {
    const why = compression === 'none' ? 'parts cross compressed' : "LOAD's text reader is documented for gzip alone"
    yield { text: `text.compression: ${compression} is not possible: ${why}`, hint: 'set gzip, or leave it out' }
  }
  if (addQuotes && escape) {
    const hint = 'choose one: neither is needed, since texts travel in hexadecimal'
    yield { text: 'text.addQuotes: not with text.escape: LOAD reads no backslashes inside quotes', hint }
  }
  if (!delimiters.test(delimiter)) {
    const hint = 'other characters stand in numbers, dates and names'
    yield { text: `text.delimiter: ${JSON.stringify(delimiter)} is none of | , ; ^ ~ and tab`, hint }
  }
  yield* markerRules(nullAs, delimiter)
}

function* markerRules(nullAs: string, delimiter: string): Generator<Broken> {
  const subject = `text.nullAs: ${JSON.stringify(nullAs)}`
  if (!/^[!-~]{1,64}$/.test(nullAs)) {
    yield { text: `${subject} is not of 1 to 64 printable ASCII characters`, hint: 'the usual one is \\N' }
  }
  if (/["',]/.test(nullAs) || nullAs.includes(delimiter)) {
    yield { text: `${subject} holds a quote, a comma or the delimiter`, hint: 'the usual one is \\N' }
  }
  if (valueLike.test(nullAs)) {
    yield { text: `${subject} may be a number, date or truth value`, hint: 'the usual one is \\N' }
  }
}
