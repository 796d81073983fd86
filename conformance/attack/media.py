"""Recordings that lie, or that are longer than anything that is said."""

import concurrent.futures
import os
import struct
import time

import flac
from attempt import attack
from memory import processor_seconds

MOST_PROCESSOR = 30  # seconds for a file that is refused


def _wave(rate=16_000, channels=1, bits=16, data=bytes(3200), size=None, data_size=None, form=1, extra=b""):
    block = max(1, channels * bits // 8) & 0xFFFF
    head = struct.pack("<HHIIHH", form, channels & 0xFFFF, rate & 0xFFFFFFFF, rate * block & 0xFFFFFFFF, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + extra + b"data" + struct.pack("<I", len(data) if data_size is None else data_size) + data
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def _box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def _nested(name, depth):
    body = b""
    for _ in range(depth):
        body = _box(name, body)
    return body


FTYP = _box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")
LIES = {
    "no channels": _wave(channels=0), "1,000 channels": _wave(channels=1000), "65,535 channels": _wave(channels=65_535),
    "0 Hz": _wave(rate=0), "1 Hz": _wave(rate=1), "10 MHz": _wave(rate=10_000_000), "4 GHz": _wave(rate=0xFFFFFFFF),
    "0 bits": _wave(bits=0), "255 bits": _wave(bits=255), "data of 4 GB": _wave(data_size=0xFFFFFFFF, size=0xFFFFFFFF), "an unknown form": _wave(form=0x7777),
    "floats that are none": _wave(form=3, bits=32, data=b"\x00\x00\xc0\x7f" * 800), "nested boxes": FTYP + _nested(b"moov", 2000),
    "4 billion samples": FTYP + _box(b"moov", _box(b"trak", _box(b"mdia", _box(b"minf", _box(b"stbl", _box(
        b"stts", struct.pack(">IIII", 0, 0xFFFFFFFF, 0xFFFFFFFF, 1))))))),
    "an Ogg page cut short": b"OggS\0\2" + bytes(20) + b"\xff" + b"\xff" * 255, "Opus of 255 channels": b"OggS\0\2" + bytes(20) + b"\x01\x13OpusHead\x01\xff" + bytes(9),
    "an ID3 tag of 256 MB": b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(2000), "Matroska of unknown size": b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 2000,
    "a playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "a list of files": b"ffconcat version 1.0\nfile '/etc/passwd'\n", "SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    "DASH": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation><BaseURL>file:///etc/passwd</BaseURL>'
            b"</Representation></AdaptationSet></Period></MPD>",
    "nothing": b"\0", "noise": os.urandom(100_000), "FLAC without frames": flac.silence(0), "FLAC cut short": flac.silence(0.1)[:60],
}


def _send(attempt, body, target="/v1/listen", timeout=60.0):
    return attempt.ask("POST", target, {"Content-Type": "audio/wav", "X-Harken-Engine": "local"}, body, key=attempt.owner, timeout=timeout)


@attack("lying-media", local=True)
def lying_media(attempt):
    """Recordings whose headers lie, and lists of other files in the place of a recording."""
    statuses = {}
    for name, body in LIES.items():
        answer = _send(attempt, body)
        status = answer and answer.status
        statuses[status] = statuses.get(status, 0) + 1
        attempt.expect(status is not None and status < 500, f"{name}: {status} {(answer.body[:120] if answer else b'no answer')!r}")
        attempt.expect(answer is None or b"root:" not in answer.body, f"{name}: the answer has what is in a file of the machine's")
    attempt.note(f"{len(LIES)} files, answers {statuses}")


@attack("endless-media", "L2", local=True)
def endless_media(attempt):
    """Days of silence in a few hundred kilobytes of FLAC, whose header says so or does not."""
    hours = attempt.count(200, 30)
    for is_declared in (True,) if attempt.is_short else (True, False):
        bomb = flac.silence(hours, is_declared=is_declared)
        used, began = processor_seconds(attempt.server.pid), time.monotonic()
        answer = _send(attempt, bomb, timeout=300)
        used, took = processor_seconds(attempt.server.pid) - used, time.monotonic() - began
        attempt.note(f"{len(bomb) / 1000:.0f} KB for {hours} h{'' if is_declared else ', not declared'}: {answer and answer.status} after {took:.1f} s, "
                     f"{used:.1f} s of the processors")
        attempt.expect(answer is not None and 400 <= answer.status < 500, f"{hours} h of audio: {answer and answer.status}, expected a 4xx")
        attempt.expect(used <= MOST_PROCESSOR, f"{used:.1f} s of the processors for a recording that is refused, at most {MOST_PROCESSOR} s are allowed")


@attack("endless-media-by-many", "L2", local=True, short=False)
def endless_media_by_many(attempt):
    """Six recordings of 20 hours at a time, beside a short one of another user."""
    bomb, other = flac.silence(20), attempt.key("--user", "carol")
    with open(os.path.join(attempt.context.test_audio, "beckett.wav"), "rb") as file:
        speech = file.read()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(_send, attempt, bomb, timeout=20) for _ in range(6)]
        attempt.sleep(1)
        began = time.monotonic()
        answer = attempt.ask("POST", "/v1/listen", {"Content-Type": "audio/wav", "X-Harken-Engine": "local"}, speech, key=other, number=3, timeout=120)
        took = time.monotonic() - began
        statuses = [one.result() and one.result().status for one in asked]
    attempt.note(f"{statuses}; the other recording: {answer and answer.status} after {took:.1f} s")
    attempt.equal("another user's recording meanwhile", answer and answer.status, 200)
