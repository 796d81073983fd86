"""The kinds of answers of a gateway: what a client is told, and what the gateway must know from then on."""

import asyncio
import contextlib
import hashlib
import json
import os
import sqlite3
import uuid

import websockets

from acts import SAMPLE, VOICES, WORDS, Api, order, printed, speech, talk, text, upload, wav, words_missing
from counting_vendor import RATE
from gateway import ServerError
from hang import HANG, wait_for_fact


class Case:
    """One kind of answer: `act` does what is answered, and `missing` says what a gateway lacks of it; nothing when it knows all.

    `erased` are texts, or bytes, that the act deletes or replaces: soon no file has them. None: the act deletes nothing. `is_told` is true if the user can
    ask `GET /api/v1/erasure` for it. `is_in_gate` is false if only --all and --erasures have it: its power cut shows what those of others do.
    `is_asked` is false if the gateway deletes by itself, without a request.
    """

    erased, is_told, is_in_gate, is_asked = None, False, True, True

    def __init__(self, api, base):
        self.api, self.base = api, base

    @staticmethod
    def prepare(folder):
        """Changes the folder of data before its gateway begins."""

    def act(self):
        raise NotImplementedError

    def missing(self, api):
        raise NotImplementedError

    def deletes(self, method, path, body):
        """True for the request of the act that deletes what is erased: its last one that changes anything."""
        return method == "DELETE" or path.endswith(("/merge", "/redact"))

    def left(self, folder):
        """The files of a folder of data that have an erased text in them."""
        found = []
        for path, _, names in os.walk(folder):
            for file in (os.path.join(path, name) for name in names):
                # A file may go meanwhile.
                with contextlib.suppress(OSError):
                    content = open(file, "rb").read() if os.path.isfile(file) else b""
                    found += [f"{os.path.relpath(file, folder)} has {what!r}" for what in self.erased
                              if (what if isinstance(what, bytes) else what.encode()) in content]
        return "; ".join(found)

    def phrases(self):
        """The first conversation's segments of several words. A word alone may be a part of others."""
        found = [one for one in self.api.get(f"/conversations/{self.base['first']}")["segments"] if " " in one["text"]]
        if not found:
            raise ServerError("no segment has several words")
        return found

    def said(self):
        """The texts of the first conversation's segments of several words."""
        return [one["text"] for one in self.phrases()]


CASES = {}


def case(name):
    def add(kind):
        CASES[name] = kind
        return kind
    return add


class Conversation(Case):
    way = "close"

    def act(self):
        audio, self.words = speech(20)
        self.id = asyncio.run(talk(self.api.url, self.api.key, audio, self.way))
        # Read back: what a client has read is answered.
        wait_for_fact("the conversation's words", lambda: words_missing(self.api, self.id, self.words))

    def missing(self, api):
        return words_missing(api, self.id, self.words)


case("a conversation that its client left")(Conversation)


@case("a conversation that is complete")
class Complete(Conversation):
    way = "finish"

    def missing(self, api):
        status = api.get(f"/conversations/{self.id}")["status"]
        return super().missing(api) or ("" if status == "completed" else f"the conversation is {status}")


@case("a session of Deepgram's protocol")
class Session(Case):
    def act(self):
        audio, self.words = speech(30)

        async def run():
            address = self.api.url.replace("http", "ws", 1) + f"/v1/listen?encoding=linear16&sample_rate={RATE}&punctuate=true"
            async with websockets.connect(
                    address, additional_headers={"Authorization": "Token " + self.api.key}, max_size=None, proxy=None, open_timeout=HANG) as socket:
                self.id = socket.response.headers["X-Harken-Session"]
                await socket.send(audio)
                await socket.send('{"type": "CloseStream"}')
                async for _ in socket:
                    pass
        asyncio.run(run())
        wait_for_fact("the session's words", lambda: self.missing(self.api))

    def missing(self, api):
        status, said = api.ask("GET", f"/api/v1/sessions/{self.id}")
        if status != 200:
            return f"the session is answered with {status}"
        words = [word["text"] for one in said["segments"] for word in one["words"]]
        return "" if words == self.words and said["status"] == "complete" else f"the session is {said['status']} with {' '.join(words)}"


