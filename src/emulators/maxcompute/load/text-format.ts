import { unsupported, type Position } from '../odps-error.js'
import type { BaseType, DataType } from '../data-type.js'
import type { Load } from '../sql/statement.js'

/** How LOAD reads text files, by whichever reader the statement names. */
export interface TextFormat {
  readonly delimiter: string
  readonly quote?: string
  readonly escape?: string
  /** The field that is NULL; none with OpenCSVSerde. */
  readonly nullText?: string
  readonly gzip: boolean
  readonly headerLineCount: number
  readonly ignoresEmptyLines: boolean
  /** Too few or too many fields fail the statement; otherwise they are NULL, or dropped. */
  readonly strict: boolean
  /** Types that the reader does not know. */
  readonly unknownTypes: readonly BaseType[]
}

const roleProperty = 'odps.properties.rolearn'
const lazySerde = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
const csvSerde = 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
const option = 'odps.text.option.'

/** Undefined for a statement that reads no text; every option that is not documented is refused by name. */
export function textFormatOf(statement: Load & { readonly at: Position }): TextFormat | undefined {
  const { handler, format, serde } = statement
  const options = new Options(statement)
  if (handler === 'com.aliyun.odps.CsvStorageHandler') return builtIn(options, ',')
  if (handler === 'com.aliyun.odps.TsvStorageHandler') return builtIn(options, '\t')
  if (format !== 'TEXTFILE') return undefined
  if (serde === undefined || serde === lazySerde) return lazy(options)
  return serde === csvSerde ? openCsv(options) : undefined
}

/** The built-in reader: gzip when asked, quotes when asked, the empty field NULL unless another text is (maxcompute.md 4.1). */
function builtIn(options: Options, delimiter: string): TextFormat {
  const isTab = delimiter === '\t'
  options.onlyText('encoding', 'UTF-8')
  const useQuote = options.flag('use.quote', false)
  const found: TextFormat = {
    delimiter: isTab ? delimiter : options.character(`${option}delimiter`, delimiter),
    ...(useQuote ? { quote: '"' } : {}),
    nullText: options.text(`${option}null.indicator`, ''),
    gzip: options.flag('gzip.input.enabled', false),
    headerLineCount: options.count('header.lines.count'),
    ignoresEmptyLines: options.flag('ignore.empty.lines', true),
    strict: true,
    unknownTypes: ['binary', 'json'],
  }
  options.finish()
  return found
}

/** Hive's own reader of delimited text. Of compressions the documents name SNAPPY and LZO, which this emulator has not. */
function lazy(options: Options): TextFormat {
  const escape = options.text('escape.delim', '')
  const delimiter = options.character('field.delim', '\x01')
  const nullText = options.text('serialization.null.format', '\\N')
  options.finish()
  return {
    delimiter,
    ...(escape === '' ? {} : { escape }),
    nullText,
    gzip: false,
    headerLineCount: 0,
    ignoresEmptyLines: false,
    strict: false,
    unknownTypes: ['binary', 'json', 'timestamp'],
  }
}

function openCsv(options: Options): TextFormat {
  const found = {
    delimiter: options.character('separatorChar', ','),
    quote: options.character('quoteChar', '"'),
    escape: options.character('escapeChar', '\\'),
  }
  options.finish()
  const rest = { gzip: false, headerLineCount: 0, ignoresEmptyLines: false, strict: true } as const
  return { ...found, ...rest, unknownTypes: ['binary', 'json', 'timestamp_ntz'] }
}

/** The properties of a statement, each read once; what nobody read is refused. */
class Options {
  readonly #left: Map<string, string>
  readonly #at: Position

  constructor({ properties, at }: Load & { readonly at: Position }) {
    this.#left = new Map(Object.entries(properties).filter(([name]) => name !== roleProperty))
    this.#at = at
  }

  text(name: string, fallback: string): string {
    const value = this.#left.get(name) ?? fallback
    this.#left.delete(name)
    return value
  }

  character(name: string, fallback: string): string {
    const value = this.text(name, fallback)
    if (value.length === 1) return value
    throw unsupported(this.#at, `property '${name}' of more than one character`)
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.text(option + name, String(fallback)).toLowerCase()
    if (value === 'true' || value === 'false') return value === 'true'
    throw unsupported(this.#at, `property '${option}${name}' = '${value}'`)
  }

  count(name: string): number {
    const value = this.text(option + name, '0')
    if (/^\d{1,6}$/.test(value)) return Number(value)
    throw unsupported(this.#at, `property '${option}${name}' = '${value}'`)
  }

  onlyText(name: string, only: string): void {
    const value = this.text(option + name, only)
    if (value.toUpperCase() !== only) throw unsupported(this.#at, `property '${option}${name}' = '${value}'`)
  }

  finish(): void {
    const [name] = this.#left.keys()
    if (name !== undefined) throw unsupported(this.#at, `property '${name}' of a text reader`)
  }
}

export function isUnknown({ base }: DataType, { unknownTypes }: TextFormat): boolean {
  return unknownTypes.includes(base)
}
