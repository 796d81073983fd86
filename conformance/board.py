"""Proves the Grafana board and the alert rules of packaging/ against a real Prometheus that scrapes a real gateway.

    scripts/play board [--harken FILE]

The gateway has a vendor that cannot be reached, so that streams fail over. Every query of the board must be answered, and with figures unless it is
named in EMPTY; every metric that the board and the rules name must be one of the gateway's, and every alert that the board names one of the rules.
"""

import argparse
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from gateway import OPENER, Server, dies_with_us

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOARD, RULES = ROOT / "packaging/grafana/harken.json", ROOT / "packaging/prometheus/harken.yml"
# Metrics without figures on a gateway where nothing of the kind has happened.
EMPTY = {"harken_gap_seconds_total", "harken_repaired_gap_seconds_total", "harken_repairs_total", "harken_recoveries_total", "harken_decoders_lost_total",
         "harken_wrong_credentials_total", "harken_store_failures_total", "harken_store_errors_total", "harken_starved_sessions_total"}


def free_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


class Prometheus:
    def __init__(self, target, folder):
        self.address = free_address()
        settings = pathlib.Path(folder) / "prometheus.yml"
        settings.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": "harken", "static_configs": [{"targets": [target]}]}]}))
        self._log = open(f"{folder}/prometheus.log", "w+")
        self._process = subprocess.Popen(
            ["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/prometheus", f"--web.listen-address={self.address}"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, preexec_fn=dies_with_us)
        deadline = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                OPENER.open(f"http://{self.address}/-/ready", timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        self._log.seek(0)
        raise RuntimeError(f"prometheus did not start: {self._log.read()[-600:]}")

    def ask(self, path, **values):
        with OPENER.open(f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(values)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def stop(self):
        self._process.terminate()
        self._process.wait(30)
        self._log.close()


def checked(*command, **options):
    """What a tool finds wrong; None when it finds nothing."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    found = (done.stdout + done.stderr).strip()
    return f"{' '.join(map(str, command[:3]))}: {found[-600:]}" if done.returncode != 0 or (command[2] == "metrics" and found) else None


def use(server, harken, audio):
    """Live sessions and a recording."""
    recording = f"{audio}/beckett.wav"
    for protocol in ("deepgram", "listen"):
        subprocess.run([harken, "live", recording, "--url", server.url, "--speed", "3", "--protocol", protocol], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["curl", "-sf", "-F", "model=whisper-1", "-F", f"file=@{recording}", server.url + "/v1/audio/transcriptions"], check=True,
                   stdout=subprocess.DEVNULL)


def queries(board):
    """Each query of the board with its panel's title, as Grafana would send it."""
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"]
            for variable, value in (("$__rate_interval", "1m"), ("$job", ".*"), ("$instance", ".*")):
                query = query.replace(variable, value)
            yield panel["title"], query


def main():
    parser = argparse.ArgumentParser(prog="scripts/play board", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=str(ROOT / ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav")
    chosen = parser.parse_args()
    board, problems, answered = json.loads(BOARD.read_text()), [], 0
    problems += filter(None, [checked("promtool", "check", "rules", RULES), checked("promtool", "test", "rules", "harken_test.yml", cwd=RULES.parent)])
    with tempfile.TemporaryDirectory(prefix="harken-board-") as folder:
        nobody = f"http://{free_address()}"
        server = Server(chosen.harken, f"{folder}/data", {"HARKEN_ENGINES": "deepgram,local", "DEEPGRAM_API_KEY": "key", "DEEPGRAM_BASE_URL": nobody})
        prometheus = None
        try:
            server.wait_until_announced(60)
            prometheus = Prometheus(server.url.removeprefix("http://"), folder)
            deadline = time.monotonic() + 90
            while b'"local":"ready"' not in server.get("/ready")[1].replace(b" ", b"") and time.monotonic() < deadline:
                time.sleep(0.2)
            use(server, chosen.harken, chosen.test_audio)
            time.sleep(4)
            exposed = server.get("/metrics")[1].decode()
            problems += filter(None, [checked("promtool", "check", "metrics", input=exposed)])
            known = set(re.findall(r"^# TYPE (\S+)", exposed, flags=re.M)) | {"up"}
            texts = [query for _, query in queries(board)] + re.findall(r"expr: (.*)", RULES.read_text())
            for name in sorted({name for text in texts for name in re.findall(r"\b(?:harken|process)_\w+|\bup\b", text)}):
                if re.sub(r"_(bucket|sum|count)$", "", name) not in known:
                    problems.append(f"{name} is not a metric of the gateway")
            alerts = set(re.findall(r"alert: (\w+)", RULES.read_text()))
            for panel in board["panels"]:
                named = set(re.findall(r"\bHarken[A-Z]\w+", panel.get("description", "")))
                problems += [f"{panel['title']}: {name} is not an alert of the rules" for name in sorted(named - alerts)]
            for title, query in queries(board):
                try:
                    result = prometheus.ask("query", query=query)["result"]
                except urllib.error.HTTPError as error:
                    problems.append(f"{title}: {query}: {error.read().decode()[:300]}")
                    continue
                answered += 1
                if not result and not any(name in query for name in EMPTY):
                    problems.append(f"{title}: no figures: {query}")
            rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
            problems += [f"{rule['name']}: {rule['lastError']}" for rule in rules if rule["health"] != "ok"]
            if not rules:
                problems.append("prometheus has no rules")
        finally:
            if prometheus:
                prometheus.stop()
            server.stop()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"board: {answered} queries answered, {len(rules)} rules, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
