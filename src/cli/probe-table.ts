import type { ProbeAnswer, ProbeFact } from '../model/facts.js'
import type { Context } from './context.js'

/** A line for every type and form: what each reader makes of it. */
export function tellProbe({ talk }: Context, fact: ProbeFact): void {
  if (talk.json) {
    talk.data(fact, () => '')
    return
  }
  const rows = [['type', 'becomes', 'form', ...columns.map(([title]) => title)], ...tableRows(fact.answers)]
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)))
  for (const row of rows)
    talk.data({}, () =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  talk.data({}, () => 'The next plan goes by it.')
}

const columns: readonly (readonly [string, string])[] = [
  ['native', 'true false UTC'],
  ['native, Hive', 'true true UTC'],
  ['Java', 'false false UTC'],
  ['Java, Hive', 'false true UTC'],
  ["native, project's zone", 'true false project'],
]

function tableRows(answers: readonly ProbeAnswer[]): readonly (readonly string[])[] {
  const keyOf = ({ sourceType, targetType, form }: ProbeAnswer): string => [sourceType, targetType, form].join('\t')
  const types = [...new Set(answers.map(({ sourceType }) => sourceType))]
  const inOrder = types.flatMap((type) => answers.filter(({ sourceType }) => sourceType === type))
  return [...new Set(inOrder.map(keyOf))].map((key) => {
    const same = answers.filter((answer) => keyOf(answer) === key)
    const cells = columns.map(([, reader]) => {
      const found = same.find(({ reader: { native, hive, zone } }) => `${native} ${hive} ${zone}` === reader)
      return found === undefined ? '' : verdictText(found)
    })
    return [...key.split('\t'), ...cells]
  })
}

function verdictText({ verdict, detail }: ProbeAnswer): string {
  if (verdict === 'shifted') return `shifted by ${detail ?? ''}`
  return verdict === 'refused' ? `refused (${detail ?? ''})` : verdict
}
