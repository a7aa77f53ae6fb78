"""Another hand's SQL parser reads every statement that a run sends to MaxCompute, from the journal."""

import json
import logging
import os
import re

import psycopg2
import sqlglot
from judging import Judge
from migration import Migration
from sqlglot import exp
from sqlglot.dialects import Hive
from sqlglot.tokens import TokenType

logging.getLogger("sqlglot").setLevel(logging.ERROR)
judge = Judge()
facts = judge.facts["redshift"]
migration = Migration(judge.facts)

KINDS = """create table tpch.judge_statements (id bigint not null, i2 smallint, d38 numeric(38,18), r real,
    f double precision, b boolean, c char(5), v varchar(40), dt date, ts timestamp, tz timestamptz, vb varbyte(20),
    s super) diststyle key distkey (id) sortkey (dt)"""
ROWS = """insert into tpch.judge_statements values
    (1, 1, 1.5, 0.5, 1.5, true, 'ab', 'it''s \\\\ "x"', '2020-02-29', '2020-01-01 00:00:00.1', '2020-01-01 00:00:00+02',
     'a'::varbyte, json_parse('{"a":1}')),
    (2, null, null, null, null, null, null, null, null, null, null, null, null)"""
CONFIG = """
relations:
  tpch.judge_statements: { partition: { by: dt, unit: month } }
  tpch.part: { format: csv }
  tpch.orders: { clustering: auto }
"""

# What MaxCompute's documents have, of all that these statements may use.
FUNCTIONS = set(
    """abs avg cast coalesce concat concat_ws conv count count_if date_add dateadd datediff datepart datetrunc day decimal
    dayofmonth from_json get_json_object greatest hex if in instr isnan json_format json_parse least length lengthb
    lower lpad ltrim max md5 min month nullif nvl regexp_count regexp_extract regexp_replace repeat replace round rpad
    rtrim substr substring sum timestamp timestamp_ntz to_char to_date to_json translate trim trunc unhex upper varchar
    char year values""".split()
)

LOAD = re.compile(
    r"""LOAD\s+(OVERWRITE|INTO)\s+TABLE\s+(`\w+`\.)*`\w+`(\s+PARTITION\s*\([^()]*\))?\s+
    FROM\s+LOCATION\s+'oss://[^']+/'\s+
    (
      (ROW\s+FORMAT\s+SERDE\s+'org\.apache\.[\w.]+'\s+(WITH\s+SERDEPROPERTIES\s*\((\s*'[^']+'\s*=\s*'([^'\\]|\\.)*'\s*,?)+\)\s+)?)?
      STORED\s+AS\s+(PARQUET|TEXTFILE)
    | STORED\s+BY\s+'com\.aliyun\.odps\.(Csv|Tsv)StorageHandler'
      (\s+WITH\s+SERDEPROPERTIES\s*\((\s*'[^']+'\s*=\s*'([^'\\]|\\.)*'\s*,?)+\))?
    )\s*;?\s*""",
    re.VERBOSE,
)
# Of one statement each: what sqlglot has no tree for is read by its own rule, whole.
SIMPLE = re.compile(
    r"(DROP\s+TABLE\s+IF\s+EXISTS|TRUNCATE\s+TABLE)\s+(`\w+`\.)*`\w+`\s*;?|SHOW\s+PARTITIONS\s+(`\w+`\.)*`\w+`\s*;?"
)


