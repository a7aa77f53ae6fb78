"""7-Zip's CRC-64 of what OSS gives back equals the CRC-64 that OSS names in its headers."""

import os
import re
import subprocess
import urllib.request
import uuid

import oss2
from judging import Judge, same

judge = Judge()
facts = judge.facts["oss"]
prefix = f"judge-{uuid.uuid4().hex}/"
auth = oss2.Auth(facts["accessKeyId"], facts["accessKeySecret"])
# The SDK's own check is off: 7-Zip alone is to judge.
bucket = oss2.Bucket(auth, facts["endpoint"], facts["bucket"], is_path_style=True, enable_crc=False)


def seven_zip(data, name):
    file = os.path.join(judge.facts["scratch"], name)
    with open(file, "wb") as opened:
        opened.write(data)
    said = subprocess.run(["7z", "h", "-scrcCRC64", file], capture_output=True, text=True, timeout=60, check=True).stdout
    return int(re.search(r"^CRC64\s+for data:\s+([0-9A-F]{16})$", said, re.MULTILINE)[1], 16)


def download(key):
    """By no SDK at all: a signed link and Python's own HTTP client. Gives the bytes and the named CRC-64."""
    with urllib.request.urlopen(bucket.sign_url("GET", key, 60), timeout=20) as answer:
        return answer.read(), int(answer.headers["x-oss-hash-crc64ecma"])


@judge.check("7-Zip knows the reference vector of CRC-64/XZ")
def vector():
    same(f"{seven_zip(b'123456789', 'vector'):016x}", "995dc9bbdf1939fa")


for size in (1, 9, 4096, 1_000_003):

    @judge.check(f"an object of {size} bytes")
    def plain():
        key = f"{prefix}{size}"
        bucket.put_object(key, os.urandom(size))
        data, named = download(key)
        same((len(data), seven_zip(data, "plain")), (size, named))


@judge.check("an object that was uploaded in chunks")
def chunked():
    key = prefix + "chunked"
    upload = bucket.init_multipart_upload(key).upload_id
    parts = []
    for number, size in enumerate((200_000, 123_457, 5), 1):
        sent = bucket.upload_part(key, upload, number, os.urandom(size))
        parts.append(oss2.models.PartInfo(number, sent.etag))
    bucket.complete_multipart_upload(key, upload, parts)
    data, named = download(key)
    same((len(data), seven_zip(data, "chunked")), (323_462, named))


bucket.batch_delete_objects([entry.key for entry in oss2.ObjectIterator(bucket, prefix=prefix)])
judge.end()
