"""psycopg2 against the emulated Redshift: logins, query 1, snapshots, failed transactions, cancelling, cursors."""

import threading
import time

import psycopg2
import psycopg2.errors
import tpch
from judging import Judge, refused, same

judge = Judge()
facts = judge.facts["redshift"]
cancelSecondsMax = 15


def connect(**changes):
    settings = {
        "host": facts["host"],
        "port": facts["port"],
        "dbname": facts["database"],
        "user": facts["user"],
        "password": facts["password"],
        "sslmode": "verify-full",
        "sslrootcert": facts["caFile"],
        "connect_timeout": 20,
        **changes,
    }
    connection = psycopg2.connect(**settings)
    connection.autocommit = True
    return connection


def ask(connection, sql, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else cursor.statusmessage


@judge.check("login with and without TLS")
def login():
    for settings in ({}, {"sslmode": "disable"}, {"sslmode": "prefer"}):
        connection = connect(**settings)
        same(ask(connection, "select current_user"), [(facts["user"],)])
        same(connection.info.ssl_in_use, settings.get("sslmode") != "disable")
        assert connection.server_version // 10000 == 8, connection.server_version
        connection.close()


@judge.check("a wrong password, user, database or authority is refused")
def wrong_login():
    refused(psycopg2.OperationalError, lambda: connect(password="wrong"), "password authentication failed")
    refused(psycopg2.OperationalError, lambda: connect(user="nobody"), "password authentication failed")
    refused(psycopg2.OperationalError, lambda: connect(dbname="nothing"), "does not exist")
    other = judge.facts["tls"]["caFile"]
    refused(psycopg2.OperationalError, lambda: connect(sslrootcert=other), "certificate verify failed")


@judge.check("query 1 of TPC-H equals the .tbl files")
def query_1():
    connection = connect(options="-c search_path=tpch")
    ask(connection, "set search_path to tpch")
    tpch.compare_pricing([list(row) for row in ask(connection, tpch.query(1))], judge.facts["tbl"])
    connection.close()


@judge.check("query 6 of TPC-H equals the .tbl files")
def query_6():
    connection = connect()
    ask(connection, "set search_path to tpch")
    same(ask(connection, tpch.query(6)), [(tpch.forecast(judge.facts["tbl"]),)])
    connection.close()


@judge.check("a transaction keeps the snapshot of its first read")
def snapshot():
    reader, writer = connect(), connect()
    ask(writer, "create table public.judge_snapshot (a int)")
    try:
        ask(writer, "insert into public.judge_snapshot values (1), (2)")
        ask(reader, "begin")
        count = "select count(*) from public.judge_snapshot"
        same(ask(reader, count), [(2,)])
        ask(writer, "insert into public.judge_snapshot values (3)")
        same(ask(writer, count), [(3,)])
        same(ask(reader, count), [(2,)])
        ask(reader, "commit")
        same(ask(reader, count), [(3,)])
    finally:
        reader.close()
        ask(writer, "drop table public.judge_snapshot")
        writer.close()


@judge.check("rollback takes back rows and tables")
def rollback():
    connection = connect()
    ask(connection, "begin")
    ask(connection, "create table public.judge_rollback (a int)")
    ask(connection, "insert into public.judge_rollback values (1)")
    ask(connection, "rollback")
    refused(psycopg2.errors.UndefinedTable, lambda: ask(connection, "select * from public.judge_rollback"))
    connection.close()


@judge.check("a failed transaction refuses everything until its end (25P02)")
def failed_transaction():
    connection = connect()
    ask(connection, "begin")
    refused(psycopg2.errors.UndefinedTable, lambda: ask(connection, "select * from public.judge_nothing"))
    error = refused(psycopg2.errors.InFailedSqlTransaction, lambda: ask(connection, "select 1"))
    same(error.pgcode, "25P02")
    ask(connection, "rollback")
    same(ask(connection, "select 1"), [(1,)])
    connection.close()


@judge.check("errors carry Redshift's states")
def states():
    connection = connect()
    for sql, state in (
        ("select nothing from tpch.nation", "42703"),
        ("selec 1", "42601"),
        ("select 1/0", "22012"),
        ("select 'x'::int", "22P02"),
        ("set lock_timeout to 1", "42704"),
    ):
        error = refused(psycopg2.Error, lambda: ask(connection, sql))
        assert error.pgcode == state, f"{sql}: found {error.pgcode}, wanted {state}"
    connection.close()


@judge.check("cancelling from another thread ends a long query (57014)")
def cancel():
    connection = connect()
    timer = threading.Timer(1, connection.cancel)
    timer.start()
    started = time.monotonic()
    long = "select count(*) from tpch.lineitem a, tpch.lineitem b, tpch.lineitem c where a.l_tax + b.l_tax + c.l_tax > 1"
    error = refused(psycopg2.errors.QueryCanceled, lambda: ask(connection, long))
    same(error.pgcode, "57014")
    assert time.monotonic() - started < cancelSecondsMax
    same(ask(connection, "select 1"), [(1,)])
    connection.close()


@judge.check("a cursor of the server hands out rows in portions")
def server_cursor():
    connection = connect()
    connection.autocommit = False
    with connection.cursor("pieces") as cursor:
        cursor.itersize = 1000
        cursor.execute("select l_orderkey, l_linenumber from tpch.lineitem order by 1, 2")
        found = list(cursor)
    same(found, sorted((int(row[0]), int(row[3])) for row in tpch.rows(judge.facts["tbl"], "lineitem")))
    connection.close()


# Redshift has COPY; the emulator does not, and says so by its name instead of pretending.
@judge.check("what is not emulated is refused by its name")
def not_emulated():
    copy = "copy tpch.nation from 's3://bucket/nation' iam_role default"
    refused(psycopg2.errors.FeatureNotSupported, lambda: ask(connect(), copy), "COPY is not supported by the emulated")


@judge.check("a whole table arrives, row by row")
def whole_table():
    connection = connect()
    found = ask(connection, "select l_orderkey, l_linenumber, l_comment from tpch.lineitem order by 1, 2")
    rows = ((int(row[0]), int(row[3]), row[15]) for row in tpch.rows(judge.facts["tbl"], "lineitem"))
    same(found == sorted(rows), True)
    connection.close()


judge.end()
