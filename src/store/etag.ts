/** The house writes etags without the quotes that HTTP puts around them. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^"(.*)"$/, '$1')
}

export function quotedEtag(etag: string): string {
  return `"${etag}"`
}
