"""boto3 with its defaults against the emulated S3, and against OSS's S3-compatible face."""

import base64
import hashlib
import io
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, MissingDependencyException
from judging import Judge, refused, same

judge = Judge()
s3_facts, oss_facts = judge.facts["s3"], judge.facts["oss"]
bucket = s3_facts["bucket"]
prefix = f"judge-{uuid.uuid4().hex}/"
mebibyte = 1024 * 1024
# The emulated account's only one, unless it is told otherwise.
KMS_KEY = f"arn:aws:kms:{s3_facts['region']}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


authority = judge.facts["tls"]["caFile"]


def client(facts, secret, verify=None, **config):
    settings = {"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": "path"}, **config}
    return boto3.client(
        "s3",
        endpoint_url=facts["endpoint"],
        verify=verify,
        region_name=facts["region"],
        aws_access_key_id=facts["accessKeyId"],
        aws_secret_access_key=secret,
        config=Config(**settings),
    )


def text_of(size):
    return b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(size // 32 + 1))[:size]


def sha256_of(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


s3 = client(s3_facts, s3_facts["secretAccessKey"])
body = text_of(300_000)


@judge.check("put and get")
def put_and_get():
    put = s3.put_object(Bucket=bucket, Key=prefix + "one é +&", Body=body, Metadata={"run": "r7"}, ContentType="text/x")
    same(put["ETag"], f'"{hashlib.md5(body).hexdigest()}"')
    got = s3.get_object(Bucket=bucket, Key=prefix + "one é +&")
    same(got["Body"].read() == body, True)
    same((got["ContentLength"], got["Metadata"], got["ContentType"]), (len(body), {"run": "r7"}, "text/x"))
    head = s3.head_object(Bucket=bucket, Key=prefix + "one é +&")
    same((head["ContentLength"], head["ETag"]), (len(body), put["ETag"]))


@judge.check("aws-chunked uploads with a trailing checksum, over TLS")
def chunked():
    secure = client({**s3_facts, "endpoint": judge.facts["tls"]["s3"]}, s3_facts["secretAccessKey"], verify=authority)
    seen = []
    secure.meta.events.register("before-send.s3.*", lambda request, **_: seen.append(dict(request.headers)))
    put = secure.put_object(Bucket=bucket, Key=prefix + "chunked", Body=io.BytesIO(body))
    same(put["ETag"], f'"{hashlib.md5(body).hexdigest()}"')
    same(seen[0]["X-Amz-Content-SHA256"], b"STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    same(seen[0]["Content-Encoding"], b"aws-chunked")
    got = secure.get_object(Bucket=bucket, Key=prefix + "chunked", ChecksumMode="ENABLED")
    same(got["Body"].read() == body, True)
    same((got["ChecksumCRC32"], got.get("ContentEncoding")), (put["ChecksumCRC32"], None))


@judge.check("stored checksum")
def stored_checksum():
    put = s3.put_object(Bucket=bucket, Key=prefix + "sum", Body=body, ChecksumAlgorithm="SHA256")
    head = s3.head_object(Bucket=bucket, Key=prefix + "sum", ChecksumMode="ENABLED")
    same(head["ChecksumSHA256"], put["ChecksumSHA256"])
    refused(
        ClientError,
        lambda: s3.put_object(Bucket=bucket, Key=prefix + "sum", Body=b"other", ChecksumSHA256=put["ChecksumSHA256"]),
        "BadDigest",
    )


@judge.check("checksums of uploads in parts, and of their parts")
def checksums_of_parts():
    pieces = [text_of(5 * mebibyte), text_of(70_000)]
    whole = b"".join(pieces)
    for algorithm, kind in (("SHA256", "COMPOSITE"), ("CRC32C", "FULL_OBJECT"), ("CRC64NVME", "FULL_OBJECT")):
        place = {"Bucket": bucket, "Key": f"{prefix}parts-{algorithm}"}
        try:
            upload = s3.create_multipart_upload(**place, ChecksumAlgorithm=algorithm, ChecksumType=kind)["UploadId"]
            done = []
            for number, piece in enumerate(pieces, 1):
                sum_of = {"ChecksumSHA256": sha256_of(piece)} if algorithm == "SHA256" else {}
                part = s3.upload_part(**place, UploadId=upload, PartNumber=number, Body=piece, **sum_of)
                done.append({"PartNumber": number, "ETag": part["ETag"], **sum_of})
        except MissingDependencyException:
            # Without Amazon's C library boto3 computes no CRC-32C and no CRC-64; the service does.
            continue
        s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": done})
        told = s3.get_object_attributes(**place, ObjectAttributes=["Checksum", "ObjectParts", "ObjectSize"])
        same((told["ObjectSize"], told["ObjectParts"]["TotalPartsCount"]), (len(whole), 2))
        same(told["Checksum"]["ChecksumType"], kind)
        head = s3.head_object(**place, ChecksumMode="ENABLED")
        same(head["Checksum" + algorithm], told["Checksum"]["Checksum" + algorithm])
        if algorithm == "SHA256":
            digests = b"".join(hashlib.sha256(piece).digest() for piece in pieces)
            same(head["ChecksumSHA256"], sha256_of(digests) + "-2")
            same([part["ChecksumSHA256"] for part in told["ObjectParts"]["Parts"]], [sha256_of(p) for p in pieces])
        second = s3.get_object(**place, PartNumber=2)
        same((second["Body"].read() == pieces[1], second["PartsCount"]), (True, 2))


@judge.check("objects under a KMS key, whole, in parts and copied")
def kms():
    key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KMS_KEY}
    plain = f'"{hashlib.md5(body).hexdigest()}"'
    put = s3.put_object(Bucket=bucket, Key=prefix + "kms", Body=body, **key)
    same((put["ServerSideEncryption"], put["SSEKMSKeyId"], put["ETag"] == plain), (*key.values(), False))
    got = s3.get_object(Bucket=bucket, Key=prefix + "kms")
    same((got["Body"].read() == body, got["SSEKMSKeyId"]), (True, key["SSEKMSKeyId"]))
    managed = TransferConfig(multipart_threshold=mebibyte, multipart_chunksize=5 * mebibyte)
    s3.upload_fileobj(io.BytesIO(text_of(6 * mebibyte)), bucket, prefix + "kms-parts", ExtraArgs=key, Config=managed)
    head = s3.head_object(Bucket=bucket, Key=prefix + "kms-parts")
    same((head["SSEKMSKeyId"], head["ETag"].endswith('-2"')), (key["SSEKMSKeyId"], True))
    source = {"Bucket": bucket, "Key": prefix + "kms"}
    copied = s3.copy_object(Bucket=bucket, Key=prefix + "kms-plain", CopySource=source)
    same((copied["CopyObjectResult"]["ETag"], copied["ServerSideEncryption"]), (plain, "AES256"))


@judge.check("open uploads and their parts are listed in pages")
def open_uploads():
    keys = [f"{prefix}open/{n}" for n in range(5)]
    uploads = [s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in keys]
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, Prefix=prefix + "open/", PaginationConfig={"PageSize": 2}
    )
    listed = [(entry["Key"], entry["UploadId"]) for page in pages for entry in page["Uploads"]]
    same(sorted(listed), sorted(zip(keys, uploads)))
    for number in range(1, 6):
        s3.upload_part(Bucket=bucket, Key=keys[0], UploadId=uploads[0], PartNumber=number, Body=b"x" * number)
    place = {"Bucket": bucket, "Key": keys[0], "UploadId": uploads[0]}
    parts = s3.get_paginator("list_parts").paginate(**place, PaginationConfig={"PageSize": 2})
    same([part["Size"] for page in parts for part in page["Parts"]], [1, 2, 3, 4, 5])
    for key, upload in listed:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    same("Uploads" in s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix + "open/"), False)


