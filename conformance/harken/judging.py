"""What drivers of Harken itself share: named checks, and a command line as `conformance/run.py` calls it."""

import argparse
import json
import os
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Checks:
    def __init__(self):
        self.all = []

    def check(self, name, ok, detail=""):
        self.all.append({"name": name, "ok": bool(ok), "detail": str(detail)[:300]})
        print(("ok    " if ok else "FAIL  ") + name + ("" if ok else f": {detail}"))


def main(description, run):
    """Calls `run(args, checks, folder)` with a folder that goes away; gives the exit status."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--audio", required=True)
    parser.add_argument("--expect-text", required=True)
    parser.add_argument("--json")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"))
    args = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        run(args, checks, folder)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"checks": checks.all}, file)
    return 0 if all(check["ok"] for check in checks.all) else 1
