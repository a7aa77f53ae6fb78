"""psql against the emulated Redshift: logins, svv_table_info, query 1, UNLOAD."""

import os
import re
import subprocess
import uuid

import tpch
from judging import Judge, same

judge = Judge()
facts, s3 = judge.facts["redshift"], judge.facts["s3"]


def psql(sql, code=0, **changes):
    env = {
        **os.environ,
        "PGHOST": facts["host"],
        "PGPORT": str(facts["port"]),
        "PGDATABASE": facts["database"],
        "PGUSER": facts["user"],
        "PGPASSWORD": facts["password"],
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": facts["caFile"],
        "PGCONNECT_TIMEOUT": "20",
        **changes,
    }
    words = ["psql", "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    ended = subprocess.run([*words, "--file", "-"], env=env, input=sql, capture_output=True, text=True, timeout=60)
    assert ended.returncode == code, f"exit code {ended.returncode}: {ended.stderr.strip()}"
    return ended.stdout.strip(), ended.stderr.strip()


@judge.check("the right password alone opens, with and without TLS")
def login():
    for settings in ({}, {"PGSSLMODE": "disable"}):
        same(psql("select current_user;", **settings)[0], facts["user"])
        said = psql("select 1;", code=2, PGPASSWORD="wrong", **settings)[1]
        assert "password authentication failed" in said, said
        said = psql("select 1;", code=2, PGPASSWORD="", **settings)[1]
        assert "no password supplied" in said, said


@judge.check("svv_table_info names the tables that hold rows")
def table_info():
    same(psql("select count(*) from svv_table_info;")[0], str(len(tpch.TABLES)))


@judge.check("query 1 of TPC-H equals the .tbl files")
def query_1():
    said = psql("set search_path to tpch;\n" + tpch.query(1))[0].splitlines()
    same(said[0], "SET")
    tpch.compare_pricing([line.split("|") for line in said[1:]], judge.facts["tbl"])


@judge.check("UNLOAD by a role, and a refusal of another")
def unload():
    place = f"s3://{s3['bucket']}/judge-{uuid.uuid4().hex}/"
    text = "unload ('select r_regionkey, r_name from tpch.region') to '{}' iam_role '{}' parquet manifest;"
    sql = text.format(place, facts["iamRole"]) + "\nselect pg_last_unload_count();"
    out, notices = psql(sql)
    same(out.splitlines(), ["UNLOAD", "5"])
    assert re.search(r"INFO:\s+UNLOAD completed, 5 record\(s\) unloaded successfully", notices), notices
    strange = re.sub("role/.*", "role/NotAttached", facts["iamRole"])
    said = psql(text.format(place + "other/", strange), code=3)[1]
    assert "not authorized to assume" in said, said


@judge.check("several statements in one message, and an error among them")
def several():
    same(psql("select 1\\; select 2;")[0].splitlines()[-1], "2")
    said = psql("select 1; select * from tpch.nothing; select 3;", code=3)
    same(said[0], "1")
    assert 'relation "tpch.nothing" does not exist' in said[1], said


judge.end()
