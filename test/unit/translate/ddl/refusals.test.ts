import { describe, expect, it } from 'vitest'
import { MigrationError } from '../../../../src/model/errors.js'
import { parseDdl } from '../../../../src/translate/ddl/parse-ddl.js'

const long = 'x'.repeat(128)

const refusals: readonly (readonly [string, string])[] = [
  ['select 1', '1:1: the statement select is not understood'],
  ['create table t (a int);\n\n  insert into t values (1)', '3:3: the statement insert is not understood'],
  ['rollback', '1:1: the statement rollback is not understood'],
  ['create function f() returns int as $$ it\'s', '1:36: a string without its closing $$'],
  ['create table $t (a int)', '1:14: the character "$" is not understood here'],
  ['create library l', '1:8: CREATE library is not understood'],
  ['create table t as select 1', '1:16: CREATE TABLE … AS names no types; write its columns out'],
  ['create table t sortkey (a) as select 1 as a', '1:16: CREATE TABLE … AS names no types; write its columns out'],
  ['create table t (like u)', '1:17: LIKE public.u, which no statement before this one makes'],
  ['create table u (a int); create table t (like u, b int)', '1:47: LIKE beside columns; write its columns out'],
  ['create table u (a int); create table t (like u) sortkey (a)', '1:49: expected ; at the end'],
  ['create table a.b.c.d (x int)', '1:20: a table\'s name has more than 3 parts'],
  ['create table t (a json)', '1:19: json is no type of Redshift'],
  ['create table t (a)', "1:18: expected a column's type, found )"],
  ['create table t (a int[])', '1:22: arrays are no type of Redshift'],
  ['create table t (a time(3))', '1:23: time takes no length or precision'],
  ['create table t (a text(10))', '1:23: text takes no length or precision'],
  ['create table t (a varchar(65536))', '1:27: a length of 65536; character varying has 1 to 65535 bytes'],
  ['create table t (a char(0))', '1:24: a length of 0; character has 1 to 4096 bytes'],
  ['create table t (a varchar(x))', '1:27: expected a length in bytes, found x'],
  ['create table t (a numeric(39))', '1:19: a precision of 39; it is 1 to 38'],
  ['create table t (a numeric(5,6))', '1:19: a scale of 6; it is 0 to 37 and not above the precision of 5'],
  ['create table t (a interval)', '1:27: expected YEAR TO MONTH or DAY TO SECOND, found )'],
  ['create table t (a interval second to day)', '1:35: expected an option of the column'],
  ['create table t (\n  a int,\n  a int)', '3:3: a second column a of t'],
  ['create table t (a int, "A" int)', '1:24: a second column a of t'],
  ['create table t (a int encode fast)', '1:30: expected NONE or AZ64'],
  ['create table t (a int check (a > 0))', "1:23: expected an option of the column, ',' or ), found check"],
  ['create table t (a int default)', "1:30: expected a default's expression, found )"],
  ['create table t (a int default (1', "1:33: expected a default's expression, found the end of the file"],
  ['create table t (a varchar identity(1,1))', '1:27: an identity of type character varying(256)'],
  ['create table t (a int identity(1.5,1))', '1:32: expected an integer, found 1.5'],
  ['create table t (a int, primary key (b))', '1:24: t has no column b'],
  ['create table t (a int primary key, primary key (a))', '1:36: a second PRIMARY KEY of t'],
  ['create table t (a int) distkey(b)', '1:24: t has no column b'],
  ['create table t (a int distkey) distkey(a)', '1:32: a second DISTKEY of t'],
  ['create table t (a int) distkey(a, a)', '1:24: DISTKEY takes one column'],
  ['create table t (a int distkey) diststyle even', '1:1: DISTSTYLE EVEN with a DISTKEY'],
  ['create table t (a int) diststyle key', '1:1: DISTSTYLE KEY without a DISTKEY'],
  ['create table t (a int) diststyle some', '1:34: expected EVEN or KEY or ALL or AUTO, found some'],
  ['create table t (a int sortkey) sortkey(a)', '1:32: a second SORTKEY of t'],
  ['create table t (a int) backup no backup no', '1:34: a second BACKUP'],
  ['create table t (a int) partition by (a)', '1:24: expected an attribute of the table or ;, found partition'],
  ['create table t (a int', '1:22: expected an option of the column'],
  ['create table t (a int,)', "1:23: expected a column's name, found )"],
  ['create table t (2nd int)', "1:17: expected a column's name, found 2"],
  ['create table t ("" int)', "1:17: a column's name is empty"],
  [`create table ${long} (a int)`, '1:14: '],
  ['create table t (a int);\ncreate table T (b int)', '2:1: public.t is made a second time'],
  ['create table t (a int); drop table if exists t', '1:25: public.t is dropped after it was made'],
  ['drop table t', '1:12: expected IF, found t'],
  ['comment on table t is \'x\'', '1:1: no statement makes public.t'],
  ['create table t (a int); comment on column t.b is \'x\'', '1:25: public.t has no column b'],
  ['comment on column a is \'x\'', "1:21: expected the column's table before it, found is"],
  ['comment on table t is x', '1:23: expected a string or NULL, found x'],
  ['alter table t add column b int', '1:19: expected PRIMARY KEY, UNIQUE or FOREIGN KEY, found column'],
  ['alter table t append from u', '1:15: expected ADD or OWNER TO, found append'],
  ['grant select on t to x\ncreate table t (a int)', '2:1: expected a ; before the next statement, found create'],
  ['create view v as values (1)', '1:18: expected the SELECT of the view, found values'],
  ['create view v as select (1', '1:27: a ( is not closed where the statement ends'],
  ["/* a\n*/ create table t (a int default 'x)", "2:34: a string without its closing '"],
  ['create table "t (a int)', '1:14: a quoted name without its closing "'],
  ['create table t (a int) /* /* */', '1:24: a comment without its closing */'],
  ['create table “t” (a int)', '1:14: the character "“" is not understood here'],
  ["create table t (a varchar default '\\377')", '1:35: a string with the escape \\377'],
  ['é', '1:1: the statement é is not understood'],
  ['/* 🙂 */ nonsense', '1:9: the statement nonsense is not understood'],
]

describe('what is not understood', () => {
  it.each(refusals)('%s', (text, message) => {
    const error = refused(text)
    expect(error.code).toBe('arguments')
    expect(error.message.startsWith(`dir/a.sql:${message}`), error.message).toBe(true)
  })
})

function refused(text: string): MigrationError {
  try {
    parseDdl(text, 'dir/a.sql')
  } catch (error) {
    if (error instanceof MigrationError) return error
    throw error
  }
  throw new Error('it was understood')
}
