"""TPC-H's answers by PostgreSQL, for a test of the emulated Redshift.

usage: tpch-answers.py TBL_FOLDER ANSWER_FOLDER
Loads <table>.tbl into a server of its own (initdb, pg_ctl and postgres from PATH; as nobody when started by root), runs
ddl/tpch/queries with DATEADD spelled in PostgreSQL's way, and writes one NN.tsv a query.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"]
NOBODY = 65534


def unprivileged():
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def create_text(table):
    """The DDL without what only Redshift knows: everything after the closing parenthesis."""
    text = (ROOT / "ddl/tpch/redshift" / f"{table}.sql").read_text()
    return re.sub(r"\n\)\n.*", "\n);\n", text, flags=re.S)


def query_text(file):
    text = re.sub(r"DATEADD\((\w+), (-?\d+), (DATE '[\d-]+')\)", r"(\3 + INTERVAL '\2 \1')", file.read_text())
    return text.strip().rstrip(";")


def main(tables, answers):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tpch-pg-"))
    shutil.chown(folder, NOBODY, NOBODY) if os.getuid() == 0 else None
    data = str(folder / "data")
    psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder), "-U", "judge", "-d", "postgres"]
    run("initdb", "-D", data, "-U", "judge", "-A", "trust", "-E", "UTF8", "--locale=C", cwd=folder, **unprivileged())
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run(
        ["pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **unprivileged(),
    )
    try:
        run(*psql, "-c", "CREATE SCHEMA tpch")
        for table in TABLES:
            run(*psql, input=create_text(table))
            rows = re.sub(r"\|$", "", (tables / f"{table}.tbl").read_text(), flags=re.M)
            run(*psql, "-c", f"COPY tpch.{table} FROM STDIN WITH (DELIMITER '|')", input=rows)
        run(*psql, "-c", "ANALYZE")
        answers.mkdir(parents=True, exist_ok=True)
        for file in sorted((ROOT / "ddl/tpch/queries").glob("*.sql")):
            copy = f"SET search_path TO tpch;\nCOPY (\n{query_text(file)}\n) TO STDOUT;\n"
            (answers / f"{file.stem}.tsv").write_text(run(*psql, input=copy))
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop", cwd=folder, **unprivileged())
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
