"""Alibaba's Java SDK for OSS: a program in Java, told where and as whom."""

import os
import subprocess
import sys

from judging import Judge

here = os.path.dirname(os.path.abspath(__file__))
cloud = Judge().facts["oss"]
path = os.path.join(here, "..", ".cache", "java", "aliyun-sdk-oss", "*")
arguments = [f"{name}={cloud[name]}" for name in ("endpoint", "bucket", "region")]
# Keys go by environment, where no list of processes shows them.
environment = {**os.environ, "ACCESS_ID": cloud["accessKeyId"], "ACCESS_KEY": cloud["accessKeySecret"]}
ended = subprocess.run(
    ["java", "-Xmx512m", "-cp", path, os.path.join(here, "Oss.java"), *arguments],
    env=environment, timeout=100, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
)
print(ended.stdout, flush=True)
sys.exit(ended.returncode)
