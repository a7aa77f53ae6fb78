import type { Provenance } from './store.js'

const runKey = 'migration-run'
const sourceKey = 'migration-source'
const sourceEtagKey = 'migration-source-etag'

/** As user metadata of an object (`x-amz-meta-*`, `x-oss-meta-*`). Headers are ASCII, keys of objects are not: values are percent-encoded. */
export function provenanceToMetadata(provenance: Provenance): Record<string, string> {
  return {
    [runKey]: encodeURIComponent(provenance.run),
    [sourceKey]: encodeURIComponent(provenance.source),
    [sourceEtagKey]: encodeURIComponent(provenance.sourceEtag),
  }
}

/** Undefined when the object is not one of ours. */
export function metadataToProvenance(metadata: Readonly<Record<string, string>> | undefined): Provenance | undefined {
  const run = metadata?.[runKey]
  const source = metadata?.[sourceKey]
  const sourceEtag = metadata?.[sourceEtagKey]
  if (run === undefined || source === undefined || sourceEtag === undefined) return undefined
  try {
    return {
      run: decodeURIComponent(run),
      source: decodeURIComponent(source),
      sourceEtag: decodeURIComponent(sourceEtag),
    }
  } catch {
    return undefined
  }
}
