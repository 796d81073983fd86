"""What a client of a gateway does: requests, conversations and recordings of known words."""

import io
import json
import random
import struct
import tarfile
import time
import urllib.error
import urllib.request
import uuid
import wave

import websockets

import counting_vendor
from counting_vendor import RATE
from gateway import OPENER, ServerError
from hang import HANG

WORDS = 6
# Voices without a name, and a recording of the user's, which an archive brings: a gateway without models learns none.
VOICES, SAMPLE = ("voice-1", "voice-2"), "sample-1"


class Api:
    """Requests to a gateway with one key."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def ask(self, method, path, body=None, type="application/json", scheme="Bearer "):
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Authorization": scheme + self.key, "Content-Type": type}, method=method)
        try:
            with OPENER.open(request, timeout=HANG) as answer:
                status, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, said = error.code, error.read()
        try:
            return status, json.loads(said) if said else None
        except ValueError:
            return status, said

    def do(self, method, path, body=None, **more):
        status, said = self.ask(method, path, body, **more)
        if status >= 300:
            raise ServerError(f"{method} {path} was answered with {status}: {said}")
        return said

    def get(self, path):
        return self.do("GET", "/api/v1" + path)

    def has(self, path):
        return self.ask("GET", "/api/v1" + path)[0] == 200


def speech(first=0, count=WORDS):
    """The audio of some words, and the words."""
    length = 2 * (counting_vendor.WORD + counting_vendor.PAUSE)
    return counting_vendor.audio(first + count)[first * length:], counting_vendor.words(first + count)[first:]


async def talk(url, key, audio, way):
    """A conversation over /listen, which ends in the given way. Returns its id."""
    device = uuid.uuid4()
    address = (url.replace("http", "ws", 1)
               + f"/v4/listen?codec=pcm16&sample_rate={RATE}&source=desktop&device_id={device}&conversation_timeout=14400")
    conversation, words = None, {}
    wanted = len(audio) // (2 * (counting_vendor.WORD + counting_vendor.PAUSE))
    async with websockets.connect(
            address, additional_headers={"Authorization": "Bearer " + key}, max_size=None, proxy=None, open_timeout=HANG, ping_interval=None) as socket:
        for at in range(0, len(audio), RATE // 5):
            await socket.send(audio[at:at + RATE // 5])
        if way == "finish":
            await socket.send('{"type": "finish"}')
        async for text in socket:
            if text == "ping":
                continue
            said = json.loads(text)
            if isinstance(said, list):
                words.update({one["id"]: len(one["text"].split()) for one in said})
            elif said["type"] == "segments_deleted":
                for one in said["segment_ids"]:
                    words.pop(one, None)
            elif said["type"] == "conversation_session":
                conversation = said["conversation_id"]
            if way == "close" and conversation and sum(words.values()) >= wanted:
                break
    return conversation


def text(conversation):
    return [word for one in conversation["segments"] for word in one["text"].split()]


def words_missing(api, conversation, words):
    status, said = api.ask("GET", f"/api/v1/conversations/{conversation}")
    if status != 200:
        return f"the conversation is answered with {status}"
    if text(said) != words:
        return f"the conversation has {' '.join(text(said)) or 'no words'}, not {' '.join(words)}"
    if conversation not in [one["id"] for one in api.get("/conversations?limit=100")["conversations"]]:
        return "the conversation is not in the list"
    hits = api.get(f"/search?q={words[0]}&by=words&conversation={conversation}")["hits"]
    return "" if hits else f"the search for {words[0]} finds nothing"


def wav(first=0, count=WORDS):
    """A WAV file with some words."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(speech(first, count)[0])
    return out.getvalue()


def upload(api, data):
    """Uploads a recording in AssemblyAI's protocol. Returns its address."""
    return api.do("POST", "/v2/upload", data, type="application/octet-stream", scheme="")["upload_url"]


def order(api, data):
    """Uploads a recording and orders its words. Returns the order's id."""
    return api.do("POST", "/v2/transcript", {"audio_url": upload(api, data)}, scheme="")["id"]


def voiceprint(id):
    """The voiceprint of a voice or a sample: 256 numbers, whose squares add up to 1 exactly."""
    chance = random.Random(id)
    return [chance.choice((-1, 1)) / 16 for _ in range(256)]


def printed(id):
    """The middle of the voiceprint, as a database has it."""
    return struct.pack("<64f", *voiceprint(id)[96:160])


def bring_voices(api):
    """Imports VOICES and SAMPLE."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def learned(id):
        return {"id": id, "created_at": now, "model": "power-cut", "voiceprint": voiceprint(id)}
    documents = {
        "export.json": {"format": 1},
        "voices.json": {"voices": [{**learned(id), "number": number, "evidence": 9, "rejected_owners": []} for number, id in enumerate(VOICES, 1)]},
        "samples.json": {"samples": [{**learned(SAMPLE), "is_user": True, "duration": 9, "makes_voice": False, "segments": []}]}}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, document in documents.items():
            content = json.dumps(document).encode()
            entry = tarfile.TarInfo("harken-export/" + name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    said = api.do("POST", "/api/v1/users/me/import", archive.getvalue(), type="application/x-tar")
    if (said["voices"]["added"], said["samples"]["added"]) != (len(VOICES), 1):
        raise ServerError(f"the voices were not imported: {said}")