@case("a person")
class PersonAdded(Case):
    def act(self):
        self.id = self.api.do("POST", "/api/v1/people", {"name": "Ada"})["id"]

    def missing(self, api):
        people = {one["id"]: one["name"] for one in api.get("/people")["people"]}
        return "" if people.get(self.id) == "Ada" else f"the people are {people}"


@case("a person's name")
class PersonRenamed(Case):
    erased = ("Lovelace",)

    def act(self):
        self.api.do("PATCH", f"/api/v1/people/{self.base['person']}", {"name": "Grace"})

    def deletes(self, method, path, body):
        return method == "PATCH"

    def missing(self, api):
        people = {one["id"]: one["name"] for one in api.get("/people")["people"]}
        return "" if people.get(self.base["person"]) == "Grace" else f"the people are {people}"


@case("a person deleted")
class PersonDeleted(Case):
    erased, is_told = ("Lovelace",), True

    def act(self):
        self.api.do("DELETE", f"/api/v1/people/{self.base['person']}")

    def missing(self, api):
        people = {one["id"]: one["name"] for one in api.get("/people")["people"]}
        return "" if self.base["person"] not in people else f"the people are {people}"


@case("a conversation's title")
class Titled(Case):
    def act(self):
        self.api.do("PATCH", f"/api/v1/conversations/{self.base['first']}", {"title": "About waiting"})

    def missing(self, api):
        title = api.get(f"/conversations/{self.base['first']}")["title"]
        return "" if title == "About waiting" else f"the title is {title}"


@case("a segment's words")
class Edited(Case):
    erased = ()

    def act(self):
        segment = self.phrases()[0]
        self.id, self.erased = segment["id"], [segment["text"]]
        self.api.do("PATCH", f"/api/v1/conversations/{self.base['first']}/segments/{self.id}", {"text": "Quite other words."})

    def deletes(self, method, path, body):
        return method == "PATCH"

    def missing(self, api):
        texts = {one["id"]: one["text"] for one in api.get(f"/conversations/{self.base['first']}")["segments"]}
        return "" if texts.get(self.id) == "Quite other words." else f"the segments have {texts}"


@case("a segment's person")
class Assigned(Case):
    def act(self):
        segment = self.api.get(f"/conversations/{self.base['first']}")["segments"][0]["id"]
        self.api.do("POST", f"/api/v1/conversations/{self.base['first']}/segments/assign",
                    {"segment_ids": [segment], "person_id": self.base["person"]})

    def missing(self, api):
        person = api.get(f"/conversations/{self.base['first']}")["segments"][0]["person_id"]
        return "" if person == self.base["person"] else f"the segment's person is {person}"


@case("conversations merged")
class Merged(Case):
    def act(self):
        self.api.do("POST", f"/api/v1/conversations/{self.base['first']}/merge", {"conversation_id": self.base["second"]})

    def missing(self, api):
        words = sorted(text(api.get(f"/conversations/{self.base['first']}")))
        wanted = sorted(speech(0)[1] + speech(10)[1])
        if words != wanted:
            return f"the conversation has {' '.join(words)}"
        return "the other conversation is back" if api.has(f"/conversations/{self.base['second']}") else ""


@case("a conversation split")
class Split(Case):
    def act(self):
        segment = self.api.get(f"/conversations/{self.base['first']}")["segments"][1]["id"]
        parts = self.api.do("POST", f"/api/v1/conversations/{self.base['first']}/split", {"segment_id": segment})
        self.words = {parts[part]["id"]: text(parts[part]) for part in ("earlier", "later")}

    def missing(self, api):
        found = {id: text(api.get(f"/conversations/{id}")) if api.has(f"/conversations/{id}") else None for id in self.words}
        return "" if found == self.words else f"the parts are {found}"


def gone(api, conversation, words):
    """What is back of a conversation that was deleted."""
    if api.has(f"/conversations/{conversation}"):
        return "the conversation is back"
    for word in words:
        if api.get(f"/search?q={word}&by=words")["hits"]:
            return f"the search finds {word}"
    return ""


