"""Clients of every kind that work until the power goes, and know what they were answered.

Each works with things of its own, so that what one is answered does not depend on another. A request that the cut interrupts is in doubt: the next
gateway may know it or not, but must know what was answered before.
"""

import asyncio
import json
import random
import subprocess
import threading
import time
import uuid

import websockets

import counting_vendor
from acts import WORDS, order, speech, talk, text, wav, words_missing
from counting_vendor import RATE
from gateway import ServerError, dies_with_us
from hang import HANG

SPOKEN = 40  # words of a long session
LENGTH = 2 * (counting_vendor.WORD + counting_vendor.PAUSE)  # bytes of a word and its pause


class Client:
    """Works in a thread until the gateway is gone. `missing` says afterwards what the next gateway lacks; nothing when it knows all."""

    def __init__(self, random):
        self.random, self.answers = random, 0

    def begin(self, api):
        self.api, self.problem = api, None
        self.is_over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.is_over:
            try:
                self.work(self.api)
                self.answers += 1
            except (OSError, EOFError, websockets.WebSocketException):
                return  # the gateway is gone
            except ServerError as error:
                # A gateway that dies may cut an answer short.
                if not self.is_over:
                    self.problem = str(error)
                return

    def end(self):
        """After the cut."""
        self.is_over = True
        self.thread.join(HANG)
        if self.thread.is_alive():
            raise ServerError(f"{type(self).__name__} does not notice that the gateway is gone")

    def work(self, api):
        raise NotImplementedError

    def missing(self, api):
        raise NotImplementedError


class People(Client):
    """Adds, renames and deletes people."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.people, self.deleted, self.doubt = {}, set(), None

    def work(self, api):
        act = self.random.choice(("add", "rename", "delete")) if self.people else "add"
        name = f"{act} {uuid.uuid4()}"
        if act == "add":
            self.doubt = None
            self.people[api.do("POST", "/api/v1/people", {"name": name})["id"]] = name
            return
        person = self.random.choice(list(self.people))
        self.doubt = person
        if act == "rename":
            api.do("PATCH", f"/api/v1/people/{person}", {"name": name})
            self.people[person] = name
        else:
            api.do("DELETE", f"/api/v1/people/{person}")
            del self.people[person]
            self.deleted.add(person)
        self.doubt = None

    def missing(self, api):
        found = {one["id"]: one["name"] for one in api.get("/people")["people"]}
        if self.doubt:
            # As the gateway has it is how it is from here on.
            self.people.pop(self.doubt, None)
            if self.doubt in found:
                self.people[self.doubt] = found[self.doubt]
            self.doubt = None
        lost = [name for person, name in self.people.items() if found.get(person) != name]
        back = [found[person] for person in self.deleted if person in found]
        return "; ".join([f"{name} is lost" for name in lost] + [f"{name} is back" for name in back])


class Talks(Client):
    """Speaks, reads the conversation back, gives it a title or deletes it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.kept, self.deleted, self.doubt = {}, [], None

    def work(self, api):
        first = self.random.randrange(300)
        audio, words = speech(first, self.random.randrange(2, 8))
        id = asyncio.run(talk(api.url, api.key, audio, self.random.choice(("close", "finish"))))
        while words_missing(api, id, words):
            time.sleep(0.02)
        self.kept[id] = words, None
        act = self.random.choice(("none", "title", "edit", "delete"))
        if act == "title":
            self.doubt = id
            title = api.do("PATCH", f"/api/v1/conversations/{id}", {"title": f"Title {uuid.uuid4()}"})["title"]
            self.kept[id] = words, title
        if act == "edit":
            segment = api.get(f"/conversations/{id}")["segments"][0]["id"]
            self.doubt = id
            api.do("PATCH", f"/api/v1/conversations/{id}/segments/{segment}", {"text": "quite other words"})
            self.kept[id] = text(api.get(f"/conversations/{id}")), None
        if act == "delete":
            self.doubt = id
            api.do("DELETE", f"/api/v1/conversations/{id}?for_good=true")
            del self.kept[id]
            self.deleted.append(id)
        self.doubt = None

    def missing(self, api):
        lacking = []
        if doubt := self.doubt:
            self.kept.pop(doubt, None)
            if api.has(f"/conversations/{doubt}"):
                said = api.get(f"/conversations/{doubt}")
                self.kept[doubt] = text(said), said["title"]
            self.doubt = None
        for id, (words, title) in list(self.kept.items())[-20:]:
            status, said = api.ask("GET", f"/api/v1/conversations/{id}")
            if status != 200:
                lacking.append(f"the conversation {id} is answered with {status}")
            elif text(said) != words:
                lacking.append(f"the conversation {id} has {' '.join(text(said))}, not {' '.join(words)}")
            elif title and said["title"] != title:
                lacking.append(f"the conversation {id} has the title {said['title']}, not {title}")
        lacking += [f"the conversation {id} is back" for id in self.deleted[-20:] if api.has(f"/conversations/{id}")]
        return "; ".join(lacking)


