"""Alibaba's own Python SDK of Data Online Migration against the emulated service: a whole job, from S3 to OSS."""

import hashlib
import json
import time
import uuid
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import oss2
from alibabacloud_hcs_mgw20240626 import models
from alibabacloud_hcs_mgw20240626.client import Client
from alibabacloud_tea_openapi import utils_models
from botocore.config import Config
from darabonba.exceptions import DaraException
from judging import Judge, same
from Tea.exceptions import TeaException

judge = Judge()
facts = judge.facts
service = facts["onlineMigration"]
account = service["accountId"]
name = f"judge-{uuid.uuid4().hex[:12]}"
source, target, job = f"{name}-src", f"{name}-dst", f"{name}-job"
prefix = f"{name}/"
secondsMax = 12

files = {
    f"{n:02d} é +&.parquet": b"".join(hashlib.sha256(f"{n} {m}".encode()).digest() for m in range(n * 700))
    for n in range(1, 6)
}
files["manifest"] = b"not to be moved"
wanted = {key: data for key, data in files.items() if key != "manifest"}
bytesWanted = sum(map(len, wanted.values()))


def client_of(secret=None):
    return Client(
        utils_models.Config(
            access_key_id=service["accessKeyId"],
            access_key_secret=secret or service["accessKeySecret"],
            endpoint=urlsplit(service["endpoint"]).netloc,
            region_id=service["region"],
            protocol="http",
            connect_timeout=20_000,
            read_timeout=20_000,
        )
    )


client = client_of()
s3 = boto3.client(
    "s3",
    endpoint_url=facts["s3"]["endpoint"],
    region_name=facts["s3"]["region"],
    aws_access_key_id=facts["s3"]["accessKeyId"],
    aws_secret_access_key=facts["s3"]["secretAccessKey"],
    config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
)
oss = oss2.Bucket(
    oss2.AuthV4(facts["oss"]["accessKeyId"], facts["oss"]["accessKeySecret"]),
    facts["oss"]["endpoint"],
    facts["oss"]["bucket"],
    is_path_style=True,
    region=facts["oss"]["region"],
)


def refused(action, status, code):
    try:
        action()
    except (DaraException, TeaException) as error:
        same((error.data.get("statusCode"), error.code), (status, code))
        return
    raise AssertionError("was accepted")


def until(ask, is_over, what):
    end = time.monotonic() + secondsMax
    while time.monotonic() < end:
        found = ask()
        if is_over(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} is still {found!r} after {secondsMax} s")


def source_of(address, **change):
    detail = {
        "address_type": "s3",
        "domain": f"https://s3.{facts['s3']['region']}.amazonaws.com",
        "bucket": facts["s3"]["bucket"],
        "prefix": prefix,
        "access_id": facts["s3"]["accessKeyId"],
        "access_secret": facts["s3"]["secretAccessKey"],
        **change,
    }
    return create_address(address, detail)


def target_of(address, **change):
    detail = {
        "address_type": "oss",
        "bucket": facts["oss"]["bucket"],
        "prefix": prefix,
        "region_id": f"oss-{facts['oss']['region']}",
        "role": service["roleName"],
        **change,
    }
    return create_address(address, detail)


def create_address(address, detail):
    info = models.CreateAddressInfo(name=address, tags="by:judge", address_detail=models.AddressDetail(**detail))
    return client.create_address(account, models.CreateAddressRequest(import_address=info))


def create_job(title, **change):
    info = {
        "name": title,
        "src_address": source,
        "dest_address": target,
        "overwrite_mode": "always",
        "transfer_mode": "all",
        "create_report": False,
        "filter_rule": models.FilterRule(
            key_filters=models.KeyFilters(
                includes=models.KeyFilterItem(regex=[".*\\.parquet$", ".*\\.csv$"]),
                excludes=models.KeyFilterItem(regex=["manifest$"]),
            )
        ),
        "import_qos": models.ImportQos(max_band_width=1073741824, max_import_task_qps=1000),
        **change,
    }
    return client.create_job(account, models.CreateJobRequest(import_job=models.CreateJobInfo(**info)))


def update(title, status):
    info = models.UpdateJobInfo(status=f"IMPORT_JOB_{status}")
    return client.update_job(account, title, models.UpdateJobRequest(import_job=info))


def job_of(title):
    return client.get_job(account, title, models.GetJobRequest()).body.import_job


def rows_of(title):
    return client.list_job_history(account, title, models.ListJobHistoryRequest()).body.job_history_list.job_history


def run(title):
    update(title, "LAUNCHING")
    until(lambda: job_of(title).status, lambda status: status == "IMPORT_JOB_FINISHED", title)
    return rows_of(title)[0]


