"""What suites of others wait for besides words: a challenge where a key is missing, models by name, languages of a turn, the speakers that were heard.

speaches' tests found the challenge (`auth_test.py`), Deepgram's and OpenAI's Python packages the models, Deepgram's types the languages, Speechmatics' Voice
SDK the speakers, Lemonade's and speaches' tests the form without a model. The vendors' Python packages ask here; the two servers' requests are plain HTTP.
"""

import asyncio
import threading

import numpy as np
import requests
import websockets
from deepgram import DeepgramClient
from deepgram.core.events import EventType
from openai import NotFoundError, OpenAI
from speechmatics.rt import AsyncClient, AudioEncoding, AudioFormat, ServerMessageType, TranscriptionConfig

from common import A, C, GERMAN, HANG, RATE, Verdict, arguments, cut, gateway, load, openai, silence, spoken, wav
from conformance_common import be_patient
from deepgram_sdk import make_environment

a = arguments(__doc__)
v = Verdict()
be_patient()
AsyncClient._wait_recognition_started.__defaults__ = (HANG,)  # it waits 5 s
clip = wav(cut(load(a.audio, A), 0, 7.1))


def challenges():
    """A gateway with keys, asked without one and with a wrong one."""
    with gateway(a.harken) as g:
        key = g.make_key()
        asked = [("GET", "/v1/models"), ("POST", "/v1/audio/transcriptions"), ("POST", "/v1/listen"), ("POST", "/v2/transcript"), ("POST", "/v1/files")]
        asked += [("GET", "/api/v1/conversations"), ("POST", "/v1/realtime/client_secrets"), ("GET", "/v3/token?expires_in_seconds=60")]
        for method, path in asked:
            for headers in ({}, {"Authorization": "Bearer wrong-key"}):
                r = requests.request(method, g.url + path, headers=headers, timeout=HANG)
                challenge = r.headers.get("WWW-Authenticate", "")
                shown = f"{method} {path}, {'a wrong' if headers else 'no'} key: 401 with a challenge"
                v.see(r.status_code == 401 and challenge.startswith("Bearer"), shown, f"{r.status_code} {challenge!r}")
        r = requests.get(g.url + "/v1/models", headers={"Authorization": "Bearer " + key}, timeout=HANG)
        v.see(r.status_code == 200 and "WWW-Authenticate" not in r.headers, "with the key: none", r.status_code)
        refused = asyncio.run(upgrade(g.ws + "/v1/listen"))
        challenge = refused.headers.get("WWW-Authenticate", "") if refused else ""
        v.see(challenge.startswith("Bearer"), "a WebSocket without a key: 401 with a challenge", f"{refused and refused.status_code} {challenge!r}")


async def upgrade(address):
    """The answer that refuses a WebSocket; None when it opens."""
    try:
        await (await websockets.connect(address, open_timeout=HANG)).close()
    except websockets.InvalidStatus as e:
        return e.response
    return None


def models():
    client = DeepgramClient(api_key="any", environment=make_environment(a.url))
    listed = client.manage.v1.models.list().stt or []
    whole = all(m.canonical_name and m.uuid_ and m.streaming for m in listed)
    v.see("nova-3" in [m.name for m in listed] and whole, "Deepgram's package lists models", [m.name for m in listed])
    if listed:
        one = client.manage.v1.models.get(model_id=listed[0].uuid_)
        v.see(one.name == listed[0].name, "and finds one by its UUID", one)
    vendor = OpenAI(api_key="any", base_url=a.url + "/v1", max_retries=0, timeout=HANG)
    v.see(bool(vendor.models.list().data), "OpenAI's package finds its own list at the same path")
    for name in ("whisper-1", "gpt-4o-transcribe", "Systran/faster-whisper-small", "a-model-of-somebody"):
        taken = openai(a.url, clip, model=name).status_code
        try:
            found = vendor.models.retrieve(name).id == name
        except NotFoundError:
            found = False
        v.see(taken == 200 and found, f"{name}: what POST takes, GET /v1/models/NAME has", f"POST {taken}, GET {'finds it' if found else 404}")
    with gateway(a.harken, {"HARKEN_MODEL_ALIASES": "none"}) as g:
        found = requests.get(g.url + "/v1/models/a-model-of-somebody", timeout=HANG).status_code
        taken = openai(g.url, clip, model="a-model-of-somebody").status_code
        v.see(found == 404 and taken in (400, 404), "without aliases: neither", f"POST {taken}, GET {found}")
    r = openai(a.url, clip)
    v.see(r.status_code in (400, 422), "a form without a model is refused", r.status_code, known="it is whisper-1: docs/clients.md, Without a model")


def languages():
    """A turn in German of Flux' multilingual model."""
    client, turns, ended = DeepgramClient(api_key="any", environment=make_environment(a.url)), [], threading.Event()

    def take(m):
        if getattr(m, "event", None) == "EndOfTurn" and m.words:
            turns.append(m)
            ended.set()

    samples = np.concatenate([spoken("de", GERMAN), silence(1)])
    with client.listen.v2.connect(model="flux-general-multi", encoding="linear16", sample_rate=str(RATE)) as connection:
        connection.on(EventType.MESSAGE, take)
        reader = threading.Thread(target=connection.start_listening, daemon=True)
        reader.start()
        for at in range(0, len(samples), RATE // 10):
            connection.send_media(samples[at : at + RATE // 10].tobytes())
        if not ended.is_set():
            connection.send_force_end_turn()
        ended.wait(HANG)
        connection.send_close_stream()
        reader.join(HANG)
    v.see(bool(turns) and turns[0].languages == ["de"], "a turn of Flux has its languages", turns and (turns[0].languages, turns[0].transcript[:60]))


async def speakers():
    client, said, warned = AsyncClient(api_key="any", url=a.ws + "/v2"), [], []
    client.on(ServerMessageType.SPEAKERS_RESULT, said.append)
    client.on(ServerMessageType.WARNING, warned.append)
    await client.start_session(
        transcription_config=TranscriptionConfig(language="en", diarization="speaker"),
        audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=RATE),
    )
    samples = np.concatenate([cut(load(a.audio, A), 0, 10.1), silence(1), cut(load(a.audio, C), 0, 10), silence(1)])
    for at in range(0, len(samples), RATE // 10):
        await client.send_audio(samples[at : at + RATE // 10].tobytes())
    await client.send_message({"message": "GetSpeakers", "final": True})
    await asyncio.wait_for(client.stop_session(), HANG)
    labels = [one.get("label") for m in said for one in m["speakers"]]
    v.see(labels == ["S1", "S2"], "GetSpeakers names the speakers that were heard", said)
    v.see(any("identifiers" in m.get("reason", "") for m in warned), "and a warning says that they have no identifiers", [m.get("reason") for m in warned])


challenges()
models()
languages()
asyncio.run(speakers())
v.end()
