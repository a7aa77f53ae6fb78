"""Alibaba's own Python SDK against the emulated OSS, with its CRC checks on, under V1 and V4 signatures."""

import hashlib
import json
import os
import urllib.request
import uuid
from urllib.parse import urlsplit

import oss2
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from judging import Judge, refused, same

judge = Judge()
facts, sts = judge.facts["oss"], judge.facts["sts"]
prefix = f"judge-{uuid.uuid4().hex}/"
mebibyte = 1024 * 1024
delay = {"do": "throttle", "delaySeconds": 2}
oss2.defaults.request_retries = 1


def bucket_of(secret=None, version=1, key_id=None):
    key_id = key_id or facts["accessKeyId"]
    secret = secret or facts["accessKeySecret"]
    return bucket_by(oss2.AuthV4(key_id, secret) if version == 4 else oss2.Auth(key_id, secret))


def bucket_by(auth):
    return oss2.Bucket(
        auth,
        facts["endpoint"],
        facts["bucket"],
        is_path_style=True,
        enable_crc=True,
        region=facts["region"],
        connect_timeout=20,
    )


def bucket_for(version, keys, **changes):
    """By temporary keys: `keys` as OSS names them, or as STS does."""
    of = {**keys, **changes}
    names = ("accessKeyId", "accessKeySecret", "securityToken")
    found = [of.get(name, of.get(name[0].upper() + name[1:])) for name in names]
    return bucket_by(oss2.StsAuth(*found, auth_version=oss2.AUTH_VERSION_4 if version == 4 else oss2.AUTH_VERSION_1))


def assume_role():
    """Temporary keys of STS, asked by Alibaba's SDK core."""
    request = CommonRequest(domain=urlsplit(sts["endpoint"]).netloc, version="2015-04-01", action_name="AssumeRole")
    request.set_protocol_type("http")
    request.set_method("POST")
    request.add_query_param("RoleArn", sts["roleArn"])
    request.add_query_param("RoleSessionName", "judge")
    client = AcsClient(facts["accessKeyId"], facts["accessKeySecret"], facts["region"], auto_retry=False)
    return json.loads(client.do_action_with_exception(request))["Credentials"]


def throttle(key, operation, times):
    """The next calls are answered with 503 and a delay."""
    judge.order({"service": "oss", "operation": operation, "contains": key, "times": times, "action": delay})


def throttled(action):
    """What the SDK tells of a throttled call."""
    error = refused(oss2.exceptions.ServerError, action, "SlowDown")
    same((error.status, error.code, error.headers["x-oss-qos-delay-time"]), (503, "SlowDown", "2000"))


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

    @judge.check(f"V{version} temporary keys of STS write, read, list and sign addresses")
    def temporary():
        by_sts, key = bucket_for(version, assume_role()), f"{prefix}v{version}-sts"
        same(by_sts.put_object(key, body).crc, crc_of(body))
        same(by_sts.get_object(key).read() == body, True)
        upload = by_sts.init_multipart_upload(key + "-multi").upload_id
        sent = by_sts.upload_part(key + "-multi", upload, 1, body)
        same([part.etag for part in by_sts.list_parts(key + "-multi", upload).parts], [sent.etag])
        part = oss2.models.PartInfo(1, sent.etag, size=len(body), part_crc=sent.crc)
        same(by_sts.complete_multipart_upload(key + "-multi", upload, [part]).crc, crc_of(body))
        same([entry.key for entry in oss2.ObjectIteratorV2(by_sts, prefix=key)], [key, key + "-multi"])
        with urllib.request.urlopen(by_sts.sign_url("GET", key, 60, slash_safe=True), timeout=20) as answer:
            same(answer.read() == body, True)

    @judge.check(f"V{version} an expired token is refused")
    def expired():
        by_expired = bucket_for(version, sts["expired"])
        for action in (lambda: by_expired.get_object(one), lambda: by_expired.put_object(one, b"other")):
            error = refused(oss2.exceptions.ServerError, action)
            same((error.status, error.code), (403, "SecurityTokenExpired"))
        same(bucket.head_object(one).content_length, len(body))

    @judge.check(f"V{version} a changed, strange or missing token is refused")
    def tokens():
        keys = assume_role()
        token = keys["SecurityToken"]
        changed = ("B" if token[9] == "A" else "A").join([token[:9], token[10:]])
        for wrong, code in (
            (bucket_for(version, keys, SecurityToken=changed), "InvalidSecurityToken"),
            (bucket_for(version, keys, SecurityToken=sts["unexpired"]["securityToken"]), "InvalidSecurityToken"),
            (bucket_for(version, keys, AccessKeySecret="wrong"), "SignatureDoesNotMatch"),
            (bucket_of(keys["AccessKeySecret"], version, keys["AccessKeyId"]), "InvalidAccessKeyId"),
        ):
            error = refused(oss2.exceptions.ServerError, lambda: wrong.get_object(one))
            same((error.status, error.code), (403, code))

    @judge.check(f"V{version} throttling is told with its delay, and passes")
    def throttling():
        key = f"{prefix}v{version}-throttled"
        # Single requests are not tried again by this SDK: whoever calls it must.
        throttle(key, "PutObject", 2)
        for _ in range(2):
            throttled(lambda: bucket.put_object(key, body))
        same(bucket.object_exists(key), False)
        same(bucket.put_object(key, body).crc, crc_of(body))
        throttle(key, "GetObject", 1)
        throttled(lambda: bucket.get_object(key))
        same(bucket.get_object(key).read() == body, True)

    @judge.check(f"V{version} an upload that is throttled goes on where it was")
    def throttled_upload():
        key, file = f"{prefix}v{version}-taken-up", os.path.join(judge.facts["scratch"], f"v{version}-taken-up")
        with open(file, "wb") as sent:
            sent.write(text_of(3 * mebibyte + 11))
        store = oss2.ResumableStore(root=judge.facts["scratch"], dir=f"v{version}-uploads")
        settings = {"store": store, "multipart_threshold": mebibyte, "part_size": mebibyte, "num_threads": 1}
        rule = {"service": "oss", "operation": "UploadPart", "contains": key, "nth": 3, "action": delay}
        judge.order(rule)
        throttled(lambda: oss2.resumable_upload(bucket, key, file, **settings))
        uploads = [one.upload_id for one in oss2.MultipartUploadIterator(bucket, prefix=key)]
        same(len(uploads), 1)
        same([part.part_number for part in bucket.list_parts(key, uploads[0]).parts], [1, 2])
        oss2.resumable_upload(bucket, key, file, **settings)
        same(list(oss2.MultipartUploadIterator(bucket, prefix=key)), [])
        # Four parts: two and the throttled one at first, then the two that lacked.
        same(judge.seen(rule), 5)
        same(bucket.get_object(key).read() == text_of(3 * mebibyte + 11), True)


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
