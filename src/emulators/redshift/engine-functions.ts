import { privilegeMacros } from './privilege-functions.js'
import type { Switches } from './switches.js'
import { formatTypeSql } from './type-facts.js'

/** Ends a query with an SQLSTATE; {@link import('./fault.js').faultOf} reads it back. */
const failures = `
CREATE OR REPLACE MACRO rs.fail(state, message) AS error('RS' || state || ':' || message);
CREATE OR REPLACE MACRO rs.divide_integer(a, b) AS
  CASE WHEN b = 0 THEN rs.fail('22012', 'division by zero') ELSE a // b END;
CREATE OR REPLACE MACRO rs.divide_float(a, b) AS
  CASE WHEN b = 0 THEN rs.fail('22012', 'division by zero') ELSE fdiv(a, b) END;
CREATE OR REPLACE MACRO rs.modulo(a, b) AS
  CASE WHEN b = 0 THEN rs.fail('22012', 'division by zero') ELSE a % b END;
`

const texts = `
CREATE OR REPLACE MACRO rs.cut_bytes(x, n) AS CASE WHEN x IS NULL OR strlen(x) <= n THEN x ELSE
  left(x, list_max(list_filter(range(0, n + 1), lambda k: strlen(left(x, k)) <= n))) END;
CREATE OR REPLACE MACRO rs.store_varchar(x, n) AS CASE WHEN x IS NULL OR strlen(x) <= n THEN x
  WHEN strlen(rtrim(x, ' ')) <= n THEN rs.cut_bytes(x, n)
  ELSE rs.fail('22001', 'value too long for type character varying(' || n || ')') END;
CREATE OR REPLACE MACRO rs.store_char(x, n) AS CASE WHEN x IS NULL THEN NULL
  WHEN strlen(x) <> length(x) THEN rs.fail('22P05', 'CHAR string contains invalid ASCII character')
  WHEN strlen(rtrim(x, ' ')) <= n THEN rtrim(x, ' ')
  ELSE rs.fail('22001', 'value too long for type character(' || n || ')') END;
CREATE OR REPLACE MACRO rs.store_bytes(x, n) AS CASE WHEN x IS NULL OR octet_length(x) <= n THEN x
  ELSE rs.fail('22001', 'value too long for type binary varying(' || n || ')') END;
CREATE OR REPLACE MACRO rs.store_within(x, most) AS CASE WHEN abs(x) > most THEN rs.fail('22003', 'Numeric data overflow') ELSE x END;
CREATE OR REPLACE MACRO rs.float_text(x) AS CASE WHEN isnan(x) THEN 'NaN'
  WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  ELSE regexp_replace(CAST(x AS VARCHAR), '\\.0$', '') END;
CREATE OR REPLACE MACRO rs.moment_text(x) AS regexp_replace(CAST(x AS VARCHAR), '^(\\S+) \\(BC\\)(.*)$', '\\1\\2 BC');
CREATE OR REPLACE MACRO rs.hex_text(x) AS CASE WHEN x IS NULL OR octet_length(x) <= 32767 THEN lower(hex(x))
  ELSE rs.fail('22001', 'value too long for type character varying(65535)') END;
CREATE OR REPLACE MACRO rs.strpos(x, part) AS CAST(strpos(x, part) AS INTEGER);
CREATE OR REPLACE MACRO rs.cut_text
  (x, start) AS substring(x, greatest(start, 1)),
  (x, start, count) AS CASE WHEN count < 0 THEN rs.fail('22011', 'negative substring length not allowed')
    ELSE substring(x, greatest(start, 1), greatest(count + least(start, 1) - 1, 0)) END;
CREATE OR REPLACE MACRO rs.initcap(x) AS
  array_to_string(list_transform(regexp_extract_all(x, '[A-Za-z0-9]+|[^A-Za-z0-9]+'),
    lambda w: upper(w[1]) || lower(w[2:])), '');
CREATE OR REPLACE MACRO rs.json_parse(x) AS rs_json(x);
CREATE OR REPLACE MACRO rs.hex_of_integer(x) AS CASE WHEN x < 0 THEN to_hex(CAST(x AS BIGINT) + 4294967296) ELSE to_hex(x) END;
CREATE OR REPLACE MACRO rs.number_text(x, zeros, width, scale, fill) AS CASE
  WHEN strlen(split_part(ltrim(x, '-'), '.', 1)) > width
  THEN ' ' || repeat('#', width) || CASE WHEN scale > 0 THEN '.' || repeat('#', scale) ELSE '' END
  ELSE lpad(CASE WHEN starts_with(x, '-') THEN '-' ELSE '' END ||
    lpad(CASE WHEN zeros = 0 THEN ltrim(split_part(ltrim(x, '-'), '.', 1), '0') ELSE split_part(ltrim(x, '-'), '.', 1) END,
      CAST(greatest(zeros, strlen(split_part(ltrim(x, '-'), '.', 1))) AS INTEGER), '0') ||
    CASE WHEN scale > 0 THEN '.' || split_part(x, '.', 2) ELSE '' END,
    CAST(CASE WHEN fill THEN strlen(x) ELSE width + 1 + CASE WHEN scale > 0 THEN scale + 1 ELSE 0 END END AS INTEGER), ' ') END;
CREATE OR REPLACE MACRO rs.add_months(x, n) AS CASE WHEN CAST(x AS DATE) = last_day(x)
  THEN CAST(last_day(x + to_months(n)) AS TIMESTAMP) + (x - date_trunc('day', x)) ELSE x + to_months(n) END;
`

