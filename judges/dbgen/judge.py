"""TPC-H by another's dbgen: migrated whole, then asked of both warehouses, of PostgreSQL and of plain decimals."""

import decimal
import os
import re

import psycopg2
import tpch
from judging import Judge, same
from migration import Migration
from odps import ODPS, options
from postgresql import Cluster, load_tpch

judge = Judge()
facts, cloud, tbl = judge.facts["redshift"], judge.facts["maxcompute"], judge.facts["tbl"]
migrateSecondsMax = 200
migration = Migration(judge.facts)
redshift = psycopg2.connect(
    host=facts["host"],
    port=facts["port"],
    dbname=facts["database"],
    user=facts["user"],
    password=facts["password"],
    sslmode="verify-full",
    sslrootcert=facts["caFile"],
    connect_timeout=20,
)
redshift.autocommit = True
options.sql.use_odps2_extension = True
maxcompute = ODPS(cloud["accessId"], cloud["accessKey"], cloud["project"], endpoint=cloud["endpoint"])


def ask(connection, *statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return [list(row) for row in cursor.fetchall()]


def ask_maxcompute(sql):
    hints = {"odps.sql.type.system.odps2": "true", "odps.sql.decimal.odps2": "true"}
    with maxcompute.execute_sql(sql, hints=hints).open_reader(tunnel=True, limit=False) as reader:
        return [list(record.values) for record in reader]


def target(name):
    return migration.plans()[f"tpch.{name}"]["target"]["name"]


def paired_query(side):
    """The SQL of one side in ddl/tpch/checks/q01.yaml, a block of text under its name."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "ddl", "tpch", "checks", "q01.yaml")
    with open(path, encoding="utf-8") as file:
        block = re.search(rf"^{side}: \|\n((?:  .*\n|\n)+)", file.read(), re.MULTILINE)
    return block[1]


def wanted_pairs():
    """The paired query's answer: averages are asked as sums and counts."""
    for key, sums in tpch.pricing_summary(tbl).items():
        count = sums[5]
        yield [*key, *sums[:4], count, count, sums[4], count, count]


def numbers(rows):
    return sorted([row[0], row[1], *(decimal.Decimal(str(value)) for value in row[2:])] for row in rows)


def decimal_text(value):
    """One spelling for 17 and 17.00; CHAR is migrated without its padding."""
    text = str(value).rstrip(" ")
    return str(decimal.Decimal(text).normalize() + 0) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def same_row(found, wanted):
    """Quotients have other scales in both; they may differ by a unit of the shorter one's last digit."""
    return len(found) == len(wanted) and all(map(same_value, found, wanted))


def same_value(one, other):
    if not isinstance(other, decimal.Decimal) or one is None:
        return (one.rstrip() if isinstance(one, str) else one) == (other.rstrip() if isinstance(other, str) else other)
    exponent = max(decimal.Decimal(one).as_tuple().exponent, other.as_tuple().exponent)
    return abs(one - other) < decimal.Decimal(1).scaleb(exponent) if exponent < 0 else one == other


@judge.check("dbgen's well-known row counts at scale 0.01")
def counts():
    same(tpch.row_counts(tbl), {"region": 5, "nation": 25, "supplier": 100, "customer": 1500, "part": 2000,
                                "partsupp": 8000, "orders": 15000, "lineitem": 60175})


@judge.check("dbgen's well-known first line of lineitem")
def first_line():
    first = next(tpch.rows(tbl, "lineitem"))
    same(first[3:5] + first[8:13], ["1", "17", "N", "O", "1996-03-13", "1996-02-12", "1996-03-22"])


@judge.check("migrate run ends with 0")
def migrate():
    migration.run("run", secondsMax=migrateSecondsMax)


for name in tpch.TABLES:

    @judge.check(f"{name} has arrived, row by row")
    def arrived():
        columns = ", ".join(column["target"] for column in migration.plans()[f"tpch.{name}"]["columns"])
        rows = ask_maxcompute(f"select {columns} from {target(name)}")
        found = sorted([decimal_text(value) for value in row] for row in rows)
        wanted = sorted([decimal_text(text) for text in row] for row in tpch.rows(tbl, name))
        same(len(found), len(wanted))
        for one, other in zip(found, wanted):
            assert one == other, f"found {one}, wanted {other}"


@judge.check("query 1 on Redshift equals plain decimals")
def redshift_1():
    tpch.compare_pricing(ask(redshift, "set search_path to tpch", tpch.query(1)), tbl)


@judge.check("query 6 on Redshift equals plain decimals")
def redshift_6():
    same(ask(redshift, "set search_path to tpch", tpch.query(6)), [[tpch.forecast(tbl)]])


@judge.check("the paired query 1 on Redshift equals plain decimals")
def paired_redshift():
    same(numbers(ask(redshift, paired_query("source").replace("{relation}", "tpch.lineitem"))), numbers(wanted_pairs()))


@judge.check("the paired query 1 on MaxCompute equals plain decimals")
def paired_maxcompute():
    same(numbers(ask_maxcompute(paired_query("target").replace("{relation}", target("lineitem")))), numbers(wanted_pairs()))


@judge.check("query 6 on MaxCompute equals plain decimals")
def maxcompute_6():
    rows = ask_maxcompute(
        f"""select cast(sum(l_extendedprice * l_discount) as decimal(38,4)) from {target("lineitem")}
        where l_shipdate >= date'1994-01-01' and l_shipdate < date'1995-01-01'
          and l_discount between 0.05BD and 0.07BD and l_quantity < 24BD"""
    )
    same(rows, [[tpch.forecast(tbl)]])


with Cluster(judge.facts["scratch"]) as postgres:
    load_tpch(postgres, tbl)
    # Redshift's DATEADD in PostgreSQL's words.
    shim = lambda sql: re.sub(r"DATEADD\((\w+), (-?\d+), (DATE '[\d-]+')\)", r"CAST(\3 + INTERVAL '\2 \1' AS DATE)", sql)
    filled = []
    for number in range(1, 23):

        @judge.check(f"query {number} on Redshift equals PostgreSQL's answer")
        def both():
            sql = tpch.query(number)
            found = ask(redshift, "set search_path to tpch", sql)
            wanted = ask(postgres, "set search_path to tpch", shim(sql))
            filled.extend([number] if wanted else [])
            assert len(found) == len(wanted), f"found {len(found)} rows, wanted {len(wanted)}"
            for one, other in zip(found, wanted):
                assert same_row(one, other), f"found {one}, wanted {other}"


@judge.check("nearly all queries have rows to compare")
def enough():
    assert len(filled) >= 18, f"only {filled} have rows at this scale"


judge.end()
