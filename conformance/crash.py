"""Kills `harken serve` while sessions stream real speech, starts it again, and judges the transcripts that it completes.

Knows the gateway by its sockets and by the layout of its journal (docs/operating.md), and shares no code with it. What it asks:

- every word that a client was shown as final stands in the session's transcript as it was shown: text, time and turn; of AssemblyAI's formatted
  turns, whose marks and capitals are those of the turn as a whole, the bare words;
- every sample that was in the journal is covered, by words or by silence, and no session has a gap;
- the words are those of the speech, the last ones included (against `harken transcribe` of the same audio);
- the same of a power cut, which is the journal cut back to its last sync: there what is lost is measured.

Half of the first sessions are heard by simulated vendors: some by one for which the gateway has a key, which completes them too, and some by one for which
their client brings its own, which are completed by the local engine and by nobody else.

The gateway is killed again while it completes the transcripts (--rounds). With --drain it is stopped by SIGTERM instead: every session ends in
order within the drain time, with all that was sent before the signal, and at a second signal the gateway goes at once and the next start completes
what is left.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import wave

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "streaming"))

import figures
from conformance_common import normalise, word_error_rate
from gateway import OPENER, Server, ServerError, environment
from matrix import ADDRESSES
from simulators import KEY, Simulator

RATE = 16_000
CLIPS = ["beckett.wav", *(f"librivox/sense_and_sensibility_01_austen_64kb-{number}.wav" for number in ("0870", "0880", "0890", "0920", "0930"))]
SILENCE = bytes(2 * RATE // 2)
FRAMES = (1600, 3200, 6400)  # bytes of a message
# Who hears a session, by its number; the rest the local engine. Simulators share the machine with the gateway, and few are enough.
OPERATORS, OWN = "assemblyai", "deepgram"
HEARD_BY, MOST_SIMULATED = {1: OPERATORS, 3: OWN}, 16


def speech(folder):
    """Clips of real speech, half a second apart, once for each clip to begin with."""
    clips = []
    for name in CLIPS:
        with wave.open(os.path.join(folder, name)) as clip:
            assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (RATE, 1, 2)
            clips.append(clip.readframes(clip.getnframes()))
    return [SILENCE.join(clips[first:] + clips[:first]) for first in range(len(clips))]


class Client:
    """One session: what was sent, and every word that was shown as final, with its turn."""

    def __init__(self, number, dialect, audio, url, key):
        self.number, self.dialect, self.audio = number, dialect, audio
        self.url, self.key = url.replace("http", "ws", 1), key
        self.engine = HEARD_BY.get(number % 4, "local") if number < MOST_SIMULATED else "local"
        self.id, self.shown, self.turn, self.sent, self.problem, self.code = None, [], 0, 0, None, None

    async def run(self, stop, frame):
        query = {
            "deepgram": "/v1/listen?encoding=linear16&sample_rate=16000&punctuate=true&endpointing=300"
                        # Interims of so many sessions at once would leave the local engine no time for finals.
                        + ("&interim_results=true" if self.number < 8 else ""),
            "assemblyai": "/v3/ws?sample_rate=16000&encoding=pcm_s16le&format_turns=true",
        }[self.dialect]
        headers = {"Authorization": ("Token " if self.dialect == "deepgram" else "") + self.key, "X-Harken-Engine": self.engine}
        headers |= {"X-BYOK-Deepgram": KEY} if self.engine == OWN else {}
        try:
            async with websockets.connect(
                    self.url + query, additional_headers=headers, max_size=None, proxy=None, open_timeout=120, ping_interval=None) as socket:
                self.id = socket.response.headers.get("X-Harken-Session")
                reader = asyncio.create_task(self.read(socket))
                began = time.monotonic()
                while not stop.is_set() and self.sent < len(self.audio):
                    piece = self.audio[self.sent:self.sent + frame]
                    await socket.send(piece)
                    self.sent += len(piece)
                    await asyncio.sleep(max(0, began + self.sent / (2 * RATE) - time.monotonic()))
                await reader
        except (websockets.ConnectionClosed, OSError) as error:
            self.code = error.rcvd.code if isinstance(error, websockets.ConnectionClosed) and error.rcvd else None
            if not stop.is_set():
                self.problem = str(error)
        except Exception as error:  # what else goes wrong is a finding
            self.problem = f"{type(error).__name__}: {error}"

    async def read(self, socket):
        while True:
            said = json.loads(await socket.recv())
            if self.dialect == "deepgram":
                if said["type"] == "Error":
                    self.problem = str(said)
                if said["type"] != "Results" or not said["is_final"]:
                    continue
                words = said["channel"]["alternatives"][0]["words"]
                self.shown += [(word["punctuated_word"], word["start"], word["end"], self.turn) for word in words]
                if said["speech_final"]:
                    self.turn += 1
            elif said.get("type") == "Turn" and said["end_of_turn"] and said["turn_is_formatted"]:
                words = [word for word in said["words"] if word["word_is_final"]]
                self.shown += [(word["text"], word["start"] / 1000, word["end"] / 1000, said["turn_order"]) for word in words]


# What is in the journal, read from its files.

HEADER, SLAB, RING_HEADER = 48, 256 << 10, 8 << 10


def segments(folder):
    """The bytes of each segment, with what a killed process left in its rings."""
    found = {name: bytearray(open(os.path.join(folder, name), "rb").read()) for name in os.listdir(folder) if name.endswith(".journal")}
    for name in os.listdir(folder):
        if not name.endswith(".ring"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            header = file.read(RING_HEADER)
            for index in range((RING_HEADER - 64) // 16):
                segment, stretch, filled = struct.unpack_from("<IIQ", header, 64 + 16 * index)
                target = found.get(f"{name.removesuffix('.ring')}-{segment}.journal")
                if not 0 < filled <= SLAB or target is None:
                    continue
                file.seek(RING_HEADER + index * SLAB)
                bytes_ = file.read(filled)
                start = stretch * SLAB
                if len(target) < start + filled:
                    target.extend(bytes(start + filled - len(target)))
                target[start:start + filled] = bytes_
    return found


def journalled(folder):
    """Samples of audio by session, of those that were not closed."""
    ids, samples = {}, {}
    for name, log in sorted(segments(folder).items(), key=lambda item: [int(part) for part in re.findall(r"\d+", item[0])]):
        loop, offset = name.split("-")[0], 0
        while log[offset:offset + 4] == b"HKJ1":
            length, _, session, position = struct.unpack_from("<IQQq", log, offset + 4)
            kind = log[offset + 44]
            payload = log[offset + HEADER:offset + HEADER + length]
            if kind == 1:
                ids[loop, session] = payload[3:3 + struct.unpack_from("<H", payload, 1)[0]].decode()
            elif kind == 2:
                samples[loop, session] = position + length // 2
            elif kind == 4:
                ids.pop((loop, session), None)
            offset += HEADER + length
    return {name: samples.get(key, 0) for key, name in ids.items()}


# What is judged.

class Judge:
    def __init__(self, is_verbose):
        self.problems, self.is_verbose = [], is_verbose

    def expect(self, holds, problem):
        if not holds:
            self.problems.append(problem)


def transcript(server, id_, key):
    status, body = server.get(f"/api/v1/sessions/{id_}", key)
    return json.loads(body) if status == 200 else status


def completed(server, clients, key, seconds):
    """The transcripts, once all are complete, or when time is up."""
    deadline, found = time.monotonic() + seconds, {}
    while time.monotonic() < deadline:
        found = {client.id: transcript(server, client.id, key) for client in clients}
        if all(isinstance(one, dict) and one["status"] == "complete" for one in found.values()):
            break
        time.sleep(0.5)
    return found


def words_of(said):
    return [(word["text"], word["start"], word["end"], segment["turn"], segment["recovered"]) for segment in said["segments"] for word in segment["words"]]


def through_of(client):
    return max((end for _, _, end, _ in client.shown), default=0)


def marked(said):
    """The text, what was recovered in brackets."""
    return " ".join(f"[{segment['text']}]" if segment["recovered"] else segment["text"] for segment in said["segments"])


def bare(word):
    """The word without the marks around it and without capitals."""
    return word.strip(".,;:?!").lower()


def same_words(client, said):
    """How many of the words that were shown do not stand in the transcript as they were shown."""
    kept = [word for word in words_of(said) if not word[4]]
    missing = 0
    written = bare if client.dialect == "assemblyai" else str
    for text, start, end, turn in client.shown:
        # AssemblyAI counts in milliseconds.
        missing += not any(
            written(text) == written(word[0]) and abs(start - word[1]) <= 0.001 and abs(end - word[2]) <= 0.001 and turn == word[3] for word in kept)
    return missing


def judge(judge, label, clients, found, lengths, references):
    edits, expected_words, missing, tail = 0.0, 0, 0, [0, 0]
    for client in clients:
        said = found[client.id]
        if not isinstance(said, dict):
            judge.expect(False, f"{label}: session {client.number} is answered with {said}")
            continue
        judge.expect(said["status"] == "complete" and not said["gaps"], f"{label}: session {client.number} is {said['status']}, gaps {said['gaps']}")
        duration = lengths[client.id] / RATE
        judge.expect(abs(said["duration"] - duration) < 1e-3, f"{label}: session {client.number} has {said['duration']} of {duration:.3f} s")
        by = {(segment["engine"], segment["recovered"]) for segment in said["segments"]}
        # A client's own key is not kept.
        may = {(client.engine, False), ("local" if client.engine == OWN else client.engine, True)}
        judge.expect(by <= may, f"{label}: session {client.number} of {client.engine} has words by {sorted(by - may)}")
        missing += same_words(client, said)
        words = words_of(said)
        times = [(start, end) for _, start, end, _, _ in words]
        judge.expect(all(a[0] <= b[0] and a[1] <= b[1] + 1e-6 for a, b in zip(times, times[1:])), f"{label}: words of {client.number} are not in order")
        judge.expect(all(a[1] <= b[0] + 1e-6 for a, b in zip(times, times[1:])), f"{label}: words of {client.number} overlap")
        expected = [word for word in references[client.number % len(CLIPS)] if (word["start"] + word["end"]) / 2 <= duration]
        text, truth = " ".join(word[0] for word in words), " ".join(word["text"] for word in expected)
        count = len(normalise(truth))
        edits += word_error_rate(truth, text) * count if count else len(words)
        if judge.is_verbose:
            print(f"{label} {client.number}: through {through_of(client):.2f} of {duration:.2f} s\n  expected {truth}\n  got      {marked(said)}")
        expected_words += count
        through = through_of(client)
        tail[0] += sum(1 for word in words if word[1] >= through)
        tail[1] += sum(1 for word in expected if word["start"] >= through)
    judge.expect(missing == 0, f"{label}: {missing} words do not stand as they were shown")
    rate = edits / max(1, expected_words)
    # The end cuts through a word, of which each hearing makes what it can.
    judge.expect(edits <= 0.1 * expected_words + 0.5 * len(clients), f"{label}: word error rate {rate:.3f}")
    judge.expect(abs(tail[0] - tail[1]) <= 0.1 * tail[1] + 3, f"{label}: {tail[0]} words of {tail[1]} behind what was shown")
    shown = sum(len(client.shown) for client in clients)
    heard_by = ", ".join(f"{sum(c.engine == engine for c in clients)} {engine}" for engine in ("local", OPERATORS, OWN))
    return (f"{label}: {len(clients)} sessions ({heard_by}), {sum(lengths[c.id] for c in clients) / RATE:.0f} s of audio, {shown} words shown, "
            f"{missing} of them changed; {tail[0]} words recovered of {tail[1]} expected; word error rate {rate:.3f}")


def synced(lines):
    """How many bytes of each segment were on the disk at last."""
    lengths = {}
    for line in lines:
        found = re.search(r"journal synced path=(\S+) bytes=(\d+)", line)
        if found:
            lengths[os.path.basename(found[1])] = int(found[2])
    return lengths


def journal_window(server):
    """The longest that anything waited for the disk, as the gateway counts it."""
    with OPENER.open(server.url + "/metrics", timeout=30) as answer:
        found = re.search(r"^harken_journal_window_max_seconds (\S+)$", answer.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0


def cut_back(source, target, lengths):
    """A copy of the data as a power cut leaves it: the segments as far as they were synced, nothing of the rings."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.ring", "*.sock"))
    for name in os.listdir(os.path.join(target, "journal")):
        os.truncate(os.path.join(target, "journal", name), lengths.get(name, 0))


