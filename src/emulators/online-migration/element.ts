import { Refusal } from '../object-store/refusal.js'

/** An element of a request: its children by name, every leaf as text. */
export type Element = Readonly<Record<string, unknown>>

export function invalidArgument(message: string): Refusal {
  return new Refusal(400, 'InvalidArgument', message)
}

/** The text of a child; undefined when it is absent or empty. */
export function textOf(element: Element, name: string): string | undefined {
  const value = element[name]
  if (typeof value === 'string') return value === '' ? undefined : value
  if (value === undefined) return undefined
  throw invalidArgument(`${name} must be text.`)
}

export function requiredTextOf(element: Element, name: string): string {
  const text = textOf(element, name)
  if (text === undefined) throw invalidArgument(`${name} is required.`)
  return text
}

/** A child with children of its own; undefined when it is absent or empty. */
export function childOf(element: Element, name: string): Element | undefined {
  const value = element[name]
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Element
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined
  throw invalidArgument(`${name} must be one element with children.`)
}

export function flagOf(element: Element, name: string): boolean | undefined {
  const text = textOf(element, name)?.toLowerCase()
  if (text === undefined) return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  throw invalidArgument(`${name} must be true or false.`)
}

export function countOf(element: Element, name: string): number | undefined {
  const text = textOf(element, name)
  if (text === undefined) return undefined
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count
  throw invalidArgument(`${name} must be a whole number.`)
}

/** 3 to 63 bytes of lowercase letters, digits, `-` and `_`, not beginning with a sign (transfer.md 1.6). */
export function checkName(name: string, code: string): string {
  const bytes = Buffer.byteLength(name)
  if (bytes >= 3 && bytes <= 63 && /^[a-z0-9][a-z0-9_-]*$/.test(name)) return name
  throw new Refusal(400, code, `The name is invalid: ${name}.`)
}

const tagByteCountMax = 1024

export function tagsOf(element: Element): string | undefined {
  const tags = textOf(element, 'Tags')
  if (tags === undefined) return undefined
  const fits = Buffer.byteLength(tags) <= tagByteCountMax && /^[^:,]+:[^:,]*(,[^:,]+:[^:,]*)*$/.test(tags)
  if (!fits) throw invalidArgument('Tags must be of the form K1:V1,K2:V2 and of at most 1024 bytes.')
  return tags
}