@case("a conversation deleted")
class Deleted(Case):
    erased, is_told = (), True

    def act(self):
        self.erased = self.said()
        self.files = set(self.api.folder_files())
        self.api.do("DELETE", f"/api/v1/conversations/{self.base['first']}?for_good=true")
        self.remaining = set(self.api.folder_files())

    def missing(self, api):
        back = gone(api, self.base["first"], speech(0)[1])
        if back:
            return back
        status, said = api.ask("GET", f"/api/v1/sessions/{self.base['first_session']}")
        if status == 200 and any(one["words"] for one in said["segments"]):
            return "the session's words are back"
        wait_for_fact("the deleted audio's erasure", lambda: ", ".join((self.files - self.remaining) & set(api.folder_files())))
        return ""


@case("a deleted conversation whose days are over")
class DaysOver(Case):
    erased, is_told, is_in_gate, is_asked = (), True, False, False

    @staticmethod
    def prepare(folder):
        """The days are over when the gateway begins, which ends them a few seconds later."""
        with contextlib.closing(sqlite3.connect(os.path.join(folder, "harken.db"))) as database, database:
            if database.execute("UPDATE deleted_conversations SET kept_until = deleted_at").rowcount != 1:
                raise ServerError("not one conversation was deleted")

    def act(self):
        self.erased = self.base["kept_texts"]
        wait_for_fact("the end of the days", lambda: self.kept(self.api))

    def kept(self, api):
        """Whether the conversation can still be restored."""
        found = [one["id"] for one in api.get("/deleted-conversations")["conversations"]]
        return "the conversation can be restored" if self.base["kept"] in found else ""

    def missing(self, api):
        return gone(api, self.base["kept"], speech(60)[1]) or self.kept(api)


@case("a time redacted")
class Redacted(Case):
    erased, is_told = (), True

    def act(self):
        segment = self.phrases()[0]
        self.id, self.erased = segment["id"], [segment["text"]]
        self.api.do("POST", f"/api/v1/conversations/{self.base['first']}/redact", {"from": segment["start"], "to": segment["end"]})

    def missing(self, api):
        texts = {one["id"]: one["text"] for one in api.get(f"/conversations/{self.base['first']}")["segments"]}
        words = texts.get(self.id, "").split()
        return "" if "[redacted]" in words and not set(words) & set(self.erased[0].split()) else f"the segments have {texts}"


@case("a setting")
class Setting(Case):
    def act(self):
        self.api.do("PATCH", "/api/v1/users/me/settings", {"vocabulary": ["Godot"]})

    def missing(self, api):
        words = api.get("/users/me/settings")["vocabulary"]
        return "" if words == ["Godot"] else f"the vocabulary is {words}"


@case("a setting cleared")
class SettingCleared(Case):
    erased = ("Wallabies",)

    def act(self):
        for words in (["Wallabies"], []):
            self.api.do("PATCH", "/api/v1/users/me/settings", {"vocabulary": words})

    def deletes(self, method, path, body):
        return body == {"vocabulary": []}

    def missing(self, api):
        words = api.get("/users/me/settings")["vocabulary"]
        return f"the vocabulary is {words}" if words else ""


@case("people merged")
class PeopleMerged(Case):
    erased, is_told = ("Bartholomea",), True

    def act(self):
        self.id = self.api.do("POST", "/api/v1/people", {"name": "Bartholomea"})["id"]
        self.api.do("POST", f"/api/v1/people/{self.base['person']}/merge", {"person_id": self.id})

    def missing(self, api):
        people = {one["id"]: one["name"] for one in api.get("/people")["people"]}
        return "the person who was merged is back" if self.id in people else ""


@case("a vendor's key enrolled")
class ProviderKey(Case):
    def act(self):
        self.api.do("PUT", "/api/v1/users/me/provider-keys/deepgram", {"key": "their-own"})

    def missing(self, api):
        keys = api.get("/users/me/provider-keys")["provider_keys"]
        return "" if [one["provider"] for one in keys] == ["deepgram"] else f"the keys are {keys}"