@judge.check("ranges and conditions")
def ranges():
    key = prefix + "one é +&"
    got = s3.get_object(Bucket=bucket, Key=key, Range="bytes=1000-1999")
    same(got["Body"].read() == body[1000:2000], True)
    same((got["ResponseMetadata"]["HTTPStatusCode"], got["ContentRange"]), (206, f"bytes 1000-1999/{len(body)}"))
    same(s3.get_object(Bucket=bucket, Key=key, Range="bytes=-5")["Body"].read(), body[-5:])
    refused(ClientError, lambda: s3.get_object(Bucket=bucket, Key=key, Range="bytes=900000-"), "InvalidRange")
    refused(ClientError, lambda: s3.get_object(Bucket=bucket, Key=key, IfMatch='"0"'), "PreconditionFailed")
    refused(ClientError, lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"", IfNoneMatch="*"), "PreconditionFailed")


@judge.check("listing in pages")
def listing():
    keys = sorted([f"{prefix}list/{n:03}" for n in range(25)] + [f"{prefix}list/deep/x", f"{prefix}list/a b&<é"])
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix + "list/", PaginationConfig={"PageSize": 10}
    )
    pages = list(pages)
    same([len(page["Contents"]) for page in pages], [10, 10, 7])
    same([entry["Key"] for page in pages for entry in page["Contents"]], keys)
    folders = s3.list_objects_v2(Bucket=bucket, Prefix=prefix + "list/", Delimiter="/")
    same([entry["Prefix"] for entry in folders["CommonPrefixes"]], [prefix + "list/deep/"])
    same(s3.list_objects_v2(Bucket=bucket, Prefix=prefix + "nothing")["KeyCount"], 0)


