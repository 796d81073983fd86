"""A server with OpenAI's transcription API: `/v1/audio/transcriptions` in every form, `/v1/models`, and `/v1/realtime` for transcription, where the
client ends the turns."""

import asyncio
import base64
import json
import math
import time
import uuid

from aiohttp import web

import captions
import checks
from audio import RawDecoder, Undecodable, decode_file
from checks import Bad, Pace, boolean_text, integer_text, list_of, matching, number_text, one_of, text
from oracle import Ear
from service import Ended, Line, Service, serve

MODELS = ("whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15",
          "gpt-4o-transcribe-diarize")
LIVE_MODELS = ("gpt-live-transcribe", "gpt-realtime-whisper")
HINT_MODELS = ("gpt-transcribe", "gpt-live-transcribe")
LIMIT = 26_214_400
TRANSCRIPTION = "conversation.item.input_audio_transcription."
TURNS = checks.fields({"type": one_of("server_vad", "semantic_vad"), "threshold": checks.number(0, 1), "eagerness": text(10),
                       "prefix_padding_ms": checks.integer(0, 60_000), "silence_duration_ms": checks.integer(0, 60_000)}, required=("type",))
SESSION = checks.fields({
    "type": one_of("transcription"), "include": list_of(one_of("item.input_audio_transcription.logprobs")),
    "audio": checks.fields({"input": checks.fields({
        "format": checks.fields({"type": one_of("audio/pcm"), "rate": checks.integer(24_000, 24_000)}, required=("type", "rate")),
        "noise_reduction": lambda value: value if value is None else checks.fields({"type": one_of("near_field", "far_field")})(value),
        "transcription": checks.fields({
            "model": one_of(*MODELS, *LIVE_MODELS), "language": matching("[a-z]{2,3}"), "languages": list_of(matching("[a-z]{2,3}")),
            "prompt": text(), "keywords": list_of(text()), "delay": one_of("minimal", "low", "medium", "high", "xhigh")}),
        "turn_detection": lambda value: value if value is None else TURNS(value),
    })}),
}, required=("type",))
LISTS = {"languages[]", "keywords[]", "timestamp_granularities[]", "include[]", "known_speaker_names[]", "known_speaker_references[]"}
CHUNKING = checks.fields({"type": one_of("server_vad", "auto"), "threshold": checks.number(0, 1), "prefix_padding_ms": checks.integer(0, 60_000),
                          "silence_duration_ms": checks.integer(0, 60_000)})
FORM = {
    "model": text(100), "language": matching("[a-z]{2,3}"), "languages[]": matching("[a-z]{2,3}"), "prompt": text(), "keywords[]": text(),
    "response_format": one_of("json", "text", "srt", "verbose_json", "vtt", "diarized_json"), "temperature": number_text(0, 1),
    "timestamp_granularities[]": one_of("word", "segment"), "include[]": one_of("logprobs"), "stream": boolean_text,
    "chunking_strategy": lambda value: value if value == "auto" else checks.json_text(CHUNKING)(value),
    "chunking_strategy[type]": one_of("server_vad"), "chunking_strategy[threshold]": number_text(0, 1),
    "chunking_strategy[prefix_padding_ms]": integer_text(0, 60_000), "chunking_strategy[silence_duration_ms]": integer_text(0, 60_000),
    "known_speaker_names[]": text(), "known_speaker_references[]": text(20_000_000),
}


class Refused(Exception):
    def __init__(self, status, message, kind="invalid_request_error", param=None, code=None):
        super().__init__(message)
        self.status, self.body = status, {"message": message, "type": kind, "param": param, "code": code}


