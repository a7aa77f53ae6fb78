import { RedshiftFault } from './fault.js'

/** Parameters that a session may set, with their defaults (redshift.md 6.1, 7.3). */
const defaults: Readonly<Record<string, string>> = {
  analyze_threshold_percent: '10',
  application_name: '',
  autocommit: 'on',
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  describe_field_name_in_uppercase: 'off',
  enable_case_sensitive_identifier: 'false',
  enable_result_cache_for_session: 'on',
  error_on_nondeterministic_update: 'false',
  extra_float_digits: '0',
  json_serialization_enable: 'false',
  json_serialization_parse_nested_strings: 'false',
  max_cursor_result_set_size: 'default',
  query_group: 'default',
  search_path: '$user, public',
  spectrum_query_maxerror: '-1',
  statement_timeout: '0',
  timezone: 'UTC',
  wlm_query_slot_count: '1',
}

const readOnly: Readonly<Record<string, string>> = {
  server_version: '8.0.2',
  server_encoding: 'UTF8',
  integer_datetimes: 'on',
  transaction_read_only: 'off',
  transaction_isolation: 'serializable',
  is_superuser: 'on',
}

const booleans = [
  'enable_case_sensitive_identifier',
  'describe_field_name_in_uppercase',
  'enable_result_cache_for_session',
]

function unrecognized(name: string): RedshiftFault {
  return new RedshiftFault('42704', `unrecognized configuration parameter "${name}"`)
}

/** A session's parameters. */
export class Settings {
  readonly #values = new Map<string, string>()

  get(name: string): string {
    const key = name.toLowerCase()
    const value = this.#values.get(key) ?? defaults[key] ?? readOnly[key]
    if (value === undefined) throw unrecognized(name)
    return value
  }

  /** `value` undefined: back to the default. */
  set(name: string, value: string | undefined): void {
    const key = name.toLowerCase()
    if (Object.hasOwn(readOnly, key)) {
      throw new RedshiftFault('55P02', `parameter "${name}" cannot be changed`)
    }
    if (!Object.hasOwn(defaults, key)) throw unrecognized(name)
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, checked(key, value))
  }

  is(name: string): boolean {
    return ['on', 'true', '1', 'yes'].includes(this.get(name).toLowerCase())
  }

  all(): [string, string][] {
    const names = [...Object.keys(defaults), ...Object.keys(readOnly)].sort()
    return names.map((name) => [name, this.get(name)])
  }

  searchPath(user: string): string[] {
    return this.get('search_path')
      .split(',')
      .map((part) => part.trim().replace(/^["']|["']$/g, ''))
      .map((part) => (part === '$user' ? user : part))
      .filter((part) => part !== '')
  }
}

function checked(name: string, value: string): string {
  if (name === 'extra_float_digits') {
    const digits = Number(value)
    if (!Number.isInteger(digits) || digits < -15 || digits > 2) {
      throw new RedshiftFault('22023', `${value} is outside the valid range for parameter "${name}" (-15 .. 2)`)
    }
  }
  if (name === 'client_encoding' && !/^(utf-?8|unicode)$/i.test(value)) {
    throw new RedshiftFault('22023', `conversion between UNICODE and ${value} is not supported`)
  }
  if (booleans.includes(name) && !/^(on|off|true|false|0|1|yes|no)$/i.test(value)) {
    throw new RedshiftFault('22023', `parameter "${name}" requires a Boolean value`)
  }
  if (name === 'statement_timeout' && !/^\d+$/.test(value)) {
    throw new RedshiftFault('22023', `invalid value for parameter "${name}": "${value}"`)
  }
  return value
}
