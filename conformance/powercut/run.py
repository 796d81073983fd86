"""Takes the power from `harken serve` right after it has answered, gives it back, and asks for what was answered.

A library under the gateway (disk.c) keeps of each file what it held at its last sync. The gateway is killed 0, 0.2 and 2 s after each kind of answer,
its folder is given back what the disk has, and the next gateway must know what was answered: nothing of it is gone, and nothing that was deleted is
back. The vendor of counting_vendor.py hears the sessions and recordings, so every word is known.

What an answer says is deleted or replaced is soon in no file: after the first of the cuts the bytes of each file are searched.

The gate takes the power 0 s after each kind of answer, when least of it may be on the disk, and at the other times after a ninth of the kinds each.

With --moments N, clients of every kind work at the same time, and the power goes N times at random moments (--seed says which).

With --erasures N, each deletion is erased N times while the gateway is killed (`kill -9`) at a random moment of it, half of them while another program
reads the database: the next gateway says that the data is not erased, for as long as that program reads, and then no file has it. Half as many times it is
killed in the first 2 s after the answer, and as often inside the deletion, mostly before the answer: a client without one asks the next gateway again.
"""

import argparse
import asyncio
import contextlib
import http.client
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import websockets

import counting_vendor
import load
from acts import Api, bring_voices, speech, talk, words_missing
from answers import CASES
from crash import Judge
from disk import Disk, library
from gateway import Server, ServerError, make_key
from hang import HANG, wait_for_fact
from kill import KEY, Vendor

DELAYS = (0, 0.2, 2)  # seconds between the answer and the cut
GATE_SHARE = 9  # the gate cuts at each time but the first after one kind of answer in so many
SERIES = 25  # cuts of one gateway's power, one after the other