class OpenAI(Service):
    name = "openai"

    def routes(self):
        return [web.post("/v1/audio/transcriptions", self.transcribe), web.get("/v1/realtime", self.live), web.get("/v1/models", self.models),
                web.get("/v1/models/{id:.+}", self.model)]

    def too_many(self):
        return answer(Refused(429, "Rate limit reached.", "requests", code="rate_limit_exceeded"))

    def is_final(self, message):
        return message["type"] == TRANSCRIPTION + "completed"

    async def break_down(self, line):
        await line.send({"type": "error", "event_id": "event_x", "error": {
            "type": "server_error", "code": None, "message": "The server had an error while processing your request.", "param": None, "event_id": None}})
        await line.close(1011)

    async def reach_cap(self, line):
        await line.send({"type": "error", "event_id": "event_x", "error": {
            "type": "invalid_request_error", "code": "session_expired", "message": "Your session hit the maximum duration of 60 minutes.",
            "param": None, "event_id": None}})
        await line.close(1001, "session_expired")

    async def live(self, request):
        try:
            self.authorise(request)
        except Refused as problem:
            if "401" in request["faults"]:
                self._note_refusal(request, True)
            return answer(problem)
        line = Line(self, request)
        if dict(request.query) != {"intent": "transcription"}:
            line.note("bad parameter", request.query_string)
        try:
            await line.open()
            await LiveSession(line, self).run()
        except Ended:
            pass
        return line.ws

    def authorise(self, request):
        if request.headers.get("Authorization") != "Bearer " + self.key_for(request):
            self.violations.add(request.path, "authentication", "a wrong key" if request.headers.get("Authorization") else "no key")
            raise Refused(401, "Incorrect API key provided.", code="invalid_api_key")

    async def models(self, request):
        try:
            self.authorise(request)
        except Refused as problem:
            return answer(problem)
        return web.json_response({"object": "list", "data": [model_object(name) for name in MODELS]})

    async def model(self, request):
        try:
            self.authorise(request)
            name = request.match_info["id"]
            if name not in MODELS:
                raise Refused(404, f"The model '{name}' does not exist", param="model", code="model_not_found")
        except Refused as problem:
            return answer(problem)
        return web.json_response(model_object(name))

    async def transcribe(self, request):
        identity = str(uuid.uuid4())
        note = self.note_for(identity)
        try:
            self.authorise(request)
            options, data = await self._form(request, note)
            form = options.get("response_format", "json")
            model = options["model"]
            words_wanted = "word" in options.get("timestamp_granularities[]", [])
            if words_wanted and form != "verbose_json":
                note("bad parameter", f"word times with {form}")
                raise Refused(400, "timestamp_granularities: word needs response_format verbose_json", param="timestamp_granularities")
            if model.startswith("gpt-4o") and not model.endswith("diarize") and form != "json":
                note("bad parameter", f"{form} with {model}, which gives json only")
                raise Refused(400, f"response_format '{form}' is not compatible with model '{model}'. Use 'json' instead.", param="response_format",
                              code="unsupported_value")
            if form == "diarized_json" and not model.endswith("diarize") or form in ("verbose_json", "srt", "vtt") and model.endswith("diarize"):
                note("bad parameter", f"{form} with {model}")
                raise Refused(400, f"response_format '{form}' is not compatible with model '{model}'.", param="response_format")
            if model.endswith("diarize") and "prompt" in options:
                note("bad parameter", "prompt with the diarizing model")
                raise Refused(400, "prompt is not supported with this model", param="prompt")
            channels, rate = decode_file(data)
        except Refused as problem:
            return answer(problem, identity)
        except Undecodable:
            return answer(Refused(400, "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', "
                                  "'wav', 'webm']"), identity)
        seconds = channels.shape[1] / rate
        if model.endswith("diarize") and seconds > 30 and not any(name.startswith("chunking_strategy") for name in options):
            note("bad parameter", "chunking_strategy is needed above 30 s")
            return answer(Refused(400, "chunking_strategy is required for diarization models", param="chunking_strategy"), identity)
        words = (await self.hear([sum(channels) / len(channels)], rate))[0]
        self.sessions.append({"id": identity, "path": request.path, "bytes": len(data), "audio_seconds": round(seconds, 3),
                              "words": [word.text for word in words]})
        if options.get("stream"):
            return await self._stream(request, words, form, identity)
        return rendered(words, seconds, options, form, {"x-request-id": identity, "openai-version": "2020-10-01"})

    async def _form(self, request, note):
        if not request.content_type.startswith("multipart/form-data"):
            note("bad body", f"{request.content_type} is not multipart/form-data")
            raise Refused(400, "Could not parse multipart form")
        pairs, data, size = [], None, 0
        async for part in await request.multipart():
            body = bytes(await part.read())
            size += len(body)
            if part.name == "file":
                data = body
                if not part.filename:
                    note("bad body", "the file has no name")
            else:
                pairs.append((part.name or "", body.decode("utf-8", "replace")))
        if max(size, request.content_length or 0) > LIMIT:
            raise Refused(413, f"Maximum content size limit ({LIMIT}) exceeded ({size} bytes read)", "server_error")
        if data is None:
            note("bad body", "no file")
            raise Refused(400, "file is required", param="file")
        pairs = [(name + "[]" if name + "[]" in LISTS else name, value) for name, value in pairs]
        try:
            options = checks.parameters(pairs, FORM, LISTS, note)
        except Bad as problem:
            note("bad parameter", problem)
            raise Refused(400, str(problem), param=str(problem).split(":")[0]) from None
        if "model" not in options:
            note("bad body", "no model")
            raise Refused(400, "you must provide a model parameter", param="model")
        if options["model"] not in MODELS:
            note("bad parameter", f"model: {options['model']!r}")
            raise Refused(404, f"The model '{options['model']}' does not exist", param="model", code="model_not_found")
        return options, data

    async def _stream(self, request, words, form, identity):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", "x-request-id": identity,
                                               "Cache-Control": "no-cache"})
        await response.prepare(request)

        async def event(body):
            await response.write(b"data: " + json.dumps(body).encode() + b"\n\n")

        said = ""
        for index, word in enumerate(words):
            delta = word.text if index == 0 else " " + word.text
            said += delta
            await event({"type": "transcript.text.delta", "delta": delta} | ({"segment_id": "seg_0"} if form == "diarized_json" else {}))
            await asyncio.sleep(0.01)
        if form == "diarized_json" and words:
            await event({"type": "transcript.text.segment", "id": "seg_0", "start": words[0].start, "end": words[-1].end, "text": said,
                         "speaker": "A"})
        await event({"type": "transcript.text.done", "text": said,
                     "usage": {"type": "tokens", "input_tokens": 14, "output_tokens": len(words), "total_tokens": 14 + len(words)}})
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response


