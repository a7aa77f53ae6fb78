"""PostgreSQL 15 answers the very SQL by which the product measures Redshift, over the same rows."""

import json
import os
import re
import subprocess
from decimal import Decimal

import psycopg2
import tpch
from judging import Judge, same
from migration import Migration
from postgresql import Cluster, load_tpch

judge = Judge()
facts = judge.facts["redshift"]
# TPC-H has no moments, truths, small numbers, NULLs or strange letters.
kinds = """create table tpch.judge_kinds (id integer not null, i2 smallint, i8 bigint, d38 numeric(38,10), r real,
    f double precision, b boolean, c char(5), v varchar(40), dt date, ts timestamp, tz timestamptz)"""
kinds_rows = """insert into tpch.judge_kinds values
    (1, -32768, -9223372036854775807, -1234567890123456789012345678.0123456789, -0.5, -1.5e300, false, 'ab', 'é "x" 日本',
     '0001-01-01', '0001-01-01 00:00:00', '1969-12-31 23:59:59.999999+00'),
    (2, 32767, 9223372036854775806, 9999999999999999999999999999.9999999999, 0.25, 2.5, true, '', '',
     '9999-12-31', '9999-12-31 23:59:59.999999', '2020-02-29 12:00:00.000001+02'),
    (3, 7, 1, 0.0000000001, 0, 0, true, 'abcde', ' x  ', '1582-10-15', '1970-01-01 00:00:00.1', '2020-01-01 00:00:00-08'),
    (4, null, null, null, null, null, null, null, null, null, null, null)"""


def redshift():
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
    return connection


def run(connection, *statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def statements(plan, measures=None):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "statements.js")
    given = json.dumps({"plan": plan} if measures is None else {"plan": plan, "measures": measures})
    said = subprocess.run(["node", script], input=given, capture_output=True, text=True, timeout=30, check=True).stdout
    return json.loads(said)


def canonical(value):
    """Numbers without signs of zero and trailing zeros; moments with six digits; all else as it is."""
    if value is None:
        return None
    text = str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2} .*", text):
        return text if "." in text else text + ".000000"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if re.fullmatch(r"-?\d+(\.\d+)?e[+-]?\d+", text):
        text = format(Decimal(text), "f")
    number = re.fullmatch(r"(-?)0*(\d+)(?:\.(\d*?)0*)?", text)
    assert number, f"neither number nor moment: {text}"
    plain = number[2] + ("." + number[3] if number[3] else "")
    return plain if plain == "0" else number[1] + plain


def answers(connection, plan, measures):
    found = []
    for statement in statements(plan, measures):
        (row,) = run(connection, statement["text"])
        found += [canonical(value) for value in row]
    return found


def agree(measure, documented, found):
    """The same text; figures of floats, whose digits and order of adding are the server's affair, to twelve digits."""
    if documented == found:
        return True
    if documented is None or found is None or not measure["kind"].startswith("finite-"):
        return False
    return abs(float(documented) - float(found)) <= 1e-12 * max(abs(float(documented)), abs(float(found)), 1)


def wrong_buckets(connection, plan, fingerprint):
    """Each bucket of the document against PostgreSQL's answer to the very statement that Redshift was asked."""
    (statement,) = statements(plan)
    with connection.cursor() as cursor:
        cursor.execute(statement["text"])
        names = [column.name for column in cursor.description]
        found = {row[0]: dict(zip(names, row)) for row in cursor.fetchall()}
    buckets = {bucket["prefix"]: bucket for bucket in fingerprint["buckets"]}
    wrong = [f"bucket {prefix} is only on one side" for prefix in sorted(set(found) ^ set(buckets))]
    for prefix in sorted(set(found) & set(buckets)):
        bucket, row = buckets[prefix], found[prefix]
        said = [bucket["rowCount"], *bucket["lanes"]]
        answered = [str(row[name]) for name in ["n", "h1", "h2", "h3", "h4"]]
        if said != answered:
            wrong.append(f"{prefix}: document {said}, PostgreSQL {answered}")
        for n, (measure, value) in enumerate(zip(fingerprint["figures"], bucket["figures"])):
            if not agree(measure, canonical(value), canonical(row[f"f{n}"])):
                wrong.append(f"{prefix} {measure}: document {value}, PostgreSQL {row[f'f{n}']}")
    return wrong


strtol = """create function strtol(digits text, base integer) returns bigint language sql immutable as
    $$ select ('x' || lpad(digits, 16, '0'))::bit(64)::bigint $$"""

migration = Migration(judge.facts)
source = redshift()
run(source, kinds, kinds_rows)
try:

    @judge.check("migrate plan and unload")
    def unload():
        migration.run("plan")
        migration.run("unload")
        same(sorted(migration.plans()), sorted(f"tpch.{name}" for name in [*tpch.TABLES, "judge_kinds"]))

finally:
    run(source, "drop table tpch.judge_kinds")

with Cluster(judge.facts["scratch"]) as postgres:
    load_tpch(postgres, judge.facts["tbl"])
    run(postgres, kinds, kinds_rows, strtol)
    for name in [*tpch.TABLES, "judge_kinds"]:

        @judge.check(f"measurements of {name}")
        def measured():
            plan = migration.plans()[f"tpch.{name}"]
            documented = migration.measurements(plan)
            measures = [one["measure"] for one in documented]
            assert len(measures) > len(plan["columns"]), f"only {len(measures)} measures"
            found = answers(postgres, plan, measures)
            same(len(found), len(measures))
            wrong = [
                f"{measure['kind']} {measure.get('column', '')}: document {one['value']}, PostgreSQL {value}"
                for one, measure, value in zip(documented, measures, found)
                if not agree(measure, canonical(one["value"]), value)
            ]
            assert not wrong, "; ".join(wrong)

        @judge.check(f"fingerprint of {name}")
        def fingerprinted():
            plan = migration.plans()[f"tpch.{name}"]
            fingerprint = migration.measured(plan)["fingerprint"]
            ((count,),) = run(postgres, f"select count(*) from tpch.{name}")
            same(sum(int(bucket["rowCount"]) for bucket in fingerprint["buckets"]), count)
            wrong = wrong_buckets(postgres, plan, fingerprint)
            assert not wrong, "; ".join(wrong[:5])


judge.end()
