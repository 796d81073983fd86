"""What Omi's tests read besides the words: ids of the client's own segments, one conversation of a silent desktop, counts of files and speakers, lists.

Omi's backend is a server, which cannot be had as a package. The requests and the expected members are those of its tests: `test_listen_stt.py`,
`test_sync_lifecycle.py`, and its app's calls of the speech profile.
"""

import asyncio
import json
import time
import uuid

import requests

from common import A, B, HANG, Verdict, arguments, connect, cut, errors, gateway, load, solo, wav

a = arguments(__doc__)
v = Verdict()
BEARER = {"Authorization": "Bearer dev-token"}
OWN = {"id": "seg-custom-stt-1", "text": "A transcript that the client has made itself.", "speaker": "SPEAKER_00", "is_user": True, "start": 0.0, "end": 1.25}
COUNTS = [  # of a chunk's speakers
    "provider_cluster_count", "provider_speaker_count", "provider_speaker_label_count", "mapped_provider_speaker_count", "mapped_speaker_count",
    "mapped_unmapped_speaker_count", "speaker_split_cluster_count", "speaker_split_segment_count", "speaker_reconciliation_accepted_count",
    "speaker_reconciliation_rejected_count", "cannot_link_violations_prevented",
]  # fmt: skip


async def web(query):
    """A page's connection: the first message authorizes it."""
    s = await connect(f"{a.ws}/v4/web/listen?{query}")
    await s.json({"type": "auth", "token": "dev-token"})
    await s.wait(lambda m: m.get("status") == "ready")
    v.see({"type": "auth_response", "success": True} in s.messages, "the first message authorizes a page", s.messages[:3])
    return s


def conversation(s):
    return next((m["conversation_id"] for m in s.of("conversation_session")), None)


def batches(s):
    return [m for m in s.messages if isinstance(m, list)]


async def own_segments():
    s = await web(f"custom_stt=enabled&sample_rate=8000&codec=pcm8&source=desktop&device_id={uuid.uuid4()}")
    await s.raw(b"\x80" * 320)

    async def suggest(text):
        had, end = len(batches(s)), time.monotonic() + HANG
        await s.json({"type": "suggested_transcript", "stt_provider": "e2e-custom-stt", "segments": [{**OWN, "text": text}]})
        while len(batches(s)) == had and time.monotonic() < end:
            await asyncio.sleep(0.05)
        return batches(s)[-1] if len(batches(s)) > had else []

    told = await suggest(OWN["text"])
    expected = {"id": OWN["id"], "text": OWN["text"], "speaker": "SPEAKER_00", "speaker_id": 0, "is_user": True, "person_id": None}
    v.see(len(told) == 1 and {name: told[0].get(name) for name in expected} == expected, "a client's own segment keeps its id and members", told)
    v.see(len(told) == 1 and abs(told[0]["end"] - told[0]["start"] - 1.25) < 0.001, "and its length", told and (told[0]["start"], told[0]["end"]))
    again = await suggest("Hello general.")
    v.see([(one["id"], one["text"]) for one in again] == [(OWN["id"], "Hello general.")], "the same id again replaces the segment", again)
    right, end, kept = [(OWN["id"], "Hello general.")], time.monotonic() + HANG, []
    while time.monotonic() < end and kept != right:
        document = await asyncio.to_thread(requests.get, f"{a.url}/api/v1/conversations/{conversation(s)}", timeout=HANG)
        kept = [(one["id"], one["text"]) for one in document.json().get("segments", [])]
        await asyncio.sleep(0.1)
    v.see(kept == right, "the conversation has it once", kept)
    await s.json({"type": "finish"})
    await s.end()


async def silent_desktop():
    query = f"custom_stt=enabled&sample_rate=8000&codec=pcm8&conversation_timeout=120&source=desktop&device_id={uuid.uuid4()}"
    seen = []
    for _ in range(2):
        s = await web(query)
        seen.append(conversation(s))
        await s.socket.close()
        await s.end()
        # The store has it a moment after its client has gone.
        end = time.monotonic() + HANG
        while time.monotonic() < end:
            found = await asyncio.to_thread(requests.get, f"{a.url}/api/v1/conversations/{seen[-1]}", timeout=HANG)
            if found.status_code == 200:
                break
            await asyncio.sleep(0.1)
    v.see(seen[0] is not None and seen[0] == seen[1], "a desktop that said nothing and comes back has the same conversation", seen)