@judge.check("multipart upload by hand and by the transfer manager")
def multipart():
    key, whole = prefix + "multi", text_of(11 * mebibyte)
    pieces = [whole[: 5 * mebibyte], whole[5 * mebibyte : 10 * mebibyte], whole[10 * mebibyte :]]
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    done = []
    for number, piece in enumerate(pieces, 1):
        part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=piece)
        same(part["ETag"], f'"{hashlib.md5(piece).hexdigest()}"')
        done.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]})
    same([part["Size"] for part in s3.list_parts(Bucket=bucket, Key=key, UploadId=upload)["Parts"]], [len(p) for p in pieces])
    ended = s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done})
    digests = b"".join(hashlib.md5(piece).digest() for piece in pieces)
    same(ended["ETag"], f'"{hashlib.md5(digests).hexdigest()}-3"')
    same(s3.get_object(Bucket=bucket, Key=key)["Body"].read() == whole, True)
    into = io.BytesIO()
    transfer = TransferConfig(multipart_threshold=5 * mebibyte, multipart_chunksize=5 * mebibyte)
    s3.upload_fileobj(io.BytesIO(whole), bucket, key + "-managed", Config=transfer)
    s3.download_fileobj(bucket, key + "-managed", into, Config=transfer)
    same(into.getvalue() == whole, True)


@judge.check("aborted and short uploads")
def aborted():
    key = prefix + "aborted"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    parts = []
    for number in (1, 2):
        part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=b"short")
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    finish = lambda: s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
    )
    refused(ClientError, finish, "EntityTooSmall")
    s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    refused(ClientError, finish, "NoSuchUpload")
    refused(ClientError, lambda: s3.head_object(Bucket=bucket, Key=key), "404")


@judge.check("copy")
def copy():
    s3.copy_object(Bucket=bucket, Key=prefix + "copied", CopySource={"Bucket": bucket, "Key": prefix + "one é +&"})
    same(s3.get_object(Bucket=bucket, Key=prefix + "copied")["Body"].read() == body, True)


