"""Soniox: `/transcribe-websocket` live, and `/v1/files`, `/v1/transcriptions…` for recordings."""

import asyncio
import datetime
import json
import re
import time
import uuid

import aiohttp
from aiohttp import web

import checks
from audio import RawDecoder, Undecodable, decode_file
from checks import Bad, Pace, boolean, integer, list_of, matching, number, one_of, text
from oracle import Ear
from service import Ended, Line, Service, serve

RAW = re.compile(r"pcm_([suf])(8|16|24|32|64)(le|be)?")
CONTAINERS = ("auto", "aac", "aiff", "amr", "asf", "flac", "mp3", "ogg", "wav", "webm")
LANGUAGE = matching("[a-z]{2,3}")
CONTEXT = checks.fields({
    "general": list_of(checks.fields({"key": text(), "value": text()})), "text": text(), "terms": list_of(text()),
    "translation_terms": list_of(checks.fields({"source": text(), "target": text()})),
}, null=True)
TRANSLATION = checks.fields({"type": one_of("one_way", "two_way"), "target_language": LANGUAGE, "language_a": LANGUAGE, "language_b": LANGUAGE})


def context(value):
    return text(10_000)(value) if isinstance(value, str) else CONTEXT(value)


LIVE = checks.fields({
    "api_key": text(), "model": matching(r"stt-rt-[\w-]+"), "audio_format": text(20), "sample_rate": integer(4000, 192_000),
    "num_channels": integer(1, 8), "language_hints": list_of(LANGUAGE), "language_hints_strict": boolean, "context": context,
    "enable_speaker_diarization": boolean, "enable_language_identification": boolean, "enable_endpoint_detection": boolean,
    "max_endpoint_delay_ms": integer(500, 3000), "endpoint_sensitivity": number(-1, 1), "endpoint_latency_adjustment_level": integer(0, 3),
    "translation": TRANSLATION, "client_reference_id": text(256),
}, null=True)
CREATE = checks.fields({
    "model": matching(r"stt-async-[\w-]+"), "audio_url": matching("https?://.+"), "file_id": text(64), "language_hints": list_of(LANGUAGE),
    "language_hints_strict": boolean, "enable_speaker_diarization": boolean, "enable_language_identification": boolean, "context": context,
    "translation": TRANSLATION, "webhook_url": text(), "webhook_auth_header_name": text(256), "webhook_auth_header_value": text(256),
    "client_reference_id": text(256),
}, required=("model",), null=True)


def tokens_of(word, first=False):
    """A word as the vendor's pieces: up to three letters each, punctuation on its own, a space before the first."""
    body, _, mark = re.fullmatch(r"(.*?)(([^\w']*))", word.text, re.S).groups()
    pieces = [body[at:at + 3] for at in range(0, len(body), 3)] or [""]
    step = (word.end - word.start) / len(pieces)
    found = []
    for index, piece in enumerate(pieces):
        found.append({"text": piece, "start_ms": round((word.start + step * index) * 1000), "end_ms": round((word.start + step * (index + 1)) * 1000),
                      "confidence": word.confidence})
    found += [{"text": mark, "start_ms": found[-1]["end_ms"], "end_ms": found[-1]["end_ms"], "confidence": word.confidence}] if mark else []
    if not first:
        found[0]["text"] = " " + found[0]["text"]
    return found