def gone(title):
    try:
        return job_of(title) is None
    except (DaraException, TeaException) as error:
        same(error.code, "JobNotExist")
        return True


def order(operation, action, contains, times=1):
    """Something goes wrong in the emulated service on order; what the SDK makes of it is what counts."""
    rule = {"service": "online-migration", "operation": operation, "contains": contains, "times": times}
    body = json.dumps([{**rule, "action": action}]).encode()
    with urlopen(f"{facts['control']['stores']}/faults", data=body, timeout=20) as response:
        same(response.status, 200)


def verified(address):
    ask = lambda: client.verify_address(account, address).body.verify_address_response
    return until(ask, lambda found: found.status, address)


for key, data in files.items():
    s3.put_object(Bucket=facts["s3"]["bucket"], Key=prefix + key, Body=data)


@judge.check("addresses are created and shown without their secrets")
def addresses():
    same(source_of(source).status_code, 200)
    same(target_of(target).status_code, 200)
    found = client.get_address(account, source).body.import_address
    detail = found.address_detail
    same((found.name, found.tags, found.owner), (source, "by:judge", account))
    same((detail.address_type, detail.bucket, detail.prefix), ("s3", facts["s3"]["bucket"], prefix))
    same(detail.access_secret, None)
    listed = client.list_address(account, models.ListAddressRequest(count=1000)).body.import_address_list
    same({source, target} <= {one.name for one in listed.import_address}, True)


@judge.check("addresses are verified")
def verify():
    for address in (source, target):
        found = verified(address)
        same((found.status, found.error_code or ""), ("avaliable", ""))


@judge.check("a wrong secret of S3 is found by verifying")
def wrong_source():
    source_of(f"{name}-bad", access_secret="not-the-secret")
    found = verified(f"{name}-bad")
    same((found.status, found.error_code), ("unavailable", "SignatureDoesNotMatch"))
    client.delete_address(account, f"{name}-bad")


@judge.check("a role that is not trusted is found by verifying")
def wrong_role():
    target_of(f"{name}-bad", role="NotTrusting")
    found = verified(f"{name}-bad")
    same((found.status, found.error_code), ("unavailable", "NoPermission"))
    client.delete_address(account, f"{name}-bad")


@judge.check("a job is created and shown as it was written")
def create():
    create_job(job)
    found = job_of(job)
    same((found.status, found.src_address, found.dest_address), ("IMPORT_JOB_BEGIN", source, target))
    same((found.overwrite_mode, found.transfer_mode, found.import_qos.max_import_task_qps), ("always", "all", 1000))
    same(found.filter_rule.key_filters.includes.regex, [".*\\.parquet$", ".*\\.csv$"])
    by_version = client.get_job(account, found.version, models.GetJobRequest(by_version="true")).body.import_job
    same(by_version.name, job)
    listed = client.list_job(account, models.ListJobRequest(count=1000)).body.import_job_list.import_job
    same(job in [one.name for one in listed], True)


@judge.check("the job runs, and its history tells of it")
def runs():
    row = run(job)
    same((row.total_count, row.copied_count, row.failed_count), (len(wanted), len(wanted), 0))
    same((row.total_size, row.copied_size, row.list_status), (bytesWanted, bytesWanted, "Finished"))
    states = [one.status.replace("IMPORT_JOB_", "") for one in rows_of(job)]
    same(states, ["FINISHED", "DOING", "PREPARING", "LAUNCHING"])


@judge.check("what arrived is what was sent")
def arrived():
    found = {one.key[len(prefix) :]: oss.get_object(one.key).read() for one in oss2.ObjectIterator(oss, prefix=prefix)}
    same(sorted(found), sorted(wanted))
    same([key for key in wanted if found[key] != wanted[key]], [])


@judge.check("the result counts the files")
def result():
    request = models.GetJobResultRequest(runtime_id=1)
    found = client.get_job_result(account, job, request).body.import_job_result
    counts = (found.total_object_count, found.copied_object_count, found.failed_object_count)
    same((found.ready_retry, *counts), ("NoNeed", len(wanted), len(wanted), 0))


@judge.check("a report is made on demand")
def report():
    version = job_of(job).version
    info = models.CreateReportInfo(job_name=job, runtime_id=1, version=version)
    client.create_report(account, models.CreateReportRequest(create_report=info))
    request = models.GetReportRequest(version=version, runtime_id=1)
    ask = lambda: client.get_report(account, request).body.get_report_response
    found = until(ask, lambda one: one.status == "Finished", "the report")
    same((found.total_count, found.copied_count), (len(wanted), len(wanted)))
    lists = [one.key for one in oss2.ObjectIterator(oss, prefix=found.total_list_prefix)]
    same(len(lists), 1)
    same(len(oss.get_object(lists[0]).read().splitlines()), len(wanted) + 1)


