"""Speechmatics: `/v2` realtime, `/v2/agent` (Agent STT), and `/v2/jobs…` for recordings."""

import asyncio
import datetime
import json
import time
import uuid

import aiohttp
from aiohttp import web

import captions
import checks
from audio import RawDecoder, Undecodable, decode_file
from checks import Bad, Pace, boolean, integer, list_of, matching, number, one_of, text
from oracle import Ear
from service import Ended, Line, Service, serve

LANGUAGE = matching("[a-z]{2,3}(_[a-z]{2})?|auto|multi")
VOCABULARY = list_of(lambda item: text(200)(item) if isinstance(item, str)
                     else checks.fields({"content": text(200), "sounds_like": list_of(text(200))}, required=("content",))(item), 1000)
PUNCTUATION = checks.fields({"permitted_marks": list_of(text(3)), "sensitivity": number(0, 1)})
FILTERING = checks.fields({"remove_disfluencies": boolean, "replacements": list_of(checks.fields({"from": text(), "to": text()}))})
VOLUME = checks.fields({"volume_threshold": number(0, 100)})
SHARED = {
    "language": LANGUAGE, "additional_vocab": VOCABULARY, "punctuation_overrides": PUNCTUATION, "output_locale": text(20), "domain": text(40),
    "enable_entities": boolean, "transcript_filtering_config": FILTERING, "audio_filtering_config": VOLUME,
}
LIVE_CONFIG = checks.fields({
    **SHARED, "model": one_of("standard", "enhanced", "melia-1"), "operating_point": one_of("standard", "enhanced"), "enable_partials": boolean,
    "max_delay": number(0.7, 4), "max_delay_mode": one_of("flexible", "fixed"),
    "diarization": one_of("none", "speaker", "channel", "channel_and_speaker"), "channel_diarization_labels": list_of(text()),
    "speaker_diarization_config": checks.fields({"max_speakers": integer(2, 100), "speaker_sensitivity": number(0, 1),
                                                 "prefer_current_speaker": boolean, "speakers": checks.anything}),
    "conversation_config": checks.fields({"end_of_utterance_silence_trigger": number(0, 2)}), "language_hints": list_of(LANGUAGE),
    "streaming_mode": checks.anything,
}, required=("language",))
FORMAT = checks.fields({"type": one_of("raw", "file"), "encoding": one_of("pcm_s16le", "pcm_f32le", "mulaw"), "sample_rate": integer(4000, 192_000)},
                       required=("type",))
