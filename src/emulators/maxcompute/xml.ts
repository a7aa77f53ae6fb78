/** Text as element content. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&quot;'))
}

/** An end mark inside the text is split over two sections. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

/** `<name>escaped text</name>` */
export function textElement(name: string, text: string): string {
  return element(name, escapeXml(text))
}

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n'