@judge.check("a second round skips what is there, when files are never overwritten")
def second():
    title = f"{job}-never"
    create_job(title, overwrite_mode="never")
    row = run(title)
    same((row.copied_count, row.skipped_count, row.runtime_id), (len(wanted), len(wanted), "1"))
    client.delete_job(account, title, models.DeleteJobRequest())


@judge.check("a failed file is told of, and an inventory leads to it")
def retry():
    title, again, left = f"{job}-part", f"{job}-again", f"{name}-left"
    order("CopyObject", {"do": "fail", "message": "check size failed"}, f"{title}/{prefix}03")
    oss.delete_object(f"{prefix}03 é +&.parquet")
    create_job(title)
    row = run(title)
    same((row.copied_count, row.failed_count, row.status), (len(wanted) - 1, 1, "IMPORT_JOB_FINISHED"))
    same(oss.object_exists(f"{prefix}03 é +&.parquet"), False)
    request = models.GetJobResultRequest(runtime_id=1)
    ask = lambda: client.get_job_result(account, title, request).body.import_job_result
    found = until(ask, lambda one: one.ready_retry != "NotReady", "the result")
    same((found.ready_retry, found.failed_object_count), ("Ready", 1))
    inventory = {
        part: getattr(found, part)
        for part in ("inv_access_id", "inv_access_secret", "inv_bucket", "inv_domain", "inv_location", "inv_path")
    }
    source_of(left, address_type="inv", data_type="s3", inv_region_id=found.inv_region_id, **inventory)
    create_job(again, src_address=left, parent_version=found.version)
    same((row := run(again)).copied_count, 1)
    same((row.total_count, row.failed_count), (1, 0))
    same(oss.get_object(f"{prefix}03 é +&.parquet").read() == wanted["03 é +&.parquet"], True)
    children = client.list_job(account, models.ListJobRequest(parent_name=title)).body.import_job_list.import_job
    same([one.name for one in children], [again])
    client.delete_job(account, title, models.DeleteJobRequest(force_delete=True))
    until(lambda: gone(again), bool, again)
    client.delete_address(account, left)


@judge.check("a job beyond the running ones is refused")
def quota():
    titles = [f"{name}-stuck-{n:02d}" for n in range(11)]
    order("RunJob", {"do": "cut", "when": "before"}, f"{name}-stuck", 20)
    for title in titles:
        create_job(title)
    for title in titles[:10]:
        update(title, "LAUNCHING")
    refused(lambda: update(titles[10], "LAUNCHING"), 400, "JobCountExceedMaxCount")
    update(titles[0], "SUSPEND")
    same(job_of(titles[0]).status, "IMPORT_JOB_SUSPEND")
    update(titles[10], "LAUNCHING")
    for title in titles:
        client.delete_job(account, title, models.DeleteJobRequest())
    for title in titles:
        until(lambda: gone(title), bool, title)


@judge.check("names are taken once")
def taken():
    refused(lambda: source_of(source), 409, "AddressAlreadyExist")
    refused(lambda: create_job(job), 409, "JobAlreadyExist")


@judge.check("wrong requests are refused by code")
def wrong():
    stranger = client_of("not-the-secret")
    refused(lambda: stranger.get_job(account, job, models.GetJobRequest()), 403, "SignatureDoesNotMatch")
    refused(lambda: create_job("Upper"), 400, "InvalidJobName")
    refused(lambda: create_job(f"{job}-x", src_address="nowhere"), 404, "AddressNotExist")
    refused(lambda: create_job(f"{job}-x", overwrite_mode="never", transfer_mode="lastmodified"), 400, "InvalidArgument")
    refused(lambda: job_of("nothing-here"), 404, "JobNotExist")
    refused(lambda: update(job, "SUSPEND"), 409, "InvalidJobStatusForCurrentOperation")
    refused(lambda: client.delete_address(account, source), 409, "AddressInUse")
    refused(lambda: client.list_agent(account, models.ListAgentRequest()), 501, "NotImplemented")


@judge.check("jobs and addresses are deleted")
def deleted():
    client.delete_job(account, job, models.DeleteJobRequest())
    for title in (job, f"{job}-never"):
        until(lambda: gone(title), bool, title)
    for address in (source, target):
        same(client.delete_address(account, address).status_code in (200, 204), True)
        refused(lambda: client.get_address(account, address), 404, "AddressNotExist")


judge.end()
