"""Does what people do on a store with a year in it and on one with a week, and measures what it costs them and others.

Both stores are made by the project's own generator (Benchmarks/year). On each a gateway serves two users: one acts, and another one reads and
writes all the time. A vendor that counts hears live sessions.

    scripts/play year                     the table, on SQLite
    scripts/play year --postgres          on PostgreSQL, a server of its own
    scripts/play year --store FOLDER      a data directory of one's own in place of the year's, with the users `year` and `other`

Seconds of a core are those of the machine at its best in the run: what an act takes counts by the work that a core did in a second beside it.

Words that are lost and archives that lack something are faults in every run. Figures are judged by `scripts/bench figures` only, or with
HARKEN_FIGURES=FILE; the last line says whether they were.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "powercut"))

from acts import Api, speech, talk, words_missing
from cluster import Postgres, processor_seconds, with_children
from figures import IS_JUDGED, Anchor, within
from gateway import OPENER, Server, ServerError, make_key
from counting_vendor import LENGTH, RATE, SPACING
from hang import HANG, wait_for_fact
from kill import KEY, Vendor

STORES = ("week", "crowd", "year")
SCREEN = 12  # cards of voices on the first screen of People
REST = 0.05  # seconds between two requests of the other user
GATHERED = 6  # seconds
SOUNDS, SOUND = 450, 4_000_000  # files of audio that exist, and bytes of each, as the generator's rows say
SEGMENTS = {"week": 6_250, "year": 1_000_000}
CLOCK = 0.002  # seconds below which a ratio tells of the machine
TICKS = os.sysconf("SC_CLK_TCK")


class Waits:
    """Another user's requests, one after the other, and how long each waits."""

    def __init__(self, work):
        self.work, self.all, self.problem, self.is_over = work, [], None, False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.is_over:
            began = time.monotonic()
            try:
                self.work()
            except Exception as error:  # whatever ends it is a finding
                self.problem = f"{type(error).__name__}: {error}"
                return
            self.all.append(time.monotonic() - began)
            time.sleep(REST)

    def stop(self):
        self.is_over = True
        self.thread.join(HANG)
        if self.problem or self.thread.is_alive():
            raise ServerError(f"another user's request failed: {self.problem or f'no answer within {HANG} s'}")

    @property
    def p95(self):
        return sorted(self.all)[int(0.95 * (len(self.all) - 1))]


