"""Lets each vendor's own client stream and upload to one `harken serve` whose only engine hears numbers (counting_vendor.py), and judges exactly.

What it asks:

- each client gets every word, once, in order and at its time, and before that in an interim, where its protocol has them;
- the gateway stored each session whole, with the same words;
- the ledger has each second that the vendor heard, and the keys' credit is less by the seconds of their clients;
- the spans that the gateway sent to an OpenTelemetry collector are right, no secret is in its log, and it ends with status 0.

Audio goes as fast as the gateway takes it, and nothing is judged by the clock: limits only end what hangs, and nothing is tried again. What needs real
speech is `scripts/play conformance`.
"""

import argparse
import concurrent.futures
import io
import json
import math
import os
import resource
import shutil
import signal
import sys
import tarfile
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))

import counting_vendor
from collector import Collector
from drivers import BY_NAME, execute
from gateway import OPENER, Server, ServerError, make_key

VENDOR_KEY = "the-vendors-key-0123456789"
WORDS = 6  # two turns
# A driver takes seconds. Its own limits, of 120 s each, say more than this one.
HANG = 300
# Until what the gateway keeps stands.
SETTLING = 60
CREDIT = 1_000
TOKEN = "Basic aGFya2VuOmNvbGxlY3Rvcg=="


@dataclass(frozen=True)
class Client:
    """One driver, and what it does."""

    name: str
    arguments: list = field(default_factory=list)
    rate: int = counting_vendor.RATE
    # Its live sessions, and their channels: the seconds by which each has the words later. None: it alone knows what is to come of them.
    sessions: int | None = 1
    offsets: tuple = (0.0,)
    # Recordings that become words.
    recordings: int = 0

    @property
    def length(self):
        """Seconds of each session."""
        return WORDS * counting_vendor.SPACING + max(self.offsets)

    @property
    def price(self):
        """Seconds that its key pays. Channels do not count."""
        return math.ceil(self.sessions * self.length + self.recordings * WORDS * counting_vendor.SPACING)

    @property
    def user(self):
        return self.name.replace("/", "-")


# Of OpenAI's live clients none says that the audio is over: the vendor ends the last turn.
NO_TAIL = ["--tail-silence", "0"]
# The longest first.
CLIENTS = [
    Client("streaming/livekit_openai", NO_TAIL, rate=24_000, recordings=3),
    Client("streaming/livekit_deepgram"),
    Client("streaming/livekit_assemblyai"),
    Client("streaming/pipecat_deepgram"),
    Client("streaming/pipecat_assemblyai"),
    Client("streaming/openai_realtime", NO_TAIL, rate=24_000),
    Client("streaming/speechmatics_channels", offsets=(0.0, 0.5)),
    Client("streaming/listen_client", sessions=3),
    Client("streaming/assemblyai_sdk"),
    Client("streaming/soniox_client"),
    Client("streaming/deepgram_sdk"),
    Client("streaming/deepgram_flux"),
    Client("streaming/speechmatics_client"),
    Client("streaming/managed_client"),
    Client("harken/protocol_limits", sessions=None),
    Client("harken/bad_input", sessions=None),
    Client("prerecorded/openai_sdk", sessions=0, recordings=11),
    Client("prerecorded/deepgram_sdk", ["--speakers", "2"], sessions=0, recordings=6),
    Client("prerecorded/assemblyai_sdk", ["--speakers", "2", "--poll", "0.05"], sessions=0, recordings=2),
    Client("prerecorded/soniox_sdk", ["--poll", "0.05"], sessions=0, recordings=2),
]


def wrong_transcript(session, client):
    """What is wrong with a stored transcript: its words are to be those that were said, each once, at its time, on each of the client's channels."""
    if session["status"] != "complete" or session["gaps"]:
        yield f"a transcript is {session['status']}, with the gaps {session['gaps']}"
    if abs(session["duration"] - client.length) > 0.01:
        yield f"a session of {session['duration']} s, not of {client.length} s"
    for channel, late in enumerate(client.offsets):
        said = [(word["text"], round(word["start"], 2), round(word["end"], 2)) for segment in session["segments"] if segment["channel"] == channel
                for word in segment["words"]]
        due = [(word, round(start + late, 2), round(end + late, 2)) for word, start, end in counting_vendor.placed(WORDS)]
        if said != due:
            yield f"channel {channel} has {said}"