def redshift(*statements):
    connection = psycopg2.connect(
        host=facts["host"],
        port=facts["port"],
        dbname=facts["database"],
        user=facts["user"],
        password=facts["password"],
        sslmode="verify-full",
        sslrootcert=facts["caFile"],
        connect_timeout=20,
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def journaled():
    with open(os.path.join(migration.run_folder, "journal.jsonl"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    return [event for event in events if event["event"] == "statement"]


def complaints(text):
    """What is wrong with one statement; nothing for most."""
    if LOAD.fullmatch(text) or SIMPLE.fullmatch(text):
        return []
    # Only MaxCompute has it, at the end of CREATE TABLE.
    plain = re.sub(r"\nLIFECYCLE \d+\s*;?\s*\Z", "", text)
    try:
        trees = [tree for tree in sqlglot.parse(plain, read="hive") if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        return [f"cannot be parsed: {error}"]
    found = [] if len(trees) == 1 else [f"{len(trees)} statements"]
    for tree in trees:
        if isinstance(tree, exp.Command):
            found.append("a statement that nobody knows")
        for kind in (exp.ILike, exp.JSONExtractScalar, exp.RegexpILike, exp.Div, exp.Lateral, exp.Pivot):
            found += [f"uses {kind.__name__}" for _ in tree.find_all(kind)]
        for select in tree.find_all(exp.Select):
            if select.args.get("order") and not select.args.get("limit"):
                found.append("ORDER BY without LIMIT")
    return found + token_complaints(text)


def token_complaints(text):
    tokens = Hive().tokenize(text)
    found = ["casts with ::" for token in tokens if token.token_type == TokenType.DCOLON]
    for token, after in zip(tokens, tokens[1:]):
        named = token.token_type == TokenType.VAR or token.text.isalpha()
        apart = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
        if named and not apart and after.token_type == TokenType.L_PAREN:
            word = token.text.lower()
            if word not in FUNCTIONS and word not in WORDS:
                found.append(f"calls {token.text}")
    return found


# Words of the grammar that stand before a parenthesis.
WORDS = set(
    """as and or not on by in key when then else from over where table into select buckets partition partitioned clustered
    sorted tblproperties exists columns union all end distinct""".split()
)

redshift(KINDS, ROWS)
with open(os.path.join(migration.folder, "migrate.yaml"), "r+", encoding="utf-8") as config:
    changed = config.read().replace("verify:\n", "verify:\n  default: content\n", 1) + CONFIG
    assert "default: content" in changed, "the config has no section verify"
    config.seek(0)
    config.write(changed)
try:

    @judge.check("migrate run ends with 0")
    def run():
        migration.run("run", "--replace")

finally:
    redshift("drop table tpch.judge_statements")


@judge.check("every kind of statement was sent")
def kinds():
    heads = {" ".join(event["text"].split()[:2]).upper() for event in journaled()}
    wanted = {"CREATE TABLE", "LOAD OVERWRITE", "INSERT OVERWRITE", "DROP TABLE"}
    assert wanted <= heads, f"only {sorted(heads)}"
    assert any(head.startswith("SELECT") for head in heads), f"only {sorted(heads)}"


@judge.check("every statement is read by another's parser and uses nothing that MaxCompute has not")
def statements():
    events = journaled()
    assert len(events) > 40, f"only {len(events)} statements"
    wrong = [f"{event['purpose']}: {', '.join(found)}" for event in events if (found := complaints(event["text"]))]
    assert not wrong, "; ".join(wrong)


@judge.check("no secret stands in a statement")
def secrets():
    texts = " ".join(event["text"] for event in journaled())
    for secret in (judge.facts["oss"]["accessKeySecret"], judge.facts["maxcompute"]["accessKey"], facts["password"]):
        assert secret not in texts, "a secret"


@judge.check("statements of other dialects are complained of")
def complains():
    for text in (
        "SELECT a::BIGINT FROM `t`",
        "SELECT a FROM `t` ORDER BY a",
        "SELECT a / 2 FROM `t`",
        "SELECT IFNULL(a, 1) FROM `t`",
        "SELECT a FROM `t` WHERE a ILIKE 'x'",
        "SELECT 1; DROP TABLE `t`",
        "SELECT FROM WHERE",
        "LOAD OVERWRITE TABLE `t` FROM LOCATION 'oss://h/b/p' STORED AS PARQUET",
        "VACUUM `t`",
    ):
        assert complaints(text), f"nothing against {text}"


judge.end()