START = checks.fields({
    "message": checks.anything, "audio_format": FORMAT, "transcription_config": LIVE_CONFIG,
    "translation_config": checks.fields({"target_languages": list_of(LANGUAGE), "enable_partials": boolean}),
    "audio_events_config": checks.fields({"types": list_of(text())}),
}, required=("audio_format", "transcription_config"))
LATER = {
    "EndOfStream": checks.fields({"message": checks.anything, "last_seq_no": integer(0, 1 << 40)}, required=("last_seq_no",)),
    "SetRecognitionConfig": checks.fields({"message": checks.anything, "transcription_config": checks.fields({
        "language": LANGUAGE, "max_delay": number(0.7, 4), "max_delay_mode": one_of("flexible", "fixed"), "enable_partials": boolean},
        required=("language",))}, required=("transcription_config",)),
    "ForceEndOfUtterance": checks.fields({"message": checks.anything, "timestamp": number(0, 1e9)}),
    "GetSpeakers": checks.fields({"message": checks.anything, "final": boolean}),
}
# Agent STT: speechmatics/docs, spec/agent-stt.yaml, September 2026. What is not here gets a Warning, and is ignored.
AGENT_CONFIG = {
    "language": LANGUAGE, "model": one_of("linden-1"), "additional_vocab": VOCABULARY, "output_locale": text(20), "domain": text(40),
    "transcript_filtering_config": FILTERING, "enable_partials": boolean, "emit_sentences": boolean, "diarization": one_of("none", "speaker"),
    "speaker_diarization_config": checks.fields({"max_speakers": integer(2, 100), "speaker_sensitivity": number(0, 1), "get_speakers": boolean,
                                                 "prefer_current_speaker": boolean, "speakers": checks.anything}),
}
AGENT_START = checks.fields({
    "message": checks.anything,
    "audio_format": checks.fields({"type": one_of("raw"), "encoding": one_of("pcm_s16le", "pcm_f32le"), "sample_rate": integer(8000, 16_000)},
                                  required=("type", "encoding", "sample_rate")),
    "transcription_config": checks.fields(AGENT_CONFIG, required=("language", "model")),
    "turn_config": checks.fields({"turn_detection_mode": one_of("vad", "external")}),
}, required=("audio_format", "transcription_config"))
AGENT_LATER = {
    "EndOfStream": LATER["EndOfStream"], "GetSpeakers": LATER["GetSpeakers"],
    "SetRecognitionConfig": checks.fields({"message": checks.anything, "transcription_config": checks.fields({
        "language": LANGUAGE, "enable_partials": boolean})}, required=("transcription_config",)),
    "ForceEndOfUtterance": checks.fields({"message": checks.anything, "timestamp": number(0, 1e9)}, required=("timestamp",)),
}
JOB = checks.fields({
    "type": one_of("transcription"),
    "transcription_config": checks.fields({
        **SHARED, "model": one_of("enhanced", "standard", "melia-1", "oak-1"), "operating_point": one_of("enhanced", "standard"),
        "diarization": one_of("none", "speaker", "channel"), "channel_diarization_labels": list_of(text()),
        "speaker_diarization_config": checks.fields({"speaker_sensitivity": number(0, 1), "prefer_current_speaker": boolean,
                                                     "max_speakers": integer(2, 100)})}, required=("language",)),
    "fetch_data": checks.fields({"url": matching("https?://.+"), "auth_headers": list_of(text())}, required=("url",)),
    "notification_config": list_of(checks.fields({"url": text(), "contents": list_of(text()), "method": one_of("post", "put"),
                                                  "auth_headers": list_of(text())}, required=("url",))),
    "tracking": checks.fields({"title": text(), "reference": text(), "tags": list_of(text()), "details": checks.anything}),
    "output_config": checks.fields({"srt_overrides": checks.fields({"max_line_length": integer(1, 200), "max_lines": integer(1, 10)})}),
    "language_identification_config": checks.fields({"expected_languages": list_of(LANGUAGE), "low_confidence_action": text(),
                                                     "default_language": LANGUAGE}),
}, required=("type", "transcription_config"))
CLOSE = {"not_authorised": 4001, "not_allowed": 4003, "invalid_model": 4004, "quota_exceeded": 4005, "timelimit_exceeded": 4006, "job_error": 4013,
         "idle_timeout": 1008, "session_timeout": 1008, "invalid_language": 4004, "start_recognition_timeout": 1008}


def results_of(words, diarized):
    """Words and their punctuation as the vendor's items."""
    items = []
    for word in words:
        body = word.text.rstrip(".,?!;:")
        extra = {"language": "en"} | ({"speaker": "S1"} if diarized else {})
        items.append({"type": "word", "start_time": round(word.start, 3), "end_time": round(word.end, 3),
                      "alternatives": [{"content": body, "confidence": word.confidence, "display": {"direction": "ltr"}, **extra}]})
        for mark in word.text[len(body):]:
            items.append({"type": "punctuation", "start_time": round(word.end, 3), "end_time": round(word.end, 3), "attaches_to": "previous",
                          "is_eos": mark in ".?!", "alternatives": [{"content": mark, "confidence": 1.0, **extra}]})
    return items