class Soniox(Service):
    name = "soniox"

    def __init__(self, args):
        super().__init__(args)
        self.files, self.transcriptions = {}, {}

    def routes(self):
        return [web.get("/transcribe-websocket", self.live),
                web.post("/v1/files", self.upload), web.get("/v1/files", self.list_files), web.get("/v1/files/count", self.count_files),
                web.get("/v1/files/{id}", self.get_file), web.delete("/v1/files/{id}", self.delete_file),
                web.post("/v1/transcriptions", self.create), web.get("/v1/transcriptions", self.list_transcriptions),
                web.get("/v1/transcriptions/{id}", self.get), web.get("/v1/transcriptions/{id}/transcript", self.transcript),
                web.delete("/v1/transcriptions/{id}", self.delete), web.get("/v1/models", self.models)]

    refuses_upgrades = False

    def is_final(self, message):
        return any(token["is_final"] for token in message["tokens"])

    async def break_down(self, line):
        await fail(line, 503, "Cannot continue request (code 3). Please restart the request.")

    async def reach_cap(self, line):
        await fail(line, 400, "Audio is too long.")

    def too_many(self):
        return problem(429, "limit_exceeded", "Rate limit exceeded.")

    # -- live

    async def live(self, request):
        line = Line(self, request)
        offered = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if part.strip()]
        protocol = "soniox-api-key" if offered[:1] == ["soniox-api-key"] else None
        await line.open(protocol)
        try:
            if request.query_string:
                line.note("unknown parameter", request.query_string)
            kind, data = await line.receive(timeout=10)
            if kind == "closed":
                line.client_left(data, False)
                return line.ws
            if kind == "timeout":
                await fail(line, 408, "Start request timeout")
            if kind == "binary":
                line.note("order", "the first frame is binary; the configuration comes first, as text")
                await fail(line, 400, "Start request must be a text message.")
            options = await self._configuration(line, data)
            header = request.headers.get("Authorization", "")
            given = header.removeprefix("Bearer ") if header.startswith("Bearer ") else offered[1] if protocol and len(offered) > 1 else None
            if header and given is None:
                line.note("authentication", "an Authorization header that does not begin with Bearer")
            if given is not None and "api_key" in options:
                line.note("authentication", "the key came both in the upgrade and in the configuration")
                await fail(line, 400, "Start request is malformed.")
            given = given if given is not None else options.get("api_key")
            if given != self.key_for(request):
                line.note("authentication", "a wrong key" if given else "no key")
                await fail(line, 401, "Invalid API key." if given else "Missing API key.")
            if "429" in line.faults:
                line.begin_fault()
                await fail(line, 429, "Rate limit exceeded.")
            await LiveSession(line, options, self).run()
        except Ended:
            pass
        return line.ws

    async def _configuration(self, line, data):
        try:
            options = LIVE(json.loads(data))
        except (Bad, ValueError) as broken:
            line.note("bad message", f"configuration: {broken}")
            await fail(line, 400, "Invalid model specified." if str(broken).startswith("model") else "Start request is malformed.")
        if "model" not in options:
            line.note("bad message", "configuration: model is missing")
            await fail(line, 400, "Invalid model specified.")
        shape = options.get("audio_format")
        raw = RAW.fullmatch(shape or "") or shape in ("mulaw", "alaw")
        if shape is None or not raw and shape not in CONTAINERS:
            line.note("bad message", f"configuration: audio_format {shape!r}")
            await fail(line, 400, "Missing audio format. Specify a valid audio format or use auto.")
        if raw and "sample_rate" not in options:
            line.note("bad message", "configuration: sample_rate is missing")
            await fail(line, 400, "Audio data sample rate must be specified for PCM formats")
        if raw and "num_channels" not in options:
            line.note("bad message", "configuration: num_channels is missing")
            await fail(line, 400, "Audio data channels must be specified for PCM formats")
        if not raw:
            await fail(line, 400, "Audio decode error")  # this simulator hears raw formats only
        hints = options.get("language_hints", [])
        if len(set(hints)) != len(hints):
            line.note("bad message", "configuration: language hints repeat")
            await fail(line, 400, "Language hints must be unique.")
        if isinstance(options.get("context"), dict) and len(json.dumps(options["context"])) > 10_000:
            await fail(line, 400, "Context is too long (max length 10000).")
        return options

    # -- recordings

    def _refused(self, request):
        if request.headers.get("Authorization") == "Bearer " + self.key_for(request):
            return None
        self.violations.add(request.path, "authentication", "a wrong or no key")
        return problem(401, "unauthenticated", "Invalid API key.")

    async def upload(self, request):
        if refused := self._refused(request):
            return refused
        note = self.note_for(request.path)
        if not request.content_type.startswith("multipart/"):
            note("bad body", f"{request.content_type} is not multipart/form-data")
            return problem(400, "invalid_request", "Expected multipart/form-data.")
        found = {}
        async for part in await request.multipart():
            if part.name not in ("file", "client_reference_id"):
                note("unknown parameter", part.name)
            found[part.name] = (part.filename, bytes(await part.read()))
        if "file" not in found or not found["file"][0]:
            note("bad body", "no file with a name")
            return problem(400, "invalid_request", "file is required.")
        name, data = found["file"]
        item = {"id": str(uuid.uuid4()), "filename": name, "size": len(data), "created_at": now()}
        if "client_reference_id" in found:
            item["client_reference_id"] = found["client_reference_id"][1].decode()
        self.files[item["id"]] = (item, data)
        return web.json_response(item, status=201)

    async def list_files(self, request):
        return self._refused(request) or web.json_response({"files": [item for item, _ in self.files.values()], "next_page_cursor": None})

    async def count_files(self, request):
        return self._refused(request) or web.json_response({"count": len(self.files)})

    async def get_file(self, request):
        if refused := self._refused(request):
            return refused
        found = self.files.get(request.match_info["id"])
        return web.json_response(found[0]) if found else problem(404, "file_not_found", "File not found.")

    async def delete_file(self, request):
        if refused := self._refused(request):
            return refused
        found = self.files.pop(request.match_info["id"], None)
        return web.Response(status=204) if found else problem(404, "file_not_found", "File not found.")

    async def create(self, request):
        if refused := self._refused(request):
            return refused
        note = self.note_for(request.path)
        try:
            options = CREATE(await request.json())
        except (Bad, ValueError) as broken:
            note("bad body", broken)
            return problem(400, "invalid_request", str(broken))
        if ("audio_url" in options) == ("file_id" in options):
            note("bad body", "exactly one of audio_url and file_id")
            return problem(400, "invalid_request", "Exactly one of audio_url and file_id is required.")
        if "file_id" in options and options["file_id"] not in self.files:
            return problem(404, "file_not_found", "File not found.")
        identity = str(uuid.uuid4())
        item = {"id": identity, "status": "queued", "created_at": now(), "model": options["model"],
                "filename": self.files[options["file_id"]][0]["filename"] if "file_id" in options else options["audio_url"].rsplit("/", 1)[-1],
                "enable_speaker_diarization": options.get("enable_speaker_diarization", False),
                "enable_language_identification": options.get("enable_language_identification", False), "audio_duration_ms": None,
                "error_type": None, "error_message": None, "webhook_status_code": None,
                **{name: options.get(name) for name in ("audio_url", "file_id", "language_hints", "context", "client_reference_id", "webhook_url",
                                                        "webhook_auth_header_name")},
                "webhook_auth_header_value": "******" if "webhook_auth_header_value" in options else None}
        self.transcriptions[identity] = item, options, []
        asyncio.get_running_loop().create_task(self._work(identity))
        return web.json_response(item, status=201)

    async def _work(self, identity):
        item, options, tokens = self.transcriptions[identity]
        await asyncio.sleep(0.2)
        item["status"] = "processing"
        try:
            if "file_id" in options:
                data = self.files[options["file_id"]][1]
            else:
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as client, client.get(options["audio_url"]) as answer:
                    answer.raise_for_status()
                    data = await answer.read()
            channels, rate = decode_file(data)
        except (Undecodable, aiohttp.ClientError, KeyError) as broken:
            item |= {"status": "error", "error_type": "invalid_audio", "error_message": f"Audio could not be read: {type(broken).__name__}."}
        else:
            words = (await self.hear([sum(channels) / len(channels)], rate))[0]
            for index, word in enumerate(words):
                for token in tokens_of(word, first=index == 0):
                    tokens.append(decorated(token, options))
            item |= {"status": "completed", "audio_duration_ms": round(channels.shape[1] / rate * 1000)}
            self.sessions.append({"id": identity, "path": "/v1/transcriptions", "bytes": len(data),
                                  "audio_seconds": round(channels.shape[1] / rate, 3), "words": [word.text for word in words]})
        if "webhook_url" in options:
            headers = {options["webhook_auth_header_name"]: options.get("webhook_auth_header_value", "")} \
                if "webhook_auth_header_name" in options else {}
            try:
                async with aiohttp.ClientSession() as client, client.post(
                        options["webhook_url"], json={"id": identity, "status": item["status"]}, headers=headers) as answer:
                    item["webhook_status_code"] = answer.status
            except aiohttp.ClientError:
                pass

    def _transcription(self, request):
        if refused := self._refused(request):
            return None, refused
        found = self.transcriptions.get(request.match_info["id"])
        return found, None if found else problem(404, "transcription_not_found", "Transcription not found.")

    async def get(self, request):
        found, refused = self._transcription(request)
        return refused or web.json_response(found[0])

    async def list_transcriptions(self, request):
        return self._refused(request) or web.json_response({"transcriptions": [item for item, *_ in self.transcriptions.values()],
                                                            "next_page_cursor": None})

    async def transcript(self, request):
        found, refused = self._transcription(request)
        if refused:
            return refused
        item, _, tokens = found
        if item["status"] != "completed":
            self.violations.add(request.path, "order", f"the transcript was asked for while {item['status']}")
            return problem(409, "transcription_invalid_state", "Transcription is not completed.")
        return web.json_response({"id": item["id"], "text": "".join(token["text"] for token in tokens), "tokens": tokens})

    async def delete(self, request):
        found, refused = self._transcription(request)
        if refused:
            return refused
        if found[0]["status"] in ("queued", "processing"):
            self.violations.add(request.path, "order", "deleted while processing")
            return problem(409, "transcription_invalid_state", "Transcription is being processed.")
        del self.transcriptions[request.match_info["id"]]
        return web.Response(status=204)

    async def models(self, request):
        models = [{"id": "stt-async-v5", "name": "Async"}, {"id": "stt-rt-v5", "name": "Real time"}]
        return self._refused(request) or web.json_response({"models": models})