class Acknowledged(Client):
    """Speaks over /listen for as long as the power is on. The audio that the gateway has acknowledged is the disk's, and so are its words."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.sessions = []  # the conversation, and the samples that were acknowledged

    def work(self, api):
        asyncio.run(self._speak(api))

    async def _speak(self, api):
        address = (api.url.replace("http", "ws", 1)
                   + f"/v4/listen?codec=pcm16&sample_rate={RATE}&source=desktop&device_id={uuid.uuid4()}&conversation_timeout=14400&ack=true")
        audio, place = speech(0, SPOKEN)[0], [None, 0]
        self.sessions.append(place)
        async with websockets.connect(
                address, additional_headers={"Authorization": "Bearer " + api.key}, max_size=None, proxy=None, open_timeout=HANG,
                ping_interval=None) as socket:
            async def send():
                for at in range(0, len(audio), LENGTH // 5):
                    await socket.send(audio[at:at + LENGTH // 5])
                    await asyncio.sleep(0.02)  # five times as fast as speech

            sending = asyncio.create_task(send())
            try:
                async for said in socket:
                    said = json.loads(said) if said != "ping" else None
                    if isinstance(said, dict) and said["type"] == "conversation_session":
                        place[0] = said["conversation_id"]
                    if isinstance(said, dict) and said["type"] == "audio_ack":
                        place[1] = said["samples"]
                        if 2 * place[1] >= len(audio) - LENGTH:
                            break
            finally:
                sending.cancel()

    def missing(self, api):
        lacking = []
        for id, samples in self.sessions[-3:]:
            # A word counts when it is whole; one that the end of the audio cuts through is heard or not.
            words = counting_vendor.words(2 * samples // LENGTH)
            if not words:
                continue
            status, said = api.ask("GET", f"/api/v1/conversations/{id}")
            found = text(said) if status == 200 else None
            if found is None or found[:len(words)] != words:
                lacking.append(f"{samples} samples of the conversation {id} were acknowledged, and it has {' '.join(found) if found else status}")
        return "; ".join(lacking)


class Orders(Client):
    """Uploads recordings, and orders their words."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.ordered = {}

    def work(self, api):
        first, count = self.random.randrange(300), self.random.randrange(2, 12)
        id = order(api, wav(first, count))
        self.ordered[id] = speech(first, count)[1]

    def missing(self, api):
        lacking = []
        for id, words in list(self.ordered.items())[-20:]:
            status, said = api.ask("GET", f"/v2/transcript/{id}", scheme="")
            found = (said["text"] or "").lower().replace(".", "").split() if status == 200 and said["status"] == "completed" else None
            if found != words:
                lacking.append(f"the recording {id} is answered with {status}: {said.get('status')}, {said.get('text') or said.get('error')}")
        return "; ".join(lacking)


class Chunks(Client):
    """Records in chunks."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.open, self.finished, self.doubt = {}, {}, None

    def work(self, api):
        id = api.do("POST", "/v2/desktop/background-conversation/start",
                    {"language": "en", "source": "desktop", "client_conversation_id": str(uuid.uuid4())})["conversation_id"]
        self.open[id] = []
        for number in range(self.random.randrange(1, 4)):
            audio, words = speech(number * WORDS)
            self.doubt = id, words
            api.do("POST", f"/v2/desktop/background-transcribe?conversation_id={id}&chunk_id=c{number}&chunk_start_ms={number * WORDS * 500}"
                   f"&sample_rate={RATE}&channels=1&encoding=linear16&language=en", audio, type="application/octet-stream")
            self.open[id] += words
            self.doubt = None
        self.doubt = id, []
        api.do("POST", f"/v2/desktop/background-conversation/{id}/finish", b"{}")
        self.finished[id] = self.open.pop(id)
        self.doubt = None

    def missing(self, api):
        for id in list(self.open):
            status, said = api.ask("POST", f"/v2/desktop/background-conversation/{id}/finish", b"{}")
            words = self.open.pop(id)
            # A recording that has no chunk may be unknown.
            if status == 200 or words:
                self.finished[id] = words if not self.doubt or self.doubt[0] != id else (words, words + self.doubt[1])
        self.doubt = None
        lacking = []
        for id, words in list(self.finished.items())[-20:]:
            status, said = api.ask("GET", f"/api/v1/conversations/{id}")
            found = text(said) if status == 200 else []
            if found not in (words if isinstance(words, tuple) else (words,)):
                lacking.append(f"the recording {id} is answered with {status} and has {' '.join(found)}, not {words}")
        return "; ".join(lacking)


class Captions(Client):
    """`harken live`, a program with the kit: it goes on with its session at the next gateway, and prints each word once."""

    def __init__(self, harken, recording, *arguments):
        super().__init__(*arguments)
        self.harken, self.recording, self.process = harken, recording, None

    def begin(self, api):
        self.problem = None
        if self.process is None or self.process.poll() is not None:
            self.check()
            self.process = subprocess.Popen(
                [self.harken, "live", self.recording, "--url", api.url, "--key", api.key, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, preexec_fn=dies_with_us)

    def end(self):
        pass

    def missing(self, api):
        return ""

    def check(self):
        """Says what the last run lacks, once it is over."""
        if self.process is None:
            return
        out, errors = self.process.communicate(timeout=HANG)
        if not out and self.process.returncode != 0:
            self.process = None  # the power went before it had a session
            return
        said = [json.loads(line) for line in out.splitlines()]
        words = [word for one in said if one["type"] == "final" for word in one["text"].lower().replace(".", "").split()]
        wanted = counting_vendor.words(SPOKEN)
        if self.process.returncode != 0 and words == wanted[:len(words)]:
            self.process = None  # the gateway was away for longer than it waits
            return
        if words != wanted or self.process.returncode != 0:
            raise ServerError(f"harken live ended with {self.process.returncode} and {' '.join(words)}: {errors[-500:]}")
        self.answers += 1
        self.process = None


def clients(harken, recording, seed):
    """One client of each kind; two speak."""
    chance = random.Random(seed)
    return [kind(random.Random(chance.random())) for kind in (People, Talks, Talks, Acknowledged, Orders, Chunks)] + [
        Captions(harken, recording, random.Random(chance.random()))]
