"""Raw samples in messages that end in the middle of a sample or of a frame: the words are those of whole messages, or the first wrong message is refused."""

import asyncio
import base64
import uuid

import numpy as np

from common import A, B, Verdict, arguments, connect, cut, errors, load, realtime, solo, text, usual_realtime

a = arguments(__doc__, has_short=True)
v = Verdict()
BEARER = {"Authorization": "Bearer x"}


def parts(data, size):
    """Messages of `size` bytes; 0: one byte and 6,399 in turn."""
    out, at, odd = [], 0, True
    while at < len(data):
        n = size or (1 if odd else 6399)
        out.append(data[at : at + n])
        at, odd = at + n, not odd
    return out


async def feed(s, messages):
    for number, m in enumerate(messages):
        await s.raw(m)
        if number % 8 == 7:
            await asyncio.sleep(0.02)


async def nova(data, size, query=""):
    s = await connect(f"{a.ws}/v1/listen?encoding=linear16&sample_rate=16000&punctuate=true&{query}")
    await feed(s, parts(data, size))
    await s.json({"type": "CloseStream"})
    await s.end()
    return text(s), s


async def turns(data, size):
    s = await connect(f"{a.ws}/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true", {"Authorization": "x"})
    await feed(s, parts(data, size))
    await s.json({"type": "Terminate"})
    await s.end()
    return " ".join(m["transcript"] for m in s.of("Turn") if m["end_of_turn"] and m["turn_is_formatted"]), s


async def soniox(data, size, form="pcm_s16le"):
    s = await connect(f"{a.ws}/transcribe-websocket")
    await s.json({"api_key": "x", "model": "stt-rt-v4", "audio_format": form, "sample_rate": 16000, "num_channels": 1, "language_hints": ["en"]})
    await feed(s, parts(data, size))
    await s.raw("")
    await s.end()
    return "".join(t["text"] for m in s.messages if isinstance(m, dict) for t in m.get("tokens", []) if t["is_final"]), s


async def speechmatics(data, size, form="pcm_s16le"):
    s = await connect(f"{a.ws}/v2", BEARER)
    await s.json(
        {
            "message": "StartRecognition",
            "audio_format": {"type": "raw", "encoding": form, "sample_rate": 16000},
            "transcription_config": {"language": "en", "max_delay": 2},
        }
    )
    await s.wait(lambda m: m.get("message") == "RecognitionStarted", 20)
    messages = parts(data, size)
    await feed(s, messages)
    await s.json({"message": "EndOfStream", "last_seq_no": len(messages)})
    await s.end()
    return " ".join(m["metadata"]["transcript"].strip() for m in s.messages if isinstance(m, dict) and m.get("message") == "AddTranscript"), s


async def open_ai(data, size):
    r = await realtime(a.ws)
    await r.update(usual_realtime())
    for p in parts(data, size):
        await r.s.json({"type": "input_audio_buffer.append", "audio": base64.b64encode(p).decode()})
    await r.commit()
    t = await r.completed()
    await r.s.socket.close()
    return " ".join(t), r.s


async def listen(data, size):
    s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&language=en&create_speakers=false&device_id={uuid.uuid4()}")
    await feed(s, parts(data, size))
    await s.json({"type": "finish"})
    await s.end()
    segments = {g["id"]: g for m in s.messages if isinstance(m, list) for g in m}
    return " ".join(g["text"] for g in sorted(segments.values(), key=lambda g: g["start"])), s


def refused(s):
    return s.code not in (None, 1000) and any(
        isinstance(m, dict) and (str(m.get("type", "")).lower() == "error" or m.get("message") == "Error" or m.get("error_code")) for m in s.messages
    )


async def see(name, send, samples, size, want):
    t, s = await send(samples, size)
    v.see(
        errors(t, want) <= 0.15 or refused(s),
        f"{name}, messages of {size or '1 and 6399'} bytes: the words, or an error",
        f"{errors(t, want):.2f} {t[:40]!r} {s.code} {s.reason}",
    )


async def short():
    """Half a sample at the end of each message, and a message of one byte, which is no keep-alive."""
    x = cut(load(a.audio, A), 0, 7.1)
    want = await asyncio.to_thread(solo, a.url, x)
    await see("Deepgram", nova, x.tobytes(), 3201, want)
    await see("/v4/listen", listen, x.tobytes(), 0, want)


async def whole():
    x, y = cut(load(a.audio, A), 0, 8), cut(load(a.audio, B), 0, 8)
    want, other = await asyncio.to_thread(solo, a.url, x), await asyncio.to_thread(solo, a.url, y)
    data, data24, floats = x.tobytes(), load(a.audio, A, 24000)[: 8 * 24000].tobytes(), (x.astype("<f4") / 32768).tobytes()
    cells = [
        ("Deepgram", nova, data),
        ("AssemblyAI", turns, data),
        ("Soniox", soniox, data),
        ("Speechmatics", speechmatics, data),
        ("realtime", open_ai, data24),
        ("/v4/listen", listen, data),
    ]
    for name, send, samples in cells:
        for size in (3200, 3201, 0):
            await see(name, send, samples, size, want)
    for name, send in (("Soniox", soniox), ("Speechmatics", speechmatics)):
        for size in (6401, 6402):
            t, s = await send(floats, size, "pcm_f32le")
            v.see(errors(t, want) <= 0.15, f"{name}, floats in messages of {size} bytes: the words", f"{errors(t, want):.2f}")
    both = np.stack([x, y[: len(x)]], 1).tobytes()
    for size in (6402, 6401):
        _, s = await nova(both, size, "channels=2&multichannel=true")
        v.see(
            errors(text(s, 0), want) <= 0.2 and errors(text(s, 1), other) <= 0.2,
            f"two channels in messages of {size} bytes: each side keeps its words",
            f"{errors(text(s, 0), want):.2f} {errors(text(s, 1), other):.2f}",
        )


asyncio.run(short() if a.short else whole())
v.end()