class Wire:
    """The gateway with its vendor and its collector, and what was found."""

    def __init__(self, harken, folder, logs):
        self.folder, self.logs, self.failed, self.keys = folder, logs, [], {}
        # The clients of stored sessions.
        self.stored = {}
        self.truth = os.path.join(folder, "truth.json")
        with open(self.truth, "w") as file:
            json.dump(counting_vendor.placed(WORDS), file)
        for rate in {client.rate for client in CLIENTS}:
            counting_vendor.write(self.audio(rate), WORDS, rate)
        # A copy of this process: it is made before there are threads.
        self.vendor = counting_vendor.CountingVendor(VENDOR_KEY)
        self.collector = Collector(TOKEN)
        data = os.path.join(folder, "data")
        self.admin = make_key(harken, data, "--scope", "admin")
        self.server = Server(harken, data, {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": VENDOR_KEY, "DEEPGRAM_BASE_URL": self.vendor.url, "HARKEN_MODELS": "/nowhere",
            # Limits of the clock that a slow machine would reach.
            "HARKEN_STALL_SECONDS": "0", "HARKEN_WRONG_KEY_SECONDS": "0", "HARKEN_REPAIR_SECONDS": "60",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=" + TOKEN.replace(" ", "%20")})

    def audio(self, rate):
        return os.path.join(self.folder, f"{rate}.wav")

    def ask(self, path, key, body=None):
        request = urllib.request.Request(
            self.server.url + "/api/v1" + path, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})
        with OPENER.open(request, timeout=HANG) as answer:
            return answer.read()

    def told(self, path, key, body=None):
        return json.loads(self.ask(path, key, body))

    def say(self, what, problems, time=""):
        if problems:
            self.failed.append(what)
        print("\n      ".join([f"{'FAIL' if problems else 'PASS'}  {what}{time}", *problems[:20]]), flush=True)

    def run(self, client):
        """Lets one client judge, with a user, a key and a credit of its own."""
        driver = BY_NAME[client.name]
        self.keys[client.name] = key = self.told("/admin/keys", self.admin, {"name": client.user, "user": client.user, "credits": CREDIT})
        arguments = ["--audio", self.audio(client.rate), "--exact", self.truth, *driver.arguments, *client.arguments]
        outcome = execute(driver, self.server.url, key["key"], self.logs, arguments + (["--speed", "0"] if client.name.startswith("streaming/") else []), HANG)
        problems = [] if outcome.passed else outcome.problems or ["it says nothing: see its log"]
        self.say(client.name, problems, f"  {outcome.seconds:.1f} s")

    # MARK: - What stays

    def judge_stored(self, clients):
        """What the gateway keeps of the clients: transcripts, the ledger, credit. All of it stands soon after the last client has gone."""
        for what, judge in (("sessions", self.open_sessions), ("transcripts", self.wrong_transcripts), ("credit", self.wrong_credits),
                            ("ledger", self.wrong_ledger)):
            deadline = time.monotonic() + SETTLING
            while (problems := judge(clients)) and time.monotonic() < deadline:
                time.sleep(0.1)
            self.say(what, problems)

    def open_sessions(self, _):
        count = self.told("/admin/drain", self.admin)["open"]
        return [f"{count} are open, though every client has gone"] if count else []

    def wrong_transcripts(self, clients):
        problems = []
        for client in (client for client in clients if client.sessions is not None):
            found = self.sessions(self.keys[client.name]["key"])
            if len(found) != client.sessions:
                problems.append(f"{client.name}: {len(found)} sessions are stored, not {client.sessions}")
            self.stored.update((session["id"], client) for session in found)
            problems += [f"{client.name}: {problem}" for session in found for problem in wrong_transcript(session, client)]
        return problems

    def wrong_credits(self, clients):
        left = {key["name"]: key["credits"] for key in self.told("/admin/keys", self.admin)["keys"]}
        due = [(client, CREDIT - client.price) for client in clients if client.sessions is not None]
        return [f"{client.name}: {left[client.user]} s are left of {CREDIT}, not {seconds}" for client, seconds in due if left[client.user] != seconds]

    def wrong_ledger(self, clients):
        booked = sum(row["audio_seconds"] for client in clients for row in self.told("/usage", self.keys[client.name]["key"])["rows"])
        with OPENER.open(self.vendor.url + "/_heard", timeout=HANG) as answer:
            heard = json.load(answer)["seconds"]
        return [f"{booked:.3f} s are booked, and the vendor heard {heard:.3f} s"] if abs(booked - heard) > 0.01 else []

    def end(self):
        """Ends the gateway, and judges what it leaves."""
        status = self.server.stop()
        self.collector.stop()
        self.vendor.stop()
        with open(os.path.join(self.logs, "gateway.log"), "w") as file:
            file.writelines(self.server.lines)
        problems = self.collector.judge(" ".join(counting_vendor.words(WORDS)), secrets=self.secrets()) if self.stored else []
        self.say("traces", problems + list(self.wrong_spans()), f"  {len(self.collector.spans)} spans")
        self.say("log", ["a key or a token is in it"] if any(secret in line for line in self.server.lines for secret in self.secrets()) else [])
        self.say("end", [f"harken serve ended with the status {status} after SIGTERM", *self.server.lines[-20:]] if status != 0 else [])

    def wrong_spans(self):
        """Each turn of a session is one span."""
        turns = {}
        for span in self.collector.spans:
            if span["harken.words"] is not None:
                turns.setdefault(span["gen_ai.conversation.id"], []).append((round(span["harken.speech.start"], 2), round(span["harken.speech.end"], 2), span["harken.words"]))
        step = counting_vendor.SPACING * counting_vendor.TURN
        pause = counting_vendor.SPACING - counting_vendor.LENGTH
        for id_, client in self.stored.items():
            due = [(round(late + step * turn, 2), round(late + step * (turn + 1) - pause, 2), counting_vendor.TURN)
                   for late in client.offsets for turn in range(WORDS // counting_vendor.TURN)]
            if sorted(turns.get(id_, [])) != sorted(due):
                yield f"{client.name}: spans of the turns {turns.get(id_)}, not {sorted(due)}"

    def secrets(self):
        return [VENDOR_KEY, TOKEN, self.admin, *(key["key"] for key in self.keys.values())]

    def sessions(self, key):
        """The stored transcripts of the key's user."""
        with tarfile.open(fileobj=io.BytesIO(self.ask("/users/me/export", key))) as archive:
            return [json.load(archive.extractfile(member)) for member in archive if "/sessions/" in member.name]


def main():
    parser = argparse.ArgumentParser(prog="scripts/play wire", description=__doc__.splitlines()[0])
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"which to run, of {', '.join(client.name for client in CLIENTS)}; without it all")
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"), help="the executable under test")
    parser.add_argument("--logs", default=os.environ.get("PLAY_LOGS"),
                        help="folder for what each client printed and the gateway's log (default: the play's, or a temporary one, which stays if something failed)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="clients at a time (default: as many as the machine has processors)")
    args = parser.parse_args()
    unknown = set(args.clients) - {client.name for client in CLIENTS}
    if unknown:
        parser.error(f"no client is called {unknown.pop()}")
    if not os.access(args.harken, os.X_OK):
        parser.error(f"{args.harken} is not there: make build first, or name another with --harken")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logs = args.logs or tempfile.mkdtemp(prefix="harken-wire-logs-")
    os.makedirs(logs, exist_ok=True)
    clients = [client for client in CLIENTS if not args.clients or client.name in args.clients]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="harken-wire-") as folder:
        wire = Wire(args.harken, folder, logs)
        try:
            wire.server.wait_until_ready(HANG)
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                for done in [pool.submit(wire.run, client) for client in clients]:
                    done.result()
            wire.judge_stored(clients)
        except (ServerError, OSError) as error:
            wire.say("harken serve", [str(error)])
        finally:
            wire.end()
    if not wire.failed and not args.logs:
        shutil.rmtree(logs)
    effort = sum(sum(resource.getrusage(of)[:2]) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    verdict = f"{len(wire.failed)} failed: {', '.join(wire.failed)}; see {logs}" if wire.failed else "all passed"
    print(f"{'FAIL' if wire.failed else 'PASS'}  wire  {len(clients)} clients, {verdict}; {time.monotonic() - began:.0f} s, {effort:.0f} s of processors")
    return 1 if wire.failed else 0


if __name__ == "__main__":
    sys.exit(main())
