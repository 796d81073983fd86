#!/usr/bin/env python3
"""`harken evaluate` beside a vendor: a simulator that hears as the server does passes the gate, one that hears nonsense or nothing does not.
"""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)

from gateway import Server, dies_with_us, environment
from judging import main

KEY = "evaluation-key"
NOT_PASSED = 3


class BadEngine(BaseHTTPRequestHandler):
    """Deepgram's answer in shape, and never what was said."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        words = [{"word": word, "punctuated_word": word, "start": index, "end": index + 0.5, "confidence": 0.9}
                 for index, word in enumerate("lorem ipsum dolor sit amet".split())]
        channel = {"alternatives": [{"transcript": "lorem ipsum dolor sit amet", "confidence": 0.9, "words": words}]}
        body = json.dumps({"metadata": {"request_id": "bad", "duration": 5.0, "channels": 1, "models": []}, "results": {"channels": [channel]}})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def simulator(url, vendor="deepgram"):
    """A simulator of a vendor that asks the server at `url` for what it hears; gives the process and its address."""
    process = subprocess.Popen(
        [sys.executable, os.path.join(os.path.dirname(HERE), "vendors", f"sim_{vendor}.py"), "--key", KEY, "--recognise-with", url, "--until-input-ends"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_us)
    line = process.stdout.readline()
    if not line.startswith("ready "):
        raise SystemExit("the simulator did not start")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return process, line.split()[1]


def evaluate(args, manifest, address, folder, *more):
    report = os.path.join(folder, "report.json")
    settings = {"DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": address}
    command = [args.harken, "evaluate", manifest, "--engines", "local,deepgram", "--output-json", report,
               "--output-html", os.path.join(folder, "report.html"), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment(settings))
    with open(report) as file:
        return done, json.load(file)


def broken(report):
    gates = [gate for scenario in report["scenarios"] for gate in scenario["gates"]] + report["evidence"]
    return sorted(gate["metric"] for gate in gates if gate["severity"] == "failure")


def run(args, checks, folder):
    manifest = os.path.join(folder, "manifest.jsonl")
    with open(manifest, "w") as file:
        file.write(json.dumps({"id": "beckett", "file": args.audio, "text": args.expect_text, "language": "en"}) + "\n")

    # Not the server under test, which asks for a key: one that hears for callers on this machine.
    ears = Server(args.harken, os.path.join(folder, "data"))
    ears.wait_until_ready(300)
    process, address = simulator(ears.url)
    done, report = evaluate(args, manifest, address, folder)
    process.stdin.close()
    process.wait(timeout=10)
    ears.stop()
    checks("an engine that hears what is said passes", done.returncode == 0, f"{done.returncode}, {broken(report)} {done.stderr}")
    checks("the report is on standard output", done.stdout.startswith("# Evaluation: deepgram against local: passed"), done.stdout[:100])
    rates = [report["aggregate"][engine]["word_error_rate"] for engine in ("local", "deepgram")]
    checks("both engines are measured against what people wrote down", all(rate is not None and rate < 0.35 for rate in rates), rates)

    bad = ThreadingHTTPServer(("127.0.0.1", 0), BadEngine)
    threading.Thread(target=bad.serve_forever, daemon=True).start()
    done, report = evaluate(args, manifest, f"http://127.0.0.1:{bad.server_port}", folder)
    checks("an engine that hears nonsense fails the gate with status 3", done.returncode == NOT_PASSED, f"{done.returncode} {done.stderr}")
    checks("for its words", "transcript_word_error_rate" in broken(report), broken(report))
    bad.shutdown()
    bad.server_close()

    done, report = evaluate(args, manifest, f"http://127.0.0.1:{bad.server_port}", folder)
    checks("an engine that is not there fails the gate with status 3", done.returncode == NOT_PASSED, f"{done.returncode} {done.stderr}")
    checks("for its failures", "deepgram_failure_rate" in broken(report), broken(report))

    open(manifest, "w").close()
    done, report = evaluate(args, manifest, address, folder)
    checks("no case is no evidence", done.returncode == NOT_PASSED and broken(report) == ["judged_cases"], f"{done.returncode} {broken(report)}")


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
