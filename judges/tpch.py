"""TPC-H's answers worked out from .tbl files in exact decimals, by none of the engines under judgement."""

import datetime
import decimal
import os

decimal.getcontext().prec = 60

TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"]


def rows(folder, table):
    with open(os.path.join(folder, table + ".tbl"), encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").split("|")[:-1]


def row_counts(folder):
    return {table: sum(1 for _ in rows(folder, table)) for table in TABLES}


def pricing_summary(folder, last_day=datetime.date(1998, 9, 2)):
    """Query 1. By (returnflag, linestatus): sums of quantity, price, discounted price, charge, discount; row count."""
    groups = {}
    day = last_day.isoformat()
    for row in rows(folder, "lineitem"):
        if row[10] > day:
            continue
        quantity, price, discount, tax = (decimal.Decimal(text) for text in row[4:8])
        discounted = price * (1 - discount)
        values = [quantity, price, discounted, discounted * (1 + tax), discount, 1]
        sums = groups.setdefault((row[8], row[9]), [decimal.Decimal(0)] * 5 + [0])
        groups[(row[8], row[9])] = [total + value for total, value in zip(sums, values)]
    return dict(sorted(groups.items()))


def forecast(folder):
    """Query 6 for 1994, discounts of 0.05 to 0.07, quantities below 24."""
    total = decimal.Decimal(0)
    for row in rows(folder, "lineitem"):
        quantity, price, discount = (decimal.Decimal(text) for text in row[4:7])
        in_year = "1994-01-01" <= row[10] < "1995-01-01"
        if in_year and decimal.Decimal("0.05") <= discount <= decimal.Decimal("0.07") and quantity < 24:
            total += price * discount
    return total


def compare_pricing(answer, folder):
    """`answer`: rows of the benchmark's own query 1. Sums and counts must be exact; averages right to their last digit."""
    wanted = pricing_summary(folder)
    assert len(answer) == len(wanted) > 0, f"found {len(answer)} groups, wanted {len(wanted)}"
    for row, (key, sums) in zip(answer, wanted.items()):
        row = [value.strip() if isinstance(value, str) else value for value in row]
        count = sums[5]
        found = [decimal.Decimal(str(value)) for value in row[2:6]] + [int(row[9])]
        assert tuple(row[:2]) == key, f"found group {row[:2]}, wanted {key}"
        assert found == sums[:4] + [count], f"{key}: found {found}, wanted {sums[:4] + [count]}"
        for value, total in zip(row[6:9], [sums[0], sums[1], sums[4]]):
            average = decimal.Decimal(str(value))
            step = decimal.Decimal(1).scaleb(average.as_tuple().exponent)
            assert step <= decimal.Decimal("0.01"), f"{key}: average {average} has too few digits"
            assert abs(average - total / count) < step, f"{key}: average {average}, wanted {total / count}"


def query(number):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ddl", "tpch", "queries")
    with open(os.path.join(folder, f"{number:02}.sql"), encoding="utf-8") as file:
        return file.read()
