"""Moves a user's data to another gateway while that one is killed again and again, and compares what comes out of both.

The data are a week's of the project's own generator (Benchmarks/year), with conversations whose audio is kept, an edit and a title by hand. The new
gateway is killed (`kill -9`) at moments all over the import, and imports the archive again each time; then `harken import` is killed on a data
directory of its own, and gateways and `harken export` while they export. Only kills count that find the work under way. At the end each place has
every object once, its export equals the first one byte by byte, and no file is left that no row names. No part of an export is taken for a whole one.

    scripts/play moving                 on SQLite
    scripts/play moving --postgres      from SQLite to a gateway with PostgreSQL, from there to SQLite, and to PostgreSQL again; a server of its own
"""

import argparse
import asyncio
import contextlib
import http.client
import os
import random
import shutil
import signal
import socket
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
TRIES = 6  # for each kill that finds the work under way
BUFFER = 32_768  # bytes between a client and a gateway, so that one is not far ahead of the other


class Sent:
    """A file that is sent, and that calls `act` once when it has been read up to a place."""

    def __init__(self, file, place, act):
        self.file, self.place, self.act, self.count = file, place, act, 0

    def read(self, count=-1):
        data = self.file.read(count)
        self.count += len(data)
        if self.act and self.count >= self.place:
            act, self.act = self.act, None
            act()
        return data


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

    def connection(self):
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=HANG)
        connection.sock = socket.socket()
        for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            connection.sock.setsockopt(socket.SOL_SOCKET, side, BUFFER)
        connection.sock.settimeout(HANG)
        connection.sock.connect((address.hostname, address.port))
        return connection

    def export_and_die(self, seconds):
        """Takes an export from the gateway, which is killed after a time. Returns what came, and true if that looks whole.

        Bytes that have come tell nothing: the system holds 4 MB of an answer for a gateway, which may be at its end by then."""
        connection, data, is_killed = self.connection(), b"", threading.Event()

        def kill():
            is_killed.set()
            self.server.kill()

        killer = threading.Timer(seconds, kill)
        killer.start()
        try:
            with contextlib.closing(connection):
                connection.request("GET", "/api/v1/users/me/export?audio=true", headers={"Authorization": "Bearer " + self.key})
                answer = connection.getresponse()
                while piece := answer.read(BUFFER // 4):
                    data += piece
            return data, True
        except (OSError, http.client.HTTPException):
            if not is_killed.is_set():
                raise
            return data, False
        finally:
            killer.join()

    def take(self, archive, place=None):
        """Sends the archive; the gateway is killed when it was sent up to a place. Returns the answer."""
        connection = self.connection()
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/x-tar", "Content-Length": str(os.path.getsize(archive))}
        with contextlib.closing(connection), open(archive, "rb") as file:
            body = file if place is None else Sent(file, place, self.server.kill)
            connection.request("POST", "/api/v1/users/me/import", body, headers)
            answer = connection.getresponse()
            said = answer.read()
        if answer.status != 200:
            raise ServerError(f"the import was answered with {answer.status}: {said[:500]}")
        return said

    def take_and_die(self, archive, seconds=None, place=None):
        """Sends the archive to the gateway, which is killed after a time or at a place. Returns true if it had answered before."""
        killer = threading.Timer(seconds or 0, self.server.kill) if place is None else None
        if killer:
            killer.start()
        try:
            self.take(archive, place)
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            if killer:
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
            "HARKEN_STALL_SECONDS": "0", "HARKEN_AUDIO_DAYS": "36500", "HARKEN_VOICE_DAYS": "36500"}
        self.server = Postgres(folder) if args.postgres else None
        self.archive = os.path.join(folder, "first.tar")

    def check(self, what, problem):
        print(f"{'FAIL' if problem else 'ok'}    {what}{': ' + problem if problem else ''}", flush=True)
        if problem:
            self.problems.append(what)

    def place(self, name, on_sqlite=False):
        """A folder with the user's key, and the settings that name its database."""
        data, settings = os.path.join(self.folder, name), self.server.schema(name) if self.server and not on_sqlite else {}
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
        try:
            found = contents(path)
        except (OSError, tarfile.TarError) as error:
            return f"it cannot be read: {error}"
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

    def moment(self, number):
        """The share of the work at which a kill comes. What is there already is imported faster, so the last ones come before the end."""
        return 0.1 + 0.75 * (number + self.random.random()) / self.moments

    def kill_all(self, what, name, attempt, on_sqlite=False):
        """Has the work killed at all moments, each time while it is under way. Returns the last place.

        An attempt that ends first is made again at an earlier moment and on a place of its own, because what is there already is work that is done.
        `attempt(data, settings, number, share)` returns true if the work has ended before the kill."""
        fresh, killed = 1, 0
        data, settings = self.place(name, on_sqlite)
        for number in range(self.moments):
            share = self.moment(number)
            for _ in range(TRIES):
                if not attempt(data, settings, number, share):
                    killed += 1
                    break
                fresh, share = fresh + 1, share / 2
                data, settings = self.place(f"{name}{fresh}", on_sqlite)
        print(f"{killed} of {self.moments} kills found {what} under way, on {fresh} places", flush=True)
        self.check(f"each kill finds {what} under way", "" if killed == self.moments else f"{self.moments - killed} did not")
        return data, settings

    def gateway(self):
        """Imports over HTTP, with kills."""
        trial = Place(self, *self.place("timed"))
        began = time.monotonic()
        trial.take(self.archive)
        whole = time.monotonic() - began
        trial.server.stop()
        size, files = os.path.getsize(self.archive), []

        def attempt(data, settings, number, share):
            gateway = Place(self, data, settings)
            # By turns while the archive is sent, and by the clock, which also finds the work behind that.
            ended = gateway.take_and_die(self.archive, place=int(share * size)) if number % 2 else gateway.take_and_die(self.archive, share * whole)
            if ended:
                gateway.server.kill()
            files.append(len(gateway_files(data)))
            return ended

        data, settings = self.kill_all("a gateway's import", "second", attempt)
        print(f"a whole import takes {whole:.1f} s; files of audio after each attempt: {files}", flush=True)
        gateway = Place(self, data, settings)
        for what in ("the whole import", "a second one"):
            said = gateway.take(self.archive)
            self.check(f"{what} leaves nothing out", "" if b'"rejected_count":0' in said.replace(b" ", b"") else said.decode()[:400])
            second = os.path.join(self.folder, "second.tar")
            gateway.export(second)
            self.check(f"after {what} both exports are equal", self.difference(second))
        gateway.server.stop()
        self.check("no file of audio is left over", self.strays(data, settings))
        self.gateway_exports(data, settings, os.path.getsize(second))
        return second

    def gateway_exports(self, data, settings, size):
        """Exports over HTTP, with kills."""
        trial, killed = Place(self, data, settings), 0
        began = time.monotonic()
        trial.export(os.path.join(self.folder, "timed.tar"))
        whole = time.monotonic() - began
        trial.server.stop()
        for number in range(self.moments):
            share = self.moment(number)
            for _ in range(TRIES):
                gateway = Place(self, data, settings)
                came, is_whole = gateway.export_and_die(share * whole)
                gateway.server.kill()
                if not is_whole:
                    killed += 1
                    break
                if len(came) < 0.98 * size:
                    self.check("a broken export looks broken", f"{len(came)} bytes of about {size} look whole")
                share /= 2
        print(f"a whole export takes {whole:.2f} s; {killed} of {self.moments} kills found a gateway's export under way", flush=True)
        self.check("each kill finds a gateway's export under way", "" if killed == self.moments else f"{self.moments - killed} did not")
        gateway, again = Place(self, data, settings), os.path.join(self.folder, "after-kills.tar")
        gateway.export(again)
        self.check("after kills in the export it equals the first one", self.difference(again))
        gateway.server.stop()

    def command(self, archive):
        """Imports with the command, with kills, to SQLite."""
        def words(data):
            return [self.harken, "import", archive, "--data", data, "--user", USER]

        # What a whole import takes, on a folder of its own.
        trial, trial_settings = self.place("trial", on_sqlite=True)
        began = time.monotonic()
        subprocess.run(words(trial), env=environment({**self.settings, **trial_settings}), check=True, timeout=HANG)
        whole = time.monotonic() - began

        def attempt(data, settings, number, share):
            return self.run_and_die(words(data), environment({**self.settings, **settings}), share * whole)

        data, settings = self.kill_all("harken import", "third", attempt, on_sqlite=True)
        variables = environment({**self.settings, **settings})
        done = subprocess.run(words(data), env=variables, capture_output=True, text=True, timeout=HANG)
        self.check("the command imports everything", "" if done.returncode == 0 else done.stdout + done.stderr)
        third = os.path.join(self.folder, "third.tar")
        self.command_exports(data, variables, third)
        self.check("no file of audio is left over by the command", self.strays(data, settings))
        return third

    def run_and_die(self, command, variables, seconds):
        """Runs a command that is killed after a time. Returns true if it had ended before."""
        process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        return process.wait() == 0

    def command_exports(self, data, variables, archive):
        """Exports with the command, with kills."""
        command = [self.harken, "export", archive, "--data", data, "--user", USER]
        began = time.monotonic()
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=HANG)
        whole, killed, left = time.monotonic() - began, 0, ""
        self.check("the command exports", "" if done.returncode == 0 else done.stderr)
        if done.returncode != 0:
            return
        self.check("the command's export equals the first one", self.difference(archive))
        for number in range(self.moments):
            share = self.moment(number)
            for _ in range(TRIES):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(archive)
                # A command that is killed behind its work has ended it.
                has_ended = self.run_and_die(command, variables, share * whole) or os.path.exists(archive)
                if has_ended:
                    left = left or self.difference(archive)
                    share /= 2
                    continue
                killed += 1
                break
        with contextlib.suppress(FileNotFoundError):
            os.remove(archive)
        self.check("each kill finds harken export under way", "" if killed == self.moments else f"{self.moments - killed} did not")
        self.check("no archive has its name before it is whole", left)
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=HANG)
        self.check("the command exports after kills", self.difference(archive) if done.returncode == 0 else done.stderr)

    def back(self, archive):
        """Imports what came out of SQLite to PostgreSQL again."""
        data, settings = self.place("fourth")
        gateway, fourth = Place(self, data, settings), os.path.join(self.folder, "fourth.tar")
        gateway.take(archive)
        gateway.export(fourth)
        self.check("after the way to SQLite and back the exports are equal", self.difference(fourth))
        gateway.server.stop()

    def run(self):
        try:
            self.prepare()
            third = self.command(self.gateway())
            if self.server:
                self.back(third)
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
    parser.add_argument("--moments", type=int, default=10,
                        help="kills of the import and of the export, of the gateway and of the command each; 10 without it")
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
