"""Moves a user's data to another gateway while that one is killed again and again, and compares what comes out of both.

The data are a week's of the project's own generator (Benchmarks/year), with conversations whose audio is kept, an edit and a title by hand. The new
gateway is killed (`kill -9`) at moments all over the import, and imports the archive again each time; then `harken import` is killed on a data
directory of its own. At the end each place has every object once, its export equals the first one byte by byte, and no file is left that no row
names.

    scripts/play moving                 on SQLite
    scripts/play moving --postgres      to gateways with PostgreSQL, a server of the play's own
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
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "powercut"))

from acts import Api, speech, talk, words_missing
from cluster import Postgres
from gateway import OPENER, Server, ServerError, environment, make_key
from hang import HANG, wait_for_fact
from kill import KEY, Vendor

USER = "year"
HEAD = "harken-export/export.json"  # says when the export was made
TALKS = 6


class Place(Api):
    """A gateway on a folder, with the user's key."""

    def __init__(self, play, folder, settings):
        self.server = Server(play.harken, folder, {**play.settings, **settings})
        self.server.wait_until_announced(HANG)
        super().__init__(self.server.url, play.keys[folder])
        self.folder = folder

    def export(self, path):
        request = urllib.request.Request(self.url + "/api/v1/users/me/export?audio=true", headers={"Authorization": "Bearer " + self.key})
        with OPENER.open(request, timeout=HANG) as answer, open(path, "wb") as file:
            shutil.copyfileobj(answer, file)

    def take(self, archive):
        """Sends the archive. Returns the answer."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=HANG)
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/x-tar", "Content-Length": str(os.path.getsize(archive))}
        with contextlib.closing(connection), open(archive, "rb") as file:
            connection.request("POST", "/api/v1/users/me/import", file, headers)
            answer = connection.getresponse()
            said = answer.read()
        if answer.status != 200:
            raise ServerError(f"the import was answered with {answer.status}: {said[:500]}")
        return said

    def take_and_die(self, archive, seconds):
        """Sends the archive to the gateway, which is killed meanwhile. Returns true if it had answered before."""
        killer = threading.Timer(seconds, self.server.kill)
        killer.start()
        try:
            self.take(archive)
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            killer.join()


def contents(archive):
    """The documents and files of an archive. What was recognised, and what it cost, stays with the gateway that did it."""
    with tarfile.open(archive) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
    return {name: content for name, content in files.items()
            if name not in (HEAD, "harken-export/usage.json") and not name.startswith("harken-export/sessions/")}


class Play:
    def __init__(self, args, folder, vendor):
        self.harken, self.maker, self.folder, self.moments = args.harken, args.maker, folder, args.moments
        self.random, self.keys, self.problems = random.Random(args.seed), {}, []
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_STALL_SECONDS": "0", "HARKEN_AUDIO_DAYS": "36500"}
        self.server = Postgres(folder) if args.postgres else None
        self.archive = os.path.join(folder, "first.tar")

    def check(self, what, problem):
        print(f"{'FAIL' if problem else 'ok'}    {what}{': ' + problem if problem else ''}", flush=True)
        if problem:
            self.problems.append(what)

    def place(self, name):
        """A folder with the user's key, and the settings that name its database."""
        data, settings = os.path.join(self.folder, name), self.server.schema(name) if self.server else {}
        os.environ.update(settings)
        self.keys[data] = make_key(self.harken, data, "--user", USER, "--scope", "read", "--scope", "write", "--scope", "listen")
        os.environ.pop("HARKEN_DATABASE_URL", None)
        return data, settings

    def prepare(self):
        """Makes the first gateway's data, and its export."""
        data = os.path.join(self.folder, "first")
        make_key(self.harken, data, "--user", "operator", "--scope", "admin")
        subprocess.run([self.maker, data, "week"], check=True)
        with contextlib.closing(sqlite3.connect(os.path.join(data, "harken.db"))) as database:
            # The generator's rows of audio name files that do not exist.
            database.execute("DELETE FROM conversation_audio")
            database.execute("DELETE FROM speech_samples WHERE file IS NOT NULL")
            # Its settings have names that no gateway knows.
            database.execute("DELETE FROM settings")
            database.commit()
        self.keys[data] = make_key(self.harken, data, "--user", USER, "--scope", "read", "--scope", "write", "--scope", "listen")
        gateway = Place(self, data, {})
        for number in range(TALKS):
            audio, words = speech(20 * number, 20)
            conversation = asyncio.run(talk(gateway.url, gateway.key, audio, "finish"))
            wait_for_fact("a conversation's words", lambda: words_missing(gateway, conversation, words))
            wait_for_fact("a conversation's audio", lambda: "" if gateway.has(f"/conversations/{conversation}/audio") else "there is none")
        segment = gateway.get(f"/conversations/{conversation}")["segments"][0]["id"]
        gateway.do("PATCH", f"/api/v1/conversations/{conversation}/segments/{segment}", {"text": "quite another sentence"})
        gateway.do("PATCH", f"/api/v1/conversations/{conversation}", {"title": "By hand"})
        gateway.do("PATCH", "/api/v1/users/me/settings", {"name": "Vera", "vocabulary": ["harbour", "moonlit"]})
        # Exports of one state are equal.
        wait_for_fact("equal exports", lambda: self.unequal(gateway))
        gateway.server.stop()
        self.files = contents(self.archive)
        sounds = [name for name in self.files if name.endswith(".opus")]
        print(f"the archive has {len(self.files)} files, {len(sounds)} of audio, {os.path.getsize(self.archive) / 1e6:.1f} MB", flush=True)
        self.check("the first archive has audio of each conversation that was held", "" if len(sounds) >= TALKS else f"only {len(sounds)} files")

    def unequal(self, gateway):
        gateway.export(self.archive)
        again = os.path.join(self.folder, "again.tar")
        gateway.export(again)
        # The conversations end and get their titles in the background.
        is_over = all(one["status"] != "in_progress" or one["id"].startswith("c") for one in gateway.get("/conversations?limit=20")["conversations"])
        return "" if is_over and contents(self.archive) == contents(again) else "a conversation still changes"

    def difference(self, path):
        """What an export has other than the first one."""
        found = contents(path)
        for name in sorted(self.files.keys() | found.keys()):
            if self.files.get(name) != found.get(name):
                kind = "is missing" if name not in found else "is new" if name not in self.files else "differs"
                return f"{name} {kind}"
        return ""

    def strays(self, data, settings):
        """Files of audio that no row names."""
        names = "SELECT file FROM conversation_audio UNION SELECT file FROM speech_samples WHERE file IS NOT NULL " \
            "UNION SELECT file FROM deleted_audio UNION SELECT file FROM abandoned_files"
        if settings:
            schema = os.path.basename(data)
            named = {row[0] for row in self.server.ask(f"SET search_path TO {schema}; {names}")}
        else:
            with contextlib.closing(sqlite3.connect(f"file:{data}/harken.db?mode=ro", uri=True)) as database:
                named = {name for name, in database.execute(names)}
        folder = os.path.join(data, "audio")
        left = [name for name in os.listdir(folder) if not name.startswith(".") and name not in named]
        return f"{len(left)} files, such as {left[0]}" if left else ""

    def moment(self, whole, number):
        """When a kill comes. What is there already is imported faster, so the last ones come before the time of a whole import is over."""
        return 0.85 * whole * (number + self.random.random()) / self.moments

    def gateway(self):
        """Imports over HTTP, with kills."""
        trial = Place(self, *self.place("timed"))
        began = time.monotonic()
        trial.take(self.archive)
        whole = time.monotonic() - began
        trial.server.stop()
        data, settings = self.place("second")
        answered, files = 0, []
        for number in range(self.moments):
            answered += Place(self, data, settings).take_and_die(self.archive, self.moment(whole, number))
            files.append(len(gateway_files(data)))
        print(f"{self.moments - answered} of {self.moments} gateways were killed, in {whole:.1f} s; files of audio afterwards: {files}", flush=True)
        self.check("most gateways are killed at work", "" if answered <= self.moments // 2 else f"{answered} had answered")
        gateway = Place(self, data, settings)
        for what in ("the whole import", "a second one"):
            said = gateway.take(self.archive)
            self.check(f"{what} leaves nothing out", "" if b'"rejected_count":0' in said.replace(b" ", b"") else said.decode()[:400])
            second = os.path.join(self.folder, "second.tar")
            gateway.export(second)
            self.check(f"after {what} both exports are equal", self.difference(second))
        gateway.server.stop()
        self.check("no file of audio is left over", self.strays(data, settings))
        return second

    def command(self, archive):
        """Imports with the command, with kills."""
        data, settings = self.place("third")
        command = [self.harken, "import", archive, "--data", data, "--user", USER]
        variables = environment({**self.settings, **settings})
        began = time.monotonic()
        # What a whole import takes, on a folder of its own.
        trial, trial_settings = self.place("trial")
        subprocess.run([*command[:3], "--data", trial, "--user", USER], env=environment({**self.settings, **trial_settings}), check=True, timeout=HANG)
        whole = time.monotonic() - began
        ended = 0
        for number in range(self.moments):
            process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.moment(whole, number))
            process.kill()
            ended += process.wait() == 0
        print(f"{self.moments - ended} of {self.moments} commands were killed, in {whole:.1f} s each", flush=True)
        self.check("most commands are killed at work", "" if ended <= self.moments // 2 else f"{ended} had ended")
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=HANG)
        self.check("the command imports everything", "" if done.returncode == 0 else done.stdout + done.stderr)
        third = os.path.join(self.folder, "third.tar")
        done = subprocess.run([self.harken, "export", third, "--data", data, "--user", USER], env=variables, capture_output=True, text=True, timeout=HANG)
        self.check("the command exports", "" if done.returncode == 0 else done.stderr)
        if done.returncode == 0:
            self.check("the command's export equals the first one", self.difference(third))
        self.check("no file of audio is left over by the command", self.strays(data, settings))

    def run(self):
        try:
            self.prepare()
            self.command(self.gateway())
        finally:
            if self.server:
                self.server.stop()
        print(f"{'FAIL' if self.problems else 'PASS'}  moving")
        return 1 if self.problems else 0


def gateway_files(data):
    folder = os.path.join(data, "audio")
    return [name for name in os.listdir(folder) if not name.startswith(".")] if os.path.isdir(folder) else []


def main():
    parser = argparse.ArgumentParser(prog="scripts/play moving", description=__doc__.splitlines()[0])
    root = os.path.dirname(os.path.dirname(HERE))
    parser.add_argument("--harken", default=os.path.join(root, ".build/release/harken"))
    parser.add_argument("--maker", help="the program that makes the data; year-store beside harken without it")
    parser.add_argument("--postgres", action="store_true", help="moves to gateways with PostgreSQL")
    parser.add_argument("--moments", type=int, default=10, help="kills of the gateway, and of the command; 10 without it")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.maker = args.maker or os.path.join(os.path.dirname(args.harken), "year-store")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    vendor = Vendor()
    vendor.is_deaf = False
    with tempfile.TemporaryDirectory(prefix="harken-moving-") as folder:
        return Play(args, folder, vendor).run()


if __name__ == "__main__":
    sys.exit(main())