def references(harken, audio, folder):
    """The words of each recording as the local engine hears them in one piece."""
    names = []
    for number, samples in enumerate(audio):
        names.append(os.path.join(folder, f"{number}.wav"))
        with wave.open(names[-1], "wb") as clip:
            clip.setparams((1, 2, RATE, 0, "NONE", ""))
            clip.writeframes(samples)
    done = subprocess.run([harken, "transcribe", "--json", *names], capture_output=True, text=True, timeout=1800, env=environment())
    if done.returncode != 0:
        raise ServerError("harken transcribe: " + done.stderr.strip()[-300:])
    return [json.loads(line)["words"] for line in done.stdout.splitlines()]


async def stream(server, clients, seconds, seed, end):
    """Lets `end` end the gateway when each client has streamed for so long."""
    stop = asyncio.Event()
    chance = random.Random(seed)
    tasks = [asyncio.create_task(client.run(stop, chance.choice(FRAMES))) for client in clients]
    deadline = time.monotonic() + 120
    while any(client.sent < 2 * RATE and not client.problem for client in clients) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    await asyncio.sleep(seconds)
    stop.set()
    await asyncio.to_thread(end)
    await asyncio.wait(tasks, timeout=30)
    for task in tasks:
        task.cancel()


def expect_sessions(verdict, clients):
    for client in clients:
        verdict.expect(client.id and not client.problem, f"session {client.number}: {client.problem or 'no X-Harken-Session'}")
    if verdict.problems:
        raise ServerError("the sessions did not come about")