class Speechmatics(Service):
    name = "speechmatics"

    def __init__(self, args):
        super().__init__(args)
        self.jobs = {}

    def routes(self):
        return [web.post("/v2/jobs", self.create), web.get("/v2/jobs", self.list), web.get("/v2/jobs/{id}", self.get),
                web.get("/v2/jobs/{id}/transcript", self.transcript), web.delete("/v2/jobs/{id}", self.delete),
                web.get("/v2/agent", self.agent), web.get("/v2", self.live), web.get("/v2/", self.live), web.get("/v2/{language}", self.live)]

    def is_final(self, message):
        return message["message"] in ("AddTranscript", "AddSegment")

    async def break_down(self, line):
        await self._end(line, "job_error", "The recogniser has failed.")

    async def reach_cap(self, line):
        await self._end(line, "timelimit_exceeded", "The session has reached its time limit.")

    async def _end(self, line, kind, reason):
        await line.send({"message": "Error", "type": kind, "reason": reason})
        await line.close(CLOSE[kind], kind)

    def too_many(self):
        return problem(429, "Too Many Requests", "rate limit")

    def _refused(self, request, may_use_query=False):
        given = request.headers.get("Authorization", "")
        if given == "Bearer " + self.key_for(request) or may_use_query and not given and request.query.get("jwt") == self.key_for(request):
            return None
        self.violations.add(request.path, "authentication", "a wrong key" if given.startswith("Bearer ") else "no key, or not as a Bearer")
        return problem(401, "Permission Denied", "Invalid API key.")

    # -- live

    async def agent(self, request):
        return await self.live(request, AgentSession)

    async def live(self, request, session=None):
        line = Line(self, request)
        if refused := self._refused(request, may_use_query=True):
            line.record["end"] = "refused 401"
            return refused
        for name in set(request.query) - {"jwt", "sm-sdk", "sm-app"}:
            line.note("unknown parameter", name)
        await line.open()
        try:
            await (session or LiveSession)(line, self, official="sm-sdk" in request.query).run()
        except Ended:
            pass
        return line.ws

    # -- recordings

    async def create(self, request):
        if refused := self._refused(request):
            return refused
        note = self.note_for(request.path)
        if not request.content_type.startswith("multipart/"):
            note("bad body", f"{request.content_type} is not multipart/form-data")
            return problem(400, "Malformed request", "multipart/form-data is expected")
        parts = {}
        async for part in await request.multipart():
            if part.name not in ("config", "data_file", "text_file"):
                note("unknown parameter", part.name)
            parts[part.name] = (part.filename, bytes(await part.read()))
        try:
            config = JOB(json.loads(parts["config"][1]))
        except KeyError:
            note("bad body", "no config")
            return problem(400, "Malformed request", "config is missing")
        except (Bad, ValueError) as broken:
            note("bad body", broken)
            return problem(400, "Malformed request", str(broken))
        if {"model", "operating_point"} <= set(config["transcription_config"]):
            note("bad body", "model and operating_point together")
            return problem(400, "Malformed request", "model and operating_point are exclusive")
        if "fetch_data" not in config and "data_file" not in parts:
            note("bad body", "no data_file")
            return problem(400, "Missing data_file")
        identity = uuid.uuid4().hex[:10]
        name, data = parts.get("data_file", (None, None))
        self.jobs[identity] = {"id": identity, "status": "running", "created_at": now(), "duration": 0, "config": config,
                               "data_name": name or config.get("fetch_data", {}).get("url", "").rsplit("/", 1)[-1], "_words": [], "_seconds": 0.0}
        task = asyncio.get_running_loop().create_task(self._work(self.jobs[identity], data))
        if wait := float(request.query.get("wait", 0)):
            await asyncio.wait([task], timeout=wait)
            return web.json_response({"id": identity, **self._embedded(self.jobs[identity])}, status=201)
        return web.json_response({"id": identity}, status=201)

    async def _work(self, job, data):
        await asyncio.sleep(0.2)
        try:
            if data is None:
                fetch = job["config"]["fetch_data"]
                headers = dict(header.split(": ", 1) for header in fetch.get("auth_headers", []))
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as client, client.get(fetch["url"], headers=headers) as answer:
                    answer.raise_for_status()
                    data = await answer.read()
            channels, rate = decode_file(data)
        except (Undecodable, aiohttp.ClientError) as broken:
            job |= {"status": "rejected", "errors": [{"message": f"Job rejected due to invalid audio: {type(broken).__name__}", "timestamp": now()}]}
        else:
            by_channel = job["config"]["transcription_config"].get("diarization") == "channel"
            heard = await self.hear(list(channels) if by_channel else [sum(channels) / len(channels)], rate)
            seconds = channels.shape[1] / rate
            job |= {"status": "done", "duration": round(seconds), "_seconds": seconds, "_words": heard, "_by_channel": by_channel}
            self.sessions.append({"id": job["id"], "path": "/v2/jobs", "bytes": len(data), "audio_seconds": round(seconds, 3),
                                  "words": [word.text for words in heard for word in words]})
        for target in job["config"].get("notification_config", []):
            headers = dict(header.split(": ", 1) for header in target.get("auth_headers", []))
            outcome = {"id": job["id"], "status": "success" if job["status"] == "done" else "error"}
            try:
                async with aiohttp.ClientSession() as client, client.request(
                        target.get("method", "post"), target["url"], params=outcome,
                        json=self._rendered(job) if job["status"] == "done" else {}, headers=headers):
                    pass
            except aiohttp.ClientError:
                pass

    def _embedded(self, job):
        return {"json-v2": self._rendered(job)} if job["status"] == "done" else {}

    def _rendered(self, job):
        config = job["config"]["transcription_config"]
        diarized = config.get("diarization") == "speaker"
        results = []
        for index, words in enumerate(job["_words"]):
            for item in results_of(words, diarized):
                if job["_by_channel"]:
                    labels = config.get("channel_diarization_labels", [])
                    item["channel"] = labels[index] if index < len(labels) else f"channel_{index + 1}"
                results.append(item)
        results.sort(key=lambda item: item["start_time"])
        return {"format": "2.9", "job": {name: job[name] for name in ("id", "created_at", "data_name", "duration")},
                "metadata": {"created_at": now(), "type": "transcription", "transcription_config": config,
                             "language_pack_info": {"word_delimiter": " ", "writing_direction": "left-to-right", "language_description": "English"}},
                "results": results}

    def _job(self, request):
        if refused := self._refused(request):
            return None, refused
        job = self.jobs.get(request.match_info["id"])
        return job, None if job else problem(404, "Job not found")

    async def get(self, request):
        job, refused = self._job(request)
        if refused:
            return refused
        until = time.monotonic() + float(request.query.get("wait", 0))
        while job["status"] == "running" and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return web.json_response({"job": visible(job), **(self._embedded(job) if "wait" in request.query else {})})

    async def list(self, request):
        return self._refused(request) or web.json_response({"jobs": [visible(job) for job in reversed(self.jobs.values())]})

    async def transcript(self, request):
        job, refused = self._job(request)
        if refused:
            return refused
        if job["status"] != "done":
            return problem(404, "Transcription not ready")
        shape = request.query.get("format", "json-v2")
        words = [word for track in job["_words"] for word in track]
        if shape == "txt":
            return web.Response(text=" ".join(word.text for word in words) + "\n", content_type="text/plain")
        if shape == "srt":
            return web.Response(text=captions.srt(captions.cues(words)), content_type="text/plain")
        if shape != "json-v2":
            return problem(400, "Format Not Supported", shape)
        return web.json_response(self._rendered(job))

    async def delete(self, request):
        job, refused = self._job(request)
        if refused:
            return refused
        if job["status"] == "running" and request.query.get("force") != "true":
            return problem(423, "Resource Locked", "the job is running")
        del self.jobs[job["id"]]
        return web.json_response({"job": {**visible(job), "status": "deleted"}})


