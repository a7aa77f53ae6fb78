import type { TableAttributes } from './statement.js'
import { refusal } from './token.js'
import type { TokenReader } from './token-reader.js'

/** Most columns of an interleaved and of a compound sort key (redshift.md 4.1). */
const interleavedCountMax = 8
const compoundCountMax = 400

/** What stands behind the columns, in any order, each at most once. */
export function readTableAttributes(reader: TokenReader): TableAttributes {
  const attributes: TableAttributes = {}
  const seen = new Set<string>()
  for (;;) {
    const at = reader.peek()
    const read = readAttribute(reader, attributes)
    if (read === undefined) return attributes
    if (seen.has(read)) throw refusal(at, `a second ${read}`)
    seen.add(read)
  }
}

/** The attribute's name; undefined when none begins here. */
function readAttribute(reader: TokenReader, attributes: TableAttributes): string | undefined {
  const at = reader.peek()
  if (reader.takeWords('backup')) {
    reader.expectOneOf(['yes', 'no'])
    return 'BACKUP'
  }
  if (reader.takeWords('encode')) {
    reader.expectWords('auto')
    return 'ENCODE'
  }
  if (reader.takeWords('diststyle')) {
    attributes.distStyle = reader.expectOneOf(['even', 'key', 'all', 'auto'])
    return 'DISTSTYLE'
  }
  if (!reader.takeWords('distkey')) return readSortKey(reader, attributes)
  const [name = '', more] = reader.nameList('a column')
  if (more !== undefined) throw refusal(at, 'DISTKEY takes one column')
  attributes.distKey = { at, name }
  return 'DISTKEY'
}

function readSortKey(reader: TokenReader, attributes: TableAttributes): string | undefined {
  const at = reader.peek()
  const interleaved = reader.takeWords('interleaved')
  const isTold = interleaved || reader.takeWords('compound')
  if (!reader.takeWords('sortkey')) {
    if (isTold) throw reader.unexpected('SORTKEY')
    return undefined
  }
  if (!isTold && reader.takeWords('auto')) return 'SORTKEY'
  const names = reader.nameList('a column')
  const countMax = interleaved ? interleavedCountMax : compoundCountMax
  if (names.length > countMax) throw refusal(at, `a sort key of ${names.length} columns; it has at most ${countMax}`)
  attributes.sortKey = { at, names, interleaved }
  return 'SORTKEY'
}