/** Digits in any base up to 36, folded from the left; 64 bits, as STRTOL must fit them. */
const numbers = `
CREATE OR REPLACE MACRO rs.digit(c, base) AS CASE
  WHEN strpos(left('0123456789abcdefghijklmnopqrstuvwxyz', base), c) = 0
  THEN rs.fail('22023', 'The input is not valid to be converted to base ' || base || ': invalid digit ' || c)
  ELSE strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 END;
CREATE OR REPLACE MACRO rs.strtol(x, base) AS CASE
  WHEN x IS NULL THEN NULL WHEN x = '' THEN 0
  WHEN base = 16 AND strlen(x) <= 15 AND regexp_full_match(x, '[0-9a-fA-F]+') THEN CAST('0x' || x AS BIGINT)
  ELSE CAST((CASE WHEN x[1] = '-' THEN -1 ELSE 1 END) * list_reduce(
    list_transform(string_split(lower(ltrim(ltrim(x, '-'), '+')), ''), lambda c: CAST(rs.digit(c, base) AS HUGEINT)),
    lambda a, d: a * base + d) AS BIGINT) END;
`

/** An argument may name a relation of the query around: no alias in here is one that anybody writes. */
const catalog = `
CREATE OR REPLACE MACRO rs.format_encoding(given) AS coalesce((SELECT rs_e.name FROM rs.encoding rs_e WHERE rs_e.code = given), 'none');
CREATE OR REPLACE MACRO rs.pg_get_constraintdef
  (id) AS (SELECT rs_c.def FROM rs.constraint_ rs_c WHERE rs_c.oid = id),
  (id, pretty) AS (SELECT rs_c.def FROM rs.constraint_ rs_c WHERE rs_c.oid = id);
CREATE OR REPLACE MACRO rs.pg_get_viewdef
  (id) AS (SELECT rs_r.definition FROM rs.relation rs_r WHERE rs_r.oid = id),
  (id, pretty) AS (SELECT rs_r.definition FROM rs.relation rs_r WHERE rs_r.oid = id);
CREATE OR REPLACE MACRO rs.pg_get_userbyid(id) AS (SELECT rs_u.usename FROM rs.user_ rs_u WHERE rs_u.usesysid = id);
CREATE OR REPLACE MACRO rs.pg_table_is_visible(id) AS EXISTS (SELECT 1 FROM rs.relation rs_r JOIN rs.namespace rs_n
  ON rs_n.oid = rs_r.relnamespace WHERE rs_r.oid = id AND list_contains(getvariable('rs_search_path'), rs_n.nspname));
CREATE OR REPLACE MACRO rs.pg_function_is_visible(id) AS EXISTS (SELECT 1 FROM rs.proc rs_f JOIN rs.namespace rs_n
  ON rs_n.oid = rs_f.pronamespace WHERE rs_f.oid = id AND list_contains(getvariable('rs_search_path'), rs_n.nspname));
CREATE OR REPLACE MACRO rs.obj_description
  (id) AS (SELECT rs_d.description FROM rs.description rs_d WHERE rs_d.objoid = id AND rs_d.objsubid = 0),
  (id, catalog_name) AS (SELECT rs_d.description FROM rs.description rs_d WHERE rs_d.objoid = id AND rs_d.objsubid = 0);
CREATE OR REPLACE MACRO rs.col_description(id, column_number) AS
  (SELECT rs_d.description FROM rs.description rs_d WHERE rs_d.objoid = id AND rs_d.objsubid = column_number);
CREATE OR REPLACE MACRO rs.current_schema() AS (SELECT rs_n.nspname FROM rs.namespace rs_n
  WHERE list_contains(getvariable('rs_search_path'), rs_n.nspname)
  ORDER BY list_position(getvariable('rs_search_path'), rs_n.nspname) LIMIT 1);
CREATE OR REPLACE MACRO rs.current_schemas(implicit) AS (SELECT list(rs_n.nspname ORDER BY rs_n.place) FROM (
  SELECT rs_s.nspname, list_position(getvariable('rs_search_path'), rs_s.nspname) AS place FROM rs.namespace rs_s
  WHERE list_contains(getvariable('rs_search_path'), rs_s.nspname)
  UNION ALL SELECT 'pg_catalog', 0 WHERE implicit AND NOT list_contains(getvariable('rs_search_path'), 'pg_catalog')) rs_n);
CREATE OR REPLACE MACRO rs.default_tree(relation, number) AS '{DEFAULT :adrelid ' || relation || ' :adnum ' || number || '}';
CREATE OR REPLACE MACRO rs.pg_get_expr
  (tree, relation) AS (SELECT rs_a.adsrc FROM rs.attribute rs_a
    WHERE rs_a.attrelid = relation AND rs.default_tree(rs_a.attrelid, rs_a.attnum) = tree),
  (tree, relation, pretty) AS (SELECT rs_a.adsrc FROM rs.attribute rs_a
    WHERE rs_a.attrelid = relation AND rs.default_tree(rs_a.attrelid, rs_a.attnum) = tree);
CREATE OR REPLACE MACRO rs.pg_get_late_binding_view_cols() AS TABLE SELECT rs_v.view_schema, rs_v.view_name, rs_v.col_name, rs_v.col_type, rs_v.col_num
  FROM (SELECT unnest(getvariable('rs_late')) AS rs_v);
CREATE OR REPLACE MACRO rs.pg_get_cols(relation_name) AS TABLE SELECT rs_n.nspname, rs_r.relname, rs_a.attname, rs.format_type(rs_a.atttypid, rs_a.atttypmod),
  row_number() OVER (ORDER BY rs_a.attnum)::INTEGER FROM rs.attribute rs_a JOIN rs.relation rs_r ON rs_r.oid = rs_a.attrelid
  JOIN rs.namespace rs_n ON rs_n.oid = rs_r.relnamespace WHERE NOT rs_a.attisdropped
  AND replace(relation_name, '"', '') IN (rs_n.nspname || '.' || rs_r.relname, rs_r.relname);
CREATE OR REPLACE MACRO rs.oidvectortypes(oids) AS CASE WHEN oids = '' THEN ''
  ELSE array_to_string(list_transform(string_split(oids, ' '), lambda o: rs.format_type(CAST(o AS INTEGER), -1)), ', ') END;
CREATE OR REPLACE MACRO rs.setting(name) AS map_extract_value(getvariable('rs_settings'), name);
`

/** Redshift's functions that the engine lacks or understands otherwise; needs the tables of catalog-tables.ts. */
export function engineFunctionsSql(switches: Switches): string {
  return failures + texts + numbers + uncertain(switches) + catalog + privilegeMacros
}

function uncertain({ decimalText, timeCast, typeWording }: Switches): string {
  const digits = decimalText === '.5' ? `regexp_replace(CAST(x AS VARCHAR), '^(-?)0\\.', '\\1.')` : 'CAST(x AS VARCHAR)'
  const padded = `CASE WHEN strlen(CAST(x AS VARCHAR)) > 8 THEN rpad(CAST(x AS VARCHAR), 15, '0') ELSE CAST(x AS VARCHAR) || '.000000' END`
  return `
CREATE OR REPLACE MACRO rs.decimal_text(x) AS ${digits};
CREATE OR REPLACE MACRO rs.time_text(x) AS ${timeCast === 'full' ? padded : 'CAST(x AS VARCHAR)'};
CREATE OR REPLACE MACRO rs.format_type(type, modifier) AS ${formatTypeSql('type', 'modifier', typeWording)};
`
}
