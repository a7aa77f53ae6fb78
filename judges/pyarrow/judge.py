"""What UNLOAD wrote, read by pyarrow: physical types, row counts, sums, manifests, and exact values at the edges."""

import datetime
import decimal
import io
import json
import uuid

import boto3
import psycopg2
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import tpch
import values as ten_thousand
from botocore.config import Config
from judging import Judge, same

judge = Judge()
facts, s3_facts = judge.facts["redshift"], judge.facts["s3"]
bucket = s3_facts["bucket"]
run = uuid.uuid4().hex
prefix = f"judge-{run}/"
s3 = boto3.client(
    "s3",
    endpoint_url=s3_facts["endpoint"],
    region_name=s3_facts["region"],
    aws_access_key_id=s3_facts["accessKeyId"],
    aws_secret_access_key=s3_facts["secretAccessKey"],
    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
)
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
# The fewest bytes that hold p digits and a sign.
flbaLength = lambda p: ((10**p - 1).bit_length() + 1 + 7) // 8


def ask(sql):
    with redshift.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


class Unloaded:
    """The parts of one UNLOAD, downloaded. `name` is its folder below the judge's prefix."""

    def __init__(self, select, name):
        place = f"s3://{bucket}/{prefix}{name}/"
        quoted = select.replace("\\", "\\\\").replace("'", "''")
        ask(f"unload ('{quoted}') to '{place}' iam_role '{facts['iamRole']}' format as parquet manifest verbose")
        self.count = ask("select pg_last_unload_count()")[0][0]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}{name}/").get("Contents", [])
        bodies = {o["Key"]: s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read() for o in listed}
        manifest = bodies.pop(f"{prefix}{name}/manifest", None)
        self.manifest = None if manifest is None else json.loads(manifest)
        self.sizes = {f"s3://{bucket}/{key}": len(body) for key, body in bodies.items()}
        self.files = {f"s3://{bucket}/{key}": pyarrow.parquet.ParquetFile(io.BytesIO(body),
                      coerce_int96_timestamp_unit="us") for key, body in bodies.items()}

    def table(self):
        return pyarrow.concat_tables(file.read() for file in self.files.values())

    def physical(self):
        """By column: physical type, length, logical type, deepest definition level."""
        schemas = [file.schema for file in self.files.values()]
        for other in schemas[1:]:
            assert other.equals(schemas[0]), "parts differ in their schema"
        first = schemas[0]
        columns = [first.column(n) for n in range(len(first))]
        return {c.name: (c.physical_type, c.length, str(c.logical_type), c.max_definition_level) for c in columns}


def plain(value):
    """CHAR comes padded to its length."""
    return value.rstrip(" ") if isinstance(value, str) else value


def as_types(found, texts):
    """The texts of a .tbl file as the types that were found."""
    make = {int: int, str: str, decimal.Decimal: decimal.Decimal, datetime.date: datetime.date.fromisoformat}
    return [make[type(found[0])](text) for text in texts]


for name in tpch.TABLES:

    @judge.check(f"{name} as a whole")
    def whole():
        parts = Unloaded(f"select * from tpch.{name}", name)
        rows = list(tpch.rows(judge.facts["tbl"], name))
        table = parts.table()
        same((table.num_rows, parts.count, ask(f"select count(*) from tpch.{name}")[0][0]), (len(rows),) * 3)
        for at, column in enumerate(table.column_names):
            found = sorted(plain(value) for value in table.column(column).to_pylist())
            wanted = sorted(plain(value) for value in as_types(found, [row[at] for row in rows]))
            assert found == wanted, f"{column}: the values differ from the .tbl file's"

    @judge.check(f"{name} and its manifest")
    def manifest():
        parts = Unloaded(f"select * from tpch.{name}", name + "-manifest")
        entries = {entry["url"]: entry["meta"] for entry in parts.manifest["entries"]}
        same({url: meta["content_length"] for url, meta in entries.items()}, parts.sizes)
        footers = {url: file.metadata.num_rows for url, file in parts.files.items()}
        same({url: meta["record_count"] for url, meta in entries.items()}, footers)
        same(parts.manifest["meta"], {"content_length": sum(parts.sizes.values()), "record_count": sum(footers.values())})
        elements = [element["name"] for element in parts.manifest["schema"]["elements"]]
        same(elements, list(parts.physical()))
        same(parts.manifest["author"]["name"], "Amazon Redshift")
        for file in parts.files.values():
            groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
            codecs = {group.column(n).compression for group in groups for n in range(group.num_columns)}
            same(codecs, {"SNAPPY"})


@judge.check("the sums of lineitem, in exact decimals")
def sums():
    table = Unloaded("select l_quantity, l_extendedprice, l_discount, l_tax from tpch.lineitem", "sums").table()
    wanted = [decimal.Decimal(0)] * 4
    for row in tpch.rows(judge.facts["tbl"], "lineitem"):
        wanted = [total + decimal.Decimal(text) for total, text in zip(wanted, row[4:8])]
    found = [sum(table.column(name).to_pylist(), decimal.Decimal(0)) for name in table.column_names]
    same(found, wanted)
    same([pyarrow.compute.sum(table.column(name)).as_py() for name in table.column_names], wanted)


