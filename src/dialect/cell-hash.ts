import type { MeasuredRelation } from '../model/measure.js'
import type { ColumnPlan } from '../model/plan.js'
import { chunkColumnCount, hashedColumns, shownCharacterCountMax, tokenFormOf } from './row-hash.js'

/** The same hash of a row whose values are at hand as exact text; `md5` gives lower-case hexadecimal digits. */
export function rowHash(
  of: MeasuredRelation,
  cellOf: (column: ColumnPlan) => string | null,
  md5: (text: string) => string,
): string {
  const form = tokenFormOf(of)
  const tokens = hashedColumns(of).map((column) => {
    const cell = cellOf(column)
    if (cell === null) return 'N'
    const text = hashedText(column, cell)
    return form === 'digests' ? md5(text) : `${Buffer.byteLength(text)}:${text}`
  })
  if (tokens.length <= chunkColumnCount) return md5(tokens.join(''))
  const hashes: string[] = []
  for (let first = 0; first < tokens.length; first += chunkColumnCount) {
    hashes.push(md5(tokens.slice(first, first + chunkColumnCount).join('')))
  }
  return md5(hashes.join(''))
}

/** What `textOf` of a syntax writes, of a value in exact text. */
function hashedText(column: ColumnPlan, cell: string): string {
  if (column.kind === 'boolean') return cell === 'true' ? '1' : '0'
  if (column.kind === 'decimal' && (column.scale ?? 0) > 0) {
    const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(cell) ?? [undefined, '', cell]
    const digits = fraction === '' ? whole : `${whole}.${fraction}`
    return digits === '' ? '' : sign + digits
  }
  return column.targetType.startsWith('CHAR(') ? cell.replace(/ +$/, '') : cell
}

/** What a row shows of a value in exact text. */
export function shownText(column: ColumnPlan, cell: string | null, md5: (text: string) => string): string | null {
  if (cell === null || column.kind === 'float') return cell
  const text = hashedText(column, cell)
  const characters = Array.from(text)
  if (characters.length <= shownCharacterCountMax) return text
  return `${characters.slice(0, shownCharacterCountMax).join('')} ${md5(text)}`
}
