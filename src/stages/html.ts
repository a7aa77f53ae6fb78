/** Text for an element or a quoted attribute. */
export function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export function table(titles: readonly string[], rows: readonly string[]): string {
  const head = titles.map((title) => `<th>${html(title)}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

export function row(cells: readonly string[]): string {
  return `<tr>${cells.map((text) => `<td>${html(text)}</td>`).join('')}</tr>`
}