def files(clip, want):
    began = int(time.time()) - 86_400
    data = clip.tobytes()
    frames = b"".join(len(data[at : at + 3200]).to_bytes(4, "little") + data[at : at + 3200] for at in range(0, len(data), 3200))
    upload = [("files", (f"audio_omi_pcm16_16000_1_fs160_{began}.bin", frames, "application/octet-stream"))]
    r = requests.post(a.url + "/v2/sync-local-files?language=en", files=upload, headers=BEARER, timeout=HANG)
    v.see(r.status_code == 202, "files of a device are taken", f"{r.status_code} {r.text[:150]}")
    end, state = time.monotonic() + HANG, {}
    while time.monotonic() < end and state.get("status") not in ("completed", "partial_failure", "failed"):
        state = requests.get(f"{a.url}/v2/sync-local-files/{r.json()['job_id']}", headers=BEARER, timeout=HANG).json()
        time.sleep(0.1)
    v.see((state.get("total_segments"), state.get("successful_segments")) == (1, 1), "the job counts its files", json.dumps(state)[:300])
    result = state.get("result") or {}
    memories = result.get("new_memories")
    v.see(state.get("status") == "completed" and memories and memories == state.get("conversations"), "the new conversations are its memories", result)
    v.see(result.get("updated_memories") == [], "and none was changed", result)
    kept = requests.get(f"{a.url}/api/v1/conversations/{memories[0]}", timeout=HANG).json() if memories else {}
    v.see(errors(" ".join(one["text"] for one in kept.get("segments", [])), want) <= 0.15, "the words of the file are there")


def chunk(clip):
    query = "chunk_start_ms=0&sample_rate=16000&channels=1&encoding=linear16&language=en&persist=false"
    headers = {**BEARER, "Content-Type": "application/octet-stream"}
    r = requests.post(f"{a.url}/v2/desktop/background-transcribe?{query}", data=clip.tobytes(), headers=headers, timeout=HANG)
    told = r.json().get("speaker_diagnostics", {}) if r.status_code == 200 else {}
    missing = [name for name in COUNTS if not isinstance(told.get(name), int)]
    v.see(r.status_code == 200 and not missing, "a chunk's speaker_diagnostics has every count", f"{r.status_code} missing: {missing}; {told}")


def profile(own, more):
    def send(path, samples):
        return requests.post(a.url + path, files={"file": ("voice.wav", wav(samples), "audio/wav")}, headers=BEARER, timeout=HANG)

    path = "/v3/speech-profile/expand"
    r = requests.get(a.url + path, headers=BEARER, timeout=HANG)
    v.see(r.json() == [], "without a profile, the list of its recordings is empty", r.text[:150])
    made, added = send("/v3/upload-audio", own), send(path, more)
    shown = f"{made.status_code} {made.text[:100]} {added.status_code} {added.text[:100]}"
    v.see(made.status_code == 200 and added.status_code == 200, "a profile is made, and a recording added", shown)
    listed = requests.get(a.url + path, headers=BEARER, timeout=HANG).json()
    ok = v.see(isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], str), "the recordings are a list of addresses", listed)
    if ok:
        # The app takes the names of what it deletes from the address.
        memory, _, index = listed[0].rsplit("/", 1)[-1].split(".")[0].partition("_segment_")
        gone = requests.delete(f"{a.url}{path}?memory_id={memory}&segment_idx={index}&person_id=null", headers=BEARER, timeout=HANG)
        left = requests.get(a.url + path, headers=BEARER, timeout=HANG).json()
        done = gone.status_code == 200 and gone.json() == {"status": "ok"} and left == []
        v.see(done, "the app's deletion takes that one", f"{gone.status_code} {gone.text[:100]} {left}")


async def live():
    await own_segments()
    await silent_desktop()


x = load(a.audio, A)
clip = cut(x, 0, 7.1)
# A profile is the user's: it would change what other cases hear.
with gateway(a.harken) as own:
    a.url, a.ws = own.url, own.ws
    asyncio.run(live())
    files(clip, solo(a.url, clip))
    chunk(clip)
    profile(x, load(a.audio, B))
v.end()
