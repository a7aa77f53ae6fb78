"""PyODPS against the emulated MaxCompute."""

import decimal
import uuid
from datetime import date, datetime

import odps
from judging import Judge
from odps import ODPS, options


def connect(cloud, secret=None, region=None):
    return ODPS(
        cloud["accessId"],
        secret or cloud["accessKey"],
        cloud["project"],
        endpoint=cloud["endpoint"],
        region_name=region,
    )


def rows_of(reader):
    return [list(record.values) for record in reader]


class Session:
    def __init__(self, cloud):
        self.cloud = cloud
        self.odps = connect(cloud)
        self.table = "judge_" + uuid.uuid4().hex[:12]

    def run(self, sql, hints=None):
        return self.odps.execute_sql(sql, hints=hints)

    def create(self):
        self.run(
            f"create table {self.table} (id bigint not null comment 'key', name varchar(20), price decimal(12,2),"
            " day date, weight double, yes boolean, seen timestamp) comment 'judge' lifecycle 7"
        )
        assert self.odps.exist_table(self.table)

    def insert(self):
        self.run(
            f"insert into {self.table} values"
            " (1, 'é, \"x\"', 12.30BD, date'2020-01-02', 1.5, true, timestamp'2020-01-02 03:04:05.678'),"
            " (2, 'b', null, null, null, null, null)"
        )

    def read_result(self):
        sql = f"select id, name, price, day, weight, yes from {self.table} order by id limit 10"
        with self.run(sql).open_reader(tunnel=False) as reader:
            rows = rows_of(reader)
        text = [[None if value is None else str(value) for value in row] for row in rows]
        assert [row[:2] for row in text] == [["1", 'é, "x"'], ["2", "b"]], text
        assert decimal.Decimal(text[0][2]) == decimal.Decimal("12.30"), text
        assert text[0][3] == "2020-01-02" and text[1][2:] == [None] * 4, text

    def read_tunnel(self):
        sql = f"select * from {self.table} order by id limit 10"
        with self.run(sql).open_reader(tunnel=True, limit=False) as reader:
            assert reader.count == 2, reader.count
            rows = rows_of(reader)
        first = rows[0]
        assert first[:6] == [1, 'é, "x"', decimal.Decimal("12.30"), date(2020, 1, 2), 1.5, True], first
        assert first[6].microsecond == 678000, first
        assert rows[1] == [2, "b", None, None, None, None, None], rows[1]

    def list_tables(self):
        names = [table.name for table in self.odps.list_tables(prefix="judge_")]
        assert self.table in names, names
        assert not self.odps.exist_table("judge_there_is_no_such_table")

    def schema(self):
        table = self.odps.get_table(self.table)
        table.reload()
        types = [str(column.type).lower() for column in table.table_schema.columns]
        assert types == ["bigint", "varchar(20)", "decimal(12,2)", "date", "double", "boolean", "timestamp"], types
        assert table.comment == "judge" and table.lifecycle == 7, (table.comment, table.lifecycle)
        assert not table.table_schema.columns[0].nullable
        assert table.table_schema.columns[0].comment == "key"

    def project(self):
        project = self.odps.get_project()
        project.reload()
        assert project.properties["odps.sql.type.system.odps2"] == "true", project.properties
        assert project.owner

    def instance(self):
        instance = self.odps.run_sql("select 1 as one")
        instance.wait_for_success()
        assert instance.is_successful() and instance.is_terminated()
        assert instance.id in [one.id for one in self.odps.list_instances()]
        assert instance.get_logview_address()
        assert "select 1 as one" in instance.get_sql_query()

    def errors(self):
        for sql, wanted in [
            (f"select nothing from {self.table}", "ODPS-0130071"),
            ("select * from there_is_no_such_table", "ODPS-0130131"),
            ("selec 1", "ODPS-0130161"),
        ]:
            try:
                self.run(sql)
            except odps.errors.ODPSError as error:
                assert wanted in str(error), error
            else:
                raise AssertionError(f"{sql} was accepted")

    def partitions(self):
        name = self.table + "_p"
        self.run(f"create table {name} (a bigint) partitioned by (ds string)")
        self.run(f"insert overwrite table {name} partition (ds='20200101') select 1")
        table = self.odps.get_table(name)
        assert [partition.name for partition in table.partitions] == ["ds='20200101'"]
        assert table.exist_partition("ds=20200101") and not table.exist_partition("ds=20200102")
        self.odps.delete_table(name)

    def table_tunnel(self):
        name = self.table + "_t"
        columns = "id bigint, name string, price decimal(12,2), day date, weight double, yes boolean, at datetime"
        table = self.odps.create_table(name, (columns, "ds string"))
        at = datetime(2020, 1, 2, 3, 4, 5, 678000)
        rows = [[n, f"é {n}", decimal.Decimal(n) / 4, date(2020, 1, 2), n / 8, n % 2 == 0, at] for n in range(25_000)]
        rows += [[None] * 7]
        for compressed in (False, True):
            options.tunnel.compress.enabled = compressed
            spec = f"ds=2020010{int(compressed) + 1}"
            with table.open_writer(partition=spec, create_partition=True, blocks=[0, 1]) as writer:
                writer.write(0, rows[:20_000])
                writer.write(1, rows[20_000:])
            with table.open_reader(partition=spec) as reader:
                assert reader.count == len(rows), reader.count
                read = [list(record.values)[:7] for record in reader]
            assert read == rows, [pair for pair in zip(read, rows) if pair[0] != pair[1]][:2]
        options.tunnel.compress.enabled = False
        with table.open_writer(partition="ds=20200102", overwrite=True) as writer:
            writer.write(rows[:3])
        with table.open_reader(partition="ds=20200102", columns=["name", "id"]) as reader:
            assert [record["name"] for record in reader] == ["é 0", "é 1", "é 2"]
        counts = {partition.name: partition.record_num for partition in table.partitions}
        assert counts == {"ds='20200101'": 25_001, "ds='20200102'": 3}, counts
        self.odps.delete_table(name)

    def signature_v4(self):
        options.enable_v4_sign = True
        region = self.cloud.get("region", "cn-hangzhou")
        project = connect(self.cloud, region=region).get_project()
        project.reload()
        assert project.owner
        try:
            connect(self.cloud, "wrong", region).get_project().reload()
        except odps.errors.ODPSError:
            return
        raise AssertionError("a wrong secret was accepted")

    def wrong_secret(self):
        try:
            connect(self.cloud, "wrong").get_project().reload()
        except odps.errors.ODPSError as error:
            assert "0410042" in str(error) or "SignatureNotMatch" in str(error), error
        else:
            raise AssertionError("a wrong secret was accepted")

    def drop(self):
        self.odps.delete_table(self.table)
        assert not self.odps.exist_table(self.table)


judge = Judge()
options.sql.use_odps2_extension = True
session = Session(judge.facts["maxcompute"])
for name in (
    "create insert read_result read_tunnel list_tables schema project instance errors partitions table_tunnel signature_v4 wrong_secret drop"
).split():
    judge.check(name.replace("_", " "))(getattr(session, name))
judge.end()
