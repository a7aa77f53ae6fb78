import { XMLParser } from 'fast-xml-parser'
import { Refusal } from './refusal.js'

/** An element: its name, and text or further elements. Elements with undefined content are left out. */
export type XmlNode = readonly [name: string, content: string | number | boolean | readonly XmlNode[] | undefined]

export function toXml(root: XmlNode, namespace?: string): string {
  const [name, content] = root
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${contentText(content)}</${name}>`
}

/** The document below its root element, every leaf as text, the named elements always as lists. */
export function readXml(text: string, root: string, lists: readonly string[]): Readonly<Record<string, unknown>> {
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (name) => lists.includes(name),
  })
  try {
    const document = parser.parse(text, true) as Record<string, unknown>
    const body = document[root]
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // Answered below: a broken document and one with another root are refused alike.
  }
  throw new Refusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our schema.',
  )
}

function contentText(content: XmlNode[1]): string {
  if (content === undefined) return ''
  if (typeof content !== 'object') return escape(String(content))
  return content.map(elementText).join('')
}

function elementText([name, content]: XmlNode): string {
  return content === undefined ? '' : `<${name}>${contentText(content)}</${name}>`
}

function escape(text: string): string {
  return text.replace(/[&<>"'\u0000-\u001f]/g, (c) => named[c] ?? `&#${c.charCodeAt(0)};`)
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Both stores print whole seconds, and some clients read nothing else. */
export function xmlDate(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString()
}
