import { XMLParser } from 'fast-xml-parser'

/** A document of the service, element names with the first letter in lower case, leaves as text. */
export type XmlTree = string | { readonly [name: string]: XmlTree | readonly XmlTree[] }

type Written = string | number | boolean | undefined | readonly Written[] | { readonly [name: string]: Written }

// Names may be made of digits alone, and must come back as they went.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  htmlEntities: true,
})

/** `{ srcAddress: 'a' }` below `ImportJob` becomes `<ImportJob><SrcAddress>a</SrcAddress></ImportJob>`; lists repeat their element. */
export function writeXml(root: string, content: object): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content as Written)}`
}

function element(name: string, content: Written): string {
  if (content === undefined) return ''
  if (isList(content)) return content.map((one) => element(name, one)).join('')
  const inner =
    typeof content === 'object'
      ? Object.entries(content)
          .map(([child, value]) => element(upper(child), value))
          .join('')
      : escape(String(content))
  return `<${name}>${inner}</${name}>`
}

function isList(content: Written): content is readonly Written[] {
  return Array.isArray(content)
}

function escape(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
  return text.replace(/[&<>"']/g, (one) => `&${names[one] ?? ''};`)
}

/** The content of the root element; undefined when the text is no document with this root. */
export function readXml(text: string, root: string): XmlTree | undefined {
  try {
    const document = parser.parse(text, true) as Record<string, XmlTree>
    const content = document[root]
    return content === undefined ? undefined : lowered(content)
  } catch {
    return undefined
  }
}

function lowered(tree: XmlTree | readonly XmlTree[]): XmlTree {
  if (typeof tree === 'string' || Array.isArray(tree)) return tree as XmlTree
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      lower(name),
      Array.isArray(value) ? value.map(lowered) : lowered(value as XmlTree),
    ]),
  )
}

/** The children of that name: none, one or several look alike. */
export function childrenOf(tree: XmlTree | undefined, name: string): readonly XmlTree[] {
  if (tree === undefined || typeof tree === 'string') return []
  const found = tree[name]
  if (found === undefined) return []
  return Array.isArray(found) ? (found as readonly XmlTree[]) : [found as XmlTree]
}

/** The text of a leaf; an empty one counts as absent. */
export function leafOf(tree: XmlTree | undefined, name: string): string | undefined {
  const found = childrenOf(tree, name)[0]
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** All leaves below the element, empty ones left out. */
export function leavesOf(tree: XmlTree | undefined): Readonly<Record<string, string>> {
  if (tree === undefined || typeof tree === 'string') return {}
  const leaves = Object.entries(tree).filter(([, value]) => typeof value === 'string' && value !== '')
  return Object.fromEntries(leaves) as Record<string, string>
}

function upper(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

function lower(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}
