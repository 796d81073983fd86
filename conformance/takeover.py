"""Upgrades `harken serve` by `--take-over` while sessions stream, and judges each session.

One gateway after the other takes the sockets of the one before, while `--sessions` clients speak, whom a vendor of this driver's hears
(counting_vendor.py). They send audio as fast as it is taken, and hold their last words back until a take-over is announced: half of them the next one,
half of them the one after that. So each session goes on over a take-over, on any machine. With --every, they stream whole recordings at their own pace
instead, a client that is done begins the next session, and a gateway is taken over from every few seconds. What it asks:

- every session ends in order, with each word of its recording once, in the order in which it was said;
- no connection and no request is refused or broken off, at any time;
- each gateway that was taken over from ends by itself with status 0, and not before its sessions have ended;
- the last gateway has the whole transcript of each session, with the same words;
- a gateway gets its socket as systemd passes it, and a client that comes while no gateway runs is served by the next one.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))

import counting_vendor
from counting_vendor import RATE, CountingVendor
from crash import transcript, words_of
from gateway import OPENER, Server, ServerError, dies_with_us, environment
from hang import HANG, wait_for_all

KEY = "the-vendor's-key"
WORDS, PACED_WORDS = 12, 40  # of a recording of 6 s, and of one of 20 s
HELD = 2 * counting_vendor.TURN * (counting_vendor.WORD + counting_vendor.PAUSE)  # bytes of the last words, which a client holds back
FRAME = RATE // 2  # bytes of a message: 250 ms
QUERY = "/v1/listen?encoding=linear16&sample_rate=16000&punctuate=true"


class Session:
    """One session: at its own pace; or as fast as the audio is taken, and the last words when `release` is set."""

    def __init__(self, release=None):
        self.id, self.shown, self.problem, self.duration, self.release = None, [], None, 0, release
        self.speaks = asyncio.Event()  # it was shown a word, or is over

    async def run(self, url, key, audio):
        try:
            async with websockets.connect(
                    url.replace("http", "ws", 1) + QUERY, additional_headers={"Authorization": "Token " + key}, max_size=None, proxy=None,
                    open_timeout=HANG, ping_interval=None) as socket:
                self.id = socket.response.headers.get("X-Harken-Session")
                reader = asyncio.create_task(self.read(socket))
                await (self.send(socket, audio) if self.release else self.stream(socket, audio))
                await socket.send('{"type": "CloseStream"}')
                await reader
        except Exception as error:  # whatever ends a session is a finding
            self.problem = f"{type(error).__name__}: {error}"
        self.speaks.set()

    async def stream(self, socket, audio):
        began = time.monotonic()
        for at in range(0, len(audio), FRAME):
            await socket.send(audio[at:at + FRAME])
            await asyncio.sleep(max(0, began + (at + FRAME) / (2 * RATE) - time.monotonic()))

    async def send(self, socket, audio):
        for at in range(0, len(audio), FRAME):
            if at + FRAME > len(audio) - HELD:
                await self.release.wait()
            await socket.send(audio[at:at + FRAME])

    async def read(self, socket):
        try:
            async for message in socket:
                said = json.loads(message)
                if said["type"] == "Results" and said["is_final"]:
                    self.shown += [word["punctuated_word"] for word in said["channel"]["alternatives"][0]["words"]]
                    if self.shown:
                        self.speaks.set()
                elif said["type"] == "Metadata":
                    self.duration = said["duration"]
                elif said["type"] == "Error":
                    self.problem = str(said)
        except websockets.ConnectionClosedOK:
            pass
        except websockets.ConnectionClosed as error:
            self.problem = str(error)


class Load:
    """Clients that begin sessions, and a client that makes requests on connections of their own, until `stop` is set."""

    def __init__(self, url, key, audio, pause):
        self.url, self.key, self.audio, self.pause = url, key, audio, pause
        self.stop, self.sessions, self.requests, self.refused = asyncio.Event(), [], 0, []

    async def speak(self, number, count):
        # The clients begin one after the other, so that sessions begin and end all the time.
        await asyncio.sleep(len(self.audio) / (2 * RATE) * number / count)
        while not self.stop.is_set():
            session = Session()
            self.sessions.append(session)
            await session.run(self.url, self.key, self.audio)
            if session.problem:
                return  # one finding is enough

    async def ask(self):
        host, port = self.url.removeprefix("http://").split(":")
        while not self.stop.is_set():
            self.requests += 1
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"GET /health HTTP/1.1\r\nHost: harken\r\nConnection: close\r\n\r\n")
                line = await asyncio.wait_for(reader.readline(), HANG)
                if b" 200 " not in line:
                    self.refused.append(f"answered with {line!r}")
                writer.close()
            except TimeoutError:
                self.refused.append(f"no answer within {HANG} s")
            except OSError as error:
                self.refused.append(str(error))
            await asyncio.sleep(self.pause)


async def upgrade(args, data, settings, load, running, earlier, problems, report):
    """Lets one gateway after the other take over, each while sessions of the one before are open."""
    asking, speaking = asyncio.create_task(load.ask()), {}
    announced = [asyncio.Event() for _ in range(args.upgrades)]

    async def begin(releases):
        first = len(load.sessions)
        load.sessions += [Session(release) for release in releases]
        begun = {f"session {number}": session for number, session in enumerate(load.sessions[first:], first)}
        speaking.update({name: asyncio.create_task(session.run(load.url, load.key, load.audio)) for name, session in begun.items()})
        await wait_for_all({name: session.speaks.wait() for name, session in begun.items()}, "the first word")

    for number, release in enumerate(announced):
        await begin([announced[min(number + client % 2, args.upgrades - 1)] for client in range(args.sessions)])
        following = following_server(args, data, settings, running, earlier)
        await asyncio.to_thread(following.wait_until_announced, HANG)
        # Two gateways have sessions beside the new one: the last one, and the one before, of clients who wait for the second take-over.
        having = {number, max(0, number - 1)} if args.sessions > 1 else {number}
        ended = {index: earlier[index].status for index in having if earlier[index].status is not None}
        problems += [f"gateway {index} ended with {status} while it had sessions" for index, status in ended.items()]
        release.set()
    # The last gateway has sessions of its own as well.
    await begin([announced[-1]] * args.sessions)
    await wait_for_all(speaking, "the end of a session")
    load.stop.set()
    await wait_for_all({"the client that makes requests": asking}, "the end")
    report.append(f"{len(earlier)} take-overs, {len(load.sessions)} sessions open over them or after them")


def following_server(args, data, settings, running, earlier):
    # Draining takes as long as the sessions: zero is no limit.
    following = Server(args.harken, data, settings, drain_seconds=0, options=["--take-over"], port=running[0].url.rsplit(":", 1)[1])
    earlier.append(running[0])
    running[0] = following
    return following


async def upgrade_at_pace(args, data, settings, load, running, earlier, report):
    """Lets one gateway after the other take over, so many seconds apart."""
    speaking = [asyncio.create_task(load.speak(number, args.sessions)) for number in range(args.sessions)]
    asking = asyncio.create_task(load.ask())
    await asyncio.sleep(len(load.audio) / (2 * RATE))  # until every client speaks
    slowest = 0
    for _ in range(args.upgrades):
        began = time.monotonic()
        following = following_server(args, data, settings, running, earlier)
        await asyncio.to_thread(following.wait_until_announced, HANG)
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.sleep(args.every)
    load.stop.set()
    clients = {f"client {number}": task for number, task in enumerate(speaking)}
    await wait_for_all({**clients, "the client that makes requests": asking}, "the end of the last session")
    report.append(f"{len(earlier)} take-overs, the slowest was ready after {slowest:.1f} s")


def judge(load, server, key, truth, problems, report):
    lost = doubled = unfinished = 0
    for number, session in enumerate(load.sessions):
        if session.problem or not session.id:
            problems.append(f"session {number}: {session.problem or 'no X-Harken-Session'}")
            continue
        if session.shown != truth:
            lost += len(set(truth) - set(session.shown)) or max(0, len(truth) - len(session.shown))
            doubled += max(0, len(session.shown) - len(truth))
            problems.append(f"session {number}: {len(session.shown)} words of {len(truth)}: {' '.join(session.shown)[:200]}")
        if abs(session.duration - len(load.audio) / (2 * RATE)) > 0.001:
            problems.append(f"session {number}: {session.duration} s were heard of {len(load.audio) / (2 * RATE)}")
        said = transcript(server, session.id, key)
        if not isinstance(said, dict) or said["status"] != "complete" or said["gaps"] or [word[0] for word in words_of(said)] != session.shown:
            unfinished += 1
            problems.append(f"session {number}: its transcript is {said if not isinstance(said, dict) else (said['status'], said['gaps'])}")
    problems += [f"a request was refused: {refusal}" for refusal in load.refused]
    report.append(
        f"{len(load.sessions)} sessions, {len(load.sessions) * len(truth)} words expected: {lost} lost, {doubled} doubled; "
        f"{unfinished} transcripts are not whole; {load.requests} requests, {len(load.refused)} refused")


def activated(args, folder, problems, report):
    """The gateway is stopped and started again while its socket stays open, as under a socket unit of systemd."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = "http://127.0.0.1:%d" % listener.getsockname()[1]
    # The number of the process is known in the process only.
    start = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[2], sys.argv[2:])"
    command = [sys.executable, "-c", start, str(listener.fileno()), args.harken, "serve", "--data", os.path.join(folder, "activated"),
               "--listen", url.removeprefix("http://")]

    def begin():
        return subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, preexec_fn=dies_with_us, pass_fds=[listener.fileno()],
            env=environment({"LISTEN_FDS": "1", "LISTEN_FDNAMES": "harken.socket", "HARKEN_MODELS": "/nowhere"}))

    for _ in range(2):
        gateway = begin()
        # The client comes at once; the kernel keeps its connection until the gateway accepts it.
        with OPENER.open(url + "/health", timeout=HANG) as answer:
            if answer.status != 200:
                problems.append(f"a passed socket: /health was answered with {answer.status}")
        gateway.terminate()
        if gateway.wait(HANG) != 0:
            problems.append(f"a passed socket: the gateway ended with {gateway.returncode}: {gateway.stderr.read()[-300:]}")
    listener.close()
    report.append("two gateways one after the other served the socket that was passed to them")


