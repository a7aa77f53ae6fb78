-- Names that differ in case alone: only a session that asks for it keeps them apart.
SET enable_case_sensitive_identifier TO true;

-- Columns that differ only in case, and one that is spelled like what another becomes.
CREATE TABLE kitchen.cases (
  "id"    integer,
  "A"     varchar(8),
  "a"     varchar(8),
  "Ab C"  varchar(8),
  "ab_c"  varchar(8)
);

-- Relations too.
CREATE TABLE kitchen."Twin" (a integer);
CREATE TABLE kitchen."twin" (a integer);

RESET enable_case_sensitive_identifier;
