#!/usr/bin/env python3
"""`harken record` on a virtual sound card that plays real speech, while the network is cut twice and the recorder is killed once.

Two recorders hear the same: one sends to a gateway whose engine is the local one, one to a gateway whose engine is a simulated vendor that hears exactly
the audio that reaches it (`vendors/oracle.py`). Each must end as one conversation. The vendor's words must be those of a single pass over the whole
recording, within 1 % and none doubled; the local engine's may be no worse against what people wrote down than its single pass by 1 % (it hears rare words
differently when a recording begins some milliseconds later, so that two single passes differ by more than that from each other).

Before that, the live modes: through the gateway's managed route, and straight at the (simulated) vendor with an own key.

Runs in real time: --minutes 60 takes an hour. Needs PulseAudio, and says so where it is not there.
"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import wave
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "vendors"), os.path.join(os.path.dirname(HERE), "streaming")]

import oracle
from conformance_common import normalise, word_error_rate
from gateway import OPENER, Server, dies_with_us, environment
from judging import ROOT, main
from simulators import KEY, Simulator

RATE = 16_000
PROGRAMS = ("pulseaudio", "pactl", "pacat")
WITHIN = 0.01
# By so many words two passes of the local engine may differ in a short run, where one in a hundred is a matter of chance.
CHANCE = 8
# By so many seconds the begin of a conversation may differ from the time at which its recorder said that it listens.
START = 2.0
# How far ahead of the sound card speech is handed over.
AHEAD = 3.0
# Between two clips.
PAUSES = (0.4, 1.6)
# Seconds of speech for the live modes.
LIVE = 15


class Speech:
    """Clips of real speech one after the other, with pauses between them."""

    def __init__(self, clips, seconds, seed=6):
        dice, self.pieces, self.texts, length, order, used = random.Random(seed), [], [], 0, [], set()
        while length < seconds * RATE:
            if not order:
                order = list(range(len(clips)))
                dice.shuffle(order)
            used.add(order[-1])
            samples, text = clips[order.pop()]
            pause = numpy.zeros(int(RATE * dice.uniform(*PAUSES)), numpy.int16)
            self.pieces.append(numpy.concatenate([samples, pause]))
            self.texts.append(text)
            length += len(self.pieces[-1])
        self.used = [clips[number] for number in sorted(used)]  # each once
        self.samples, self.text = numpy.concatenate(self.pieces), " ".join(self.texts)

    @property
    def seconds(self):
        return len(self.samples) / RATE

    def write(self, path):
        write_wav(path, self.samples)


def write_wav(path, samples):
    with wave.open(path, "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())


def clips_of(shared, test_audio):
    """English speech with what is said in it: all there is in `../shared/audio`, or one recording where that is not there."""
    if shared and os.path.isdir(shared):
        with open(os.path.join(shared, "manifest.jsonl")) as source:
            entries = [json.loads(line) for line in source]
        chosen = [entry for entry in entries if entry["kind"] == "asr" and entry.get("language") == "en" and not entry.get("exclude_from_wer")
                  and not entry["id"].startswith("fsdd") and entry["sample_rate"] == RATE and 2 <= entry["duration_s"] <= 40]
        found = [(oracle.load_wav(os.path.join(shared, entry["file"]), RATE), entry["text"]) for entry in chosen]
    else:
        with open(os.path.join(test_audio, "beckett.txt")) as file:
            found = [(oracle.load_wav(os.path.join(test_audio, "beckett.wav"), RATE), file.read())]
    return [((numpy.clip(samples, -1, 1) * 32767).astype(numpy.int16), text) for samples, text in found]


class SoundCard:
    """A PulseAudio server with one silent output; what is played on it is what its microphone hears."""

    def __init__(self, folder):
        self.address = "unix:" + os.path.join(folder, "native")
        self.environment = {"PULSE_SERVER": self.address, "PULSE_RUNTIME_PATH": folder}
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error", "--use-pid-file=no",
             "-L", "module-null-sink sink_name=quiet rate=16000 channels=1",
             "-L", f"module-native-protocol-unix auth-anonymous=1 socket={folder}/native"],
            env={**os.environ, **self.environment, "HOME": folder}, stderr=subprocess.DEVNULL, preexec_fn=dies_with_us)
        deadline = time.monotonic() + 30
        while self._pactl("set-default-source", "quiet.monitor") != 0:
            if time.monotonic() > deadline:
                raise SystemExit("PulseAudio does not start")
            time.sleep(0.1)
        self._player = subprocess.Popen(
            ["pacat", "--playback", "--raw", "--rate=16000", "--format=s16le", "--channels=1", "--device=quiet", "--latency-msec=2000"],
            stdin=subprocess.PIPE, env={**os.environ, **self.environment}, preexec_fn=dies_with_us)
        self._began, self._fed = time.monotonic(), 0.0

    def _pactl(self, *words):
        return subprocess.run(["pactl", *words], env={**os.environ, **self.environment}, capture_output=True).returncode

    def play(self, samples):
        """Hands the samples over in real time, and a moment ahead of it."""
        for start in range(0, len(samples), RATE // 10):
            piece = samples[start:start + RATE // 10]
            now = time.monotonic() - self._began
            # After a pause there is nothing to catch up with.
            self._fed = max(self._fed, now)
            if self._fed - now > AHEAD:
                time.sleep(self._fed - now - AHEAD)
            self._player.stdin.write(piece.astype("<i2").tobytes())
            self._player.stdin.flush()
            self._fed += len(piece) / RATE

    def settle(self):
        """Returns once everything was heard."""
        time.sleep(max(0, self._fed - (time.monotonic() - self._began)) + 2)

    def stop(self):
        self._player.stdin.close()
        for process in (self._player, self._server):
            process.kill()
            process.wait()


class Cable:
    """A TCP proxy that can be unplugged."""

    def __init__(self, url):
        self._target = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock, self._open, self._plugged = threading.Lock(), set(), True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._plugged:
                    near.close()
                    continue
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while data := one.recv(65_536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self._lock:
            self._open -= {one, other}

    def plug(self, into):
        with self._lock:
            self._plugged, ends = into, list(self._open)
        if not into:
            for end in ends:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


def listen(process, events, lines):
    """Gathers what a recorder says; returns once it listens."""
    listening = threading.Event()

    def hear():
        for line in process.stdout:
            event = json.loads(line)
            events.append(event)
            if event["type"] == "listening":
                listening.set()

    def read():
        for line in process.stderr:
            lines.append(line)
            if "listening" in line:
                listening.set()

    for body in (hear, read):
        threading.Thread(target=body, daemon=True).start()
    if not listening.wait(60):
        raise SystemExit(f"harken record does not listen: {''.join(lines)}")


class Live:
    """`harken record` as it recognises live."""

    def __init__(self, name, harken, card, settings, *words):
        self.name, self.events, self.lines = name, [], []
        self._process = subprocess.Popen(
            [harken, "record", *words, "--device", "pulse", "--language", "en-US", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**environment(settings), **card.environment, "NO_PROXY": "*"}, preexec_fn=dies_with_us)
        listen(self._process, self.events, self.lines)

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return None

    @property
    def text(self):
        return " ".join(event["text"] for event in list(self.events) if event["type"] == "final")


class Recorder:
    """`harken record` with a folder of its own, and all that it says."""

    def __init__(self, name, harken, server, card, folder):
        self.name, self.server, self.harken = name, server, harken
        self.data = os.path.join(folder, "recorder-" + name)
        self.cable = Cable(server.url)
        self.key = server.make_key()
        self.environment = {**environment(), **card.environment, "HARKEN_KEY": self.key, "HARKEN_DATA": self.data, "NO_PROXY": "*"}
        self.events, self.lines, self._process, self.began = [], [], None, None

    def start(self):
        self._process = subprocess.Popen(
            [self.harken, "record", "--url", self.cable.url, "--device", "pulse", "--language", "en", "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment, preexec_fn=dies_with_us)
        listen(self._process, self.events, self.lines)
        self.began = self.began or time.time()

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self, seconds):
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def of(self, kind):
        return [event for event in list(self.events) if event["type"] == kind]

    @property
    def waiting_files(self):
        return [name for _, _, names in os.walk(self.data) for name in names]

    @property
    def conversations(self):
        status, body = self.server.get("/api/v1/conversations?limit=100", self.key)
        return json.loads(body)["conversations"] if status == 200 else []

    def conversation(self, id):
        return json.loads(self.server.get("/api/v1/conversations/" + id, self.key)[1])

    def single_pass(self, path):
        """What the same engine makes of the whole recording."""
        if self.name == "local":
            # Not over HTTP: an hour of it takes longer than a connection waits.
            done = subprocess.run([self.harken, "transcribe", "--json", path], capture_output=True, text=True, timeout=3600, env=environment(), check=True)
            return json.loads(done.stdout)["text"]
        with open(path, "rb") as file:
            request = urllib.request.Request(
                self.server.url + "/v1/listen", data=file.read(), headers={"Authorization": "Token " + self.key, "Content-Type": "audio/wav"})
        with OPENER.open(request, timeout=3600) as answer:
            return json.load(answer)["results"]["channels"][0]["alternatives"][0]["transcript"]


def perform(card, recorders, speech, checks):
    """Plays the speech; cuts the network twice and kills the recorders once, between two clips."""
    length = len(speech.samples)
    plan = [(0.15, "cut"), (0.35, "mend"), (0.5, "kill"), (0.6, "cut"), (0.8, "mend")]
    played = 0
    for piece in speech.pieces:
        while plan and played >= plan[0][0] * length:
            what = plan.pop(0)[1]
            print(f"      {played / RATE:.0f} s: {what}", flush=True)
            if what == "kill":
                card.settle()
                for recorder in recorders:
                    recorder.kill()
                time.sleep(3)
                for recorder in recorders:
                    recorder.start()
                time.sleep(1)
            else:
                for recorder in recorders:
                    recorder.cable.plug(what == "mend")
        card.play(piece)
        played += len(piece)
    card.settle()


def doubled(words, single):
    """Runs of up to five words that follow themselves at once, and do not do so in the single pass."""
    def runs(text):
        found = set()
        for count in range(1, 6):
            for at in range(len(text) - 2 * count + 1):
                if text[at:at + count] == text[at + count:at + 2 * count]:
                    found.add((count, tuple(text[at:at + count])))
        return found
    return sorted(" ".join(run) for _, run in runs(words) - runs(single))


def judge(recorder, speech, single_pass, checks, is_exact, keep=None):
    name = recorder.name
    status = recorder.stop(900)
    checks(f"{name}: ends in order when it is interrupted, with everything sent", status == 0, f"{status} {''.join(recorder.lines)[-600:]}")
    checks(f"{name}: went on after the kill", len(recorder.of("goes_on")) == 1, [event["gap"] for event in recorder.of("goes_on")])
    checks(f"{name}: noticed that the network was cut", len(recorder.of("unreachable")) >= 2, len(recorder.of("unreachable")))
    lost = recorder.of("overran") + recorder.of("no_room") + recorder.of("refused") + recorder.of("damaged")
    checks(f"{name}: lost nothing", not lost, lost)
    left = recorder.waiting_files
    checks(f"{name}: leaves nothing on the disk", not left, left[:3])
    found = recorder.conversations
    checks(f"{name}: one conversation, completed", [one["status"] for one in found] == ["completed"], [one["status"] for one in found])
    if not found:
        return
    conversation = recorder.conversation(found[0]["id"])
    late = datetime.fromisoformat(conversation["started_at"]).timestamp() - recorder.began
    checks(f"{name}: the conversation begins when the recorder began to listen, whatever came after", abs(late) <= START, f"{late:+.2f} s")
    text = " ".join(segment["text"] for segment in conversation["segments"])
    single = single_pass.result()
    if keep:
        os.makedirs(keep, exist_ok=True)
        with open(os.path.join(keep, f"recorded-{name}.json"), "w") as file:
            json.dump({"conversation": conversation, "single_pass": single, "truth": speech.text}, file, indent=1)
    against_single, mine, alone = word_error_rate(single, text), word_error_rate(speech.text, text), word_error_rate(speech.text, single)
    checks(f"{name}: its words are there", len(normalise(text)) > len(normalise(speech.text)) / 2, f"{len(normalise(text))} words in "
                 f"{len(recorder.of('sent'))} chunks; against the single pass {against_single:.2%}, against the truth {mine:.2%}, the single pass {alone:.2%}")
    checks(f"{name}: words equal those of a single pass within 1 %" if is_exact else f"{name}: words no worse than those of a single pass by 1 %",
                 against_single <= WITHIN if is_exact else mine - alone <= max(WITHIN, CHANCE / len(normalise(speech.text))), f"{against_single if is_exact else mine - alone:.2%}")
    twice = doubled(normalise(text), normalise(single))
    # The local engine may hear "a a" where it heard "a" before, anywhere; a seam's double is one of several words.
    bad = twice if is_exact else [run for run in twice if " " in run]
    checks(f"{name}: no words are doubled", not bad, bad[:5] if bad else "")
    starts = [segment["start"] for segment in conversation["segments"]]
    checks(f"{name}: segments are in order", starts == sorted(starts))


def run(args, checks, folder):
    speech = Speech(clips_of(args.shared, os.path.dirname(args.audio)), args.minutes * 60)
    path = os.path.join(folder, "speech.wav")
    speech.write(path)
    print(f"      {speech.seconds / 60:.1f} minutes of speech, {len(speech.text.split())} words", flush=True)
    servers, simulator = [], None
    card = SoundCard(tempfile.mkdtemp(prefix="sound-", dir=folder))
    try:
        recorders = []
        for name in args.engine or ("vendor", "local"):
            settings = {"HARKEN_ENGINES": "local"}
            if name == "vendor":
                simulator = Simulator("deepgram", known(speech, args.harken, folder))
                settings = {"HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": simulator.url}
            servers.append(Server(args.harken, os.path.join(folder, "data-" + name), settings))
            servers[-1].wait_until_ready(300)
            recorders.append(Recorder(name, args.harken, servers[-1], card, folder))
        live = []
        for recorder in recorders:
            if recorder.name == "local":
                live.append(Live("managed", args.harken, card, {"HARKEN_KEY": recorder.key}, "--managed", "--url", recorder.server.url))
            else:
                settings = {"DEEPGRAM_API_KEY": KEY, "DEEPGRAM_STREAMING_URL": simulator.url.replace("http", "ws")}
                live.append(Live("own key", args.harken, card, settings, "--byok", "deepgram"))
        judge_live(live, card, speech, checks)
        for recorder in recorders:
            recorder.start()
        time.sleep(1)
        with ThreadPoolExecutor() as pool:
            # Beside the recording, which leaves the machine idle for most of the time.
            passes = [pool.submit(recorder.single_pass, path) for recorder in recorders]
            perform(card, recorders, speech, checks)
            for recorder, single_pass in zip(recorders, passes):
                judge(recorder, speech, single_pass, checks, is_exact=recorder.name == "vendor", keep=args.conversations)
    finally:
        for server in servers:
            server.stop()
        if simulator:
            simulator.stop()
        card.stop()


def judge_live(recorders, card, speech, checks):
    """A few sentences to those that recognise live."""
    text, seconds = [], 0
    time.sleep(1)
    for piece, words in zip(speech.pieces, speech.texts):
        card.play(piece)
        text.append(words)
        seconds += len(piece) / RATE
        if seconds > LIVE:
            break
    card.settle()
    for recorder in recorders:
        status = recorder.stop()
        checks(f"{recorder.name}: ends in order when it is interrupted", status == 0, f"{status} {''.join(recorder.lines)[-300:]}")
        rate = word_error_rate(" ".join(text), recorder.text)
        checks(f"{recorder.name}: says what is said", rate <= 0.35, f"{rate:.0%}: {recorder.text[:150]}")


def known(speech, harken, folder):
    """What the simulated vendor knows: every clip, with the words and times that the local engine hears in it."""
    entries = []
    for number, (samples, _) in enumerate(speech.used):
        path = os.path.join(folder, f"clip-{number}.wav")
        write_wav(path, samples)
        entries.append(path)
    done = subprocess.run([harken, "transcribe", "--json", *entries], capture_output=True, text=True, timeout=3600, env=environment(), check=True)
    heard = [json.loads(line) for line in done.stdout.splitlines()]
    place = os.path.join(folder, "oracle.json")
    with open(place, "w") as file:
        json.dump([{"file": path, "words": entry["words"]} for path, entry in zip(entries, heard)], file)
    return place


def arguments(parser):
    parser.add_argument("--shared", default=os.path.join(ROOT, "..", "shared", "audio"))
    parser.add_argument("--minutes", type=float, default=1.5, help="how much speech")
    parser.add_argument("--engine", action="append", choices=("vendor", "local"), help="only this recorder")
    parser.add_argument("--conversations", metavar="FOLDER", help="where the conversations are left, beside the single pass")


def missing(args):
    return next((f"{program} is not installed" for program in PROGRAMS if not shutil.which(program)), None)


if __name__ == "__main__":
    sys.exit(main(__doc__, run, arguments, missing))
