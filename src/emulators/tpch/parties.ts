import { Dice } from './dice.js'
import { accountBalance, numbered, phone } from './fields.js'
import type { Cardinalities } from './scale.js'
import { text, variableString } from './text.js'
import { nations, regions, segments } from './words.js'

const streams = { region: 1, nation: 2, supplier: 3, customer: 4, remark: 5 } as const

export function* regionRows(): Generator<readonly string[]> {
  const dice = new Dice()
  for (const [key, name] of regions.entries()) {
    yield [String(key), name, text(dice.seat(streams.region, key), 31, 115)]
  }
}

export function* nationRows(): Generator<readonly string[]> {
  const dice = new Dice()
  for (const [key, [name, region]] of nations.entries()) {
    yield [String(key), name, String(region), text(dice.seat(streams.nation, key), 31, 114)]
  }
}

export function* supplierRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  const remarks = remarkedSuppliers(of)
  for (let key = 1; key <= of.suppliers; key += 1) {
    dice.seat(streams.supplier, key)
    const nation = dice.between(0, nations.length - 1)
    const address = variableString(dice, 10, 40)
    const row = [String(key), numbered('Supplier', key), address, String(nation), phone(dice, nation)]
    const balance = accountBalance(dice)
    const comment = text(dice, 25, 100)
    const remark = remarks.get(key)
    yield [...row, balance, remark === undefined ? comment : withRemark(dice, comment, remark)]
  }
}

/** Which suppliers have `Customer … Complaints` or `Customer … Recommends` in their comment (specification 4.3, SUPPLIER). */
function remarkedSuppliers(of: Cardinalities): ReadonlyMap<number, string> {
  const dice = new Dice().seat(streams.remark, 0)
  const chosen = new Map<number, string>()
  while (chosen.size < 2 * of.remarks) {
    const key = dice.between(1, of.suppliers)
    if (!chosen.has(key)) chosen.set(key, chosen.size < of.remarks ? 'Complaints' : 'Recommends')
  }
  return chosen
}

/** Overwrites a stretch of the comment, so that its length stays; both words keep text between them. */
function withRemark(dice: Dice, comment: string, remark: string): string {
  const word = 'Customer'
  const spare = comment.length - word.length - remark.length
  const before = dice.between(0, spare)
  const gap = dice.between(0, spare - before)
  const middle = comment.slice(before + word.length, before + word.length + gap)
  const end = before + word.length + gap + remark.length
  return comment.slice(0, before) + word + middle + remark + comment.slice(end)
}

export function* customerRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  for (let key = 1; key <= of.customers; key += 1) {
    dice.seat(streams.customer, key)
    const nation = dice.between(0, nations.length - 1)
    const address = variableString(dice, 10, 40)
    const row = [String(key), numbered('Customer', key), address, String(nation), phone(dice, nation)]
    yield [...row, accountBalance(dice), dice.pick(segments), text(dice, 29, 116)]
  }
}
