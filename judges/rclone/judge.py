"""rclone between the emulated S3 and OSS's S3-compatible face: copy, check, list, a large file in pieces."""

import json
import os
import subprocess
import uuid

from judging import Judge, same

judge = Judge()
s3, oss = judge.facts["s3"], judge.facts["oss"]
scratch = judge.facts["scratch"]
run = f"judge-{uuid.uuid4().hex}"
there, here = f"aws:{s3['bucket']}/{run}", f"ali:{oss['bucket']}/{run}"
mebibyte = 1024 * 1024


def rclone(*words, fails=False, **changes):
    env = {
        **os.environ,
        "RCLONE_CONFIG_AWS_TYPE": "s3",
        "RCLONE_CONFIG_AWS_PROVIDER": "AWS",
        # Of these two providers rclone takes virtual-hosted buckets only; the proxy finds `<bucket>.localhost`.
        "RCLONE_CONFIG_AWS_ENDPOINT": s3["endpoint"].replace("127.0.0.1", "localhost"),
        "RCLONE_CONFIG_AWS_REGION": s3["region"],
        "RCLONE_CONFIG_AWS_ACCESS_KEY_ID": s3["accessKeyId"],
        "RCLONE_CONFIG_AWS_SECRET_ACCESS_KEY": s3["secretAccessKey"],
        "RCLONE_CONFIG_AWS_NO_CHECK_BUCKET": "true",
        "RCLONE_CONFIG_ALI_TYPE": "s3",
        "RCLONE_CONFIG_ALI_PROVIDER": "Alibaba",
        "RCLONE_CONFIG_ALI_ENDPOINT": oss["endpoint"],
        "RCLONE_CONFIG_ALI_REGION": oss["region"],
        "RCLONE_CONFIG_ALI_ACCESS_KEY_ID": oss["accessKeyId"],
        "RCLONE_CONFIG_ALI_SECRET_ACCESS_KEY": oss["accessKeySecret"],
        "RCLONE_CONFIG_ALI_NO_CHECK_BUCKET": "true",
        "RCLONE_RETRIES": "1",
        "RCLONE_LOW_LEVEL_RETRIES": "1",
        "HTTP_PROXY": judge.facts["proxy"],
        **changes,
    }
    ended = subprocess.run(["rclone", *words], env=env, capture_output=True, text=True, timeout=90)
    assert (ended.returncode != 0) == fails, f"rclone {words[0]}: exit code {ended.returncode}: {ended.stderr[-600:]}"
    return ended.stdout if not fails else ended.stderr


def files():
    folder = os.path.join(scratch, "up")
    os.makedirs(os.path.join(folder, "deep"))
    sizes = {"empty": 0, "small é &+.txt": 1234, "deep/part-0001": 40_000, "large": 23 * mebibyte + 5}
    for name, size in sizes.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(os.urandom(size))
    return folder, sizes


folder, sizes = files()


@judge.check("copy up to S3, a large file in pieces")
def up():
    rclone("copy", folder, there, "--s3-upload-cutoff", "6M", "--s3-chunk-size", "6M")
    rclone("check", folder, there, "--download")


@judge.check("copy from S3 to OSS")
def across():
    rclone("copy", there, here, "--s3-upload-cutoff", "6M", "--s3-chunk-size", "6M")


@judge.check("both sides are the same")
def check():
    rclone("check", there, here, "--download")
    rclone("check", folder, here, "--download")


@judge.check("ls shows keys and sizes")
def ls():
    for place in (there, here):
        listed = json.loads(rclone("lsjson", "--recursive", "--files-only", place))
        same({entry["Path"]: entry["Size"] for entry in listed}, sizes)


@judge.check("a second copy has nothing to do")
def again():
    said = rclone("copy", there, here, "--use-json-log", "--log-level", "INFO", "--log-file", os.path.join(scratch, "log"))
    with open(os.path.join(scratch, "log"), encoding="utf-8") as log:
        copied = [line for line in log if "Copied (" in line]
    same((said, copied), ("", []))


@judge.check("a wrong secret is refused")
def wrong_secret():
    for side, place in (("AWS", there), ("ALI", here)):
        said = rclone("lsjson", place, fails=True, **{f"RCLONE_CONFIG_{side}_SECRET_ACCESS_KEY": "wrong"})
        assert "SignatureDoesNotMatch" in said or "403" in said, said


@judge.check("purge takes everything away")
def purge():
    for place in (there, here):
        rclone("purge", place)
        same(json.loads(rclone("lsjson", "--recursive", place)), [])


judge.end()