class Gateway(Api):
    """A gateway on a store, with the key of the user who acts; `other` is the other one. `database` is its server of PostgreSQL, if it has one."""

    def __init__(self, play, name, folder, settings, database):
        self.name, self.database, self.anchor, self.folder = name, database, play.anchor, folder
        scopes = [word for scope in ("read", "write", "listen") for word in ("--scope", scope)]
        keys = [make_key(play.harken, folder, "--user", user, *scopes, settings=settings) for user in ("year", "other")]
        self.server = Server(play.harken, folder, {**play.settings, **settings})
        self.server.wait_until_announced(HANG)
        super().__init__(self.server.url, keys[0])
        self.other = Api(self.url, keys[1])
        self.others = self.other.get("/conversations?limit=5")["conversations"][0]["id"]
        self.title = 0
        self.calm()

    def status(self, name):
        with open(f"/proc/{self.server.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name + ":"))

    @property
    def programs(self):
        """The gateway, and the server of its database."""
        return [self.server.pid, *([self.database.process.pid] if self.database else [])]

    @property
    def processor(self):
        """Seconds of a core so far, of each program."""
        return [processor_seconds(program) for program in self.programs]

    def spent(self, work):
        """Seconds of a core that something takes of each program, of the machine at its best, with all of the store in its memory.

        Some machines put pages of files out of their memory that nobody has read for a minute, and fetching them again costs the processor too. A
        checkpoint of the database's server writes what was changed before.
        """
        if self.database:
            self.database.ask("CHECKPOINT")
        for path in pathlib.Path(self.database.folder if self.database else self.folder).rglob("*"):
            # The database's files come and go.
            with contextlib.suppress(FileNotFoundError):
                if "audio" not in path.parts and path.is_file():
                    with path.open("rb") as file:
                        while file.read(1 << 20):
                            pass
        share, before = self.anchor.share, self.processor
        work()
        share = (share + self.anchor.share) / 2
        return [(now - then) * share for now, then in zip(self.processor, before)]

    @property
    def tables(self):
        """The statement that chooses the tables of this store, which shares its database with the others."""
        return f"SET search_path = {self.name}"

    def count_rows(self, condition):
        return int(self.database.ask(f"{self.tables}; SELECT count(*) FROM segments WHERE {condition}")[0][0])

    @property
    def written(self):
        """Bytes that were written to the disk so far."""
        total = 0
        for program in self.programs:
            for pid, _ in with_children(program):
                # What a child has written is its parent's once it has ended.
                with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/io") as file:
                    total += next(int(line.split()[1]) for line in file if line.startswith("write_bytes"))
        return total

    def wait_until_erased(self):
        """Waits until nothing of what any user has deleted is in the database or a file."""
        deadline = time.monotonic() + 10 * HANG
        while not (said := self.other.get("/erasure"))["erased"]:
            if time.monotonic() > deadline:
                raise ServerError(f"what was deleted is not erased within {10 * HANG} s: {said}")
            time.sleep(0.5)

    def calm(self, most=0.02):
        """Waits until the gateway uses no more than this share of a core for 1.5 s."""
        deadline, since, before = time.monotonic() + HANG, time.monotonic(), sum(self.processor)
        while time.monotonic() < since + 1.5:
            time.sleep(0.25)
            now = sum(self.processor)
            if now - before > most * 0.25 + 1 / TICKS:
                since = time.monotonic()
            before = now
            if time.monotonic() > deadline:
                raise ServerError("the gateway is not calm")

    def read(self):
        self.other.get("/conversations?limit=5")

    def write(self):
        self.title += 1
        self.other.do("PATCH", f"/api/v1/conversations/{self.others}", {"title": f"Title {self.title}"})

    @contextlib.contextmanager
    def others_wait(self):
        """Another user's reads and writes meanwhile."""
        reads, writes = Waits(self.read), Waits(self.write)
        try:
            yield reads, writes
        finally:
            reads.stop()
            writes.stop()


class Live:
    """A live session in real time: whether all its words come, and how late, of which each message has the last one's end.

    A word ends with the piece that has its end, and the vendor says it at once: on a calm machine it is some milliseconds late.
    """

    def __init__(self, gateway):
        self.gateway, self.is_over, self.late, self.worst, self.problem = gateway, False, [], {}, None
        self.words, self.sent = [], 0

    def __enter__(self):
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join(HANG)
        if self.problem:
            raise ServerError(f"the live session failed: {self.problem}")

    def note(self, name):
        """The worst since the last note, in which words must have come."""
        if not self.late:
            raise ServerError("no word of the live session came")
        self.worst[name], self.late = max(self.late), []

    @property
    def lost(self):
        """What of the words is wrong, once the session is over."""
        _, all = speech(0, 300)
        # The last word may be cut off.
        whole = int((self.sent / (2 * RATE) - LENGTH) // SPACING) + 1
        said = [word.lower().strip(".,") for word in self.words]
        wanted = [all[number % len(all)] for number in range(max(whole, len(said)))]
        if said[:whole] == wanted[:whole] and len(said) <= whole + 1:
            return ""
        place = next((number for number, (a, b) in enumerate(zip(said, wanted)) if a != b), min(len(said), whole))
        return f"{len(said)} words of {whole}, the first wrong one is number {place + 1}: {said[place:place + 3]}, not {wanted[place:place + 3]}"

    async def _run(self):
        address = self.gateway.url.replace("http", "ws", 1) + f"/v1/listen?encoding=linear16&sample_rate={RATE}&interim_results=true"
        try:
            async with websockets.connect(
                    address, additional_headers={"Authorization": "Token " + self.gateway.key}, max_size=None, proxy=None, open_timeout=HANG,
                    ping_interval=None) as socket:
                reader = asyncio.create_task(self._read(socket))
                self.began = time.monotonic()
                piece = RATE // 10 * 2  # 100 ms
                whole = speech(0, 300)[0]
                while not self.is_over:
                    # A piece is sent when it has been said.
                    self.sent += piece
                    await asyncio.sleep(max(0, self.began + self.sent / (2 * RATE) - time.monotonic()))
                    at = (self.sent - piece) % len(whole)
                    await socket.send(whole[at:at + piece])
                await socket.send('{"type": "CloseStream"}')
                await reader
        except Exception as error:  # whatever ends it is a finding
            self.problem = f"{type(error).__name__}: {error}"

    async def _read(self, socket):
        async for text in socket:
            said = json.loads(text)
            words = said["channel"]["alternatives"][0]["words"] if said.get("type") == "Results" else []
            if words and said["is_final"]:
                self.late.append(time.monotonic() - self.began - words[-1]["end"])
                self.words += [word["word"] for word in words]


class Act:
    """What a user does: how long the answer takes, and which processor the whole of it takes, what goes on in the background included.

    `processor` is the gateway's, `total` that of its database's server too.
    """

    def __init__(self, gateway, work, deletes=False):
        self.gateway, self.work, self.deletes = gateway, work, deletes
        spent = gateway.spent(self._run)
        self.processor, self.total = spent[0], sum(spent)
        self.text = f"{self.processor:.2f} s of a core" + (f", {self.total:.2f} s with the database's server" if gateway.database else "")

    @classmethod
    def typical(cls, gateway, work, deletes=False, times=1):
        """The middle of some acts, by all the processor that they take: a host that changes its speed does not decide."""
        return sorted((cls(gateway, work, deletes) for _ in range(times)), key=lambda act: act.total)[times // 2]

    def _run(self):
        began = time.monotonic()
        self.work()
        self.answered = time.monotonic() - began
        # Deletions are gathered for some seconds.
        time.sleep(GATHERED)
        self.gateway.calm()
        if self.deletes:
            self.gateway.wait_until_erased()
            self.gateway.calm()


class Table:
    def __init__(self):
        self.rows, self.problems = {}, []

    def add(self, what, store, text):
        self.rows.setdefault(what, {})[store] = text

    def judge(self, what, value, most, unit):
        self.problems += within(f"a year: {what}", value, most, unit)

    def need(self, what, problem):
        """Something that has nothing to do with how busy the machine is."""
        if problem:
            self.problems.append(f"{what}: {problem}")

    def compare(self, what, year, week):
        """A time in a year's store, which may be twice that in a week's."""
        print(f"{what}: {1000 * year:.1f} ms, beside a week's {1000 * week:.1f} ms: {year / week:.2f} ×", flush=True)
        self.judge(f"{what}, beside a week's", year / max(week, CLOCK), 2, "×")

    def show(self, stores):
        print("| act | " + " | ".join(stores) + " |\n|---|" + "---|" * len(stores))
        for what, cells in self.rows.items():
            print(f"| {what} | " + " | ".join(cells.get(store, "–") for store in stores) + " |")


class Play:
    def __init__(self, args, vendor):
        self.harken, self.maker, self.browser = args.harken, args.maker, os.environ["BROWSER"]
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_STALL_SECONDS": "0", "HARKEN_AUDIO_DAYS": "36500", "HARKEN_VOICE_DAYS": "36500"}
        # Bytes of audio that the export of each store has to have; None for a store of one's own.
        self.table, self.seen, self.sounds, self.anchor = Table(), {}, {}, Anchor()

    def run(self, gateway):
        self.seen[gateway.name] = {}
        acts = (self.rest, self.people, self.page, self.reads, self.name_a_voice, self.name_again, self.name_the_reassigned, self.give_away,
                self.assign_all, self.merge, self.end, self.trace, self.edit, self.export, self.export_audio, self.forget, self.delete_the_user)
        for act in (self.name_a_voice,) if gateway.name == "crowd" else acts:
            act(gateway)

    def say(self, gateway, what, text, **seen):
        self.table.add(what, gateway.name, text)
        self.seen[gateway.name].update(seen)
        print(f"{gateway.name}: {what}: {text}", flush=True)

    # MARK: Acts

    def voices(self, gateway):
        return [one["id"] for one in gateway.get("/voices")["voices"] if not one.get("person_id") and not one.get("is_user")]

    def rest(self, gateway):
        """What a calm gateway takes of the processor in the time of an act."""
        idle = Act.typical(gateway, lambda: None, times=3)
        self.say(gateway, "nothing, for the time of an act", idle.text, idle_processor=idle.processor, idle_total=idle.total)

    def reads(self, gateway):
        """Reads of what grows with a past: the oldest conversation, of eight hours in a year's store, the latest jobs, and a job of the first day."""
        oldest, path = None, "/v2/transcript?limit=200"
        while page := gateway.do("GET", path, scheme="")["transcripts"]:
            oldest = page[-1]
            path = f"/v2/transcript?limit=200&before_id={oldest['id']}"
        if not oldest:
            raise ServerError("the user has no jobs")
        day = f"/v2/transcript?limit=1&created_on={oldest['created'][:10]}"
        self.table.need(f"{gateway.name}: the jobs of the first day", "" if gateway.do("GET", day, scheme="")["transcripts"] else "there are none")
        for what, key, path, scheme, times in (("read the longest conversation", "longest", "/api/v1/conversations/c1", "Bearer ", 5),
                                               ("list jobs", "jobs", "/v2/transcript?limit=100", "", 41), ("list a day's jobs", "day", day, "", 41)):
            took = self.typical(lambda: gateway.do("GET", path, scheme=scheme), times)
            self.say(gateway, what, f"{took:.4f} s", **{key: took})

    @staticmethod
    def typical(act, times):
        """The median of the seconds that something takes."""
        all = []
        for _ in range(times):
            began = time.monotonic()
            act()
            all.append(time.monotonic() - began)
        return statistics.median(all)

    def people(self, gateway):
        """The requests of the page People, until its first screen is complete; again and again, as several would."""
        def page():
            gateway.get("/people")
            gateway.get("/voices?named=true")
            for voice in gateway.get(f"/voices?unnamed=true&limit={SCREEN}")["voices"]:
                gateway.get(f"/voices/{voice['id']}/samples")
            gateway.get("/voices/count")

        with gateway.others_wait() as (reads, _):
            time.sleep(2)
            page_time = self.typical(page, 10)
        self.say(gateway, "page People complete; others' reads meanwhile, p95", f"{page_time:.2f} s; {1000 * reads.p95:.0f} ms",
                 people=page_time, people_reads=reads.p95)

    def page(self, gateway):
        """The page People in a browser."""
        with gateway.others_wait() as (reads, _):
            done = subprocess.run([self.browser, os.path.join(HERE, "people_page.py"), gateway.url, gateway.key, "15"], capture_output=True, text=True,
                                  timeout=5 * HANG)
        if done.returncode != 0:
            raise ServerError(f"the page People does not come: {done.stderr[-1000:]}")
        seen = json.loads(done.stdout)
        self.say(gateway, "the page People in Chromium: first card, complete; others' reads, p95",
                 f"{seen['first']:.2f} s, {seen['complete']:.2f} s; {1000 * reads.p95:.0f} ms", page=seen["complete"], page_reads=reads.p95)

    def measured(self, gateway, what, alone, beside, key, deletes=False, times=1):
        """An act alone, for its processor, which may be done some times, and one beside others, for their waits, to its end."""
        act = Act.typical(gateway, alone, deletes, times)
        with gateway.others_wait() as (reads, writes):
            time.sleep(1)
            beside()
            time.sleep(8)
            if deletes:
                gateway.wait_until_erased()
        reads, writes = max(reads.all), max(writes.all)
        self.say(gateway, what, f"answered after {act.answered:.2f} s, {act.text}; others wait {writes:.2f} s to write, {reads:.2f} s to read",
                 **{f"{key}_processor": act.processor, f"{key}_total": act.total, f"{key}_writes": writes, f"{key}_answered": act.answered})

    def name_a_voice(self, gateway):
        voices = self.voices(gateway)
        self.measured(gateway, "name a voice", *[
            lambda voice=voice, person=person: gateway.do("PATCH", f"/api/v1/voices/{voice}", {"person_id": person})
            for voice, person in zip(voices[-2:], ("p1", "p2"))], "name")

    def name_again(self, gateway):
        """A voice gets ten names, one after the other: what the comparison of the others takes is more than what a calm gateway takes anyhow."""
        voice, count, rest = self.voices(gateway)[-1], 10, 0.8

        def ten_times(act):
            for number in range(count):
                act(number)
                time.sleep(rest)

        def name(number):
            gateway.do("PATCH", f"/api/v1/voices/{voice}", {"person_id": f"p{1 + number % 2}"})

        gateway.calm()
        idle = sum(gateway.spent(lambda: ten_times(lambda _: None)))
        each = (sum(gateway.spent(lambda: ten_times(name))) - idle) / count
        gateway.do("PATCH", f"/api/v1/voices/{voice}", {"person_id": None})
        self.say(gateway, "name a voice, of ten times", f"{1000 * each:.0f} ms of a core", names=each)

    def name_the_reassigned(self, gateway):
        last = int(gateway.get("/voices")["voices"][-1]["id"][1:])
        if gateway.database:
            self.seen[gateway.name]["reassigned_rows"] = gateway.count_rows(f"voice = (SELECT number FROM voices WHERE id = 'v{last - 8}')")
        self.measured(gateway, "name a voice whose segments automation has given to the user", *[
            lambda voice=voice, person=person: gateway.do("PATCH", f"/api/v1/voices/v{voice}", {"person_id": person})
            for voice, person in ((last - 8, "p1"), (last - 7, "p2"))], "reassigned")

    def give_away(self, gateway):
        self.measured(gateway, "give the voice with most segments to another person, and back", *[
            lambda person=person: gateway.do("PATCH", "/api/v1/voices/v1", {"person_id": person}) for person in ("p7", "p1")], "give")

    def assign_all(self, gateway):
        """The longest conversation, without what somebody has assigned by hand: other people's voices were learned from that."""
        segments = [one["id"] for one in gateway.get("/conversations/c1")["segments"] if one["speaker_identity_source"] != "manual"]
        self.measured(gateway, "assign all of the longest conversation to a person", *[
            lambda person=person: gateway.do("POST", "/api/v1/conversations/c1/segments/assign", {"person_id": person, "segment_ids": segments})
            for person in ("p8", "p9")], "assign")
        self.seen[gateway.name]["assign_rows"] = len(segments)

    def merge(self, gateway):
        self.measured(gateway, "merge a person into the one with most segments", *[
            lambda person=person: gateway.do("POST", "/api/v1/people/p1/merge", {"person_id": person}) for person in ("p5", "p6")], "merge")

    def end(self, gateway):
        audio, words = speech(0, 24)

        def conversation():
            id = asyncio.run(talk(gateway.url, gateway.key, audio, "finish"))
            wait_for_fact("the conversation's words", lambda: words_missing(gateway, id, words))

        # It is compared with another store's, minutes apart.
        self.measured(gateway, "a conversation of 12 s, to its end", conversation, conversation, "end", times=3)

    def edit(self, gateway):
        conversation = next(one["id"] for one in gateway.get("/conversations?limit=50")["conversations"] if one["status"] == "completed")
        segments = [one["id"] for one in gateway.get(f"/conversations/{conversation}")["segments"]]
        gateway.calm()
        if gateway.database:
            # What waits for a checkpoint is not the edit's.
            gateway.database.ask("CHECKPOINT")
        before = gateway.written
        gateway.do("PATCH", f"/api/v1/conversations/{conversation}/segments/{segments[0]}", {"text": "quite another sentence"})
        time.sleep(10)
        written = (gateway.written - before) / 1e6
        self.say(gateway, "edit a sentence: written to the disk within 10 s", f"{written:.1f} MB", edit=written)

    def forget(self, gateway):
        def forgets(person):
            return lambda: gateway.do("DELETE", f"/api/v1/people/{person}")

        # The first erasure of a process also erases the words that edits have replaced, for which the index of words is written anew. Forgetting
        # somebody has no such cost.
        gateway.do("DELETE", f"/api/v1/voices/{self.voices(gateway)[0]}")
        gateway.wait_until_erased()
        gateway.calm()
        if gateway.database:
            self.change_rows(gateway, "p7", {"forget_most": "p1", "forget": "p3"})
        most = Act(gateway, forgets("p1"), deletes=True)
        self.say(gateway, "forget who is heard most, with two merged people (of a year: one segment in nine)",
                 f"answered after {most.answered:.2f} s, {most.text}",
                 forget_most_processor=most.processor, forget_most_total=most.total, forget_most_answered=most.answered)
        self.measured(gateway, "forget a person (of a year: one segment in eighty), and beside others a second one (one in twenty)",
                      forgets("p3"), forgets("p9"), "forget", deletes=True)

    def change_rows(self, gateway, person, others):
        """What the database's server takes to write the segments of a person anew, by a statement of its own: the anchor of acts that do it."""
        def segments(person):
            people = f"SELECT a.number FROM people a LEFT JOIN people b ON b.number = a.joined_to WHERE '{person}' IN (a.id, b.id)"
            return f"person IN ({people}) OR voice IN (SELECT number FROM voices WHERE person IN ({people}))"

        rows = gateway.count_rows(segments(person))
        act = Act(gateway, lambda: gateway.database.ask(
            f"{gateway.tables}; BEGIN; UPDATE segments SET person = NULL, voice = NULL, identified_by = NULL, confidence = NULL "
            f"WHERE {segments(person)}; ROLLBACK"))
        self.say(gateway, "nobody is forgotten, but the database's server writes the segments of one person anew", f"{rows} rows, {act.text}",
                 rows=rows, rows_server=act.total - act.processor, **{f"{key}_rows": gateway.count_rows(segments(other)) for key, other in others.items()})

    def delete_the_user(self, gateway):
        """The last act: the user and the key are gone, and others are served until all is erased."""
        request = urllib.request.Request(gateway.url + "/api/v1/users/me", headers={"Authorization": "Bearer " + gateway.key}, method="DELETE")
        with gateway.others_wait() as (reads, writes):
            time.sleep(1)
            began = time.monotonic()
            with OPENER.open(request, timeout=HANG) as answer:
                answer.read()
            answered = time.monotonic() - began
            gateway.wait_until_erased()
            took = time.monotonic() - began
        self.say(gateway, "delete the user",
                 f"answered after {answered:.2f} s, erased after {took:.0f} s; "
                 f"others wait {max(writes.all):.2f} s to write, {max(reads.all):.2f} s to read",
                 deletion_answered=answered, deletion_writes=max(writes.all))

    def export(self, gateway):
        self.take_out(gateway, "export of everything", "export", "")
        least = 100 * SEGMENTS[gateway.name] * 9 // 10 if self.sounds[gateway.name] is not None else 0
        found = self.seen[gateway.name]["export_bytes"]
        self.table.need(f"{gateway.name}: the export", "" if found >= least else f"{found} bytes are fewer than its segments have: {least}")

    def export_audio(self, gateway):
        self.take_out(gateway, "export of everything with audio", "audio", "?audio=true")
        least = self.seen[gateway.name]["export_bytes"] + (self.sounds[gateway.name] or 0)
        found = self.seen[gateway.name]["audio_bytes"]
        self.table.need(f"{gateway.name}: the export with audio", "" if found >= least else f"{found} bytes, of at least {least}")

    def trace(self, gateway):
        """The trace of a session, which is as long in every store."""
        with Live(gateway):
            time.sleep(10)
            session = gateway.get("/sessions?open=true")["sessions"][0]["id"]
        path = f"/sessions/{session}/trace"
        wait_for_fact("the session's trace", lambda: "" if gateway.has(path) else "there is none")
        traced = self.typical(lambda: gateway.get(path), 21)
        self.say(gateway, "the trace of a session of 10 s", f"{traced:.4f} s", trace=traced)

    def take_out(self, gateway, what, key, query):
        gateway.calm()
        with open(f"/proc/{gateway.server.pid}/clear_refs", "w") as file:
            file.write("5")
        before, count, first = gateway.status("VmRSS"), 0, None
        request = urllib.request.Request(gateway.url + "/api/v1/users/me/export" + query, headers={"Authorization": "Bearer " + gateway.key})
        with gateway.others_wait() as (reads, writes), Live(gateway) as live:
            time.sleep(8)
            live.note("calm")
            began = time.monotonic()
            with OPENER.open(request, timeout=HANG) as answer:
                while piece := answer.read(1 << 20):
                    first = first or time.monotonic() - began
                    count += len(piece)
            took = time.monotonic() - began
            time.sleep(2)
            live.note("export")
        more = (gateway.status("VmHWM") - before) / 1e6
        self.table.need(f"{gateway.name}: a live session beside the {what}", live.lost)
        self.say(gateway, what,
                 f"{count / 1e6:.0f} MB in {took:.1f} s, the first byte after {first:.2f} s, {more:.0f} MB more memory; "
                 f"others' reads p95 {1000 * reads.p95:.0f} ms, writes at most {max(writes.all):.2f} s; "
                 f"words of a live session at most {1000 * live.worst['export']:.0f} ms late (calm: {1000 * live.worst['calm']:.0f} ms)",
                 **{f"{key}_first": first, f"{key}_memory": more, f"{key}_bytes": count, f"{key}_live": live.worst["export"] - live.worst["calm"]})

    # MARK: Judgement

    def judge(self):
        year, week = self.seen["year"], self.seen["week"]
        judge = self.table.judge
        for what, key in (("others' reads beside the page People", "people_reads"), ("the page People", "people"),
                          ("the page People in Chromium", "page"), ("others' reads beside the page People in Chromium", "page_reads"),
                          ("a session's trace", "trace"), ("a list of jobs", "jobs"), ("a list of a day's jobs", "day")):
            self.table.compare(what, year[key], week[key])
        # Each segment of a forgotten person is written anew: who is heard in one of nine costs ten times as much as one who is heard in eighty.
        judge("forget_most: processor, beyond a calm gateway's for each tenth of its segments",
              (year["forget_most_processor"] - year["idle_processor"]) / 10, 0.3, "s")
        few = ("name", "give", "merge")
        for part, text, acts in (("processor", "processor", (*few, "reassigned", "assign", "forget")),
                                 ("total", "processor, with that of a database's server", few)):
            for act in acts:
                judge(f"{act}: {text}, beyond a calm gateway's", year[f"{act}_{part}"] - year[f"idle_{part}"], 0.3, "s")
            # The act has the conversation itself in it, which costs the same in every store.
            judge(f"end: {text}, beyond a week's", year[f"end_{part}"] - week[f"end_{part}"], 0.3, "s")
        if "rows" in year:
            # A row that PostgreSQL changes goes into all indexes of its table, where SQLite, which is a part of the gateway, writes one page. What the
            # server takes for an act is its own cost of as many rows. An assignment also reads and tells the former speakers.
            calm = year["idle_total"] - year["idle_processor"]
            each = (year["rows_server"] - calm) / year["rows"]
            print(f"A row that the database's server writes anew takes it {1e6 * each:.0f} µs", flush=True)
            for act, most in (("forget", 2), ("forget_most", 2), ("reassigned", 2), ("assign", 3)):
                server = year[f"{act}_total"] - year[f"{act}_processor"] - calm
                judge(f"{act}: processor of the database's server, beside that of as many rows by a statement of its own",
                      server / year[f"{act}_rows"] / each, most, "×")
        judge("a voice is named among 3,000: processor beyond a week's", year["names"] - week["names"], 0.05, "s")
        for act in ("name", "forget", "forget_most", "deletion"):
            judge(f"{act}: until answered", year[f"{act}_answered"], 0.3, "s")
        for act in ("name", "reassigned", "give", "assign", "merge", "end", "forget", "deletion"):
            judge(f"{act}: others' writes", year[f"{act}_writes"], 0.5, "s")
        judge("an edit: written", year["edit"], 5, "MB")
        for what, key in (("the export", "export"), ("the export with audio", "audio")):
            judge(f"{what}'s first byte", year[f"{key}_first"], 2, "s")
            judge(f"{what}'s memory", year[f"{key}_memory"], 64, "MB")
            judge(f"a live session beside {what}: its words beyond a calm time's", year[f"{key}_live"], 0.2, "s")
        judge("the conversation of eight hours is read", year["longest"], 1, "s")
        judge("a voice is named among 20,000: processor", self.seen["crowd"]["name_total"], 0.5, "s")


def give_audio(data):
    """Gives the user's newest conversations their files of audio, which are names of one file and take no room. Returns the bytes of all."""
    folder = os.path.join(data, "audio")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with contextlib.closing(sqlite3.connect(os.path.join(data, "harken.db"))) as database:
        # No program can cut a file that is no sound.
        database.execute("UPDATE conversation_audio SET cut_from = NULL, cut_to = NULL")
        database.commit()
        names = [name for name, in database.execute(
            "SELECT a.file FROM conversation_audio a JOIN conversations c ON c.number = a.conversation "
            "WHERE c.archive = 1 AND c.status = 'completed' ORDER BY a.conversation DESC LIMIT ?", (SOUNDS,))]
    first = os.path.join(folder, names[0])
    with open(first, "wb") as file:
        file.write(os.urandom(SOUND))
    os.chmod(first, 0o600)
    for name in names[1:]:
        os.link(first, os.path.join(folder, name))
    return SOUND * len(names)


def main():
    parser = argparse.ArgumentParser(prog="scripts/play year", description=__doc__.splitlines()[0])
    root = os.path.dirname(os.path.dirname(HERE))
    parser.add_argument("--harken", default=os.path.join(root, ".build/release/harken"))
    parser.add_argument("--maker", help="the program that makes the stores; year-store beside harken without it")
    parser.add_argument("--postgres", action="store_true", help="copies the stores to a PostgreSQL server of its own")
    parser.add_argument("--store", metavar="FOLDER", help="a data directory in place of the year's; it is copied")
    args = parser.parse_args()
    args.maker = args.maker or os.path.join(os.path.dirname(args.harken), "year-store")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    vendor = Vendor()
    vendor.is_deaf = False
    with tempfile.TemporaryDirectory(prefix="harken-year-") as folder:
        play, server = Play(args, vendor), Postgres(folder) if args.postgres else None
        for name in STORES:
            data, began = os.path.join(folder, name), time.monotonic()
            if name == "year" and args.store:
                shutil.copytree(args.store, data, ignore=shutil.ignore_patterns("*.sock"))
                play.sounds[name] = None
            else:
                # The first key makes the secret with which keys are checked.
                make_key(args.harken, data, "--user", "operator", "--scope", "admin")
                subprocess.run([args.maker, data, name], check=True)
                play.sounds[name] = give_audio(data)
            settings = server.schema(name) if server else {}
            if server:
                subprocess.run([args.harken, "migrate", "--data", data, "--from", "sqlite", "--to", "postgres"], check=True,
                               env={**os.environ, **settings})
                # What the server does after a table was filled, and at times of its own, is not the acts' cost.
                server.vacuum()
                server.ask("ALTER SYSTEM SET autovacuum = off")
                server.ask("SELECT pg_reload_conf()")
            print(f"{name}: the store is made in {time.monotonic() - began:.0f} s", flush=True)
            gateway = Gateway(play, name, data, settings, server)
            try:
                play.run(gateway)
            finally:
                gateway.server.stop()
            shutil.rmtree(data)
        play.table.show(STORES)
        play.judge()
    for problem in play.table.problems:
        print(f"FAIL  {problem}")
    if not IS_JUDGED:
        print("No figure of the table was judged: HARKEN_FIGURES names no file (see scripts/bench figures).")
    print(f"{'FAIL' if play.table.problems else 'PASS' if IS_JUDGED else 'PASS (words and archives alone)'}  year")
    return 1 if play.table.problems else 0


if __name__ == "__main__":
    sys.exit(main())