def main():
    parser = argparse.ArgumentParser(prog="scripts/play take-over", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"))
    parser.add_argument("--sessions", type=int, default=6)
    parser.add_argument("--upgrades", type=int, default=2)
    parser.add_argument("--every", type=float, help="seconds between a take-over and the next one: the clients speak at their own pace")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    problems, report, earlier, running = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="harken-takeover-") as folder:
        data, vendor = os.path.join(folder, "data"), CountingVendor()
        settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_MAX_SESSIONS_PER_USER": "1000", "HARKEN_MAX_CONNECTIONS_PER_ADDRESS": "4096"}
        try:
            first = Server(args.harken, data, settings, drain_seconds=0)
            running.append(first)
            first.wait_until_ready(HANG)
            key = first.make_key()
            words = PACED_WORDS if args.every is not None else WORDS
            load = Load(first.url, key, counting_vendor.audio(words), 0.01 if args.every is not None else 0.05)
            if args.every is not None:
                asyncio.run(upgrade_at_pace(args, data, settings, load, running, earlier, report))
            else:
                asyncio.run(upgrade(args, data, settings, load, running, earlier, problems, report))
            for number, server in enumerate(earlier):
                if (status := server.ended(HANG)) != 0:
                    end = f"has not ended after {HANG} s" if status is None else f"ended with {status}"
                    problems.append(f"gateway {number}, which was taken over from, {end}: {''.join(server.lines[-3:])}")
            activated(args, folder, problems, report)
            judge(load, running[0], key, counting_vendor.words(words), problems, report)
        except (ServerError, OSError, subprocess.TimeoutExpired) as error:
            problems.append(f"{type(error).__name__}: {error}")
        finally:
            for server in [*earlier, *running]:
                server.stop()
            vendor.stop()
    for line in report:
        print(line)
    for problem in problems[:20]:
        print("FAIL  " + problem)
    if problems and running:
        print("the last harken serve said last:\n" + "".join(running[0].lines[-40:]), file=sys.stderr)
    print(f"{'FAIL' if problems else 'PASS'}  take-over")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
