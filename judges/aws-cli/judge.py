"""The aws command against the emulated S3 (up, down, list, compare, remove) and the emulated Redshift Data API."""

import hashlib
import json
import os
import subprocess
import time
import uuid

from judging import Judge, same

judge = Judge()
facts = judge.facts["s3"]
place = f"s3://{facts['bucket']}/judge-{uuid.uuid4().hex}"
scratch = judge.facts["scratch"]
mebibyte = 1024 * 1024


def aws(*words, secret=None, code=0):
    env = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": facts["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": secret or facts["secretAccessKey"],
        "AWS_DEFAULT_REGION": facts["region"],
        "AWS_ENDPOINT_URL_S3": facts["endpoint"],
        "AWS_ENDPOINT_URL_REDSHIFT_DATA": judge.facts["redshiftApi"]["endpoint"],
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # A venv's script names its interpreter by a path that may be too long for the kernel; the module has no such limit.
    ended = subprocess.run(["python", "-m", "awscli", *words], env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == code, f"aws {words[:2]}: exit code {ended.returncode}: {ended.stderr}"
    return ended.stdout + ended.stderr


def path(*names):
    return os.path.join(scratch, *names)


def digest(file):
    with open(file, "rb") as opened:
        return hashlib.sha256(opened.read()).hexdigest()


@judge.check("cp up and down, small and multipart")
def cp():
    for name, size in (("small", 1000), ("large", 20 * mebibyte + 7)):
        with open(path(name), "wb") as file:
            file.write(os.urandom(size))
        aws("s3", "cp", path(name), f"{place}/{name}")
        aws("s3", "cp", f"{place}/{name}", path(name + ".back"))
        same(digest(path(name + ".back")), digest(path(name)))


@judge.check("ls shows keys and sizes")
def ls():
    listed = [line.split()[2:] for line in aws("s3", "ls", place + "/").splitlines()]
    same(listed, [[str(20 * mebibyte + 7), "large"], ["1000", "small"]])


@judge.check("sync brings a folder once")
def sync():
    os.makedirs(path("folder", "deep"))
    for n in range(12):
        with open(path("folder", "deep", f"{n}.txt"), "w") as file:
            file.write("x" * n)
        # The service keeps whole seconds; a file of this very second would look newer than its copy.
        os.utime(path("folder", "deep", f"{n}.txt"), (1_600_000_000, 1_600_000_000))
    first = aws("s3", "sync", path("folder"), place + "/folder", "--no-progress")
    same(first.count("upload:"), 12)
    same(aws("s3", "sync", path("folder"), place + "/folder", "--no-progress"), "")


@judge.check("s3api speaks of parts and ranges")
def s3api():
    bucket, key = place[len("s3://") :].split("/", 1)
    etag = aws("s3api", "head-object", "--bucket", bucket, "--key", key + "/large", "--query", "ETag", "--output", "text")
    assert etag.strip().strip('"').endswith("-3"), etag
    where = ["--bucket", bucket, "--key", key + "/large"]
    aws("s3api", "get-object", *where, "--range", "bytes=8388600-8388615", path("range"))
    with open(path("large"), "rb") as whole, open(path("range"), "rb") as piece:
        whole.seek(8388600)
        same(piece.read(), whole.read(16))


@judge.check("a wrong secret is refused")
def wrong_secret():
    said = aws("s3", "ls", place + "/", secret="wrong", code=255)
    assert "SignatureDoesNotMatch" in said, said


@judge.check("rm takes everything away")
def rm():
    aws("s3", "rm", place, "--recursive")
    aws("s3", "ls", place + "/", code=1)


oss = judge.facts["oss"]
oss_place = f"s3://{oss['bucket']}/judge-{uuid.uuid4().hex}"


def aws_oss(*words, code=0, style="virtual", **changes):
    """Against OSS's S3-compatible face, configured as Alibaba says: virtual-hosted, checksums when required."""
    config = path(f"oss-{style}.config")
    with open(config, "w") as file:
        file.write(f"[default]\ns3 =\n  addressing_style = {style}\n")
    env = {
        **os.environ,
        "AWS_CONFIG_FILE": config,
        "AWS_ACCESS_KEY_ID": oss["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": oss["accessKeySecret"],
        "AWS_DEFAULT_REGION": oss["region"],
        "AWS_ENDPOINT_URL_S3": oss["endpoint"].replace("127.0.0.1", "localhost"),
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        # `<bucket>.localhost` is a name that only the proxy finds.
        "HTTP_PROXY": judge.facts["proxy"],
        **changes,
    }
    ended = subprocess.run(["python", "-m", "awscli", *words], env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == code, f"aws {words[:2]}: exit code {ended.returncode}: {ended.stderr}"
    return ended.stdout + ended.stderr


@judge.check("OSS's S3 face takes cp up and down, ls and rm")
def oss_face():
    for name, size in (("oss-small", 1000), ("oss-large", 20 * mebibyte + 7)):
        with open(path(name), "wb") as file:
            file.write(os.urandom(size))
        aws_oss("s3", "cp", path(name), f"{oss_place}/{name}")
        aws_oss("s3", "cp", f"{oss_place}/{name}", path(name + ".back"))
        same(digest(path(name + ".back")), digest(path(name)))
    listed = [line.split()[2:] for line in aws_oss("s3", "ls", oss_place + "/").splitlines()]
    same(listed, [[str(20 * mebibyte + 7), "oss-large"], ["1000", "oss-small"]])
    aws_oss("s3", "rm", oss_place, "--recursive")
    aws_oss("s3", "ls", oss_place + "/", code=1)


@judge.check("OSS's S3 face refuses path style, strangers and wrong secrets")
def oss_refuses():
    assert "SecondLevelDomainForbidden" in aws_oss("s3", "ls", oss_place + "/", code=255, style="path")
    assert "InvalidAccessKeyId" in aws_oss("s3", "ls", oss_place + "/", code=255, AWS_ACCESS_KEY_ID="LTAINobody")
    assert "SignatureDoesNotMatch" in aws_oss("s3", "ls", oss_place + "/", code=255, AWS_SECRET_ACCESS_KEY="wrong")


def statement(sql, *more):
    """Runs one statement to its end; what describe-statement says of it then."""
    begun = json.loads(aws("redshift-data", "execute-statement", "--sql", sql, *more))
    for _ in range(100):
        ended = json.loads(aws("redshift-data", "describe-statement", "--id", begun["Id"]))
        if ended["Status"] in ("FINISHED", "FAILED", "ABORTED"):
            return {**ended, "SessionId": begun.get("SessionId")}
        time.sleep(0.1)
    raise AssertionError("it does not end")


redshift = judge.facts["redshift"]
where = ("--cluster-identifier", judge.facts["redshiftApi"].get("cluster", ""), "--database", redshift["database"])
where += ("--db-user", redshift["user"])


@judge.check("redshift-data gives a result with every digit")
def data_result():
    ended = statement("SELECT 9007199254740993::bigint AS big, 1.5::decimal(4,2) AS d, NULL::int AS n", *where)
    same(ended["Status"], "FINISHED")
    result = json.loads(aws("redshift-data", "get-statement-result", "--id", ended["Id"]))
    same(result["Records"], [[{"longValue": 9007199254740993}, {"stringValue": "1.50"}, {"isNull": True}]])


@judge.check("redshift-data keeps a transaction in a session")
def data_session():
    session = ("--session-id", statement("BEGIN", *where, "--session-keep-alive-seconds", "30")["SessionId"])
    name = f"public.judge_{uuid.uuid4().hex}"
    same(statement(f"CREATE TABLE {name} (a integer)", *session)["Status"], "FINISHED")
    same(statement(f"SELECT COUNT(*) FROM {name}", *where)["Status"], "FAILED")
    same(statement("ROLLBACK", *session)["Status"], "FINISHED")


judge.end()
