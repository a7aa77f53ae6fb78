"""Alibaba's own Python SDK against the emulated OSS, with its CRC checks on, under V1 and V4 signatures."""

import hashlib
import os
import uuid

import oss2
from judging import Judge, refused, same

judge = Judge()
facts = judge.facts["oss"]
prefix = f"judge-{uuid.uuid4().hex}/"
mebibyte = 1024 * 1024
oss2.defaults.request_retries = 1


def bucket_of(secret=None, version=1, key_id=None):
    key_id = key_id or facts["accessKeyId"]
    secret = secret or facts["accessKeySecret"]
    auth = oss2.AuthV4(key_id, secret) if version == 4 else oss2.Auth(key_id, secret)
    return oss2.Bucket(
        auth,
        facts["endpoint"],
        facts["bucket"],
        is_path_style=True,
        enable_crc=True,
        region=facts["region"],
        connect_timeout=20,
    )


def text_of(size):
    return b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(size // 32 + 1))[:size]


def crc_of(data):
    crc = oss2.utils.Crc64()
    crc.update(data)
    return crc.crc


body = text_of(300_000)

for version in (1, 4):
    bucket = bucket_of(version=version)
    one = f"{prefix}v{version} one é +&"

    @judge.check(f"V{version} put and get with the SDK's CRC check")
    def put_and_get():
        put = bucket.put_object(one, body, headers={"x-oss-meta-run": "r7"})
        same(put.crc, crc_of(body))
        got = bucket.get_object(one)
        same(got.read() == body, True)
        same((got.server_crc, got.client_crc), (crc_of(body), crc_of(body)))
        same(got.headers["x-oss-meta-run"], "r7")

    @judge.check(f"V{version} range, stat, overwrite forbidden")
    def range_and_stat():
        same(bucket.get_object(one, byte_range=(1000, 1999)).read() == body[1000:2000], True)
        head = bucket.head_object(one)
        same((head.content_length, head.headers["x-oss-hash-crc64ecma"]), (len(body), str(crc_of(body))))
        forbid = lambda: bucket.put_object(one, b"other", headers={"x-oss-forbid-overwrite": "true"})
        refused(oss2.exceptions.ServerError, forbid, "FileAlreadyExists")
        same(bucket.object_exists(prefix + "nothing"), False)
        refused(oss2.exceptions.NoSuchKey, lambda: bucket.get_object(prefix + "nothing"))

    @judge.check(f"V{version} multipart upload with the CRC of the whole")
    def multipart():
        key, whole = f"{prefix}v{version}-multi", text_of(mebibyte)
        upload = bucket.init_multipart_upload(key).upload_id
        parts, crc = [], 0
        for number, at in enumerate(range(0, len(whole), 300_000), 1):
            piece = whole[at : at + 300_000]
            sent = bucket.upload_part(key, upload, number, piece)
            same(sent.crc, crc_of(piece))
            parts.append(oss2.models.PartInfo(number, sent.etag, size=len(piece), part_crc=sent.crc))
            crc = oss2.utils.calc_obj_crc_from_parts(parts)
        same([part.size for part in bucket.list_parts(key, upload).parts], [part.size for part in parts])
        # The SDK compares the parts' combined CRC with the service's of the whole, and raises where they differ.
        done = bucket.complete_multipart_upload(key, upload, parts)
        same((done.crc, crc), (crc_of(whole), crc_of(whole)))
        same(bucket.get_object(key).read() == whole, True)

    @judge.check(f"V{version} resumable upload and download of a file")
    def resumable():
        up, down = (os.path.join(judge.facts["scratch"], f"v{version}-{name}") for name in ("up", "down"))
        with open(up, "wb") as file:
            file.write(text_of(3 * mebibyte + 11))
        key = f"{prefix}v{version}-resumable"
        settings = {"multipart_threshold": mebibyte, "part_size": mebibyte, "num_threads": 2}
        oss2.resumable_upload(bucket, key, up, **settings)
        oss2.resumable_download(bucket, key, down, multiget_threshold=mebibyte, part_size=mebibyte, num_threads=2)
        with open(up, "rb") as sent, open(down, "rb") as received:
            same(sent.read() == received.read(), True)

    @judge.check(f"V{version} listing in pages")
    def listing():
        keys = sorted(f"{prefix}v{version}-list/{n:02}é" for n in range(23))
        for key in keys:
            bucket.put_object(key, b"x")
        listed = oss2.ObjectIteratorV2(bucket, prefix=f"{prefix}v{version}-list/", max_keys=10)
        same([entry.key for entry in listed], keys)
        listed = oss2.ObjectIterator(bucket, prefix=f"{prefix}v{version}-list/", max_keys=10)
        same([entry.key for entry in listed], keys)

    @judge.check(f"V{version} a wrong secret or key is refused")
    def wrong():
        get = lambda other: other.get_object(one)
        refused(oss2.exceptions.ServerError, lambda: get(bucket_of("wrong", version)), "SignatureDoesNotMatch")
        refused(oss2.exceptions.ServerError, lambda: get(bucket_of("wrong", version, "LTAINobody")), "InvalidAccessKeyId")


@judge.check("delete one and many")
def delete():
    bucket = bucket_of()
    keys = [entry.key for entry in oss2.ObjectIterator(bucket, prefix=prefix)]
    assert len(keys) > 40, keys
    bucket.delete_object(keys[0])
    same(bucket.object_exists(keys[0]), False)
    same(sorted(bucket.batch_delete_objects(keys[1:]).deleted_keys), sorted(keys[1:]))
    same([entry.key for entry in oss2.ObjectIterator(bucket, prefix=prefix)], [])


judge.end()