def model_object(name):
    return {"id": name, "object": "model", "created": 1_677_532_384, "owned_by": "openai-internal"}


def answer(problem, identity=None):
    headers = {"x-request-id": identity or str(uuid.uuid4())} | ({"retry-after": "1"} if problem.status == 429 else {})
    return web.json_response({"error": problem.body}, status=problem.status, headers=headers)


def rendered(words, seconds, options, form, headers):
    said = " ".join(word.text for word in words)
    usage = {"type": "duration", "seconds": round(seconds)}
    groups = captions.cues(words, 200)
    plain = {"content_type": "text/plain", "charset": "utf-8", "headers": headers}
    if form == "text":
        return web.Response(text=said + "\n", **plain)
    if form in ("srt", "vtt"):
        return web.Response(text=captions.srt(groups) if form == "srt" else captions.vtt(groups), **plain)
    if form == "json":
        return web.json_response({"text": said, "usage": usage}, headers=headers)
    if form == "diarized_json":
        segments = [{"id": f"seg_{index}", "type": "transcript.text.segment", "start": group[0].start, "end": group[-1].end, "speaker": "A",
                     "text": " ".join(word.text for word in group)} for index, group in enumerate(groups)]
        return web.json_response({"task": "transcribe", "duration": seconds, "text": said, "segments": segments, "usage": usage}, headers=headers)
    wanted = options.get("timestamp_granularities[]", ["segment"])
    body = {"task": "transcribe", "language": "english", "duration": round(seconds, 3), "text": said, "usage": usage}
    if "segment" in wanted:
        body["segments"] = [{"id": index, "seek": 0, "start": group[0].start, "end": group[-1].end, "tokens": [], "temperature": 0.0,
                             "text": " " + " ".join(word.text for word in group), "avg_logprob": -0.2, "compression_ratio": 1.0,
                             "no_speech_prob": 0.01} for index, group in enumerate(groups)]
    if "word" in wanted:
        body["words"] = [{"word": word.text.strip(".,?!;:"), "start": word.start, "end": word.end} for word in words]
    return web.json_response(body, headers=headers)


