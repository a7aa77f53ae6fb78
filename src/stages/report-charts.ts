import { html } from './html.js'
import { timeOf, verdicts, type RelationFigures, type ReportTotals } from './report-totals.js'
import { legs } from './stage.js'

/** Widths and heights in the SVG's own units, one to a CSS pixel at full width. */
const size = { width: 960, label: 260, bar: 16, gap: 6, value: 110 }

/** The pictures of a report: verdicts, time by leg, bytes. Nothing in them needs a script or another file. */
export function chartsHtml(totals: ReportTotals): string {
  return [
    '<section class="charts">',
    figure('Relations by verdict', verdictChart(totals)),
    totals.longest.length === 0 ? '' : figure(`${timeTitle(totals)} ${legend()}`, timeChart(totals.longest)),
    totals.byteCount === 0 ? '' : figure('Bytes unloaded, of the same relations', byteChart(totals.longest)),
    '</section>',
  ].join('')
}

function figure(title: string, svg: string): string {
  return `<figure><figcaption>${title}</figcaption>${svg}</figure>`
}

function timeTitle({ longest, milliseconds }: ReportTotals): string {
  const sums = legs.map((leg) => `${leg} ${seconds(milliseconds[leg])}`)
  return `Time of the ${longest.length} longest relations; of all together: ${sums.join(', ')}.`
}

function legend(): string {
  return legs.map((leg) => `<span class="key"><i class="leg-${leg}"></i>${leg}</span>`).join('')
}

function verdictChart({ verdicts: counts }: ReportTotals): string {
  const present = verdicts.filter((verdict) => counts[verdict] > 0)
  const all = present.reduce((total, verdict) => total + counts[verdict], 0)
  let x = 0
  const pieces = present.map((verdict) => {
    const width = (counts[verdict] / all) * size.width
    const piece = rectangle(`verdict-${verdict}`, x, 0, width, 28, `${verdict}: ${counts[verdict]}`)
    const label = `<text x="${fixed(x + 4)}" y="44">${verdict} ${counts[verdict]}</text>`
    x += width
    return piece + label
  })
  return svg(50, pieces.join(''))
}

function timeChart(longest: readonly RelationFigures[]): string {
  const most = Math.max(1, ...longest.map(timeOf))
  return bars(longest, (one) => {
    let x = size.label
    const pieces = legs.map((leg) => {
      const width = (one.milliseconds[leg] / most) * barWidth()
      const piece = rectangle(`leg-${leg}`, x, 0, width, size.bar, `${leg} ${seconds(one.milliseconds[leg])}`)
      x += width
      return piece
    })
    return pieces.join('') + valueText(x, seconds(timeOf(one)))
  })
}

function byteChart(longest: readonly RelationFigures[]): string {
  const most = Math.max(1, ...longest.map((one) => one.byteCount))
  return bars(longest, (one) => {
    const width = (one.byteCount / most) * barWidth()
    const title = `${one.byteCount} bytes`
    return (
      rectangle('bytes', size.label, 0, width, size.bar, title) + valueText(size.label + width, bytes(one.byteCount))
    )
  })
}

function bars(figures: readonly RelationFigures[], bar: (one: RelationFigures) => string): string {
  const step = size.bar + size.gap
  const rows = figures.map((one, index) => {
    const label = `<text x="${size.label - 8}" y="${size.bar - 4}" text-anchor="end">${html(shortened(one.relation))}</text>`
    return `<g transform="translate(0 ${index * step})">${label}${bar(one)}</g>`
  })
  return svg(figures.length * step, rows.join(''))
}

function barWidth(): number {
  return size.width - size.label - size.value
}

function rectangle(name: string, x: number, y: number, width: number, height: number, title: string): string {
  const box = `x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="${height}"`
  return `<rect class="${name}" ${box}><title>${html(title)}</title></rect>`
}

function valueText(x: number, text: string): string {
  return `<text x="${fixed(x + 6)}" y="${size.bar - 4}">${html(text)}</text>`
}

function svg(height: number, content: string): string {
  return `<svg viewBox="0 0 ${size.width} ${height}" role="img">${content}</svg>`
}

/** What fits before the bars; the whole name stands in the tables. */
const labelLengthMax = 38

function shortened(text: string): string {
  const letters = [...text]
  return letters.length <= labelLengthMax ? text : `…${letters.slice(1 - labelLengthMax).join('')}`
}

function fixed(value: number): string {
  return value.toFixed(1)
}

function seconds(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((milliseconds % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}
