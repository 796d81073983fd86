"""OpenAI realtime: the ways in which clients ask for transcription only, each with deltas and one completed item."""

import asyncio
import base64
import json

import requests

from common import A, HANG, Verdict, arguments, cut, errors, ffmpeg, load, realtime, silence, solo, usual_realtime

a = arguments(__doc__, has_short=True)
v = Verdict()
BEARER = {"Authorization": "Bearer x"}


def conversation(turns, format=None, **session):
    return {
        "type": "session.update",
        "session": {
            "type": "realtime",
            **session,
            "audio": {
                "input": {"format": format or {"type": "audio/pcm", "rate": 24000}, "transcription": {"model": "gpt-realtime-whisper"}, "turn_detection": turns}
            },
        },
    }


flat = {"input_audio_format": "pcm16", "input_audio_transcription": {"model": "gpt-4o-transcribe"}, "turn_detection": None}
pcmu = conversation(None, {"type": "audio/pcmu"})
SHAPES = [  # name, query, headers, first message
    ("conversation session, no turn detection", "model=gpt-realtime-1.5", BEARER, conversation(None)),
    ("conversation session, server_vad", "model=gpt-realtime-1.5", BEARER, conversation({"type": "server_vad", "create_response": False})),
    (
        "conversation session with the fields of a conversation",
        "model=gpt-realtime",
        BEARER,
        conversation(None, instructions="Only listen.", output_modalities=["text"], tools=[], tool_choice="none"),
    ),
    ("conversation session, mu-law", "model=gpt-realtime", BEARER, pcmu),
    ("transcription session", "intent=transcription", BEARER, usual_realtime()),
    (
        "beta, transcription session",
        "intent=transcription&model=gpt-4o-transcribe",
        {**BEARER, "OpenAI-Beta": "realtime=v1"},
        {"type": "transcription_session.update", "session": flat},
    ),
    (
        "beta, conversation session",
        "model=gpt-4o-realtime-preview",
        {**BEARER, "OpenAI-Beta": "realtime=v1"},
        {"type": "session.update", "session": {"modalities": ["text"], **flat}},
    ),
]
# The short form has one of each: turns, samples of telephones, each type of session, the beta.
SHORT = ("conversation session, server_vad", "conversation session, mu-law", "transcription session", "beta, transcription session")


async def main():
    clip = cut(load(a.audio, A, 24000), 0, 7.1, 24000)
    want = await asyncio.to_thread(solo, a.url, cut(load(a.audio, A), 0, 7.1))
    law = ffmpeg("-f", "s16le", "-ar", "24000", "-ac", "1", "-i", "pipe:0", "-ar", "8000", "-f", "mulaw", "-", data=clip.tobytes())
    for name, query, headers, message in SHAPES:
        if a.short and name not in SHORT:
            continue
        r = await realtime(a.ws, query, headers)
        answer = await r.update(message)
        ok = v.see(answer is not None and answer["type"].endswith(".updated"), f"{name}: the settings are taken", json.dumps(answer)[:230])
        if ok and message["type"] == "session.update" and "conversation" in name:
            v.see(answer["type"] == "session.updated", f"{name}: session.update is answered with session.updated", answer["type"])
            v.see(
                answer["session"].get("type", "realtime") == "realtime",
                f"{name}: the session's type is the one that was asked for",
                answer["session"].get("type"),
            )
        at = len(r.s.messages)
        await r.s.json({"type": "response.create"})
        m = await r.s.wait(lambda m: True, since=at)
        v.see(m is not None and m["type"] == "error" and not r.s.closed, f"{name}: response.create gives one error, and the socket stays open", m and m["type"])
        if message is pcmu:
            for i in range(0, len(law), 800):
                await r.s.json({"type": "input_audio_buffer.append", "audio": base64.b64encode(law[i : i + 800]).decode()})
        else:
            await r.append(clip)
            if "server_vad" in name:
                await r.append(silence(1.5, 24000))
        if "server_vad" not in name:
            await r.commit()
        texts = await r.completed(1)
        got = " ".join(texts)
        v.see(errors(got, want) <= 0.15, f"{name}: the words", repr(got[:90]))
        v.see(bool(r.s.of("conversation.item.input_audio_transcription.delta")), f"{name}: deltas came before")
        await r.s.socket.close()
    body = conversation({"type": "server_vad", "create_response": False})["session"]
    r = requests.post(a.url + "/v1/realtime/client_secrets", json={"session": body}, headers=BEARER, timeout=HANG)
    v.see(r.status_code == 200 and r.json().get("value"), "a client secret for a conversation session", f"{r.status_code} {r.text[:200]}")
    r = requests.post(a.url + "/v1/realtime/client_secrets", json={"session": {"type": "translation"}}, headers=BEARER, timeout=HANG)
    v.see(
        r.status_code == 400 and r.json()["error"].get("param") == "session.type",
        "a client secret for what is not served: 400 that names the parameter",
        r.text[:200],
    )
    r = requests.post(a.url + "/v1/realtime/client_secrets", json={"input_audio_format": "g711_ulaw"}, headers=BEARER, timeout=HANG)
    v.see(
        r.status_code == 400 and (r.json()["error"].get("code"), r.json()["error"].get("param")) == ("unknown_parameter", "input_audio_format"),
        "a client secret for the beta's body: 400 that names the member",
        r.text[:200],
    )


asyncio.run(main())
v.end()