def clients_of(args, server, audio, key):
    return [
        Client(number, "assemblyai" if number % 3 == 2 and number < 8 else "deepgram", audio[number % len(audio)], server.url, key) for number in range(args.sessions)
    ]


def kill(args, verdict, report, audio, truth, folder, settings):
    """The gateway is killed, and its machine loses its power."""
    data, after_cut = os.path.join(folder, "data"), os.path.join(folder, "cut")
    server = Server(args.harken, data, settings)
    try:
        server.wait_until_ready(120)
        key, other = server.make_key(), server.make_key()
        clients = clients_of(args, server, audio, key)
        window = []

        def end():
            window.append(journal_window(server))
            server.kill()

        asyncio.run(stream(server, clients, args.seconds, args.seed, end))
        expect_sessions(verdict, clients)
        kept = journalled(os.path.join(data, "journal"))
        behind = [client.sent / 2 - kept.get(client.id, 0) for client in clients]
        report.append(f"kill -9: at most {max(behind) / RATE * 1000:.0f} ms of what a client had sent were not in the journal")
        cut_back(data, after_cut, synced(server.lines))
        remaining = journalled(os.path.join(after_cut, "journal"))

        for round_ in range(args.rounds + 1):
            began = time.monotonic()
            server = Server(args.harken, data, settings)
            server.wait_until_announced(60)
            start = time.monotonic() - began
            verdict.problems += figures.within("the start after a kill", start, 20)
            if round_ < args.rounds:
                server.wait_for(r"session recovered", 120)
                server.kill()
        found = completed(server, clients, key, args.patience)
        report.append(judge(verdict, "kill -9", clients, found, kept, truth)
                      + f"; ready after {start:.2f} s, complete after {time.monotonic() - began:.1f} s")
        status = transcript(server, clients[0].id, other)
        verdict.expect(status == 404, f"another user's key is answered with {status}")
        verdict.expect(transcript(server, clients[0].id, None) == 401, "without a key a transcript is given")
        verdict.expect(server.stop() == 0, "the gateway did not end well")
        verdict.expect(journalled(os.path.join(data, "journal")) == {}, "the journal still holds sessions that are complete")
        verdict.expect(not any(key in line for line in server.lines), "harken serve wrote the key into its log")

        server = Server(args.harken, after_cut, settings)
        server.wait_until_announced(60)
        survivors = [client for client in clients if remaining.get(client.id)]
        lost = [(kept[client.id] - remaining.get(client.id, 0)) / RATE for client in clients]
        found = completed(server, survivors, key, args.patience)
        # What was shown may be gone with the audio, and what was shown in the last moment before the cut may be gone without.
        gone = 0
        for client in survivors:
            if isinstance(found[client.id], dict):
                words = {(word[0], round(word[1], 3)) for word in words_of(found[client.id]) if not word[4]}
                there = [word for word in client.shown if (word[0], round(word[1], 3)) in words]
                gone += len(client.shown) - len(there)
                client.shown = there
        report.append(judge(verdict, "power cut", survivors, found, remaining, truth)
                      + f"; lost at most {max(lost) * 1000:.0f} ms of audio (median {sorted(lost)[len(lost) // 2] * 1000:.0f} ms), "
                      + f"and {gone} words that had been shown were recognised again; what came waited {window[0] * 1000:.0f} ms at most for the disk, "
                      + f"and came in messages of up to {FRAMES[-1] * 500 // RATE} ms")
        # A message that came a moment ago has audio of all the time since the one before.
        most = window[0] + FRAMES[-1] / (2 * RATE)
        verdict.expect(max(lost) <= most + 0.05, f"power cut: {max(lost):.3f} s were lost, more than the {most:.3f} s that the gateway names")
        verdict.expect(len(survivors) == len(clients), f"power cut: {len(clients) - len(survivors)} sessions are gone")
    finally:
        server.stop()
    return server


