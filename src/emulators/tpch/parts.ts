import { Dice } from './dice.js'
import { money } from './fields.js'
import type { Cardinalities } from './scale.js'
import { text } from './text.js'
import { colours, containerSyllables, typeSyllables } from './words.js'

const streams = { part: 11, partsupp: 12 } as const
const suppliersOfPart = 4

/** Cents (specification 4.3, PART). */
export function retailPrice(partKey: number): number {
  return 90_000 + (Math.floor(partKey / 10) % 20_001) + 100 * (partKey % 1_000)
}

/**
 * The `nth` (0 to 3) supplier of a part (specification 4.3, PARTSUPP). At small fractions of scale 1 the formula meets
 * itself; then the next free supplier takes the place, so that the primary key holds at every scale.
 */
export function supplierOf(partKey: number, nth: number, supplierCount: number): number {
  let key = formula(partKey, nth, supplierCount)
  for (let before = 0; before < nth;) {
    if (supplierOf(partKey, before, supplierCount) === key) {
      key = (key % supplierCount) + 1
      before = 0
    } else before += 1
  }
  return key
}

function formula(partKey: number, nth: number, supplierCount: number): number {
  const step = Math.floor(supplierCount / 4) + Math.floor((partKey - 1) / supplierCount)
  return ((partKey + nth * step) % supplierCount) + 1
}

export function* partRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  for (let key = 1; key <= of.parts; key += 1) {
    dice.seat(streams.part, key)
    const name = fiveColours(dice)
    const maker = dice.between(1, 5)
    const brand = `Brand#${maker}${dice.between(1, 5)}`
    const type = typeSyllables.map((syllables) => dice.pick(syllables)).join(' ')
    const size = String(dice.between(1, 50))
    const container = containerSyllables.map((syllables) => dice.pick(syllables)).join(' ')
    const price = money(retailPrice(key))
    yield [String(key), name, `Manufacturer#${maker}`, brand, type, size, container, price, text(dice, 5, 22)]
  }
}

function fiveColours(dice: Dice): string {
  const chosen: string[] = []
  while (chosen.length < 5) {
    const colour = dice.pick(colours)
    if (!chosen.includes(colour)) chosen.push(colour)
  }
  return chosen.join(' ')
}

export function* partsuppRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  for (let key = 1; key <= of.parts; key += 1) {
    dice.seat(streams.partsupp, key)
    for (let nth = 0; nth < suppliersOfPart; nth += 1) {
      const supplier = String(supplierOf(key, nth, of.suppliers))
      const available = String(dice.between(1, 9_999))
      yield [String(key), supplier, available, money(dice.between(100, 100_000)), text(dice, 49, 198)]
    }
  }
}
