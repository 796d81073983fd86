"""A recording that `harken record` made without a gateway: its conversation begins when it was recorded, not when it was delivered. Needs PulseAudio."""

import asyncio
import datetime
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

import numpy as np
import requests

from common import A, B, HANG, Verdict, arguments, connect, gateway, load
from gateway import dies_with_us, environment
from record import SoundCard

a = arguments(__doc__)
v = Verdict()
AWAY = 60


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def recorder(card, url, spool, *more):
    return subprocess.Popen(
        [a.harken, "record", "--url", url, "--data", spool, "--language", "en", *more],
        env=environment(card.environment),
        preexec_fn=dies_with_us,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def offline():
    folder = tempfile.mkdtemp(prefix="case-")
    card = SoundCard(folder)
    try:
        port = free()
        url, spool = f"http://127.0.0.1:{port}", os.path.join(folder, "spool")
        began = time.time()
        r = recorder(card, url, spool)
        time.sleep(3)
        card.play(np.concatenate([load(a.audio, A), load(a.audio, B)]))
        card.settle()
        for _ in range(2):
            r.send_signal(signal.SIGINT)
            time.sleep(1)
        r.communicate(timeout=HANG)
        ended = time.time()
        time.sleep(AWAY)
        with gateway(a.harken, port=port) as g:
            said, _ = recorder(card, url, spool, "--send").communicate(timeout=HANG * 2)
            now = time.time()
            found = requests.get(g.url + "/api/v1/conversations", timeout=HANG).json()["conversations"]
            v.see(len(found) == 1, "the recording becomes one conversation", said.strip()[-100:])
            for c in found:
                v.see(
                    abs(seconds(c["started_at"]) - began) < 6,
                    "it began when it was recorded",
                    f"{seconds(c['started_at']) - began:+.0f} s from the recording's start; delivered {now - began:+.0f} s",
                )
                v.see(
                    seconds(c["finished_at"]) < min(now, ended + 6),
                    "it ended when the recording ended, and not in the future",
                    f"{seconds(c['finished_at']) - ended:+.0f} s from the recording's end, {seconds(c['finished_at']) - now:+.0f} s from now",
                )
    finally:
        card.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


async def suggest(ws, said):
    s = await connect(f"{ws}/v4/listen?codec=pcm16&sample_rate=16000&language=en&source=desktop&custom_stt=enabled&device_id={uuid.uuid4()}")
    await s.json(
        {
            "type": "suggested_transcript",
            "segments": [{"text": said, "speaker": "SPEAKER_00", "speaker_id": 0, "is_user": False, "person_id": None, "start": 0.0, "end": 5.0}],
        }
    )
    await asyncio.sleep(0.6)
    await s.json({"type": "finish"})
    await s.end()
    return next((m["conversation_id"] for m in s.of("conversation_session")), None)


def appointments():
    """A neighbour: the hour of an appointment is the user's hour."""
    zone = "Asia/Tokyo"
    with gateway(a.harken, {"TZ": zone}) as g:
        told = requests.patch(g.url + "/api/v1/users/me/settings", json={"time_zone": zone}, timeout=HANG)
        v.see(
            told.status_code >= 400 or told.json().get("time_zone") == zone,
            "a user's time zone is kept, or refused, and not dropped in silence",
            told.status_code,
        )
        c = asyncio.run(suggest(g.ws, "We have a meeting tomorrow at ten in the morning with the harbour office."))
        end = time.time() + 30
        while time.time() < end and not (doc := requests.get(f"{g.url}/api/v1/conversations/{c}", timeout=HANG).json()).get("events"):
            time.sleep(0.3)
        local = datetime.datetime.fromtimestamp(seconds(doc["started_at"]), datetime.timezone(datetime.timedelta(hours=9)))
        right = (local + datetime.timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0).timestamp()
        v.see(
            [seconds(e["start"]) for e in doc.get("events", [])] == [right],
            f"'tomorrow at ten', said in {zone}: ten o'clock there",
            [e["start"] for e in doc.get("events", [])],
        )


offline()
appointments()
v.end()