def problem(status, message, detail=None):
    body = {"code": status, "error": message} | ({"detail": detail} if detail else {})
    return web.json_response(body, status=status, headers={"Retry-After": "1"} if status == 429 else {})


def visible(job):
    return {name: value for name, value in job.items() if not name.startswith("_")}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class LiveSession:
    PARTIAL = 0.3  # seconds of audio between partials
    START, LATER = staticmethod(START), LATER  # what may come first, and later

    def __init__(self, line, service, official):
        self.line, self.service = line, service
        self.official = official  # the vendor's own client, whose last_seq_no cannot be trusted
        self.frames = self.final = 0
        self.covered = 0.0  # the end of the last final
        self.last_partial = 0.0
        self.spoken = False  # words since the last EndOfUtterance
        self.last_end = 0.0

    async def fail(self, kind, reason):
        self.line.note("refused", f"{kind}: {reason}")
        await self.line.send({"message": "Error", "type": kind, "reason": reason})
        await self.line.close(CLOSE.get(kind, 1003), kind)
        raise Ended

    async def run(self):
        kind, data = await self.line.receive(timeout=60)
        if kind == "closed":
            self.line.client_left(data, False)
            return
        if kind != "text":
            await self.fail("protocol_error", "audio came before StartRecognition" if kind == "binary" else "StartRecognition did not come")
        await self._start(data)
        while True:
            kind, data = await self.line.receive(timeout=180)
            if kind == "timeout":
                await self.fail("idle_timeout", "no audio and no pings for 3 minutes")
            if kind == "closed":
                # EndOfStream ends audio: who sent none may leave.
                self.line.client_left(data, proper_end=not self.frames)
                return
            if kind == "binary":
                await self._audio(data)
            elif await self._text(data):
                return

    async def _start(self, data):
        try:
            message = json.loads(data)
            if message.get("message") != "StartRecognition":
                await self.fail("protocol_error", f"{message.get('message')!r} came before StartRecognition")
            start = self.START(await self._known(message))
        except (Bad, ValueError, AttributeError) as broken:
            kind = "invalid_audio_type" if str(broken).startswith("audio_format") else "invalid_config"
            await self.fail("invalid_model" if ": model" in str(broken) else kind, str(broken))
        shape, self.config = start["audio_format"], start["transcription_config"]
        self.turns = start.get("turn_config", {}).get("turn_detection_mode", "vad")
        if {"model", "operating_point"} <= set(self.config):
            await self.fail("invalid_config", "model and operating_point are exclusive")
        if shape["type"] == "raw" and not {"encoding", "sample_rate"} <= set(shape):
            await self.fail("invalid_audio_type", "encoding and sample_rate are required")
        if shape["type"] != "raw":
            await self.fail("invalid_audio_type", "this simulator hears raw audio only")
        self.rate = shape["sample_rate"]
        self.decoder = RawDecoder({"pcm_s16le": "s16", "pcm_f32le": "f32", "mulaw": "mulaw"}[shape["encoding"]])
        self.ear = Ear(self.service.library)
        self.pace = Pace(1.0, 3.0, self.line.note)
        # The recogniser takes a moment; audio may not come before it is there.
        early, data = await self.line.receive(timeout=0.15)
        if early == "binary":
            await self.fail("protocol_error", "audio came before RecognitionStarted")
        if early == "closed":
            self.line.client_left(data, True)
            raise Ended
        if early == "text":
            await self.fail("protocol_error", "a message came before RecognitionStarted")
        await self.line.send({"message": "RecognitionStarted", "id": self.line.id, "orchestrator_version": "2026.1.0",
                              "language_pack_info": {"word_delimiter": " ", "language_description": "English", "writing_direction": "left-to-right",
                                                     "itn": True, "adapted": False}})
        await self.line.send({"message": "Info", "type": "recognition_quality", "quality": "broadcast" if self.rate >= 16_000 else "telephony",
                              "reason": "Running recognition."})

    async def _known(self, message):
        """The message without what the service ignores."""
        return message

    async def _audio(self, data):
        if not data:
            self.line.note("format", "an empty audio frame")
        samples = self.decoder.decode(data)[0]
        if self.decoder.leftover:
            self.line.note("format", f"a frame of {len(data)} bytes is not whole samples")
        seconds = len(samples) / self.rate
        await self.pace.received(seconds)
        await self.line.audio(seconds)
        self.frames += 1
        await self.line.send({"message": "AudioAdded", "seq_no": self.frames})
        self.ear.feed(samples, self.rate)
        self.line.heard(self.ear.words)
        await self._advance()

    async def _text(self, data):
        try:
            message = json.loads(data)
            kind = message["message"]
            checked = self.LATER[kind](message)
        except Bad as broken:
            await self.fail("invalid_message", f"{kind}: {broken}")
        except (ValueError, KeyError, TypeError):
            await self.fail("invalid_message", f"not a known message: {data[:120]}")
        if kind == "SetRecognitionConfig":
            self.config |= checked["transcription_config"]
        elif kind == "ForceEndOfUtterance":
            await self._force(checked.get("timestamp"))
        elif kind == "GetSpeakers":
            await self.line.send({"message": "SpeakersResult", "speakers": []})
        elif kind == "EndOfStream":
            await self._finish(checked["last_seq_no"])
            return True
        return False

    async def _advance(self):
        words, now, partial = self.ear.words, self.ear.settled, self.ear.partial
        silence = now - words[-1].end if words and partial is None else 0
        trigger = self.config.get("conversation_config", {}).get("end_of_utterance_silence_trigger", 0)
        # Finals go out before the delay is over; at the end of a sentence that is followed by silence, sooner.
        delay = self.config.get("max_delay", 4.0) - 0.2
        due = sum(word.end <= now - delay for word in words)
        if silence >= 0.6 and words[-1].ends_sentence or trigger and silence >= trigger:
            due = len(words)
        if due > self.final:
            await self._final(due)
        if trigger and self.spoken and silence >= trigger and self.final == len(words):
            await self._end_of_utterance(words[-1].end + trigger)
        if self.config.get("enable_partials") and now - self.last_partial >= self.PARTIAL and len(words) > self.final:
            self.last_partial = now
            await self._transcript("AddPartialTranscript", words[self.final:], now)

    async def _final(self, count):
        words = self.ear.words[self.final:count]
        if not words:
            return
        await self._transcript("AddTranscript", words, words[-1].end)
        self.final, self.covered, self.spoken = count, words[-1].end, True

    async def _transcript(self, kind, words, end):
        diarized = self.config.get("diarization") in ("speaker", "channel_and_speaker")
        await self.line.send({"message": kind, "format": "2.1", "results": results_of(words, diarized),
                              "metadata": {"start_time": round(max(self.covered, 0) if kind == "AddPartialTranscript" else words[0].start, 3),
                                           "end_time": round(max(end, words[-1].end), 3), "transcript": "".join(word.text + " " for word in words)}})

    async def _force(self, _at):
        self.ear.flush()
        await self._final(len(self.ear.words))
        await self._end_of_utterance(self.line.audio_seconds)

    async def _last(self):
        """All that is not told."""
        await self._final(len(self.ear.words))
        if self.spoken and self.config.get("conversation_config", {}).get("end_of_utterance_silence_trigger"):
            await self._end_of_utterance(self.line.audio_seconds)

    async def _end_of_utterance(self, at):
        self.spoken = False
        at = round(min(at, self.line.audio_seconds), 3)
        await self.line.send({"message": "EndOfUtterance", "metadata": {"start_time": at, "end_time": at}})

    async def _finish(self, last):
        await self.line.ending()
        if last != self.frames and not self.official:
            self.line.note("bad message", f"EndOfStream.last_seq_no is {last}; {self.frames} audio frames came")
        if self.decoder.leftover:
            self.line.note("format", f"{len(self.decoder.leftover)} bytes are left that are no whole sample")
        self.ear.flush()
        self.line.heard(self.ear.words)
        await self._last()
        await self.line.send({"message": "EndOfTranscript"})
        late, data = await self.line.receive(timeout=0.05)
        if late in ("text", "binary"):
            self.line.note("order", f"a {late} frame came after EndOfStream: {str(data)[:60]}")
        await self.line.close(1000)


