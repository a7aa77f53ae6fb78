"""Ten thousand values of every type, drawn the same way every time, edges first: what is written into SQL, and what
must be read back."""

import datetime
import decimal
import json
import random
import struct

rowCount = 10_000
dice = random.Random(20240229)
microsecond = datetime.timedelta(microseconds=1)
firstMoment = datetime.datetime.min
lastMoment = datetime.datetime.max
momentCount = (lastMoment - firstMoment) // microsecond
awkward = ["'", "''", "\\", "\\\\", '"', "|", ",", "\n", "\r", "\t", " ", "%", "_", "\\N", "é", "中", "😀", "\U0010ffff", "a", "NULL"]


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def scaled(unscaled, scale):
    """Exact, whatever the context's precision."""
    return decimal.Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale))


def decimals(precision, scale):
    most = 10**precision - 1
    edges = [scaled(value, scale) for value in (most, -most, 0, 1, -1)]
    draw = lambda: scaled(dice.randint(-most, most), scale)
    return f"numeric({precision},{scale})", "{}", edges, draw, lambda value: quoted(format(value, "f"))


def whole(name, bits):
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return name, "{}", [low, high, 0, -1], lambda: dice.randint(low, high), lambda value: quoted(str(value))


def floats(name, form, bits, edges):
    def draw():
        value = struct.unpack(form, dice.getrandbits(bits).to_bytes(bits // 8, "little"))[0]
        return value if value == value else float("nan")

    return name, "{}", [*edges, 0.0, -0.0, float("nan"), float("inf"), float("-inf")], draw, lambda v: quoted(repr(v))


def text(byteCountMax):
    value = "".join(dice.choice(awkward) for _ in range(dice.randint(0, 12)))
    while len(value.encode()) > byteCountMax:
        value = value[:-1]
    return value


def ascii(length):
    return "".join(chr(dice.randint(32, 126)) for _ in range(dice.randint(0, length))).rstrip(" ")


def clock(micros):
    """The fraction loses its zeros."""
    shown = (datetime.datetime.min + micros * microsecond).strftime("%H:%M:%S.%f")
    return shown.rstrip("0").rstrip(".")


dayMicros = 86_400_000_000
days = (datetime.date.max - datetime.date.min).days
moment = lambda: firstMoment + dice.randint(0, momentCount) * microsecond
momentEdges = [firstMoment, lastMoment, datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(1677, 9, 21)]
quotedMoment = lambda value: quoted(value.isoformat(" ", "microseconds"))
textEdges = ["", " ", "a  ", "  a", "'", "\\", '"', "\\'", "NULL", "\\N", "😀" * 15]
json_ = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
documents = lambda: json_({"k": [dice.randint(-10**9, 10**9), text(30), None, dice.random() < 0.5]})

# Type; what is unloaded, `{}` being the column; edges; how one is drawn; how it is written.
columns = [
    whole("smallint", 16),
    whole("integer", 32),
    whole("bigint", 64),
    *(decimals(*form) for form in [(1, 0), (4, 2), (9, 9), (18, 4), (20, 0), (29, 18), (38, 0), (38, 18), (38, 37)]),
    floats("real", "<f", 32, [2.0**-149, -(2.0**-149), 2.0**-126, (2 - 2.0**-23) * 2.0**127]),
    floats("double precision", "<d", 64, [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]),
    ("boolean", "{}", [True, False], lambda: dice.random() < 0.5, lambda value: str(value).lower()),
    ("char(12)", "RTRIM(CAST({} AS VARCHAR(12)))", ["", "~" * 12, "  a", "'", "\\", '"'], lambda: ascii(12), quoted),
    ("varchar(60)", "{}", textEdges, lambda: text(60), quoted),
    ("date", "{}", [datetime.date.min, datetime.date.max, datetime.date(1582, 10, 10)],
     lambda: datetime.date.min + datetime.timedelta(days=dice.randint(0, days)), lambda value: quoted(value.isoformat())),
    ("timestamp", "{}", momentEdges, moment, quotedMoment),
    ("timestamptz", "{}", momentEdges, moment, lambda value: quoted(value.isoformat(" ", "microseconds") + "+00")),
    ("time", "CAST({} AS VARCHAR(15))", ["00:00:00", "23:59:59.999999", "12:30:00.5"],
     lambda: clock(dice.randrange(dayMicros)), quoted),
    ("timetz", "CAST({} AS VARCHAR(21))", ["00:00:00+00", "23:59:59.999999+00"],
     lambda: clock(dice.randrange(dayMicros)) + "+00", quoted),
    ("varbyte(32)", "TO_HEX({})", ["", "00", "ff", "5c27220a"], lambda: dice.randbytes(dice.randint(0, 32)).hex(),
     lambda value: f"from_hex('{value}')"),
    ("super", "{}", ["{}", "[]", '""', "0", "false", json_("it's \\ \"quoted\"")], documents,
     lambda value: f"json_parse({quoted(value)})"),
]  # fmt: skip

# By column: NULL, the edges, and drawn ones.
drawn = [[None, *edges, *(draw() for _ in range(rowCount - 1 - len(edges)))] for _, _, edges, draw, _ in columns]


def insertions(table, batchRowCount=500):
    """Statements that fill the table."""
    for first in range(0, rowCount, batchRowCount):
        rows = []
        for row in range(first, min(first + batchRowCount, rowCount)):
            cells = (values[row] for values in drawn)
            texts = ("NULL" if cell is None else column[4](cell) for cell, column in zip(cells, columns))
            rows.append(f"({row}, {', '.join(texts)})")
        yield f"insert into {table} values {', '.join(rows)}"


def exactly(value):
    """Bits of floats, where -0 is not 0; NaN is NaN whichever it is."""
    if not isinstance(value, float):
        return value
    return "NaN" if value != value else struct.pack("<d", value)