@case("a vendor's key deleted")
class ProviderKeyDeleted(Case):
    # The gateway keeps the fingerprint of a key only.
    erased, is_told, is_in_gate = (hashlib.sha256(b"their-former-one").hexdigest(),), True, False

    def act(self):
        self.api.do("PUT", "/api/v1/users/me/provider-keys/deepgram", {"key": "their-former-one"})
        self.api.do("DELETE", "/api/v1/users/me/provider-keys/deepgram")

    def missing(self, api):
        keys = api.get("/users/me/provider-keys")["provider_keys"]
        return f"the keys are {keys}" if keys else ""


def voices(api):
    return {one["id"] for one in api.get("/voices")["voices"]}


@case("a voice deleted")
class VoiceDeleted(Case):
    erased, is_told, is_in_gate = (printed(VOICES[0]),), True, False

    def act(self):
        self.api.do("DELETE", f"/api/v1/voices/{VOICES[0]}")

    def missing(self, api):
        return "" if voices(api) == {VOICES[1]} else f"the voices are {voices(api)}"


@case("voices merged")
class VoicesMerged(Case):
    erased, is_told, is_in_gate = (printed(VOICES[1]),), True, False

    def act(self):
        self.api.do("POST", f"/api/v1/voices/{VOICES[0]}/merge", {"voice_id": VOICES[1]})

    def missing(self, api):
        return "" if voices(api) == {VOICES[0]} else f"the voices are {voices(api)}"


@case("a sample of a voice deleted")
class SampleDeleted(Case):
    erased, is_told, is_in_gate = (printed(SAMPLE),), True, False

    def act(self):
        self.api.do("DELETE", f"/v3/speech-profile/expand?id={SAMPLE}")

    def missing(self, api):
        addresses = api.do("GET", "/v3/speech-profile/expand")
        return f"the samples are {addresses}" if addresses else ""


@case("a webhook's delivery deleted")
class DeliveryDeleted(Case):
    erased, is_told, is_in_gate = (), True, False

    def act(self):
        # No server has such a name (RFC 2606), so the delivery waits.
        self.api.do("PATCH", "/api/v1/users/me/settings", {"webhook_conversation": "https://receiver.invalid/hook"})
        asyncio.run(talk(self.api.url, self.api.key, speech(20)[0], "finish"))
        wait_for_fact("the delivery", lambda: "" if self.deliveries(self.api) else "no delivery waits")
        self.erased = self.deliveries(self.api)
        for delivery in self.erased:
            self.api.do("DELETE", f"/api/v1/users/me/webhook-deliveries/{delivery}")

    def deletes(self, method, path, body):
        return method == "DELETE" and path.endswith(self.erased[-1])

    @staticmethod
    def deliveries(api):
        return [one["id"] for state in ("waiting", "given_up") for one in api.get(f"/users/me/webhook-deliveries?state={state}")["deliveries"]]

    def missing(self, api):
        return f"the deliveries are {self.deliveries(api)}" if set(self.erased) & set(self.deliveries(api)) else ""


@case("a webhook's secret")
class Secret(Case):
    def act(self):
        self.secret = self.api.do("POST", "/api/v1/users/me/webhook-secret")["secret"]

    def missing(self, api):
        return "" if api.get("/users/me/webhook-secret")["secret"] == self.secret else "the secret is another one"


@case("a key made")
class KeyMade(Case):
    def act(self):
        self.key = self.api.do("POST", "/api/v1/admin/keys", {"name": "new", "user": "me", "scopes": ["read"]})["key"]

    def missing(self, api):
        status = Api(api.url, self.key).ask("GET", "/api/v1/users/me")[0]
        return "" if status == 200 else f"the key is answered with {status}"


@case("a key revoked")
class KeyRevoked(Case):
    def act(self):
        self.api.do("DELETE", f"/api/v1/admin/keys/{self.base['spare_id']}")

    def missing(self, api):
        status = Api(api.url, self.base["spare"]).ask("GET", "/api/v1/users/me")[0]
        return "" if status == 401 else f"the key is answered with {status}"