def problem(status, kind, message):
    return web.json_response({"status_code": status, "error_type": kind, "message": message, "validation_errors": [],
                              "request_id": str(uuid.uuid4()), "more_info": "https://soniox.com/docs"},
                             status=status, headers={"Retry-After": "1"} if status == 429 else {})


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decorated(token, options):
    if options.get("enable_speaker_diarization"):
        token["speaker"] = "1"
    if options.get("enable_language_identification"):
        token["language"] = "en"
    return token


async def fail(line, code, message):
    await line.send({"tokens": [], "error_code": code, "error_message": message})
    await line.close(1000)
    raise Ended


class LiveSession:
    EVERY = 0.3  # seconds of audio between messages
    SETTLE = 1.2  # a word this old is final

    def __init__(self, line, options, service):
        self.line, self.options = line, options
        self.rate, channels = options["sample_rate"], options["num_channels"]
        shape = RAW.fullmatch(options["audio_format"])
        encoding = shape.group(1) + shape.group(2) if shape else options["audio_format"]
        self.decoder = RawDecoder(encoding, channels, big_endian=bool(shape) and shape.group(3) == "be")
        self.ear = Ear(service.library)
        self.pace = Pace(1.0, 2.0, line.note)
        self.final = 0  # words that are final
        self.last = 0.0
        self.final_ms = self.total_ms = 0
        self.speech = False  # something was said since the last endpoint
        self.finalized = None

    async def run(self):
        last, heard = time.monotonic(), False
        while True:
            kind, data = await self.line.receive(timeout=max(0.01, last + 20 - time.monotonic()))
            if kind == "timeout":
                self.line.note("keep-alive", "neither audio nor keepalive for 20 s")
                await fail(self.line, 408, "Request timeout." if heard else "Timed out while waiting for the first audio chunk")
            if kind == "closed":
                # Ending a stream without audio would be an error, so leaving is the proper end.
                self.line.client_left(data, proper_end=not heard)
                return
            last = time.monotonic()
            if not data:
                await self._finish(heard)
                return
            if kind == "binary":
                heard = True
                await self._audio(data)
            else:
                await self._text(data)

    async def _audio(self, data):
        samples = self.decoder.decode(data)
        if self.decoder.leftover:
            self.line.note("format", f"a frame of {len(data)} bytes is not whole samples of {self.decoder.frame} bytes")
        seconds = samples.shape[1] / self.rate
        await self.pace.received(seconds)
        await self.line.audio(seconds)
        self.ear.feed(samples.mean(axis=0), self.rate)
        self.line.heard(self.ear.words)
        words, settled, partial = self.ear.words, self.ear.settled, self.ear.partial
        silence = settled - words[-1].end if words and partial is None else 0
        delay = min(self.options.get("max_endpoint_delay_ms", 2000) / 1000, 0.5 if words and words[-1].ends_sentence else 1.5)
        if self.options.get("enable_endpoint_detection") and len(words) > self.final and silence >= delay or self.speech and silence >= delay:
            await self._tell(len(words), "<end>" if self.options.get("enable_endpoint_detection") else None)
            self.speech = False
        elif settled - self.last >= self.EVERY:
            await self._tell(sum(word.end <= settled - self.SETTLE for word in words))

    async def _text(self, data):
        try:
            message = json.loads(data)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            self.line.note("unknown message", data)
            await fail(self.line, 400, "Control request is malformed.")
        known = {"finalize": {"type", "trailing_silence_ms"}, "keepalive": {"type"}}
        if kind not in known:
            self.line.note("unknown message", data)
            await fail(self.line, 400, "Control request invalid type.")
        for name in set(message) - known[kind]:
            self.line.note("unknown field", f"{kind}.{name}")
        if kind == "finalize":
            moment = time.monotonic()
            if self.finalized is not None and moment - self.finalized < 1:
                self.line.note("rate", f"finalize again after {moment - self.finalized:.2f} s; once every few seconds is meant")
            self.finalized = moment
            self.ear.flush()
            self.line.heard(self.ear.words)
            await self._tell(len(self.ear.words), "<fin>")
            self.speech = False

    async def _tell(self, final, marker=None, finished=False):
        words = self.ear.words
        final = max(final, self.final)
        tokens = [decorated({**token, "is_final": True}, self.options) for index in range(self.final, final)
                  for token in tokens_of(words[index], first=index == 0)]
        if marker:
            tokens.append({"text": marker, "is_final": True, "confidence": 1.0})
        tokens += [decorated({**token, "is_final": False}, self.options) for index in range(final, len(words))
                   for token in tokens_of(words[index], first=index == 0)]
        self.speech = self.speech or len(words) > self.final
        self.final = final
        self.last = self.ear.settled
        self.total_ms = max(self.total_ms, round(self.ear.settled * 1000))
        self.final_ms = max(self.final_ms, self.total_ms if final == len(words) else round(words[final].start * 1000))
        await self.line.send({"tokens": tokens, "final_audio_proc_ms": self.final_ms, "total_audio_proc_ms": self.total_ms})

    async def _finish(self, heard):
        if not heard:
            await fail(self.line, 400, "No audio received.")
        await self.line.ending()
        self.ear.flush()
        self.line.heard(self.ear.words)
        if len(self.ear.words) > self.final:
            await self._tell(len(self.ear.words))
        end = round(self.line.audio_seconds * 1000)
        await self.line.send({"tokens": [], "final_audio_proc_ms": max(end, self.final_ms), "total_audio_proc_ms": max(end, self.total_ms),
                              "finished": True})
        late, data = await self.line.receive(timeout=0.05)
        if late in ("text", "binary") and data:
            self.line.note("order", f"a {late} frame came after the end of audio: {str(data)[:60]}")
        await self.line.close(1000)


if __name__ == "__main__":
    serve(Soniox)
