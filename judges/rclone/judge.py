"""rclone between the emulated S3 and OSS's S3-compatible face: copy, check, list, a large file in pieces."""

import json
import os
import shutil
import subprocess
import uuid

from judging import Judge, same

judge = Judge()
s3, oss = judge.facts["s3"], judge.facts["oss"]
scratch = judge.facts["scratch"]
run = f"judge-{uuid.uuid4().hex}"
there, here = f"aws:{s3['bucket']}/{run}", f"ali:{oss['bucket']}/{run}"
back = f"{there}-back"
in_pieces = ("--s3-upload-cutoff", "6M", "--s3-chunk-size", "6M")
mebibyte = 1024 * 1024


def rclone(*words, fails=False, **changes):
    ended = run_rclone(words, changes)
    assert (ended.returncode != 0) == fails, f"rclone {words[0]}: exit code {ended.returncode}: {ended.stderr[-600:]}"
    return (ended.stdout if not fails else ended.stderr).decode()


def run_rclone(words, changes):
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
    return subprocess.run(["rclone", *words], env=env, capture_output=True, timeout=90)


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
    rclone("copy", folder, there, *in_pieces)
    rclone("check", folder, there, "--download")


@judge.check("copy from S3 to OSS")
def across():
    rclone("copy", there, here, *in_pieces)


@judge.check("both sides are the same")
def check():
    rclone("check", there, here, "--download")
    rclone("check", folder, here, "--download")


@judge.check("copy from OSS back to S3")
def home():
    rclone("copy", here, back, *in_pieces)
    rclone("check", folder, back, "--download")
    rclone("check", here, back, "--download")


@judge.check("check by hashes knows every object on both sides")
def hashes():
    # Of objects in pieces rclone keeps its own MD5 as metadata, which must have travelled with them.
    for one, other in ((folder, there), (there, here), (here, back), (back, there)):
        ended = run_rclone(("check", one, other), {})
        said = ended.stderr.decode()
        assert ended.returncode == 0 and "0 differences found" in said and "could not be checked" not in said, said
        assert f"{len(sizes)} matching files" in said, said


@judge.check("check tells of a changed byte and of what is not there")
def differences():
    other = os.path.join(scratch, "other")
    shutil.copytree(folder, other)
    with open(os.path.join(other, "large"), "r+b") as file:
        file.seek(9 * mebibyte)
        byte = file.read(1)[0]
        file.seek(9 * mebibyte)
        file.write(bytes([byte ^ 1]))
    os.remove(os.path.join(other, "empty"))
    for place in (there, here, back):
        for how in ((), ("--download",)):
            said = rclone("check", other, place, *how, fails=True)
            assert "2 differences found" in said, said


@judge.check("cat of a range")
def ranges():
    with open(os.path.join(folder, "large"), "rb") as file:
        file.seek(7 * mebibyte - 3)
        wanted = file.read(100_000)
    for place in (there, here, back):
        ended = run_rclone(("cat", f"{place}/large", "--offset", str(7 * mebibyte - 3), "--count", "100000"), {})
        same((ended.returncode, ended.stdout == wanted), (0, True))


@judge.check("ls shows keys and sizes")
def ls():
    for place in (there, here, back):
        # By either version of the listing, whole and in pages.
        for how in ((), ("--s3-list-version", "1", "--s3-list-chunk", "2"), ("--s3-list-version", "2", "--s3-list-chunk", "2")):
            listed = json.loads(rclone("lsjson", "--recursive", "--files-only", place, *how))
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


@judge.check("sync carries a change both ways and takes away what is gone")
def sync():
    with open(os.path.join(folder, "small é &+.txt"), "ab") as file:
        file.write(b"one line more\n")
    os.remove(os.path.join(folder, "deep", "part-0001"))
    for one, other in ((folder, there), (there, here), (here, back)):
        rclone("sync", one, other, *in_pieces)
        rclone("check", folder, other, "--download")


@judge.check("move within a store")
def move():
    for place in (there, here):
        rclone("moveto", f"{place}/small é &+.txt", f"{place}/moved/small é &+.txt")
        listed = json.loads(rclone("lsjson", "--recursive", "--files-only", place))
        same(sorted(entry["Path"] for entry in listed), ["empty", "large", "moved/small é &+.txt"])
        ended = run_rclone(("cat", f"{place}/moved/small é &+.txt"), {})
        with open(os.path.join(folder, "small é &+.txt"), "rb") as file:
            same(ended.stdout == file.read(), True)


@judge.check("purge takes everything away")
def purge():
    for place in (there, here, back):
        rclone("purge", place)
        same(json.loads(rclone("lsjson", "--recursive", place)), [])


judge.end()