class LiveSession:
    """A transcription session in the shape of the general release."""

    LEAST = 0.1  # seconds of audio in a commit

    def __init__(self, line, service):
        self.line = line
        self.decoder = RawDecoder("s16")
        self.ear = Ear(service.library)
        self.pace = Pace(1.0, 2.0, line.note)
        self.model, self.include = "gpt-4o-transcribe", []
        self.detects_turns = True  # until the client says otherwise
        self.events = self.items = 0
        self.item = None  # that deltas have named before its commit
        self.told = self.final = 0  # words in deltas, and in items
        self.committed = 0.0  # seconds
        self.previous = None

    @property
    def is_live(self):
        return self.model.startswith(LIVE_MODELS)

    async def say(self, kind, **members):
        self.events += 1
        await self.line.send({"type": kind, "event_id": f"event_{self.events}", **members})

    async def error(self, message, kind="invalid_request_error", code=None, param=None, event=None):
        await self.say("error", error={"type": kind, "code": code, "message": message, "param": param, "event_id": event})

    def shown(self):
        return {"id": "sess_" + self.line.id[:8], "object": "realtime.transcription_session", "type": "transcription",
                "expires_at": int(time.time()) + 3600, "include": self.include or None,
                "audio": {"input": {"format": {"type": "audio/pcm", "rate": 24_000}, "noise_reduction": None,
                                    "transcription": {"model": self.model}, "turn_detection": {"type": "server_vad"} if self.detects_turns else None}}}

    async def run(self):
        await self.say("session.created", session=self.shown())
        while True:
            kind, data = await self.line.receive()
            if kind == "closed":
                # The protocol has no message for the end: leaving is the proper end.
                self.line.client_left(data, proper_end=True)
                return
            if kind == "binary":
                self.line.note("unknown message", "a binary frame")
                await self.error("Invalid message: only JSON text is accepted.", code="invalid_message")
                continue
            try:
                message = json.loads(data)
                name = message["type"]
            except (ValueError, KeyError, TypeError):
                self.line.note("unknown message", str(data)[:80])
                await self.error("We could not parse the JSON body of your event.", code="invalid_json")
                continue
            await self._take(name, message)

    async def _take(self, name, message):
        event = message.get("event_id")
        known = {"session.update": {"session"}, "input_audio_buffer.append": {"audio"}, "input_audio_buffer.commit": set(),
                 "input_audio_buffer.clear": set()}
        if name not in known:
            self.line.note("unknown message", name)
            return await self.error(f"Invalid value: '{name}'.", code="invalid_value", param="type", event=event)
        for field in set(message) - known[name] - {"type", "event_id"}:
            self.line.note("unknown field", f"{name}.{field}")
        if name == "session.update":
            await self._update(message.get("session"), event)
        elif name == "input_audio_buffer.append":
            await self._append(message.get("audio"), event)
        elif name == "input_audio_buffer.clear":
            self._hear_all()
            # What was dropped is not recognised.
            self.final = self.told = len(self.ear.words)
            self.committed, self.item = self.line.audio_seconds, None
            await self.say("input_audio_buffer.cleared")
        else:
            await self._commit(event)

    async def _update(self, session, event):
        try:
            options = SESSION(session)
            found = options.get("audio", {}).get("input", {})
            model = found.get("transcription", {}).get("model", self.model)
            if model.startswith(LIVE_MODELS) and "turn_detection" in found:
                raise Bad(f"turn_detection is not supported with {model}")
            hints = [name for name in ("keywords", "languages") if name in found.get("transcription", {})]
            if hints and not model.startswith(HINT_MODELS):
                raise Bad(f"{hints[0]} is not supported with {model}")
            if "prompt" in found.get("transcription", {}) and model.startswith("gpt-realtime-whisper"):
                raise Bad(f"prompt is not supported with {model}")
        except Bad as problem:
            self.line.note("bad parameter", problem)
            return await self.error(str(problem), code="invalid_value", param="session", event=event)
        self.model, self.include = model, options.get("include", [])
        if self.is_live or "turn_detection" in found:
            self.detects_turns = found.get("turn_detection") is not None
        if self.detects_turns:
            self.line.note("bad parameter", "this simulator detects no turns: a client that leaves them to the vendor gets no words")
        await self.say("session.updated", session=self.shown())

    async def _append(self, audio, event):
        try:
            data = base64.b64decode(audio, validate=True)
        except (ValueError, TypeError):
            self.line.note("format", "audio that is not base 64")
            return await self.error("Invalid audio.", code="invalid_value", param="audio", event=event)
        samples = self.decoder.decode(data)
        if self.decoder.leftover:
            self.line.note("format", f"{len(data)} bytes are not whole samples of 2 bytes")
        seconds = samples.shape[1] / 24_000
        await self.pace.received(seconds)
        await self.line.audio(seconds)
        self.ear.feed(samples[0], 24_000)
        self.line.heard(self.ear.words)
        if self.is_live:
            await self._tell()

    def _hear_all(self):
        self.ear.flush()
        self.line.heard(self.ear.words)

    async def _tell(self):
        """Says the words that no delta has said."""
        for word in self.ear.words[self.told:]:
            if self.item is None:
                self.item = self._new_item()
            first = self.told == self.final
            self.told += 1
            await self.say(TRANSCRIPTION + "delta", item_id=self.item, content_index=0, delta=word.text if first else " " + word.text,
                           **({"logprobs": logprobs([word])} if self.include else {}))

    def _new_item(self):
        self.items += 1
        return f"item_{self.line.id[:8]}_{self.items}"

    async def _commit(self, event):
        length = self.line.audio_seconds - self.committed
        if length < self.LEAST - 0.001:
            self.line.note("commit", f"{length * 1000:.0f} ms of audio; 100 ms are wanted")
            return await self.error(f"Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has "
                                    f"{length * 1000:.2f}ms of audio.", code="input_audio_buffer_commit_empty", event=event)
        self._hear_all()
        item = self.item or self._new_item()
        words = self.ear.words[self.final:]
        await self.say("input_audio_buffer.committed", item_id=item, previous_item_id=self.previous)
        body = {"id": item, "type": "message", "object": "realtime.item", "status": "completed", "role": "user",
                "content": [{"type": "input_audio", "transcript": None}]}
        for kind in ("added", "done"):
            await self.say("conversation.item." + kind, item=body, previous_item_id=self.previous)
        self.previous, self.committed = item, self.line.audio_seconds
        if "cut-end" in self.line.faults:
            # The last commit is known by what does not follow it.
            kind, _ = await self.line.receive(timeout=0.5) if self.final + len(words) >= len(self.ear.library.words) else ("more", None)
            if kind == "timeout":
                await self.line.ending()
        self.item = item
        await self._tell()
        self.item, self.final = None, len(self.ear.words)
        await self.say(TRANSCRIPTION + "completed", item_id=item, content_index=0, transcript=" ".join(word.text for word in words),
                       usage={"type": "duration", "seconds": round(length, 3)}, **({"logprobs": logprobs(words)} if self.include else {}))


def logprobs(words):
    return [{"token": part, "logprob": math.log(word.confidence), "bytes": list(part.encode())}
            for index, word in enumerate(words) for part in [("" if index == 0 else " ") + word.text]]


if __name__ == "__main__":
    serve(OpenAI)