class Gateway(Api):
    """A gateway on a folder, with the first user's key."""

    def __init__(self, play, folder, disk=None, port=0):
        self.server = Server(play.harken, folder, {**play.settings, **(disk.settings if disk else {})}, drain_seconds=3, port=port)
        self.server.wait_until_announced(HANG)
        super().__init__(self.server.url, play.key)
        self.folder = folder

    def folder_files(self):
        """The names of audio and transcripts."""
        return [f"{part}/{name}" for part in ("audio", "transcripts") if os.path.isdir(os.path.join(self.folder, part))
                for name in os.listdir(os.path.join(self.folder, part)) if not name.startswith(".")]


    def strays(self):
        """The files of audio that no row of the database names."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/harken.db?mode=ro", uri=True)) as database:
            named = {name for name, in database.execute(
                "SELECT file FROM conversation_audio UNION SELECT file FROM speech_samples UNION SELECT file FROM deleted_audio "
                "UNION SELECT file FROM abandoned_files")}
        return [name for name in self.folder_files() if name.startswith("audio/") and name[6:] not in named]


class Play:
    def __init__(self, args, folder, vendor):
        self.harken, self.folder = args.harken, folder
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_STALL_SECONDS": "0", "HARKEN_LOG": "debug", **({"HARKEN_FSYNC": args.fsync} if args.fsync else {})}
        self.verdict, self.report, self.library = Judge(False), [], library(folder)

    def prepare(self):
        """Makes the folder with which every case begins: two conversations and a deleted one, a person, two voices, a recording of one, and three keys."""
        self.data = os.path.join(self.folder, "base")
        scopes = [word for scope in ("read", "write", "listen", "transcribe", "admin") for word in ("--scope", scope)]
        self.key = make_key(self.harken, self.data, "--user", "me", *scopes)
        make_key(self.harken, self.data, "--user", "operator", "--scope", "admin")
        gateway = Gateway(self, self.data)
        spare = gateway.do("POST", "/api/v1/admin/keys", {"name": "spare", "user": "me", "scopes": ["read"]})
        self.base = {"spare": spare["key"], "spare_id": spare["id"]}
        for name, first in (("first", 0), ("second", 10), ("kept", 60)):
            audio, words = speech(first)
            id = self.base[name] = asyncio.run(talk(gateway.url, self.key, audio, "finish"))
            wait_for_fact("the conversation's words", lambda: words_missing(gateway, id, words))
        # A word alone may be a part of others.
        self.base["kept_texts"] = [one["text"] for one in gateway.get(f"/conversations/{self.base['kept']}")["segments"] if " " in one["text"]]
        if not self.base["kept_texts"]:
            raise ServerError("no segment has several words")
        gateway.do("DELETE", f"/api/v1/conversations/{self.base['kept']}")
        bring_voices(gateway)
        self.base["person"] = gateway.do("POST", "/api/v1/people", {"name": "Lovelace"})["id"]
        transcripts = sorted(os.listdir(os.path.join(self.data, "transcripts")), key=lambda name: os.path.getmtime(os.path.join(self.data, "transcripts", name)))
        self.base["first_session"] = transcripts[0].rsplit(".", 1)[0]
        if gateway.server.stop() != 0:
            raise ServerError("the first gateway did not end well")

    def begin(self, name, which):
        """A folder for a case."""
        folder = os.path.join(self.folder, f"{list(CASES).index(name)}-{which}")
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns("*.sock"))
        CASES[name].prepare(folder)
        return folder

    def cut(self, name, delay, first):
        """One case: the answer, the cut, and what is missing then. After the first delay the files are searched too."""
        folder = self.begin(name, str(delay))
        disk = Disk(self.library, folder)
        gateway = Gateway(self, folder, disk)
        case = CASES[name](gateway, self.base)
        case.act()
        time.sleep(delay)
        gateway.server.kill()
        disk.lose_power()
        gateway = Gateway(self, folder)
        def missing():
            try:
                return case.missing(gateway)
            except ServerError as error:
                return str(error)

        # What was not stored when the power went is completed in the background. What was deleted is never there.
        lacking = missing()
        if lacking and not name.endswith("deleted"):
            try:
                lacking = wait_for_fact(name, missing)
            except ServerError as error:
                lacking = str(error)
        # All these delays end before the erasure begins, so one of them says what the others would.
        if not lacking and case.erased and delay == first:
            lacking = self.not_erased(case, gateway)
        self.verdict.expect(not lacking, f"{name}, {delay} s after the answer: {lacking}")
        gateway.server.kill()
        shutil.rmtree(folder)

    def not_erased(self, case, gateway):
        """Waits until no file has what the case has deleted. Returns the files that still have it; nothing when there are none."""
        try:
            return wait_for_fact("the erasure", lambda: case.left(gateway.folder)) or ""
        except ServerError as error:
            return str(error)

    def erase(self, name, number, moment, has_reader):
        """Kills a gateway at a moment after a deletion, in seconds, in the middle of its erasure."""
        folder = self.begin(name, f"erasure-{number}")
        gateway = Gateway(self, folder)
        case, problem = CASES[name](gateway, self.base), ""
        with contextlib.closing(sqlite3.connect(f"file:{folder}/harken.db?mode=ro", uri=True, isolation_level=None)) as reader:
            if has_reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM people").fetchall()
            case.act()
            time.sleep(moment)
            gateway.server.kill()
            gateway = Gateway(self, folder)
            if has_reader:
                if not case.left(folder):
                    problem = "the database's log does not have the data that another program could still read"
                elif case.is_told and gateway.get("/erasure")["erased"]:
                    problem = "the gateway says that the data is erased"
        problem = problem or self.not_erased(case, gateway)
        self.verdict.expect(not problem, f"{name}, killed {moment:.2f} s after the answer{' beside a reader' if has_reader else ''}: {problem}")
        gateway.server.kill()
        shutil.rmtree(folder)

    def interrupt(self, name, number, moment):
        """Kills a gateway inside a deletion, so many seconds after its request has begun, or after the gateway has where nobody asks for it. Where no
        answer comes, the next gateway is asked again. Returns true if none came.
        """
        folder = self.begin(name, f"interrupted-{number}")
        gateway = Gateway(self, folder)
        case, request, ask, is_answered, problem = CASES[name](gateway, self.base), [], gateway.ask, True, ""
        killer = threading.Timer(moment, gateway.server.kill)

        def asking(method, path, body=None, **more):
            if not request and case.is_asked and case.deletes(method, path, body):
                request.append((method, path, body, more))
                killer.start()
            return ask(method, path, body, **more)

        gateway.ask = asking
        if not case.is_asked:
            killer.start()
        try:
            case.act()
        except (OSError, http.client.HTTPException):
            # The gateway has gone. An answer that refuses is an error of another kind.
            if not killer.ident:
                raise
            is_answered = False
        if not killer.ident:
            raise ServerError(f"{name}: no request of it deletes")
        killer.join()
        gateway = Gateway(self, folder)
        for method, path, body, more in [] if is_answered else request:
            # What is deleted already is not found.
            status, said = gateway.ask(method, path, body, **more)
            if status >= 500:
                problem = f"asked again, the gateway answers {status}: {said}"
        problem = problem or self.not_erased(case, gateway)
        self.verdict.expect(not problem, f"{name}, killed {moment * 1000:.1f} ms after it began, {'with' if is_answered else 'without'} an answer: {problem}")
        gateway.server.kill()
        shutil.rmtree(folder)
        return not is_answered

    def run_erasures(self, names, count, seed):
        chance, kinds = random.Random(seed), [name for name in names if CASES[name].erased is not None]
        # Deletions are gathered for 5 s.
        late = [(name, number, chance.uniform(4.5, 6.5), number % 2 == 0) for number in range(count) for name in kinds]
        more = range(count, count + (count + 1) // 2)
        early = [(name, number, chance.uniform(0, 2), False) for number in more for name in kinds]
        # Answers take milliseconds. What nobody asks for is deleted in the gateway's first seconds.
        inside = [(name, number, 10 ** chance.uniform(-3.5, -1.3) if CASES[name].is_asked else chance.uniform(0, 4)) for number in more for name in kinds]
        # They wait most of the time.
        with ThreadPoolExecutor(5) as pool:
            kills = [pool.submit(self.interrupt, *plan) for plan in inside]
            for one in [pool.submit(self.erase, *plan) for plan in late + early]:
                one.result()
            unanswered = sum(one.result() for one in kills)
        self.report.append(f"{len(late)} kills in the middle of erasures, {len(early)} in the first 2 s, {len(inside)} inside deletions "
                           f"({unanswered} of them before the answer), seed {seed}")

    def run(self, names, delays, is_gate):
        plans = [(name, delay) for number, delay in enumerate(delays) for place, name in enumerate(names)
                 if not is_gate or number == 0 or place % GATE_SHARE == number]
        with ThreadPoolExecutor(3) as pool:
            for one in [pool.submit(self.cut, name, delay, delays[0]) for name, delay in plans]:
                one.result()
        self.report.append(f"{len(names)} kinds of answers, {len(plans)} cuts, {', '.join(f'{delay:g}' for delay in delays)} s after the answer")

    def moments(self, seed, count):
        """Takes the power `count` times, at random moments, from a gateway that clients of every kind use."""
        chance, folder = random.Random(seed), os.path.join(self.folder, f"moments-{seed}")
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns("*.sock"))
        recording = os.path.join(self.folder, f"recording-{seed}.wav")
        counting_vendor.write(recording, load.SPOKEN)
        disk, clients, port = Disk(self.library, folder), load.clients(self.harken, recording, seed), 0
        for number in range(count):
            gateway = Gateway(self, folder, disk, port)
            # `harken live` comes back to the same address.
            port = int(gateway.url.rsplit(":", 1)[1])
            for client in clients:
                client.begin(gateway)
            time.sleep(chance.uniform(0.1, 1.5))
            gateway.server.kill()
            for client in clients:
                client.end()
            disk.lose_power()
            gateway, lacking = Gateway(self, folder), []
            for client in clients:
                name = f"{type(client).__name__}, seed {seed}, cut {number + 1}"
                if client.problem:
                    lacking.append(f"{name}: {client.problem}")
                try:
                    wait_for_fact(name, lambda: client.missing(gateway))
                except ServerError as error:
                    lacking.append(str(error))
            try:
                wait_for_fact("the place of each file of audio", lambda: ", ".join(gateway.strays()))
            except ServerError as error:
                lacking.append(f"seed {seed}, cut {number + 1}: {error}")
            gateway.server.kill()
            # A kill takes nothing from the kernel: the next gateway finds what this one left.
            disk.forget()
            for problem in lacking:
                self.verdict.expect(False, problem)
            if lacking:
                break
        gateway = Gateway(self, folder, port=port)
        for client in clients:
            if isinstance(client, load.Captions):
                client.check()
        answers = sum(client.answers for client in clients)
        gateway.server.kill()
        shutil.rmtree(folder)
        return number + 1, answers

    def run_moments(self, count, seed):
        """Several gateways at a time, each with its own folder and some of the cuts."""
        parts = [SERIES] * (count // SERIES) + ([count % SERIES] if count % SERIES else [])
        with ThreadPoolExecutor(2) as pool:
            done = [one.result() for one in [pool.submit(self.moments, seed + number, part) for number, part in enumerate(parts)]]
        cuts, answers = (sum(one[at] for one in done) for at in (0, 1))
        self.report.append(f"{cuts} cuts at random moments, {answers} works of clients answered, seeds {seed} to {seed + len(parts) - 1}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/play power-cut", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(os.path.dirname(HERE)), ".build/release/harken"))
    parser.add_argument("--only", action="append", choices=list(CASES), help="only this kind of answer")
    parser.add_argument("--all", action="store_true", help="also the kinds of answers whose erasure alone is in a tier: see --erasures")
    parser.add_argument("--gate", action="store_true", help="the cuts of make test: each kind of answer at once, some of them later, too")
    parser.add_argument("--delay", action="append", type=float, help="only this time between the answer and the cut, in seconds")
    parser.add_argument("--moments", type=int, metavar="N", help="takes the power N times at random moments, under load")
    parser.add_argument(
        "--erasures", type=int, metavar="N",
        help="kills the gateway N times in the middle of the erasure of each deletion, half as often right after its answer and inside it")
    parser.add_argument("--seed", type=int, default=1, help="the first seed of the moments and of what clients do")
    parser.add_argument("--fsync", help="the gateway's HARKEN_FSYNC")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    vendor = Vendor()
    vendor.is_deaf = False
    with tempfile.TemporaryDirectory(prefix="harken-power-cut-") as folder:
        play = Play(args, folder, vendor)
        try:
            play.prepare()
            if args.moments:
                play.run_moments(args.moments, args.seed)
            elif args.erasures:
                play.run_erasures(args.only or list(CASES), args.erasures, args.seed)
            else:
                play.run(args.only or [name for name, case in CASES.items() if args.all or case.is_in_gate], args.delay or DELAYS, args.gate)
        except (ServerError, OSError, websockets.WebSocketException) as error:
            play.verdict.problems.append(f"{type(error).__name__}: {error}")
    for line in play.report:
        print(line)
    problems = play.verdict.problems
    for problem in problems[:40]:
        print("FAIL  " + problem)
    print(f"{'FAIL' if problems else 'PASS'}  power-cut")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
