import type { Answer, PairedQuery } from '../model/measure.js'
import { divide } from './divide.js'

/** Digits behind the point that an average is shown with. */
const averageScale = 6

/** The answer with the query's averages as further columns: divided here, exactly, because neither side may round. */
export function withAverages(query: PairedQuery, answer: Answer): Answer {
  const averages = query.averages ?? []
  const at = (name: string): number => query.columns.findIndex((column) => column.name === name)
  const rows = answer.rows.map((row) => [
    ...row,
    ...averages.map(({ sum, count }) => {
      const [dividend, divisor] = [row[at(sum)], row[at(count)]]
      return dividend == null || divisor == null ? null : divide(dividend, divisor, averageScale)
    }),
  ])
  return { ...answer, columns: [...answer.columns, ...averages.map(({ name }) => name)], rows }
}