def drain(args, verdict, report, audio, truth, folder, settings):
    """The gateway is stopped in order, and then once more without patience."""
    data = os.path.join(folder, "drained")
    # The clients speak on, so their sessions are handed over when the drain time is over.
    server = Server(args.harken, data, settings, drain_seconds=2)
    try:
        server.wait_until_ready(120)
        key = server.make_key()
        clients = clients_of(args, server, audio, key)
        status = []
        asyncio.run(stream(server, clients, args.seconds, args.seed, lambda: status.append(server.terminate(args.patience))))
        expect_sessions(verdict, clients)
        verdict.expect(status == [0], f"SIGTERM: the gateway ended with {status}")
        codes = sorted({str(client.code) for client in clients})
        verdict.expect(all(client.code in (1000, 1001, 1012, 3005, 3008) for client in clients), f"SIGTERM: sessions closed with {codes}")
        verdict.expect(journalled(os.path.join(data, "journal")) == {}, "SIGTERM: the journal still holds sessions")

        server = Server(args.harken, data, settings)
        server.wait_until_announced(60)
        found = completed(server, clients, key, 60)
        lengths = {client.id: int(found[client.id]["duration"] * RATE + 0.5) for client in clients if isinstance(found[client.id], dict)}
        behind = [client.sent / 2 - lengths.get(client.id, 0) for client in clients]
        report.append(judge(verdict, "SIGTERM", clients, found, lengths, truth)
                      + f"; at most {max(behind) / RATE * 1000:.0f} ms of what a client had sent came after the drain began; closed with {', '.join(codes)}")
        verdict.expect(max(behind) <= 2 * RATE, f"SIGTERM: {max(behind) / RATE:.1f} s that were sent are not in a transcript")
        recovered = sum(word[4] for client in clients if isinstance(found[client.id], dict) for word in words_of(found[client.id]))
        verdict.expect(recovered == 0, f"SIGTERM: {recovered} words were not said to their clients")

        again = clients_of(args, server, audio, key)[:4]
        server.wait_until_ready(120)
        asyncio.run(stream(server, again, 2, args.seed, lambda: status.append(server.terminate(20, twice=True))))
        expect_sessions(verdict, again)
        verdict.expect(status[1:] == [130], f"two signals: the gateway ended with {status[1:]}")
        kept = journalled(os.path.join(data, "journal"))
        server = Server(args.harken, data, settings)
        server.wait_until_announced(60)
        found = completed(server, again, key, args.patience)
        lengths = {client.id: kept.get(client.id) or int(found[client.id]["duration"] * RATE + 0.5) for client in again
                   if isinstance(found[client.id], dict)}
        report.append(judge(verdict, "two signals", again, found, lengths, truth))
    finally:
        server.stop()
    return server