class AgentSession(LiveSession):
    """Agent STT: segments of turns. A turn begins with its first word, and ends after a silence or when the client says so."""

    START, LATER = staticmethod(AGENT_START), AGENT_LATER
    SILENCE = 0.3  # seconds that end a turn

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.turn = self.speech = False
        self.last_cut = 0.0

    async def _known(self, message):
        config = message.get("transcription_config")
        for name in set(config or {}) - set(AGENT_CONFIG):
            self.line.note("unknown parameter", name)
            await self.line.send({"message": "Warning", "reason": f"Field transcription_config.{name} is not valid config for this session and was ignored"})
            del config[name]
        return message

    async def _tell(self, kind, name, at):
        await self.line.send({"message": kind, "metadata": {name: round(at, 3)}})

    async def _begin(self, word):
        if self.turns == "vad" and not self.speech:
            self.speech = True
            await self._tell("SpeechStarted", "start_time", word.start)
        if not self.turn:
            self.turn = True
            await self._tell("StartOfTurn", "start_time", word.start)

    async def _segment(self, kind, words):
        segment = {"transcript": " ".join(word.text for word in words)} | ({"speaker": "S1"} if self.config.get("diarization") == "speaker" else {})
        await self.line.send({"message": kind, "segment": segment,
                              "metadata": {"start_time": round(words[0].start, 3), "end_time": round(words[-1].end, 3)}})

    async def _end(self, count):
        words = self.ear.words[self.final:count]
        if not words:
            return
        await self._begin(words[0])
        if self.speech:
            self.speech = False
            await self._tell("SpeechEnded", "end_time", words[-1].end)
        await self._segment("AddSegment", words)
        self.final, self.turn = count, False
        await self._tell("EndOfTurn", "end_time", words[-1].end)

    async def _advance(self):
        words, now = self.ear.words, self.ear.settled
        if len(words) == self.final:
            return
        await self._begin(words[self.final])
        if self.config.get("enable_partials") and now - self.last_partial >= self.PARTIAL:
            self.last_partial = now
            await self._segment("AddPartialSegment", words[self.final:])
        if self.turns == "vad" and self.ear.partial is None and now - words[-1].end >= self.SILENCE:
            await self._end(len(words))

    async def _force(self, at):
        if self.turns != "external":
            self.line.note("bad message", "ForceEndOfUtterance where the service ends turns")
            return
        if at <= self.last_cut:
            await self.line.send({"message": "Warning", "reason": "ForceEndOfUtterance timestamp is not later than the last"})
            return
        self.last_cut = at
        self.ear.flush()
        await self._end(sum(word.start < at for word in self.ear.words))

    async def _last(self):
        await self._end(len(self.ear.words))


if __name__ == "__main__":
    serve(Speechmatics)
