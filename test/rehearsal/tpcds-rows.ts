import { Dice } from '../../src/emulators/tpch/dice.js'
import type { CatalogColumn, CatalogEntry } from '../../src/model/catalog.js'

const factCount = 300
const counts: Readonly<Record<string, number>> = {
  ...{ call_center: 6, catalog_page: 40, customer: 100, customer_address: 80, customer_demographics: 120 },
  ...{ date_dim: 366, household_demographics: 72, income_band: 20, item: 60, promotion: 12, reason: 35, ship_mode: 20 },
  ...{ store: 8, time_dim: 144, warehouse: 5, web_page: 20, web_site: 6 },
}

/** The keys of days count Julian days; the first is 1998-01-01. */
const firstDay = 2_450_815
const firstDate = Date.UTC(1998, 0, 1)
const dayMilliseconds = 86_400_000
const timeStep = 600

/** Of a nullable column. */
const nullPercent = 6

const words =
  'able|ought|eing|bar|café|naïve|O\'Hara|back\\slash|pipe|"quoted"|Straße|東京|comma, and|trailing |  leading|ation'.split(
    '|',
  )

/** Which table a key refers to, by its ending. */
const references: readonly (readonly [RegExp, string])[] = [
  [/date_sk$/, 'date_dim'],
  [/time_sk$/, 'time_dim'],
  [/customer_sk$/, 'customer'],
  [/cdemo_sk$/, 'customer_demographics'],
  [/hdemo_sk$/, 'household_demographics'],
  [/addr_sk$/, 'customer_address'],
  [/promo_sk$/, 'promotion'],
  ...['item', 'store', 'call_center', 'catalog_page', 'web_page', 'web_site', 'ship_mode', 'warehouse', 'reason'].map(
    (name): readonly [RegExp, string] => [new RegExp(`_${name}_sk$`), name],
  ),
  [/income_band_sk$/, 'income_band'],
]

/** Rows of one of the 24 tables of TPC-DS: few, plausible, the same every time; keys refer to rows that exist. */
export function* tpcdsRows(table: CatalogEntry): Generator<readonly (string | null)[]> {
  const rowCount = counts[table.name] ?? factCount
  const dice = new Dice()
  for (let n = 0; n < rowCount; n += 1) {
    yield table.columns.map((column, place) => {
      dice.seat(place + 100 * table.columns.length, n)
      if (!column.notNull && dice.between(1, 100) <= nullPercent) return null
      return valueOf(table, column, n, dice)
    })
  }
}

function valueOf(table: CatalogEntry, column: CatalogColumn, n: number, dice: Dice): string {
  if (column.name.endsWith('_sk')) return keyOf(table, column, n, dice)
  switch (column.type.base) {
    case 'integer':
      return String(dice.between(0, 2000))
    case 'bigint':
      return String(8_000_000_000 + n)
    case 'numeric':
      return decimalOf(column, dice)
    case 'date':
      return dateOf(column.name === 'd_date' ? n : dice.between(0, 3000))
    default:
      return textOf(column, n, dice)
  }
}

/** The first column of a dimension is its key; inventory's three are distinct together. */
function keyOf(table: CatalogEntry, column: CatalogColumn, n: number, dice: Dice): string {
  const isOwn = counts[table.name] !== undefined && column.ordinal === 1
  const target = isOwn ? table.name : (references.find(([ending]) => ending.test(column.name))?.[1] ?? '')
  const count = counts[target]
  if (count === undefined) throw new Error(`${table.name}.${column.name} refers to nothing`)
  const spread = { inv_item_sk: n, inv_warehouse_sk: Math.floor(n / 60), inv_date_sk: 7 }[column.name]
  const at = isOwn ? n : (spread ?? dice.between(0, count - 1)) % count
  if (target === 'date_dim') return String(firstDay + at)
  return String(target === 'time_dim' ? at * timeStep : at + 1)
}

function decimalOf({ name, type }: CatalogColumn, dice: Dice): string {
  const most = 10 ** Math.min(type.precision ?? 7, 9) - 1
  const cents = dice.between(/profit|loss|gmt/.test(name) ? -most : 0, most)
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

function dateOf(day: number): string {
  return new Date(firstDate + day * dayMilliseconds).toISOString().slice(0, 10)
}

/** CHAR takes ASCII only, counted in bytes; VARCHAR any character. */
function textOf({ name, type }: CatalogColumn, n: number, dice: Dice): string {
  const length = type.length ?? 1
  if (name.endsWith('_id')) return `AAAAAAAA${n.toString(26).padStart(8, '0').toUpperCase()}`
  if (length === 1) return dice.pick(['Y', 'N', 'M', 'F'])
  let text = dice.pick(words)
  while (Buffer.byteLength(text) < length / 2) text += ` ${dice.pick(words)}`
  if (type.base === 'character') return text.replace(/[^ -~]/g, 'x').slice(0, length)
  while (Buffer.byteLength(text) > length) text = [...text].slice(0, -1).join('')
  return text
}
