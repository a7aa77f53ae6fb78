"""Amazon's JDBC driver and PostgreSQL's against the emulated Redshift: logins, values, catalogs, transactions, fetching."""

import decimal
import os
import subprocess

import tpch
from judging import Judge, same

judge = Judge()
facts = judge.facts["redshift"]
counts = tpch.row_counts(judge.facts["tbl"])
here = os.path.dirname(os.path.abspath(__file__))
programs = os.path.join(here, "..", ".cache", "java")
escapes = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


class Refused(Exception):
    def __init__(self, state, message):
        super().__init__(f"{state} {message}")
        self.state = state


def text(cell):
    if cell == "\\N":
        return None
    out, n = "", 0
    while n < len(cell):
        pair = cell[n : n + 2]
        out += escapes.get(pair, cell[n])
        n += 2 if pair in escapes else 1
    return out


class Ask:
    """A Java program that holds one session and does what it is told."""

    def __init__(self, program):
        path = os.path.join(programs, program, "*")
        self.process = subprocess.Popen(
            ["java", "-Xmx256m", "-cp", path, os.path.join(here, "Ask.java")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )

    def __call__(self, *fields):
        escaped = [str(field).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") for field in fields]
        self.process.stdin.write("\t".join(escaped) + "\n")
        self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            kind, *cells = line.rstrip("\n").split("\t")
            if kind == "row":
                rows.append([text(cell) for cell in cells])
            elif kind == "done":
                self.count = int(cells[0])
                return rows
            else:
                raise Refused(text(cells[0]), text(cells[1]))
        raise AssertionError(f"the program ended with {self.process.wait()}")


def refused(state, action, *words):
    try:
        action()
    except Refused as error:
        assert state is None or error.state == state, f"refused with {error}, wanted {state}"
        assert not words or any(word in str(error) for word in words), f"refused with other words: {error}"
        return
    raise AssertionError("was accepted")


def hear(name, ask, url, secure, open_settings):
    account = [f"user={facts['user']}", f"password={facts['password']}"]

    def open_session(*more):
        ask("open", url, *account, *secure, *open_settings, *more)

    @judge.check(f"{name} login with TLS, names verified, and without")
    def login():
        ask("open", url, *account, *open_settings, *(["ssl=false"] if name == "redshift" else ["sslmode=disable"]))
        same(ask("ask", "select 'é'::varchar(10)"), [["é"]])
        open_session()
        same(ask("ask", "select current_user, current_database(), 1 + 1"), [[facts["user"], facts["database"], "2"]])

    @judge.check(f"{name} a wrong password, user or database is refused")
    def wrong_login():
        wrong = [f"user={facts['user']}", "password=wrong"]
        elsewhere = url.rsplit("/", 1)[0] + "/nothing"
        try:
            refused(None, lambda: ask("open", url, *wrong, *secure, *open_settings), "password authentication failed")
            refused("3D000", lambda: ask("open", elsewhere, *account, *secure, *open_settings), "does not exist")
        finally:
            open_session()

    @judge.check(f"{name} values of every kind, with parameters")
    def values():
        sql = "select ?::bigint, ?::numeric(12,2), ?::date, ?::varchar(20), ?::varchar(5)"
        found = ask("ask", sql, f"bigint:{2**60}", "numeric:-0.05", "date:2020-02-29", "text:o'é\\", "null:")
        same(found, [[str(2**60), "-0.05", "2020-02-29", "o'é\\", None]])
        sql = "select true, 1.5::float8, '0001-01-01'::date, 12345678901234567890.12::numeric(38,2), 'x'::char(3)"
        row = ask("ask", sql)[0]
        same([row[0][0], *row[1:]], ["t", "1.5", "0001-01-01", "12345678901234567890.12", "x  "])
        moment = ask("ask", "select '2020-01-02 03:04:05.678901'::timestamp")[0][0]
        same(moment, "2020-01-02 03:04:05.678901")

    @judge.check(f"{name} query 1 of TPC-H equals the .tbl files")
    def query_1():
        ask("ask", "set search_path to tpch")
        tpch.compare_pricing(ask("ask", tpch.query(1).rstrip().rstrip(";")), judge.facts["tbl"])

    @judge.check(f"{name} a transaction is taken back, and a failed one refuses all")
    def transactions():
        ask("ask", "create table public.jdbc_judge (a int, b varchar(20))")
        try:
            ask("autocommit", "off")
            ask("ask", "insert into public.jdbc_judge values (1, 'one')")
            ask("rollback")
            refused("42P01", lambda: ask("ask", "select * from public.nothing_here"))
            refused("25P02", lambda: ask("ask", "select 1"))
            ask("rollback")
            same(ask("ask", "select count(*) from public.jdbc_judge"), [["0"]])
            ask("batch", "insert into public.jdbc_judge values (?, 'x')", *[f"bigint:{n}" for n in range(5)])
            ask("commit")
            ask("autocommit", "on")
            same(ask("ask", "select count(*), sum(a) from public.jdbc_judge"), [["5", "10"]])
        finally:
            ask("autocommit", "on")
            ask("ask", "drop table public.jdbc_judge")

    @judge.check(f"{name} rows are fetched in batches")
    def fetching():
        sql = "select o_orderkey, o_totalprice from tpch.orders order by o_orderkey"
        rows = ask("fetch", 100, sql)
        wanted = sorted((int(row[0]), decimal.Decimal(row[3])) for row in tpch.rows(judge.facts["tbl"], "orders"))
        same([(int(key), decimal.Decimal(price)) for key, price in rows], wanted)

    @judge.check(f"{name} a statement is cancelled")
    def cancelling():
        sql = "select count(*) from tpch.lineitem a cross join tpch.lineitem b cross join tpch.lineitem c where a.l_tax + b.l_tax + c.l_tax > 9"
        refused("57014", lambda: ask("cancel", 500, sql), "cancel")
        same(ask("ask", "select 1"), [["1"]])

    @judge.check(f"{name} a reading session writes nothing")
    def read_only():
        ask("readonly", "on")
        ask("autocommit", "off")
        try:
            refused("25006", lambda: ask("ask", "create table public.never (a int)"), "read-only")
        finally:
            ask("rollback")
            ask("autocommit", "on")
            ask("readonly", "off")

    @judge.check(f"{name} row counts of all relations")
    def row_counts():
        for table in tpch.TABLES:
            same(ask("ask", f"select count(*) from tpch.{table}"), [[str(counts[table])]])

    if name == "redshift":
        hear_metadata(name, ask)
    ask("close")


def hear_metadata(name, ask):
    @judge.check(f"{name} getSchemas and getTables")
    def tables():
        schemas = {row[0] for row in ask("schemas")}
        assert {"public", "tpch"} <= schemas, schemas
        same(sorted(row[1] for row in ask("tables", "tpch", "TABLE")), sorted(tpch.TABLES))

    @judge.check(f"{name} getColumns tells types, lengths, scales and order")
    def columns():
        found = {row[0]: row[1:] for row in ask("columns", "tpch", "lineitem")}
        same(len(found), 16)
        same(found["l_extendedprice"], ["2", "numeric", "12", "2", "0", "6"])
        same([found["l_orderkey"][n] for n in (0, 5)], ["-5", "1"])
        same([found["l_comment"][n] for n in (0, 2)], ["12", "44"])
        same([found["l_shipmode"][n] for n in (0, 2)], ["1", "10"])
        same(found["l_shipdate"][0], "91")

    @judge.check(f"{name} getPrimaryKeys")
    def keys():
        same(sorted(ask("keys", "tpch", "lineitem"), key=lambda row: int(row[2])),
             [["lineitem", "l_orderkey", "1"], ["lineitem", "l_linenumber", "2"]])


place = f"{facts['host']}:{facts['port']}/{facts['database']}"
secure = ["sslmode=verify-full", f"sslrootcert={facts['caFile']}"]
hear("redshift", Ask("redshift-jdbc42"), f"jdbc:redshift://{place}", ["ssl=true", *secure], [])
# PostgreSQL's driver asks catalogs of later servers than Redshift is, so it is heard on statements alone.
hear("pgjdbc", Ask("postgresql"), f"jdbc:postgresql://{place}", secure, ["binaryTransfer=false"])
judge.end()
