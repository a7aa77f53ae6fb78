"""The built `migrate` command, in a folder of its own beside a copy of the emulators' config."""

import glob
import json
import os
import shutil
import subprocess

command = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bin", "migrate.js")


class Migration:
    def __init__(self, facts):
        self.folder = os.path.join(facts["scratch"], "migration")
        origin = os.path.dirname(facts["config"])
        shutil.copytree(os.path.join(origin, "secrets"), os.path.join(self.folder, "secrets"))
        for name in ("migrate.yaml", os.path.basename(facts["redshift"]["caFile"])):
            shutil.copy(os.path.join(origin, name), self.folder)

    def run(self, *words, secondsMax=120):
        config = os.path.join(self.folder, "migrate.yaml")
        ended = subprocess.run(["node", command, *words, "--config", config, "--yes"], capture_output=True, text=True,
                               timeout=secondsMax)
        assert ended.returncode == 0, f"migrate {words[0]}: exit code {ended.returncode}: {ended.stderr[-600:]}"
        return ended.stdout

    @property
    def run_folder(self):
        (folder,) = glob.glob(os.path.join(self.folder, "runs", "*", ""))
        return folder

    def plans(self):
        """The relations of plan.jsonl, by their source's name."""
        with open(os.path.join(self.run_folder, "plan.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        return {f"{plan['source']['schema']}.{plan['source']['name']}": plan for plan in lines if "relationId" in plan}

    def measured(self, plan):
        path = os.path.join(self.run_folder, "measurements", "source", plan["relationId"], "1.json")
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def measurements(self, plan):
        return self.measured(plan)["measurements"]
