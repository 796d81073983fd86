"""Fills `harken serve` with sessions until it has no descriptors for more, and judges who is refused, how, and what becomes of the others.

The gateway may have 400 files open. A counting vendor (counting_vendor.py) hears its sessions, so each takes two connections, and a third when the vendor
fails; a session of `/listen` has two more for its conversation. More clients come than there is room for, of Deepgram's protocol, AssemblyAI's and `/listen`. Those for whom there is no room are told so in the form
of their protocol, before they have said anything. Then the vendor breaks all connections at once. Each client that was taken gets every word, its transcript
is complete, `/health` is answered all the time, and the log has no complaint. Recordings are refused in the same way, and all have room again at the end.
The number of sessions that fit is the same wherever it is told: on `/ready`, in the log's line of the start, in the metric and by `harken doctor`.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))

import counting_vendor
from crash import Judge, transcript, words_of
from gateway import OPENER, Server, ServerError, make_key
from hang import HANG, wait_for_all, wait_for_fact
from kill import FIFTH, KEY, PROTOCOLS, Client, Vendor

FILES = 400
COMING = 150  # clients
EACH = 3  # descriptors of a session: its client, the vendor, and the vendor that takes over
KEPT = 2  # more descriptors of a session that becomes a conversation
# What a client is told: the status of the handshake, or the code with which it is closed.
REFUSALS = {"deepgram": 503, "assemblyai": 3005, "listen": 1011}


class BreakingVendor(Vendor):
    """A counting vendor that can break all of its streams."""

    def __init__(self):
        self.transports = []
        super().__init__()
        self.is_deaf = False

    async def _live(self, request):
        self.transports.append(request.transport)
        return await super()._live(request)

    def break_all(self):
        def abort():
            for transport in self.transports:
                transport.abort()
            self.transports.clear()
        self._loop.call_soon_threadsafe(abort)


class Play:
    def __init__(self, harken, folder, vendor):
        self.vendor, self.verdict, self.report = vendor, Judge(False), []
        data = os.path.join(folder, "data")
        self.key = make_key(harken, data)
        self.server = Server(harken, data, {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_STALL_SECONDS": "0", "HARKEN_MAX_SESSIONS_PER_USER": "0", "HARKEN_UPLOADS_PER_KEY": "1000"}, descriptors=FILES)
        self.server.wait_until_ready(HANG)

    def told(self, capacity):
        self.server.wait_for("gateway started", HANG)
        doctor = subprocess.run(
            [self.server.harken, "doctor", "--data", self.server.data], capture_output=True, text=True, timeout=HANG, env=self.server.environment,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES)))
        places = {
            "the line of the start": (next((line for line in self.server.lines if "gateway started" in line), ""), r'\bsessions"?[=:]"?(\d+)'),
            "the metric": (self.server.get("/metrics", self.key)[1].decode(), r"(?m)^harken_sessions_capacity (\d+)$"),
            "the doctor": (doctor.stdout + doctor.stderr, r"room for (\d+) live sessions")}
        for name, (text, pattern) in places.items():
            found = re.findall(pattern, text)
            self.verdict.expect(found == [str(capacity)], f"{name} tells {found or text[:500]}, /ready {capacity}")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def ready(self):
        status, body = self.server.get("/ready", self.key)
        self.verdict.expect(status == 200, f"/ready is answered with {status}")
        self.verdict.expect(self.server.get("/health")[0] == 200, "/health is not answered")
        return json.loads(body)["sessions"]

    async def come(self, client):
        """Opens the client's session. Returns what it is told instead, if it is refused."""
        try:
            await client.open(self.server.url)
        except websockets.InvalidStatus as error:
            return error.response.status_code
        if client.dialect == "deepgram":
            return None
        # These protocols have their own words for it, behind the handshake.
        await client.until(lambda: client.events)
        if not any(said["type"] == "Error" or said.get("status") == "stt_failed" for said in client.events):
            return None
        await client.reader
        return client.code

    async def sessions(self):
        self.capacity = capacity = self.ready()["capacity"]
        taken, refused = [], []
        for number in range(COMING):
            client = Client(number, self.key)
            told = await self.come(client)
            (taken if told is None else refused).append(client)
            if told is not None:
                self.verdict.expect(told == REFUSALS[client.dialect], f"{client} was refused with {told}: {client.events}")
        # The capacity is that of sessions without conversations.
        room, used = EACH * capacity, sum(EACH + (KEPT if client.dialect == "listen" else 0) for client in taken)
        self.verdict.expect(room - EACH - KEPT < used < room + EACH, f"{len(taken)} sessions with {used} descriptors were taken, {room} are there")
        self.verdict.expect(len(taken) == self.ready()["open"], f"{len(taken)} sessions were taken, {self.ready()['open']} are open")
        self.verdict.expect({client.dialect for client in refused} == set(PROTOCOLS), f"{len(refused)} clients were refused")
        most = self.open_files()
        await wait_for_all({client: client.speak() for client in taken}, "the pong behind the audio")
        await wait_for_all({client: client.until(lambda client=client: len(client.shown_words) >= FIFTH) for client in taken}, "the fifth word")
        self.vendor.break_all()
        before = self.vendor.streams
        await asyncio.to_thread(wait_for_fact, "a new stream of each session", lambda: self.vendor.streams < before + len(taken))
        most = max(most, self.open_files())
        self.ready()
        await wait_for_all({client: self.leave(client) for client in taken}, "the end of the session")
        self.judge(taken)
        self.report.append(f"{len(taken)} of {COMING} sessions taken, {most} of {FILES} files open")

    async def leave(self, client):
        await client.socket.send({"deepgram": '{"type": "CloseStream"}', "assemblyai": '{"type": "Terminate"}', "listen": '{"type": "finish"}'}[client.dialect])
        await client.reader

    def judge(self, clients):
        def incomplete():
            return "; ".join(f"{client}" for client in clients if (said := transcript(self.server, client.id, self.key)) and
                             (not isinstance(said, dict) or said["status"] != "complete"))

        wait_for_fact("the complete transcript", incomplete)
        for client in clients:
            expect = self.verdict.expect
            said = transcript(self.server, client.id, self.key)
            whole = counting_vendor.words(client.words)
            expect(not client.problem, f"{client}: {client.problem}")
            expect([word[0] for word in words_of(said)] == whole, f"{client} has the words {' '.join(word[0] for word in words_of(said))}")
            expect(client.shown_words == whole, f"{client} was not shown all words")

    async def recordings(self):
        """Each recording waits for the vendor's answer until all have come."""
        self.vendor.hold_back()
        audio = counting_vendor.audio(4)

        def send():
            request = urllib.request.Request(self.server.url + "/v1/listen?encoding=linear16&sample_rate=16000", data=audio, method="POST", headers={
                "Authorization": "Token " + self.key, "Content-Type": "application/octet-stream"})
            try:
                with OPENER.open(request, timeout=HANG) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode(errors="replace")
            except (urllib.error.URLError, ConnectionError):
                # Of more callers at once than there are places for refusals, the connection is closed while they send.
                return 503, ""

        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(COMING) as threads:
            sent = [loop.run_in_executor(threads, send) for _ in range(COMING)]
            # The refused ones come back at once.
            await asyncio.to_thread(wait_for_fact, "a refusal", lambda: not any(one.done() for one in sent))
            self.ready()
            most = self.open_files()
            self.vendor.answer()
            answers = await asyncio.gather(*sent)
        taken = [said for status, said in answers if status == 200]
        for status, said in answers:
            if status == 200:
                words = said["results"]["channels"][0]["alternatives"][0]["words"]
                self.verdict.expect([word["word"] for word in words] == counting_vendor.words(4), f"a recording has the words {words}")
            else:
                self.verdict.expect(status == 503 and ("no room" in said or not said), f"a recording was refused with {status}: {said}")
        self.verdict.expect(any(status == 503 and said for status, said in answers), "no recording was refused in words")
        self.verdict.expect(self.capacity // 2 < len(taken) < COMING, f"{len(taken)} of {COMING} recordings were taken")
        self.report.append(f"{len(taken)} of {COMING} recordings taken, {most} of {FILES} files open")

    def run(self):
        self.told(self.ready()["capacity"])
        asyncio.run(self.sessions())
        asyncio.run(self.recordings())
        asyncio.run(self.sessions())
        self.verdict.expect(self.server.stop() == 0, "the gateway did not end well")
        for line in self.server.lines:
            self.verdict.expect("Too many open files" not in line and " error " not in line, f"the log says: {line.strip()}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/play descriptors", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="harken-descriptors-") as folder:
        play = Play(args.harken, folder, BreakingVendor())
        try:
            play.run()
        except (ServerError, OSError, websockets.WebSocketException) as error:
            play.verdict.problems.append(f"{type(error).__name__}: {error}")
        finally:
            play.server.kill()
    for line in play.report:
        print(line)
    for problem in play.verdict.problems[:20]:
        print("FAIL  " + problem)
    if play.verdict.problems:
        print("harken serve said last:\n" + "".join(play.server.lines[-40:]), file=sys.stderr)
    print(f"{'FAIL' if play.verdict.problems else 'PASS'}  descriptors")
    return 1 if play.verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
