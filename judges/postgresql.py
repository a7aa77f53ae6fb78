"""A throw-away PostgreSQL 15 cluster, filled with TPC-H from .tbl files."""

import glob
import os
import pwd
import re
import shutil
import socket
import subprocess
import time

import psycopg2
import tpch

binaries = "/usr/lib/postgresql/15/bin/"
startSecondsMax = 60


class Cluster:
    """`with Cluster(folder) as connection`: an open connection to its database `postgres`, in autocommit."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgresql")

    def __enter__(self):
        os.mkdir(self.folder, 0o700)
        self.account = self._account()
        data = os.path.join(self.folder, "data")
        self._run("initdb", "--pgdata", data, "--auth", "trust", "--username", "judge", "--encoding", "UTF8", "--no-sync",
                  "--locale", "C")
        port = free_port()
        with open(os.path.join(self.folder, "log"), "wb") as log:
            words = ["-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                     "-c", "fsync=off", "-c", "timezone=UTC"]
            self.server = subprocess.Popen([binaries + "postgres", *words], stdout=log, stderr=log, cwd=self.folder,
                                           **self.account)
        self.connection = self._connect(port)
        self.connection.autocommit = True
        return self.connection

    def __exit__(self, *_):
        self.connection.close()
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(20)
        shutil.rmtree(self.folder)

    def _account(self):
        """PostgreSQL refuses to run as root: then its own account is taken, or nobody's."""
        if os.getuid() != 0:
            return {}
        names = [entry.pw_name for entry in pwd.getpwall()]
        entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _run(self, name, *words):
        subprocess.run([binaries + name, *words], check=True, capture_output=True, cwd=self.folder, timeout=60,
                       **self.account)

    def _connect(self, port):
        until = time.monotonic() + startSecondsMax
        while True:
            try:
                return psycopg2.connect(host="127.0.0.1", port=port, user="judge", dbname="postgres", connect_timeout=5)
            except psycopg2.OperationalError:
                if time.monotonic() > until or self.server.poll() is not None:
                    with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
                        raise AssertionError(f"PostgreSQL did not start: {log.read()[-400:]}") from None
                time.sleep(0.2)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class WithoutLastDelimiter:
    """A .tbl file as COPY wants it: dbgen closes every field, PostgreSQL wants separators."""

    def __init__(self, file):
        self.lines = (line.replace("|\n", "\n") for line in file)
        self.rest = ""

    def read(self, size):
        while len(self.rest) < size:
            line = next(self.lines, None)
            if line is None:
                break
            self.rest += line
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


def load_tpch(connection, folder):
    """The tables of ddl/tpch/redshift in the schema tpch, without what only Redshift knows; then the rows."""
    ddl = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ddl", "tpch", "redshift")
    with connection.cursor() as cursor:
        cursor.execute("create schema tpch")
        for path in sorted(glob.glob(os.path.join(ddl, "*.sql"))):
            with open(path, encoding="utf-8") as file:
                cursor.execute(re.sub(r"^(DISTSTYLE|DISTKEY|COMPOUND SORTKEY|SORTKEY)\b.*$", "", file.read(), flags=re.M)
                               .replace(";", ""))
        for table in tpch.TABLES:
            with open(os.path.join(folder, table + ".tbl"), encoding="utf-8") as file:
                cursor.copy_expert(f"copy tpch.{table} from stdin (delimiter '|')", WithoutLastDelimiter(file))
