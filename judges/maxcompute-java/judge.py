"""Alibaba's Java SDK and JDBC driver against the emulated MaxCompute: each a program in Java, with its own class path."""

import os
import subprocess
import sys

from judging import Judge

here = os.path.dirname(os.path.abspath(__file__))
cloud = Judge().facts["maxcompute"]
secondsMax = 120
arguments = [f"{name}={cloud[name]}" for name in ("endpoint", "project")] + [f"region={cloud.get('region', 'cn-hangzhou')}"]
# Keys go by environment, where no list of processes shows them.
environment = {**os.environ, "ACCESS_ID": cloud["accessId"], "ACCESS_KEY": cloud["accessKey"]}
failed = False
for program, jars in (("Sdk.java", "odps-sdk-core"), ("Jdbc.java", "odps-jdbc")):
    path = os.path.join(here, "..", ".cache", "java", jars, "*")
    command = ["java", "-Xmx512m", "-cp", path, os.path.join(here, program), *arguments]
    ended = subprocess.run(
        command, env=environment, timeout=secondsMax, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(ended.stdout, flush=True)
    failed = failed or ended.returncode != 0
sys.exit(1 if failed else 0)