kitchen = f"public.judge_kitchen_{run[:8]}"
D = decimal.Decimal
moment = datetime.datetime
# id, smallint, bigint, three decimals, real, double, boolean, char, varchar, date, timestamp, timestamptz
values = [
    [1, -32768, -(2**63), D("-9" * 1), D("-99999999.9999999999"), D("-1234567890123456789012345678.0123456789"), -0.5, -1e300,
     False, "ab", "é\"'\\|", datetime.date(1, 1, 1), moment(1, 1, 1), moment(1969, 12, 31, 23, 59, 59, 999999)],
    [2, 32767, 2**63 - 1, D("9"), D("0.0000000001"), D("9999999999999999999999999999.9999999999"), 0.25, 5e-324,
     True, "", "", datetime.date(9999, 12, 31), moment(9999, 12, 31, 23, 59, 59, 999999), moment(2020, 2, 29, 12, 0, 0, 1)],
    [3, 0, 0, D(0), D(0), D(0), 0.0, 0.0, False, "abcde", " x ", datetime.date(1582, 10, 15), moment(1970, 1, 1),
     moment(1677, 9, 21)],
    [4] + [None] * 13,
]


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.date, str)):
        text = str(value).replace("\\", "\\\\").replace("'", "''")
        return f"'{text}'"
    return repr(value) if isinstance(value, float) else str(value)


@judge.check("a table of edges exists")
def create():
    ask(f"""create table {kitchen} (id integer not null, i2 smallint, i8 bigint, d1 numeric(1,0), d18 numeric(18,10),
        d38 numeric(38,10), r real, f double precision, b boolean, c char(5), v varchar(20), dt date, ts timestamp,
        tz timestamptz)""")
    rows = []
    for row in values:
        texts = [literal(value) for value in row]
        if row[-1] is not None:
            texts[-1] = f"'{row[-1]}+00'"
        rows.append(f"({', '.join(texts)})")
    ask(f"insert into {kitchen} values {', '.join(rows)}")


@judge.check("edges have Redshift's physical types, every column optional")
def physical():
    found = Unloaded(f"select * from {kitchen}", "types").physical()
    same({name: column[3] for name, column in found.items()}, dict.fromkeys(found, 1))
    flba = lambda p: ("FIXED_LEN_BYTE_ARRAY", flbaLength(p))
    wanted = {"id": ("INT32", 0), "i2": ("INT32", 0), "i8": ("INT64", 0), "d1": flba(1), "d18": flba(18), "d38": flba(38),
              "r": ("FLOAT", 0), "f": ("DOUBLE", 0), "b": ("BOOLEAN", 0), "c": ("BYTE_ARRAY", 0), "v": ("BYTE_ARRAY", 0),
              "dt": ("INT32", 0), "ts": ("INT96", 0), "tz": ("INT96", 0)}
    same({name: (column[0], max(column[1], 0)) for name, column in found.items()}, wanted)
    logical = {name: found[name][2] for name in ("d1", "d18", "d38", "c", "v", "dt")}
    same(logical, {"d1": "Decimal(precision=1, scale=0)", "d18": "Decimal(precision=18, scale=10)",
                   "d38": "Decimal(precision=38, scale=10)", "c": "String", "v": "String", "dt": "Date"})


@judge.check("edges have exactly the values that were inserted")
def exact():
    table = Unloaded(f"select * from {kitchen}", "values").table()
    found = {row["id"]: list(row.values()) for row in table.to_pylist()}
    for row in values:
        wanted = list(row)
        if wanted[9] is not None:
            wanted[9] = wanted[9].ljust(5)
        assert found[row[0]] == wanted, f"row {row[0]}: found {found[row[0]]}, wanted {wanted}"
    same(len(found), len(values))


every = f"public.judge_values_{run[:8]}"


@judge.check("ten thousand values of every type are inserted")
def insert():
    columns = ", ".join(f"c{n} {column[0]}" for n, column in enumerate(ten_thousand.columns))
    ask(f"create table {every} (id integer, {columns})")
    for statement in ten_thousand.insertions(every):
        ask(statement)
    same(ask(f"select count(*) from {every}")[0][0], ten_thousand.rowCount)


@judge.check("ten thousand values of every type are read back")
def read_back():
    items = ", ".join(f"{column[1].format(f'c{n}')} as c{n}" for n, column in enumerate(ten_thousand.columns))
    table = Unloaded(f"select id, {items} from {every}", "every").table()
    ids = table.column("id").to_pylist()
    same(sorted(ids), list(range(ten_thousand.rowCount)))
    for n, (wanted, column) in enumerate(zip(ten_thousand.drawn, ten_thousand.columns)):
        for row, found in zip(ids, table.column(f"c{n}").to_pylist()):
            same_value = ten_thousand.exactly(found) == ten_thousand.exactly(wanted[row])
            assert same_value, f"{column[0]}, row {row}, found {found!r}, wanted {wanted[row]!r}"


@judge.check("nothing is written for no rows")
def nothing():
    parts = Unloaded(f"select * from {kitchen} where id < 0", "nothing")
    same((parts.count, parts.manifest, parts.sizes), (0, None, {}))


ask(f"drop table {kitchen}")
ask(f"drop table {every}")
judge.end()
