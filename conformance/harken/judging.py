"""What drivers of Harken itself share: named checks, and a command line as `conformance/run.py` calls it."""

import argparse
import json
import os
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Checks:
    def __init__(self):
        self.all = []

    def __call__(self, name, ok, detail=""):
        """Notes whether it holds; what is seen is told where it does not, and where it says more than the name."""
        told = str(detail)[:600]
        self.all.append({"name": name, "ok": bool(ok), "detail": told})
        print(("ok    " if ok else "FAIL  ") + name + (f": {told}" if told or not ok else ""), flush=True)


def main(description, run, arguments=lambda parser: None, missing=lambda args: None):
    """Calls `run(args, checks, folder)` with a folder that goes away; gives the exit status.

    `arguments` adds some to the parser. `missing` says what this machine lacks for it, if anything: then it is skipped for that reason.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--url", help="of a gateway that is there")
    parser.add_argument("--key", help="for it")
    parser.add_argument("--audio", default=os.path.expanduser("~/.cache/harken/test-audio/beckett.wav"), help="a recording of speech")
    parser.add_argument("--expect-text", help="what is said in it")
    parser.add_argument("--json", help="file for the checks")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"))
    arguments(parser)
    args = parser.parse_args()
    checks, skipped = Checks(), missing(args)
    if skipped:
        print("skipped: " + skipped)
    else:
        with tempfile.TemporaryDirectory(prefix="harken-") as folder:
            run(args, checks, folder)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"checks": checks.all, "skipped": skipped}, file)
    return 0 if all(check["ok"] for check in checks.all) else 1