@case("a recording ordered")
class Ordered(Case):
    def act(self):
        self.id = order(self.api, wav(40))

    def missing(self, api):
        found = {}

        def open_():
            status, said = api.ask("GET", f"/v2/transcript/{self.id}", scheme="")
            found.update(status=status, said=said)
            return "" if status != 200 or said["status"] in ("completed", "error") else said["status"]
        wait_for_fact("the recording's words", open_)
        words = found["said"].get("text") if found["status"] == 200 else found["status"]
        return "" if words and len(str(words).split()) == WORDS else f"the recording is answered with {found}"


@case("a recording's words deleted")
class OrderDeleted(Case):
    erased, is_told = (), True

    def act(self):
        self.id = order(self.api, wav(40))

        def words():
            self.said_of_it = self.api.do("GET", f"/v2/transcript/{self.id}", scheme="")
            return "" if self.said_of_it["status"] == "completed" else self.said_of_it["status"]
        wait_for_fact("the recording's words", words)
        self.erased = [self.said_of_it["text"], *(json.dumps(one) for one in speech(40)[1])]
        self.api.do("DELETE", f"/v2/transcript/{self.id}", scheme="")

    def missing(self, api):
        status, said = api.ask("GET", f"/v2/transcript/{self.id}", scheme="")
        return "the recording's words are back" if status == 200 and self.said_of_it["text"] == said.get("text") else ""


@case("a file deleted")
class FileDeleted(Case):
    erased, is_told = ("marsupials",), True

    def act(self):
        head = 'Content-Disposition: form-data; name="file"; filename="marsupials.wav"\r\nContent-Type: audio/wav\r\n\r\n'
        form = b"--part\r\n" + head.encode() + wav(40) + b"\r\n--part--\r\n"
        self.id = self.api.do("POST", "/v1/files", form, type="multipart/form-data; boundary=part")["id"]
        self.api.do("DELETE", f"/v1/files/{self.id}")

    def missing(self, api):
        return "the file is back" if api.ask("GET", f"/v1/files/{self.id}")[0] == 200 else ""


@case("a recording uploaded")
class Uploaded(Case):
    def act(self):
        self.address = upload(self.api, wav(40))

    def missing(self, api):
        status, said = api.ask("POST", "/v2/transcript", {"audio_url": self.address.replace(self.api.url, api.url)}, scheme="")
        if status != 200:
            return f"the order is answered with {status}"
        order = Ordered(api, self.base)
        order.id = said["id"]
        return order.missing(api)


@case("a chunk of a recording")
class Chunk(Case):
    def act(self):
        self.id = self.api.do("POST", "/v2/desktop/background-conversation/start",
                              {"language": "en", "source": "desktop", "client_conversation_id": str(uuid.uuid4())})["conversation_id"]
        audio, self.words = speech(50)
        self.api.do("POST", f"/v2/desktop/background-transcribe?conversation_id={self.id}&chunk_id=c0&chunk_start_ms=0&sample_rate={RATE}"
                    "&channels=1&encoding=linear16&language=en", audio, type="application/octet-stream")

    def missing(self, api):
        api.do("POST", f"/v2/desktop/background-conversation/{self.id}/finish", b"{}")
        return words_missing(api, self.id, self.words)


@case("a recording in chunks finished")
class ChunksFinished(Chunk):
    def act(self):
        super().act()
        self.api.do("POST", f"/v2/desktop/background-conversation/{self.id}/finish", b"{}")

    def missing(self, api):
        return words_missing(api, self.id, self.words)


@case("a user deleted")
class UserDeleted(Case):
    erased = ()

    def act(self):
        self.erased = ["Lovelace", *self.said()]
        self.api.do("DELETE", "/api/v1/admin/users/me")

    def missing(self, api):
        if (status := api.ask("GET", "/api/v1/users/me")[0]) != 401:
            return f"the user's key is answered with {status}"
        wait_for_fact("the end of the user's audio and transcripts", lambda: ", ".join(api.folder_files()))
        return ""
