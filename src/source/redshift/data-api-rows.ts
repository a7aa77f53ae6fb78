/** A value of GetStatementResult after `exactNumbers`: numbers are texts then. */
export interface DataApiField {
  readonly isNull?: boolean | undefined
  readonly stringValue?: string | undefined
  readonly longValue?: number | undefined
  readonly doubleValue?: number | undefined
  readonly booleanValue?: boolean | undefined
  readonly blobValue?: Uint8Array | undefined
}

/**
 * The same answer with every number as a text, digit for digit: the SDK would make JavaScript numbers of them, which hold
 * no BIGINT beyond 2^53. In JSON a quote inside a text is written `\"`, so only a member's name matches.
 */
export function exactNumbers(json: string): string {
  return json.replace(
    /"(?:longValue|doubleValue)"\s*:\s*(-?[\d.]+(?:[eE][+-]?\d+)?|"[^"\\]*")/g,
    (_, number: string) => {
      return `"stringValue":${number.startsWith('"') ? number : `"${number}"`}`
    },
  )
}

/** As Redshift's own protocol would write the value; null for SQL NULL. */
export function fieldText(field: DataApiField): string | null {
  if (field.stringValue !== undefined) return field.stringValue
  if (field.booleanValue !== undefined) return field.booleanValue ? 't' : 'f'
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString('hex')
  if (field.isNull === true) return null
  throw new Error(`the Data API answered with a field of an unknown kind: ${Object.keys(field).join(', ')}`)
}
