"""What the judges in Python share: the facts that they are given, and how they say what they found.

usage of a judge: judge.py FACTS.json   (the line of `migrate emulate --json`, and `tbl`, in a file)
It prints `ok <name>` or `FAIL <name>: <why>` for each check and ends with 1 when one failed.
"""

import json
import sys
import traceback
import urllib.request

whyCharacterCountMax = 400
controlSecondsMax = 10


class Judge:
    def __init__(self):
        with open(sys.argv[1], encoding="utf-8") as file:
            self.facts = json.load(file)
        self.failed = False

    def check(self, name):
        """Runs the decorated function at once; whatever it raises is the reason of a failure."""

        assert ":" not in name, name

        def run(action):
            try:
                action()
            except Exception as error:
                self.failed = True
                line = traceback.extract_tb(error.__traceback__)[-1].lineno
                why = f"{type(error).__name__}: {error} (line {line})"
                print(f"FAIL {name}: {' '.join(why.split())[:whyCharacterCountMax]}", flush=True)
            else:
                print(f"ok {name}", flush=True)
            return action

        return run

    def order(self, *rules):
        """Has the emulated stores fail by these rules too; each must name its object, and ends by itself."""
        request = urllib.request.Request(f"{self.facts['control']['stores']}/faults", json.dumps(rules).encode())
        urllib.request.urlopen(request, timeout=controlSecondsMax).close()

    def seen(self, rule):
        """How many calls the ordered rule was asked about."""
        with urllib.request.urlopen(f"{self.facts['control']['stores']}/faults", timeout=controlSecondsMax) as answer:
            return sum(one["seenCount"] for one in json.load(answer) if one["rule"] == rule)

    def end(self):
        sys.exit(1 if self.failed else 0)


def same(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def refused(kinds, action, *words):
    """The error that `action` must raise; its text must hold one of `words` when there are any."""
    try:
        action()
    except kinds as error:
        assert not words or any(word in str(error) for word in words), f"refused with other words: {error}"
        return error
    raise AssertionError("was accepted")
