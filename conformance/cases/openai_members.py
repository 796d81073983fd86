"""OpenAI recordings with all members at once, as the vendor's packages send them: in every form of the answer, plain and streamed.

OpenAI's Python and Node.js packages found it (`…create_with_all_params`), with references as long as the vendor documents. The Python package runs here. The
Node.js one comes from npm alone, so its form is sent as `fetch` writes it: its boundary, the order of its members, lists as `NAME[]`, all values as text.
"""

import asyncio
import base64
import json

import numpy as np
import requests
from openai import AsyncOpenAI, OpenAI

from common import A, C, HANG, Verdict, arguments, cut, errors, load, solo, wav

a = arguments(__doc__)
v = Verdict()
x, y = load(a.audio, A), load(a.audio, C)
TALK = np.concatenate([cut(x, 0, 6), cut(y, 0, 6), cut(x, 6, 12), cut(y, 6, 12)])
REFERENCES = ["data:audio/wav;base64," + base64.b64encode(wav(cut(one, 5, 15))).decode() for one in (x, y)]
COMMON = {
    "chunking_strategy": "auto",
    "keywords": ["Harken"],
    "known_speaker_names": ["Jane", "Sam"],
    "known_speaker_references": REFERENCES,
    "language": "en",
    "languages": ["en"],
    "prompt": "A clear recording.",
    "temperature": 0,
}
# What a form of the answer takes besides, and the model that has it.
FORMS = {
    "json": ("gpt-4o-transcribe", {"include": ["logprobs"]}),
    "verbose_json": ("whisper-1", {"timestamp_granularities": ["word"]}),
    "diarized_json": ("gpt-4o-transcribe-diarize", {}),
}
want = solo(a.url, TALK)


def judge(what, said):
    v.see(errors(said, want) <= 0.15, what + ": the words", repr((said or "")[:70]))


def python():
    client = OpenAI(api_key="any", base_url=a.url + "/v1", max_retries=0, timeout=HANG * 4)
    for form, (model, more) in FORMS.items():
        members = {"file": ("speech.wav", wav(TALK)), "model": model, "response_format": form, **COMMON, **more}
        answer = client.audio.transcriptions.create(**members, stream=False)
        judge(f"Python, {form}", answer.text)
        if form == "json":
            v.see(len(answer.logprobs or []) > 10, "Python, json: logprobs", len(answer.logprobs or []))
        if form == "verbose_json":
            v.see(len(answer.words or []) > 10, "Python, verbose_json: words", len(answer.words or []))
        if form == "diarized_json":
            speakers = {one.speaker for one in answer.segments}
            v.see(bool(speakers & {"Jane", "Sam"}), "Python, diarized_json: speakers have the names of their references", speakers)
        raw = client.audio.transcriptions.with_raw_response.create(**members)
        ignored = raw.headers.get("X-Harken-Ignored", "")
        v.see(form == "diarized_json" or "known_speaker" in ignored, f"Python, {form}: references are used, or named as ignored", ignored)
        judge(f"Python, {form}, raw response", raw.parse().text)
        with client.audio.transcriptions.with_streaming_response.create(**members) as response:
            judge(f"Python, {form}, streaming response", json.loads(response.read())["text"])
        if form != "verbose_json":  # OpenAI streams neither it nor with whisper-1
            events = list(client.audio.transcriptions.create(**members, stream=True))
            judge(f"Python, {form}, stream", "".join(one.text for one in events if one.type == "transcript.text.done"))


async def later():
    client = AsyncOpenAI(api_key="any", base_url=a.url + "/v1", max_retries=0, timeout=HANG * 4)
    for form, (model, more) in FORMS.items():
        answer = await client.audio.transcriptions.create(file=("speech.wav", wav(TALK)), model=model, response_format=form, **COMMON, **more)
        judge(f"Python, asynchronous, {form}", answer.text)


def node():
    boundary = "----formdata-undici-098765432109"
    for form, (model, more) in FORMS.items():
        body = b""
        for name, value in {"file": TALK, "model": model, **COMMON, **more, "response_format": form, "stream": False}.items():
            for one in value if isinstance(value, list) else [value]:
                place, content = (f"{name}[]" if isinstance(value, list) else name), one
                body += f'--{boundary}\r\nContent-Disposition: form-data; name="{place}"'.encode()
                if name == "file":
                    body += b'; filename="speech.wav"\r\nContent-Type: application/octet-stream'
                    content = wav(one)
                elif isinstance(one, bool):
                    content = str(one).lower()
                body += b"\r\n\r\n" + (content if isinstance(content, bytes) else str(content).encode()) + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        headers = {"Authorization": "Bearer any", "Content-Type": "multipart/form-data; boundary=" + boundary}
        answer = requests.post(a.url + "/v1/audio/transcriptions", data=body, headers=headers, timeout=HANG * 4)
        if v.see(answer.status_code == 200, f"Node.js, {form}: accepted", f"{answer.status_code} {answer.text[:160] if answer.status_code != 200 else ''}"):
            judge(f"Node.js, {form}", answer.json()["text"])


python()
asyncio.run(later())
node()
v.end()
