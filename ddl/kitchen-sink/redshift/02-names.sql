-- Names that are legal in Redshift and traps elsewhere.

-- Reserved on one side, on the other, or on both.
CREATE TABLE kitchen."select" (
  "order"       integer,
  "table"       varchar(20),
  "user"        varchar(20),
  "from"        varchar(20),
  "lifecycle"   varchar(20),
  "partitioned" varchar(20),
  "tag"         varchar(20)
);

-- Columns and relations whose legal names are one. Of the relations one has to wait until somebody chooses.
CREATE TABLE kitchen.collisions (
  id     integer,
  "a b"  varchar(8),
  "a-b"  varchar(8),
  "a_b"  varchar(8)
);

CREATE TABLE kitchen."same name" (a integer);
CREATE TABLE kitchen."same-name" (a integer);

CREATE TABLE kitchen."价目表" (
  "编号"      integer,
  "名称"      varchar(60),
  "größe"     varchar(20),
  "цена"      numeric(12,2),
  "emoji 😀"  varchar(20)
);

CREATE TABLE kitchen."2nd place" (
  "1st"   integer,
  "2"     integer,
  "_own"  integer,
  "$rate" integer
);

-- Quotes, blanks at the ends, signs that mean something to URLs, paths, LIKE and string literals.
CREATE TABLE kitchen."per%cent/of\all" (
  "a%b"        integer,
  "a/b"        integer,
  "a\b"        integer,
  "a.b"        integer,
  "a'b"        integer,
  "say ""hi""" integer,
  " lead"      integer,
  "trail "     integer,
  "two  words" integer,
  "semi;colon" integer,
  "dash--ed"   integer,
  "{column}"   integer
);

-- 127 bytes each: of ASCII, and of characters of three bytes (126).
CREATE TABLE kitchen.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn (
  id      integer,
  ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc integer,
  "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二" integer
);
