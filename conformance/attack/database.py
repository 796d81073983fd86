"""A data folder that lost something while the gateway was stopped."""

import glob
import json
import os
import shutil
import time

import wire
from attempt import attack, close
from gateway import make_key
from matrix import ADDRESSES
from simulators import Simulator
from speech import Speaker


def _overwrite(path, start=0, count=4000):
    with open(path, "r+b") as file:
        file.seek(start)
        file.write(os.urandom(count))


def _remove(*names):
    def damage(data):
        for name in names:
            for path in glob.glob(os.path.join(data, name)):
                os.remove(path)
    return damage


def _truncate(name, size):
    def damage(data):
        path = os.path.join(data, name)
        if os.path.exists(path):
            os.truncate(path, size)
    return damage


def _scramble(name, start=0, count=4000):
    def damage(data):
        path = os.path.join(data, name)
        if os.path.exists(path) and os.path.getsize(path) > start:
            _overwrite(path, start, count)
    return damage


DAMAGES = {
    "the WAL's first 4,000 bytes overwritten": _scramble("harken.db-wal"),
    "the WAL cut to half": lambda data: _half(os.path.join(data, "harken.db-wal")),
    "-wal and -shm removed": _remove("harken.db-wal", "harken.db-shm"),
    "harken.db emptied": _truncate("harken.db", 0),
    "harken.db emptied, -wal and -shm removed": lambda data: (_remove("harken.db-wal", "harken.db-shm")(data), _truncate("harken.db", 0)(data)),
    "harken.db, -wal and -shm removed": _remove("harken.db", "harken.db-wal", "harken.db-shm"),
    "harken.db cut to one page": _truncate("harken.db", 4096),
    "a page of harken.db overwritten": lambda data: (_remove("harken.db-wal", "harken.db-shm")(data), _scramble("harken.db", 4096, 4096)(data)),
}


def _half(path):
    if os.path.exists(path):
        os.truncate(path, os.path.getsize(path) // 2)


@attack("lost-database", "M5", alone=True)
def lost_database(attempt):
    """The database or its WAL is damaged while the gateway is stopped, after a kill and after an end in order: nobody is let in without a key."""
    for how in ("killed", "stopped"):
        data = os.path.join(attempt.folder, how)
        attempt.owner = None
        # On loopback, where a gateway without keys would serve.
        key = make_key(attempt.context.harken, data, "--user", "ann")
        attempt.secrets.append(key)
        server = attempt.start(keys=False, data=data)
        attempt.equal("without a key", attempt.status("GET", "/v2/transcript"), 401)
        attempt.key("--user", "bob")
        attempt.equal("with the key", attempt.status("GET", "/v2/transcript", key=key), 200)
        if how == "killed":
            server.kill()
        else:
            server.stop()
        sizes = {name: os.path.getsize(os.path.join(data, name)) for name in os.listdir(data) if name.startswith("harken.db")}
        attempt.note(f"{how}: {sizes}")
        for what, damage in DAMAGES.items():
            copy = os.path.join(attempt.folder, "copy")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.sock"))
            damage(copy)
            server = attempt.start(keys=False, data=copy, may_fail=True)
            if server.url is None:
                # It did not start: then it says what is wrong.
                said = "".join(server.lines[-4:])
                attempt.expect("keys" in said or "database" in said or "damaged" in said, f"{how}, {what}: it does not say what is wrong: {said!r}")
            else:
                status = attempt.status("GET", "/v2/transcript")
                attempt.expect(status == 401, f"{how}, {what}: it starts, and without a key /v2/transcript is answered with {status}")
                # What was in the database when it was closed does not need the WAL.
                if how == "stopped" and "harken.db" not in what:
                    attempt.equal(f"{how}, {what}: with the key", attempt.status("GET", "/v2/transcript", key=key), 200)
            server.stop()
    attempt.can_end_badly = True


@attack("short-ring", "L11", alone=True)
def short_ring(attempt):
    """A journal's ring was cut short while the gateway was dead."""
    data = os.path.join(attempt.folder, "data")
    server = attempt.start(data=data)
    server.wait_until_ready(60)
    with Speaker(attempt, attempt.owner) as speaker:
        speaker.speak(1.5)
        server.kill()
    rings = glob.glob(os.path.join(data, "journal", "*.ring"))
    attempt.expect(rings, "there is no ring")
    for ring in rings:
        # Its header is whole, and what the header counts is not there.
        os.truncate(ring, 12_000)
    server = attempt.start(data=data, may_fail=True)
    attempt.can_end_badly = server.url is None
    if attempt.expect(server.url is not None, f"it does not start: {''.join(server.lines[-2:])!r}"):
        attempt.equal("with the key", attempt.status("GET", "/v2/transcript", key=attempt.owner), 200)


@attack("pushed-out", "L13", alone=True, short=False)
def pushed_out(attempt):
    """One key sends audio as fast as it can to the smallest journal, beside another's session that nobody has recognised yet."""
    data, settings = os.path.join(attempt.folder, "data"), {"HARKEN_JOURNAL_BYTES": str(256 << 20), "HARKEN_LOOPS": "1"}
    # A vendor that never answers: nothing is recognised before the gateway dies.
    silent = Simulator("deepgram", attempt.context.oracle, ["hang-connect"])
    try:
        server = attempt.start({**settings, **{f"DEEPGRAM_{name}": form.format(silent.url) for name, form in ADDRESSES["deepgram"].items()}}, data=data)
        victim, flooder = attempt.key("--user", "carol"), attempt.key("--user", "mallory")
        with Speaker(attempt, victim) as speaker:
            speaker.speak(2)
            sent, piece, made, ends = 0, wire.frame(wire.BINARY, bytes(64_000)), [], time.monotonic() + 12
            while time.monotonic() < ends and sent < 400 << 20:
                connection, status = attempt.websocket("/v1/listen?encoding=linear16&sample_rate=16000", key=flooder, number=len(made))
                made.append(connection)
                if status == 101:
                    sent += wire.flood(connection, piece * 4, 0.3, most=16 << 20)
            time.sleep(1)
            server.kill()
        close(made)
    finally:
        silent.stop()
    attempt.note(f"{sent >> 20} MB of another key's audio in {len(made)} sessions")
    # Its silence is recovered where it is still there; audio that is gone is a gap.
    server = attempt.start(settings, data=data)
    server.wait_until_ready(60)
    deadline, said = time.monotonic() + 60, {}
    while time.monotonic() < deadline and said.get("status") not in ("complete", "incomplete"):
        answer = attempt.ask("GET", f"/api/v1/sessions/{speaker.id}", key=victim)
        said = json.loads(answer.body) if answer and answer.status == 200 else {}
        time.sleep(0.5)
    attempt.expect(said.get("status") == "complete" and not said.get("gaps"), f"the other's session after a kill: {said.get('status')}, {said.get('gaps')}")
