/** What the service has and this emulator has not: the refusal names it instead of denying that it exists. */
export const refusedFunctions: ReadonlySet<string> = new Set([
  // Of arrays and maps.
  ...['split', 'size', 'explode', 'posexplode', 'inline', 'sequence', 'slice'],
  ...['array_join', 'array_distinct', 'sort_array', 'str_to_map', 'flatten'],
  ...[
    'collect_list',
    'collect_set',
    'transform',
    'filter',
    'aggregate',
    'from_json',
    'to_json',
    'json_object',
    'json_array',
  ],
  ...['trans_array', 'trans_cols', 'stack', 'json_tuple', 'parse_url_tuple', 'unique_id', 'uuid', 'rand', 'sample'],
  // Whose values are defined by the service's own code.
  ...['hash', 'crc32', 'soundex', 'get_idcard_age', 'get_user_id', 'sys_guid', 'compress', 'decompress', 'max_pt'],
  ...['aes_encrypt', 'aes_decrypt', 'sym_encrypt', 'sym_decrypt', 'parse_url', 'url_encode', 'url_decode', 'keyvalue'],
  ...['numeric_histogram', 'percentile_approx', 'histogram', 'approx_top_k', 'width_bucket', 'format_number', 'printf'],
  ...['from_charset', 'to_charset', 'encode', 'is_encoding', 'mask_hash', 'char_matchcount', 'partition_exists'],
])
