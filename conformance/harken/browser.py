#!/usr/bin/env python3
"""A page in Chromium speaks to the gateway as any page would: a WebSocket with its key as a subprotocol, and `fetch` for a recording.

The page is served from another port than the gateway's, so that it is another origin.
"""

import argparse
import functools
import http.server
import json
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import wave

PAGE = """<!doctype html><meta charset="utf-8"><script>
const settings = SETTINGS;
const problems = [], finals = [];
let interims = 0, metadata = null;
function report(more) {
  fetch('/report', {method: 'POST', body: JSON.stringify({problems, finals, interims, metadata, ...more})});
}
async function run() {
  const samples = await (await fetch('/audio.pcm')).arrayBuffer();
  const socket = new WebSocket(settings.socket, ['token', settings.key]);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({data}) => {
    if (typeof data !== 'string') { problems.push('a binary message'); return; }
    const message = JSON.parse(data);
    if (message.type === 'Results') {
      const text = message.channel.alternatives[0].transcript;
      if (message.is_final) { if (text) finals.push(text); } else if (text) interims += 1;
    } else if (message.type === 'Metadata') metadata = message;
  };
  socket.onerror = () => problems.push('the socket failed');
  await new Promise((resolve) => { socket.onopen = resolve; socket.addEventListener('close', resolve); });
  if (socket.protocol !== 'token') problems.push('the subprotocol is ' + JSON.stringify(socket.protocol));
  const closed = new Promise((resolve) => { socket.onclose = resolve; });
  const step = settings.rate / 10 * 2;
  const began = performance.now();
  for (let at = 0; at < samples.byteLength; at += step) {
    socket.send(samples.slice(at, at + step));
    const due = began + (at / step + 1) * 50;  // twice as fast as it was spoken
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  socket.send(JSON.stringify({type: 'CloseStream'}));
  const close = await closed;
  const refused = new WebSocket(settings.socket, ['token', settings.key + '-wrong']);
  const refusal = await new Promise((resolve) => { refused.onopen = () => resolve('opened'); refused.onerror = () => resolve('refused'); });
  const answer = await fetch(settings.url + '/v1/listen?model=nova-3', {
    method: 'POST', body: await (await fetch('/audio.wav')).blob(),
    headers: {Authorization: 'Token ' + settings.key, 'Content-Type': 'application/octet-stream'}});
  const recorded = await answer.json();
  report({code: close.code, refusal, status: answer.status, request: answer.headers.get('dg-request-id'),
          recorded: recorded.results.channels[0].alternatives[0].transcript});
}
run().catch((error) => { problems.push(String(error)); report({}); });
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, files, reports, *arguments):
        self.files, self.reports = files, reports
        super().__init__(*arguments)

    def do_GET(self):
        body = self.files.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if self.path == "/" else "application/octet-stream")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def do_POST(self):
        self.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def words(text):
    return [word for word in "".join(c if c.isalpha() else " " for c in text.lower()).split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--audio", required=True)
    parser.add_argument("--expect-text", required=True)
    parser.add_argument("--json")
    args = parser.parse_args()
    chromium = shutil.which("chromium")
    if not chromium:
        print("FAIL  chromium is not installed: scripts/setup --tests")
        return 1
    with wave.open(args.audio) as recording:
        samples, rate = recording.readframes(recording.getnframes()), recording.getframerate()
    socket = args.url.replace("http", "ws", 1) + f"/v1/listen?encoding=linear16&sample_rate={rate}&interim_results=true&model=nova-3"
    settings = {"url": args.url, "socket": socket, "key": args.key, "rate": rate}
    files = {"/": PAGE.replace("SETTINGS", json.dumps(settings)).encode(), "/audio.pcm": samples, "/audio.wav": pathlib.Path(args.audio).read_bytes()}
    reports = queue.Queue()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, files, reports))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-background-networking",
             f"--user-data-dir={profile}", "--remote-debugging-port=0", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            report = reports.get(timeout=90)
        except queue.Empty:
            report = {"problems": ["the page did not report within 90 s"], "finals": []}
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
    problems = list(report["problems"])

    def check(condition, problem):
        if not condition:
            problems.append(problem)

    expected = words(args.expect_text)
    for name, heard in [("live", words(" ".join(report["finals"]))), ("recorded", words(report.get("recorded", "")))]:
        common = sum(word in heard for word in expected)
        check(common >= 0.8 * len(expected), f"{name}: {common} of {len(expected)} words: {' '.join(heard)}")
    check(report.get("interims", 0) > 0, "no interim came")
    check((report.get("metadata") or {}).get("type") == "Metadata", "no Metadata came")
    check(report.get("code") == 1000, f"the socket closed with {report.get('code')}")
    check(report.get("refusal") == "refused", "a wrong key was let in")
    check(report.get("status") == 200, f"fetch was answered with {report.get('status')}")
    check(report.get("request"), "the page may not read dg-request-id")
    for problem in problems:
        print(f"FAIL  {problem}")
    print(f"{'FAIL' if problems else 'PASS'}  browser: {' '.join(report['finals'])!r}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
