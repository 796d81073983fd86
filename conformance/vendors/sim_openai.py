"""A server with OpenAI's transcription API: `/v1/audio/transcriptions` in every form, and `/v1/models`."""

import asyncio
import json
import uuid

from aiohttp import web

import captions
import checks
from audio import Undecodable, decode_file
from checks import Bad, boolean_text, integer_text, matching, number_text, one_of, text
from service import Service, serve

MODELS = ("whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15",
          "gpt-4o-transcribe-diarize")
LIMIT = 26_214_400
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
        return [web.post("/v1/audio/transcriptions", self.transcribe), web.get("/v1/models", self.models),
                web.get("/v1/models/{id:.+}", self.model)]

    def too_many(self):
        return answer(Refused(429, "Rate limit reached.", "requests", code="rate_limit_exceeded"))

    def authorise(self, request):
        if request.headers.get("Authorization") != "Bearer " + self.key:
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


if __name__ == "__main__":
    serve(OpenAI)
