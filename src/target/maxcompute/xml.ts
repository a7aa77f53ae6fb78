import { XMLParser } from 'fast-xml-parser'

/** An element as parsed: text alone, or attributes (`@Name`), text (`#text`) and children; values are always text. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] }

// Result text must arrive as it was sent: no numbers made of digits, no spaces trimmed.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  htmlEntities: true,
})

/** The root element, or undefined when the text is not a document with this root. */
export function parseXml(text: string, root: string): XmlNode | undefined {
  try {
    const document = parser.parse(text, true) as Record<string, XmlNode>
    return document[root]
  } catch {
    return undefined
  }
}

/** All children of that name: none, one or several look alike to the caller. */
export function children(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  if (node === undefined || typeof node === 'string') return []
  const found = node[name]
  if (found === undefined) return []
  return isList(found) ? found : [found]
}

export function child(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  let current = node
  for (const name of path) current = children(current, name)[0]
  return current
}

/** The element's own text; undefined when there is no such element. */
export function textOf(node: XmlNode | undefined): string | undefined {
  if (node === undefined || typeof node === 'string') return node
  const text = node['#text']
  return typeof text === 'string' ? text : ''
}

export function childText(node: XmlNode | undefined, ...path: readonly string[]): string | undefined {
  return textOf(child(node, ...path))
}

/** Like `childText`, and an empty or blank element counts as absent. */
export function filledText(node: XmlNode | undefined, ...path: readonly string[]): string | undefined {
  const text = childText(node, ...path)?.trim()
  return text === '' ? undefined : text
}

/** An attribute has no element of its own name, so the `@` never collides. */
export function attribute(node: XmlNode | undefined, name: string): string | undefined {
  if (node === undefined || typeof node === 'string') return undefined
  const value = node[`@${name}`]
  return typeof value === 'string' ? value : undefined
}

function isList(value: XmlNode | readonly XmlNode[]): value is readonly XmlNode[] {
  return Array.isArray(value)
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}

/**
 * Text that arrives unchanged. CDATA, split where the text itself has `]]>`; a carriage return would become a
 * newline in CDATA (XML 1.0, 2.11), so such text is escaped instead.
 */
export function xmlText(text: string): string {
  if (text.includes('\r')) return escapeXml(text)
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

/** The first character that no XML document can hold, escaped or not. */
export function illegalCharacter(text: string): string | undefined {
  const found =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(
      text,
    )
  return found?.[0]
}
