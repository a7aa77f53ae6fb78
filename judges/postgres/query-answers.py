"""PostgreSQL 15's answers to the pairs of test/golden/query, for a test of the query translator.

usage: query-answers.py SCRATCH_FOLDER
Asks the pair's text for PostgreSQL, or its Redshift text where PostgreSQL understands it, over tables.sql, and writes
one answers/NAME.json a file of pairs. What the translator makes of a pair is not looked at.
"""

import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "judges"))
from postgresql import Cluster  # noqa: E402

GOLDEN = ROOT / "test/golden/query"


def answer(cursor, pair):
    text = pair.get("postgres", pair["redshift"])
    try:
        # Every value as PostgreSQL writes it: a row's text form would quote, so each column is cast by itself.
        cursor.execute(f"SELECT * FROM ({text}) q LIMIT 0")
        names = [f"c{n}" for n in range(len(cursor.description))]
        columns = ", ".join(f"{name}::text" for name in names)
        order = " ORDER BY place" if pair.get("ordered") else ""
        number = ", row_number() OVER () AS place" if pair.get("ordered") else ""
        inner = f"SELECT q.*{number} FROM ({text}) q"
        listed = ", ".join(names + (["place"] if number else []))
        cursor.execute(f"SELECT {columns} FROM ({inner}) r ({listed}){order}")
        return [list(row) for row in cursor.fetchall()]
    except Exception as error:
        raise SystemExit(f"{pair['name']}: {error}") from None


def main(scratch):
    with Cluster(scratch) as connection, connection.cursor() as cursor:
        cursor.execute((GOLDEN / "tables.sql").read_text())
        for file in sorted(GOLDEN.glob("*.yaml")):
            pairs = [pair for pair in yaml.safe_load(file.read_text()) if "refused" not in pair]
            found = {pair["name"]: answer(cursor, pair) for pair in pairs}
            path = GOLDEN / "answers" / f"{file.stem}.json"
            lines = [f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(rows, ensure_ascii=False)}" for name, rows in found.items()]
            path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main(sys.argv[1])