def main():
    parser = argparse.ArgumentParser(prog="scripts/play crash", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"))
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and librivox/")
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6, help="how long they stream before the end")
    parser.add_argument("--patience", type=float, default=300, help="seconds for the transcripts to be complete")
    parser.add_argument("--rounds", type=int, default=1, help="kill it so many times more, while it completes the transcripts")
    parser.add_argument("--drain", action="store_true", help="stop it by SIGTERM as well")
    parser.add_argument("--drain-only", action="store_true", help="stop it by SIGTERM, and do not kill it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="shows the transcripts beside what was expected")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    verdict, report, server = Judge(args.verbose), [], None
    with tempfile.TemporaryDirectory(prefix="harken-crash-") as folder:
        audio = speech(args.test_audio)
        simulators = {}
        settings = {"HARKEN_ENGINES": f"local,{OPERATORS}", "HARKEN_LOG": "debug", OPERATORS.upper() + "_API_KEY": KEY}
        try:
            truth = references(args.harken, audio, folder)
            oracle = os.path.join(folder, "oracle.json")
            with open(oracle, "w") as file:
                # The other recordings are the same clips, begun with another one.
                json.dump([{"file": os.path.join(folder, "0.wav"), "words": truth[0]}], file)
            for vendor in (OPERATORS, OWN):
                simulators[vendor] = Simulator(vendor, oracle)
                settings |= {f"{vendor.upper()}_{name}": form.format(simulators[vendor].url) for name, form in ADDRESSES[vendor].items()}
            for part in [drain] if args.drain_only else [kill, drain] if args.drain else [kill]:
                server = part(args, verdict, report, audio, truth, folder, settings)
        except ServerError as error:
            verdict.problems.append(str(error))
        finally:
            for simulator in simulators.values():
                said = simulator.stop()
                verdict.expect(not said, f"a simulator said: {said[-400:]}")
    for line in report:
        print(line)
    for problem in verdict.problems[:20]:
        print("FAIL  " + problem)
    if verdict.problems and server:
        print("harken serve said last:\n" + "".join(line for line in server.lines[-40:] if "journal synced" not in line), file=sys.stderr)
    print(f"{'FAIL' if verdict.problems else 'PASS'}  crash")
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
