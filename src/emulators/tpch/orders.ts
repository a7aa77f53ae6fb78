import { Dice } from './dice.js'
import { dateText, dayOf, money, numbered } from './fields.js'
import { retailPrice, supplierOf } from './parts.js'
import type { Cardinalities } from './scale.js'
import { text } from './text.js'
import { instructions, modes, priorities } from './words.js'

const streams = { order: 21, lines: 22 } as const
const currentDay = dayOf('1995-06-17')
/** ENDDATE less 151 days: the last line item of the last order is received before ENDDATE. */
const lastOrderDay = dayOf('1998-12-31') - 151

interface Line {
  readonly shipDay: number
  /** What the line adds to its order's total, in cents. */
  readonly charge: number
  readonly row: readonly string[]
}

/** 8 keys of every 32 are used: 1 to 7, 32 to 39, 64 to 71 … (specification 4.3, ORDERS). */
export function orderKey(index: number): number {
  return Math.floor(index / 8) * 32 + (index % 8)
}

export function* orderRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  const lineDice = new Dice()
  for (let index = 1; index <= of.orders; index += 1) {
    const day = seatOrder(dice, index)
    const lines = [...linesOf(lineDice, index, day, of)]
    const total = lines.reduce((sum, line) => sum + line.charge, 0)
    const customer = customerWithOrders(dice, of.customers)
    const head = [String(orderKey(index)), String(customer), orderStatus(lines), money(total), dateText(day)]
    const clerk = numbered('Clerk', dice.between(1, of.clerks))
    yield [...head, dice.pick(priorities), clerk, '0', text(dice, 19, 78)]
  }
}

export function* lineitemRows(of: Cardinalities): Generator<readonly string[]> {
  const dice = new Dice()
  for (let index = 1; index <= of.orders; index += 1) {
    const day = seatOrder(dice, index)
    for (const line of linesOf(dice, index, day, of)) yield line.row
  }
}

/** The order's date is drawn first, because its lines need it too. */
function seatOrder(dice: Dice, index: number): number {
  return dice.seat(streams.order, index).between(0, lastOrderDay)
}

/** Every third customer has no orders (specification 4.3, ORDERS); drawn again until it is another. */
function customerWithOrders(dice: Dice, customerCount: number): number {
  for (;;) {
    const key = dice.between(1, customerCount)
    if (key % 3 !== 0) return key
  }
}

function orderStatus(lines: readonly Line[]): string {
  const openCount = lines.filter((line) => line.shipDay > currentDay).length
  if (openCount === 0) return 'F'
  return openCount === lines.length ? 'O' : 'P'
}

function* linesOf(dice: Dice, index: number, orderDay: number, of: Cardinalities): Generator<Line> {
  dice.seat(streams.lines, index)
  const count = dice.between(1, 7)
  for (let number = 1; number <= count; number += 1) yield drawLine(dice, orderKey(index), number, orderDay, of)
}

function drawLine(dice: Dice, order: number, number: number, orderDay: number, of: Cardinalities): Line {
  const part = dice.between(1, of.parts)
  const supplier = supplierOf(part, dice.between(0, 3), of.suppliers)
  const quantity = dice.between(1, 50)
  const price = quantity * retailPrice(part)
  const discount = dice.between(0, 10)
  const tax = dice.between(0, 8)
  const shipDay = orderDay + dice.between(1, 121)
  const commitDay = orderDay + dice.between(30, 90)
  const receiptDay = shipDay + dice.between(1, 30)
  const returned = dice.between(0, 1) === 0 ? 'R' : 'A'
  const keys = [String(order), String(part), String(supplier), String(number), String(quantity)]
  const amounts = [money(price), money(discount), money(tax)]
  const flags = [receiptDay <= currentDay ? returned : 'N', shipDay > currentDay ? 'O' : 'F']
  const dates = [dateText(shipDay), dateText(commitDay), dateText(receiptDay)]
  const rest = [dice.pick(instructions), dice.pick(modes), text(dice, 10, 43)]
  return { shipDay, charge: charge(price, discount, tax), row: [...keys, ...amounts, ...flags, ...dates, ...rest] }
}

/** Whole cents after the discount and again after the tax, both cut as the specification cuts them (3.1.4). */
function charge(price: number, discount: number, tax: number): number {
  const discounted = Math.floor((price * (100 - discount)) / 100)
  return Math.floor((discounted * (100 + tax)) / 100)
}