@judge.check("a wrong secret, key, bucket or object is refused by its name")
def wrong():
    get = lambda c, **place: c.get_object(**{"Bucket": bucket, "Key": prefix + "copied", **place})
    refused(ClientError, lambda: get(client(s3_facts, "wrong")), "SignatureDoesNotMatch")
    stranger = client({**s3_facts, "accessKeyId": "AKIANOBODY"}, "wrong")
    refused(ClientError, lambda: get(stranger), "InvalidAccessKeyId")
    refused(ClientError, lambda: get(s3, Bucket="there-is-no-such-bucket"), "NoSuchBucket")
    refused(ClientError, lambda: get(s3, Key=prefix + "nothing"), "NoSuchKey")


@judge.check("delete one and many")
def delete():
    s3.delete_object(Bucket=bucket, Key=prefix + "copied")
    refused(ClientError, lambda: s3.head_object(Bucket=bucket, Key=prefix + "copied"), "404")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    assert len(keys) > 25, keys
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    same(sorted(entry["Key"] for entry in gone["Deleted"]), sorted(keys))
    same(s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"], 0)


oss_bucket = oss_facts["bucket"]
# The face knows no path style, and `<bucket>.localhost` is a name that only the proxy finds.
proxy = judge.facts["proxy"]
hosted = {"s3": {"addressing_style": "virtual"}, "proxies": {"http": proxy, "https": proxy}}


@judge.check("OSS's S3 face refuses aws-chunked, boto3's default over TLS")
def oss_refuses_chunked():
    secure = {**oss_facts, "endpoint": judge.facts["tls"]["oss"]}
    default = client(secure, oss_facts["accessKeySecret"], verify=authority, **hosted)
    put = lambda: default.put_object(Bucket=oss_bucket, Key=prefix + "chunked", Body=io.BytesIO(body))
    error = refused(ClientError, put, "aws-chunked encoding is not supported")
    same(error.response["Error"]["Code"], "InvalidArgument")


@judge.check("OSS's S3 face refuses path style")
def oss_refuses_path_style():
    pathed = client(oss_facts, oss_facts["accessKeySecret"])
    refused(ClientError, lambda: pathed.list_objects_v2(Bucket=oss_bucket), "SecondLevelDomainForbidden")


@judge.check("OSS's S3 face works with checksums when required")
def oss_works():
    plain = client(
        {**oss_facts, "endpoint": judge.facts["tls"]["oss"]},
        oss_facts["accessKeySecret"],
        verify=authority,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        **hosted,
    )
    plain.put_object(Bucket=oss_bucket, Key=prefix + "one", Body=io.BytesIO(body))
    same(plain.get_object(Bucket=oss_bucket, Key=prefix + "one")["Body"].read() == body, True)
    same([o["Key"] for o in plain.list_objects_v2(Bucket=oss_bucket, Prefix=prefix)["Contents"]], [prefix + "one"])
    multipart = TransferConfig(multipart_threshold=mebibyte, multipart_chunksize=5 * mebibyte)
    whole, into = text_of(11 * mebibyte), io.BytesIO()
    plain.upload_fileobj(io.BytesIO(whole), oss_bucket, prefix + "many", Config=multipart)
    plain.download_fileobj(oss_bucket, prefix + "many", into, Config=multipart)
    same(into.getvalue() == whole, True)
    plain.delete_object(Bucket=oss_bucket, Key=prefix + "many")
    plain.delete_object(Bucket=oss_bucket, Key=prefix + "one")
    nobody = client({**oss_facts, "accessKeyId": "LTAINobody"}, "wrong", **hosted)
    refused(ClientError, lambda: nobody.list_objects_v2(Bucket=oss_bucket), "InvalidAccessKeyId")
    stranger = client(oss_facts, "wrong", **hosted)
    refused(ClientError, lambda: stranger.list_objects_v2(Bucket=oss_bucket), "SignatureDoesNotMatch")


judge.end()
