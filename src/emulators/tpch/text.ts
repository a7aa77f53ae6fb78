import { Dice } from './dice.js'
import { adjectives, adverbs, auxiliaries, nouns, prepositions, terminators, verbs } from './words.js'

/** The specification's pool is 300 MB; a substring of 2 MB is varied enough for a rehearsal and is made in a blink. */
const poolCharacterCount = 2_000_000
const poolStream = 100

/** The grammar of 4.2.2.14: N noun phrase, V verb phrase, P prepositional phrase, T terminator. */
const sentences = ['N V T', 'N V P T', 'N V N T', 'N P V N T', 'N P V P T'].map((form) => form.split(' '))

let pool: string | undefined

/** A substring of the pseudo-text pool, `low` to `high` characters long; it may begin or end inside a word or with a blank. */
export function text(dice: Dice, low: number, high: number): string {
  pool ??= buildPool()
  const length = dice.between(low, high)
  const start = dice.between(0, pool.length - length)
  return pool.slice(start, start + length)
}

function buildPool(): string {
  const dice = new Dice().seat(poolStream, 0)
  const made: string[] = []
  for (let length = 0; length < poolCharacterCount;) {
    const next = sentence(dice)
    made.push(next)
    length += next.length + 1
  }
  return made.join(' ')
}

function sentence(dice: Dice): string {
  let line = ''
  for (const symbol of dice.pick(sentences)) {
    if (symbol === 'T') line += dice.pick(terminators)
    else line += (line === '' ? '' : ' ') + phrase(dice, symbol)
  }
  return line
}

function phrase(dice: Dice, symbol: string): string {
  if (symbol === 'N') return nounPhrase(dice)
  if (symbol === 'V') return verbPhrase(dice)
  return `${dice.pick(prepositions)} the ${nounPhrase(dice)}`
}

function nounPhrase(dice: Dice): string {
  const form = dice.between(0, 3)
  if (form === 0) return dice.pick(nouns)
  if (form === 1) return `${dice.pick(adjectives)} ${dice.pick(nouns)}`
  if (form === 2) return `${dice.pick(adjectives)}, ${dice.pick(adjectives)} ${dice.pick(nouns)}`
  return `${dice.pick(adverbs)} ${dice.pick(adjectives)} ${dice.pick(nouns)}`
}

function verbPhrase(dice: Dice): string {
  const form = dice.between(0, 3)
  const before = form % 2 === 1 ? `${dice.pick(auxiliaries)} ` : ''
  const verb = dice.pick(verbs)
  return form >= 2 ? `${before}${verb} ${dice.pick(adverbs)}` : before + verb
}

const addressAlphabet = '0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,'

/** A v-string of the specification (4.2.2.7): random length and random characters of a 64-letter alphabet. */
export function variableString(dice: Dice, low: number, high: number): string {
  const length = dice.between(low, high)
  let made = ''
  for (let at = 0; at < length; at += 1) made += addressAlphabet.charAt(dice.between(0, addressAlphabet.length - 1))
  return made
}
