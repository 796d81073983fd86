"""AssemblyAI: streaming v3 (`/v3/ws`, `/v3/token`) and transcripts of recordings (`/v2/upload`, `/v2/transcript…`)."""

import asyncio
import datetime
import json
import re
import time
import uuid

import aiohttp
from aiohttp import web

import captions
import checks
from audio import RawDecoder, Undecodable, decode_file
from checks import Bad, Pace, boolean, boolean_text, integer, integer_text, json_text, list_of, number, number_text, one_of, text
from oracle import Ear
from service import Ended, Line, Service, serve

UNIVERSAL_STREAMING = ("universal-streaming-english", "universal-streaming-multilingual")
UNIVERSAL_3 = ("u3-rt-pro", "u3-rt-pro-beta-1", "u3-pro", "universal-3-5-pro", "universal-3-6", "universal-3-6-pro")
TERMS = list_of(text(50), 100)
CODES = list_of(checks.matching("[a-z]{2}|multi"), 10)

LIVE = {
    "sample_rate": integer_text(8000, 96_000), "encoding": one_of("pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"),
    "speech_model": one_of(*UNIVERSAL_STREAMING, *UNIVERSAL_3, "whisper-rt"), "format_turns": boolean_text,
    "end_of_turn_confidence_threshold": number_text(0, 1), "min_turn_silence": integer_text(0, 60_000),
    "min_end_of_turn_silence_when_confident": integer_text(0, 60_000), "max_turn_silence": integer_text(0, 60_000),
    "vad_threshold": number_text(0, 1), "keyterms_prompt": json_text(TERMS), "prompt": text(), "agent_context": text(1750),
    "previous_context_n_turns": integer_text(0, 100), "language_code": text(20), "language_codes": json_text(CODES),
    "language_detection": boolean_text, "filter_profanity": boolean_text, "inactivity_timeout": integer_text(5, 3600),
    "speaker_labels": boolean_text, "max_speakers": integer_text(1, 100), "mode": one_of("min_latency", "balanced", "max_accuracy"),
    "continuous_partials": boolean_text, "interruption_delay": integer_text(0, 1000), "voice_focus": one_of("near-field", "far-field"),
    "voice_focus_threshold": number_text(0, 1), "session_heartbeat": boolean_text, "acknowledge_silence": boolean_text,
    "redact_pii": boolean_text, "redact_pii_policies": text(), "redact_pii_sub": text(), "webhook_url": text(), "llm_gateway": text(),
    "domain": text(), "token": text(),
}
UNIVERSAL_3_ONLY = ("prompt", "agent_context", "previous_context_n_turns", "mode")
UPDATE = checks.fields({
    "type": checks.anything, "end_of_turn_confidence_threshold": number(0, 1), "min_turn_silence": integer(0, 60_000),
    "min_end_of_turn_silence_when_confident": integer(0, 60_000), "max_turn_silence": integer(0, 60_000), "vad_threshold": number(0, 1),
    "format_turns": boolean, "keyterms_prompt": TERMS, "filter_profanity": boolean, "prompt": text(), "agent_context": text(1750),
    "interruption_delay": integer(0, 1000), "continuous_partials": boolean, "language_codes": CODES, "turn_left_pad_ms": integer(0, 60_000),
    "session_heartbeat": boolean, "acknowledge_silence": boolean, "mode": one_of("min_latency", "balanced", "max_accuracy"),
})
OLD_SILENCE = "min_end_of_turn_silence_when_confident"

UNOFFERED = ("sentiment_analysis", "entity_detection", "auto_highlights", "auto_chapters", "summarization", "content_safety", "iab_categories",
             "speech_understanding", "redact_pii")
CREATE = checks.fields({
    "audio_url": text(), "language_code": checks.matching("[a-z]{2}(_[a-z]{2})?"), "language_codes": list_of(text(20)),
    "language_detection": boolean, "language_confidence_threshold": number(0, 1),
    "language_detection_options": checks.fields({"expected_languages": list_of(text(20)), "fallback_language": text(20), "code_switching": boolean,
                                                 "code_switching_confidence_threshold": number(0, 1),
                                                 "on_low_language_confidence": one_of("error", "fallback")}, null=True),
    "speech_models": list_of(text(60)), "speech_model": one_of("best", "nano", "slam-1", "universal"), "punctuate": boolean, "format_text": boolean,
    "disfluencies": boolean, "speaker_labels": boolean, "speakers_expected": integer(1, 100),
    "speaker_options": checks.fields({"min_speakers_expected": integer(1, 100), "max_speakers_expected": integer(1, 100),
                                      "use_two_stage_clustering": boolean,
                                      "short_file_diarization_method": one_of("deliberate", "balanced", "conservative", "aggressive"),
                                      "long_file_diarization_method": one_of("standard", "experimental")}, null=True),
    "multichannel": boolean, "dual_channel": boolean, "audio_start_from": integer(0, 1 << 40), "audio_end_at": integer(0, 1 << 40),
    "keyterms_prompt": list_of(text(200)), "prompt": text(), "temperature": number(0, 1), "word_boost": list_of(text(200)),
    "boost_param": one_of("low", "default", "high"), "custom_spelling": list_of(checks.fields({"from": checks.anything, "to": text()})),
    "filter_profanity": boolean, "speech_threshold": number(0, 1), "webhook_url": text(), "webhook_auth_header_name": text(),
    "webhook_auth_header_value": text(), **{name: checks.anything for name in UNOFFERED},
}, required=("audio_url",), null=True)
ECHOED = ("punctuate", "format_text", "speaker_labels", "language_detection", "filter_profanity", "disfluencies", "multichannel", "dual_channel")
PREFERRED_MODELS = ["universal-3-5-pro", "universal-2"]


class AssemblyAI(Service):
    name = "assemblyai"

    def __init__(self, args):
        super().__init__(args)
        self.tokens = {}  # unused temporary tokens → (until, most seconds)
        self.uploads = {}
        self.transcripts = {}

    def routes(self):
        return [web.get("/v3/ws", self.live), web.get("/v3/token", self.token), web.post("/v2/upload", self.upload),
                web.post("/v2/transcript", self.create), web.get("/v2/transcript", self.list), web.get("/v2/transcript/{id}", self.get),
                web.delete("/v2/transcript/{id}", self.delete), web.get("/v2/transcript/{id}/{part}", self.export)]

    refuses_upgrades = False

    def is_final(self, message):
        return message["type"] == "Turn" and message["end_of_turn"]

    async def break_down(self, line):
        await fail(line, 3005, "Session Cancelled: An error occurred")

    async def reach_cap(self, line):
        await fail(line, 3008, "Session Expired: Maximum session duration exceeded")

    # -- streaming

    async def token(self, request):
        if request.headers.get("Authorization") != self.key_for(request):
            self.violations.add("token", "authentication", "a wrong or no key")
            return error(401, "Authentication error, API token missing/invalid.")
        try:
            options = checks.parameters(request.query.items(), {"expires_in_seconds": integer_text(1, 600),
                                        "max_session_duration_seconds": integer_text(60, 10_800)}, (), self.note_for("token"))
            seconds = options["expires_in_seconds"]
        except (Bad, KeyError) as problem:
            self.violations.add("token", "bad parameter", problem)
            return error(400, f"Invalid parameter: {problem}")
        token = uuid.uuid4().hex
        self.tokens[token] = (time.time() + seconds, options.get("max_session_duration_seconds", 10_800))
        return web.json_response({"token": token, "expires_in_seconds": seconds})

    async def live(self, request):
        line = Line(self, request)
        await line.open()
        try:
            problem = self._unauthorised(request, line)
            if problem:
                await fail(line, 1008, "Unauthorized Connection: " + problem)
            if "429" in line.faults:
                line.begin_fault()
                await fail(line, 3009, "Unauthorized Connection: Too many concurrent sessions")
            try:
                options = checks.parameters(request.query.items(), LIVE, (), line.note)
            except Bad as problem:
                line.note("bad parameter", problem)
                await fail(line, 3006, f"Invalid Message: {problem}")
            if options.get("encoding", "pcm_s16le").startswith("pcm") and "sample_rate" not in options:
                line.note("bad parameter", "sample_rate is missing")
                await fail(line, 3006, "Invalid Message: sample_rate is required")
            if not options.get("encoding", "pcm_s16le").startswith("pcm"):
                await fail(line, 3006, "Invalid Message: this simulator hears PCM only")
            model = options.setdefault("speech_model", "universal-3-5-pro")
            for name in UNIVERSAL_3_ONLY:
                if name in options and model not in UNIVERSAL_3:
                    line.note("bad parameter", f"{name} is for Universal-3 models, not for {model}")
            await LiveSession(line, options, self).run()
        except Ended:
            pass
        return line.ws

    def _unauthorised(self, request, line):
        given = request.headers.get("Authorization")
        if given is None and "token" not in request.query:
            line.note("authentication", "no Authorization header and no token")
            return "Missing Authorization header"
        given = given if given is not None else request.query["token"]
        if given == self.key_for(request) and "Authorization" in request.headers:
            return None
        until, _ = self.tokens.pop(given, (0, 0))
        if until > time.time():
            return None
        line.note("authentication", "scheme word before the key" if given.endswith(" " + self.key) else "a wrong key or token")
        return "Invalid API key"

    # -- recordings

    def _authorised(self, request):
        if request.headers.get("Authorization") == self.key_for(request):
            return True
        self.violations.add(request.path, "authentication", "a wrong or no key, or a scheme word before it")
        return False

    async def upload(self, request):
        if not self._authorised(request):
            return error(401, "Authentication error, API token missing/invalid.")
        data = await request.read()
        address = f"http://{request.host}/upload/{uuid.uuid4()}"
        self.uploads[address] = data
        return web.json_response({"upload_url": address})

    async def create(self, request):
        if not self._authorised(request):
            return error(401, "Authentication error, API token missing/invalid.")
        note = self.note_for(request.path)
        try:
            options = CREATE(await request.json())
        except (Bad, ValueError) as problem:
            note("bad body", problem)
            return error(400, str(problem))
        if not options["audio_url"].startswith(("http://", "https://")):
            note("bad body", "audio_url")
            return error(400, "audio_url should start with http")
        for name in UNOFFERED:
            if options.get(name):
                return error(400, f"The following models are not available in this language: {name}")
        if "prompt" in options and "keyterms_prompt" in options:
            note("bad body", "prompt together with keyterms_prompt")
            return error(400, "prompt and keyterms_prompt cannot be used together")
        identity = str(uuid.uuid4())
        transcript = {"id": identity, "status": "processing", "audio_url": options["audio_url"], "error": None, "text": None, "words": None,
                      "utterances": None, "confidence": None, "audio_duration": None, "audio_channels": None,
                      "language_code": None if options.get("language_detection") else options.get("language_code", "en_us"),
                      "language_confidence": None, "language_confidence_threshold": options.get("language_confidence_threshold"),
                      "speech_model": options.get("speech_model"), "speech_models": options.get("speech_models"), "speech_model_used": None,
                      "auto_highlights": False, "redact_pii": False, "summarization": False, "webhook_auth": "webhook_auth_header_name" in options,
                      "webhook_url": options.get("webhook_url"), "webhook_status_code": None,
                      "webhook_auth_header_name": options.get("webhook_auth_header_name"),
                      **{name: options.get(name, name in ("punctuate", "format_text")) for name in ECHOED}}
        self.transcripts[identity] = transcript | {"_created": datetime.datetime.now(), "_heard": []}
        asyncio.get_running_loop().create_task(self._work(identity, options))
        return web.json_response(transcript)

    async def _work(self, identity, options):
        transcript = self.transcripts[identity]
        try:
            data = await self._audio(options["audio_url"])
            channels, rate = decode_file(data)
            seconds = channels.shape[1] / rate
            if seconds < 0.16:
                raise Undecodable("short")
        except LookupError:
            return await self._settle(transcript, options, error=f"Download error, unable to download {options['audio_url']}.  "
                                      "Please make sure the file exists and is accessible from the internet.")
        except Undecodable as problem:
            reason = "Audio duration is too short." if str(problem) == "short" else \
                "File does not appear to contain audio. File type is text/plain (ASCII text)."
            return await self._settle(transcript, options, error=reason)
        multichannel = options.get("multichannel") or options.get("dual_channel")
        tracks = list(channels) if multichannel else [sum(channels) / len(channels)]
        low, high = options.get("audio_start_from", 0) / 1000, options.get("audio_end_at", 1 << 40) / 1000
        heard = [[word for word in words if low <= word.start < high] for words in await self.hear(tracks, rate)]
        speaker = "A" if options.get("speaker_labels") else None
        words = sorted(((word, str(index + 1) if multichannel else None) for index, track in enumerate(heard) for word in track),
                       key=lambda pair: pair[0].start)
        plain = not options.get("format_text", True) and not options.get("punctuate", True)
        shown = [wire(word, speaker, channel, plain) for word, channel in words]
        groups = []
        for item, (word, channel) in zip(shown, words):
            if not groups or groups[-1][-1]["channel"] != channel or item["start"] - groups[-1][-1]["end"] > 1500:
                groups.append([])
            groups[-1].append(item)
        self.sessions.append({"id": identity, "path": "/v2/transcript", "bytes": len(data), "audio_seconds": round(seconds, 3),
                              "words": [item["text"] for item in shown]})
        await self._settle(transcript, options, text=" ".join(item["text"] for item in shown), words=shown, audio_duration=round(seconds),
                           confidence=mean(shown), audio_channels=len(channels) if multichannel else None,
                           utterances=[together(group) for group in groups] if speaker or multichannel else None,
                           language_code=transcript["language_code"] or "en", language_confidence=0.99 if options.get("language_detection") else None,
                           speech_model_used=(options.get("speech_models") or PREFERRED_MODELS)[0], _heard=[word for word, _ in words])

    async def _audio(self, address):
        if address in self.uploads:
            return self.uploads[address]
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as client, client.get(address) as answer:
                if answer.status != 200:
                    raise LookupError
                return await answer.read()
        except aiohttp.ClientError:
            raise LookupError from None

    async def _settle(self, transcript, options, **found):
        transcript |= {**found, "status": "error" if found.get("error") else "completed", "_completed": datetime.datetime.now()}
        if "webhook_url" not in options:
            return
        headers = {options["webhook_auth_header_name"]: options.get("webhook_auth_header_value", "")} if "webhook_auth_header_name" in options else {}
        body = {"transcript_id": transcript["id"], "status": transcript["status"]}
        for _ in range(3):
            try:
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as client, \
                        client.post(options["webhook_url"], json=body, headers=headers) as answer:
                    transcript["webhook_status_code"] = answer.status
                    if answer.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(1)

    def _found(self, request):
        if not self._authorised(request):
            return None, error(401, "Authentication error, API token missing/invalid.")
        transcript = self.transcripts.get(request.match_info["id"])
        if transcript is None:
            return None, error(400, "Transcript lookup error, transcript id not found")
        return transcript, None

    async def get(self, request):
        transcript, refused = self._found(request)
        return refused or web.json_response(visible(transcript))

    async def delete(self, request):
        transcript, refused = self._found(request)
        if refused:
            return refused
        self.uploads.pop(transcript["audio_url"], None)
        gone = {name: None for name in transcript if name not in ("id", "status") and not name.startswith("_")}
        booleans = {name: transcript[name] for name in ("auto_highlights", "redact_pii", "summarization", "webhook_auth")}
        transcript |= gone | booleans | {"text": "Deleted by user.", "audio_url": "http://deleted_by_user", "_heard": []}
        return web.json_response(visible(transcript))

    async def list(self, request):
        if not self._authorised(request):
            return error(401, "Authentication error, API token missing/invalid.")
        try:
            options = checks.parameters(request.query.items(), {
                "limit": integer_text(1, 200), "status": one_of("queued", "processing", "completed", "error"), "created_on": text(10),
                "before_id": text(64), "after_id": text(64), "throttled_only": checks.loose_boolean_text}, (), self.note_for(request.path))
        except Bad as problem:
            return error(400, str(problem))
        limit = options.get("limit", 10)
        newest = [item for item in reversed(self.transcripts.values()) if options.get("status") in (None, item["status"])]
        if "before_id" in options:
            ids = [item["id"] for item in newest]
            newest = newest[ids.index(options["before_id"]) + 1:] if options["before_id"] in ids else []
        page, base = newest[:limit], f"http://{request.host}/v2/transcript"
        older = f"{base}?limit={limit}&before_id={page[-1]['id']}" if len(newest) > limit else None
        return web.json_response({
            "page_details": {"limit": limit, "result_count": len(page), "current_url": f"{base}?limit={limit}", "prev_url": older, "next_url": None},
            "transcripts": [{"id": item["id"], "resource_url": f"{base}/{item['id']}", "status": item["status"], "audio_url": item["audio_url"],
                             "created": item["_created"].isoformat(timespec="microseconds"), "error": item["error"],
                             "completed": item["_completed"].isoformat(timespec="microseconds") if "_completed" in item else None}
                            for item in page]})

    async def export(self, request):
        transcript, refused = self._found(request)
        if refused:
            return refused
        part = request.match_info["part"]
        if transcript["status"] != "completed":
            return error(400, f"This transcript has a status of \"{transcript['status']}\". Transcripts must be completed to be exported.")
        words = transcript["words"] or []
        if part in ("srt", "vtt"):
            limit = int(request.query.get("chars_per_caption", 84))
            groups = captions.cues(transcript["_heard"], limit)
            return web.Response(text=captions.srt(groups) if part == "srt" else captions.vtt(groups), content_type="text/plain", charset="utf-8")
        if part in ("sentences", "paragraphs"):
            groups = [[]]
            for item in words:
                groups[-1].append(item)
                if re.search(r"[.?!]\W*$", item["text"]) and (part == "sentences" or len(groups[-1]) > 30):
                    groups.append([])
            return web.json_response({"id": transcript["id"], part: [together(group) for group in groups if group],
                                      "confidence": transcript["confidence"], "audio_duration": transcript["audio_duration"]})
        if part == "word-search":
            return web.json_response(search(transcript, request.query.get("words", "")))
        return error(400, "Not found")


def error(status, message):
    return web.json_response({"error": message}, status=status)


def visible(transcript):
    return {name: value for name, value in transcript.items() if not name.startswith("_")}


def wire(word, speaker, channel, plain):
    return {"text": word.plain if plain else word.text, "start": round(word.start * 1000), "end": round(word.end * 1000),
            "confidence": word.confidence, "speaker": speaker, "channel": channel}


def mean(items):
    return round(sum(item["confidence"] for item in items) / len(items), 4) if items else 0.0


def together(group):
    return {"text": " ".join(item["text"] for item in group), "start": group[0]["start"], "end": group[-1]["end"], "confidence": mean(group),
            "words": group, "speaker": group[0]["speaker"], "channel": group[0]["channel"]}


def search(transcript, wanted):
    plain = [re.sub(r"[^\w']", "", item["text"].lower()) for item in transcript["words"] or []]
    matches = []
    for phrase in filter(None, wanted.split(",")):
        parts = [re.sub(r"[^\w']", "", part) for part in phrase.lower().split()]
        at = [index for index in range(len(plain) - len(parts) + 1) if plain[index:index + len(parts)] == parts]
        if at:
            times = [[transcript["words"][index]["start"], transcript["words"][index + len(parts) - 1]["end"]] for index in at]
            matches.append({"text": phrase, "count": len(at), "timestamps": times, "indexes": at})
    return {"id": transcript["id"], "total_count": sum(match["count"] for match in matches), "matches": matches}


# -- the live session

async def fail(line, code, reason):
    """The Error frame, then the close with the same code."""
    await line.send({"type": "Error", "error_code": code, "error": reason})
    await line.close(code, reason)
    raise Ended


class LiveSession:
    PARTIAL = 0.4  # seconds of audio between the partials of Universal-3 models

    def __init__(self, line, options, service):
        self.line, self.options = line, options
        self.rate = options["sample_rate"]
        self.decoder = RawDecoder("mulaw" if options.get("encoding") == "pcm_mulaw" else "s16")
        self.universal3 = options["speech_model"] not in UNIVERSAL_STREAMING
        self.ear = Ear(service.library)
        self.pace = Pace(1.0, 1.5, line.note)
        self.order = 0
        self.taken = 0  # words of finished turns
        self.uttered = 0  # words of finished utterances
        self.short = None  # length in ms of a short frame, allowed only as the last before Terminate or ForceEndpoint
        self.last_partial, self.last_sent = 0.0, None
        self.started = False
        if OLD_SILENCE in options:
            options.setdefault("min_turn_silence", options[OLD_SILENCE])

    async def run(self):
        model = self.options["speech_model"]
        await self.line.send({"type": "Begin", "id": self.line.id, "expires_at": int(time.time()) + 10_800,
                              "configuration": {"model": model, "mode": self.options.get("mode", "balanced"), "api_version": "2025-05-12"}})
        while True:
            kind, data = await self.line.receive(timeout=self.options.get("inactivity_timeout"))
            if kind == "timeout":
                self.line.note("keep-alive", f"inactive for {self.options['inactivity_timeout']} s")
                await fail(self.line, 3006, "Session Terminated: inactivity")
            if kind == "closed":
                self.line.client_left(data, False)
                return
            if kind == "binary":
                await self._audio(data)
            elif await self._text(data):
                return

    async def _audio(self, data):
        samples = self.decoder.decode(data)[0]
        ms = len(samples) / self.rate * 1000
        if self.decoder.leftover:
            self.line.note("format", f"a frame of {len(data)} bytes is not whole samples")
        # Half a sample is forgiven: rates that do not divide by 20 have no exact 50 ms.
        broken = self.short if self.short is not None else ms if ms > 1000.1 else None
        if broken is not None:
            self.line.note("frame size", f"{broken:.1f} ms in one frame; 50 to 1000 ms are allowed")
            await fail(self.line, 3007, f"Input Duration Violation: {broken:.0f} ms. Expected between 50 and 1000 ms")
        self.short = ms if ms < 49.9 else None
        await self.pace.received(ms / 1000)
        if self.pace.ahead > 300:
            await fail(self.line, 3007, f"Audio Transmission Rate Exceeded: Received {self.line.audio_seconds:.0f} sec. audio in "
                       f"{time.monotonic() - self.line.opened:.0f} sec")
        await self.line.audio(ms / 1000)
        self.ear.feed(samples, self.rate)
        self.line.heard(self.ear.words)
        await self._advance()

    async def _text(self, data):
        try:
            message = json.loads(data)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            self.line.note("unknown message", data)
            await fail(self.line, 3006, f"Invalid JSON: {data[:80]}")
        if kind == "UpdateConfiguration":
            try:
                changed = UPDATE(message)
            except Bad as problem:
                self.line.note("bad message", problem)
                await fail(self.line, 3006, f"Invalid Message: {problem}")
            changed.pop("type")
            if OLD_SILENCE in changed:
                changed.setdefault("min_turn_silence", changed[OLD_SILENCE])
            self.options |= changed
            return False
        if kind not in ("ForceEndpoint", "KeepAlive", "Terminate"):
            self.line.note("unknown message", data)
            await fail(self.line, 3006, f"Invalid Message Type: {kind}")
        if set(message) != {"type"}:
            self.line.note("unknown field", f"{kind}: {', '.join(sorted(set(message) - {'type'}))}")
        if kind == "ForceEndpoint":
            self.short = None
            self.ear.flush()
            await self._end_turn()
        if kind == "Terminate":
            await self.line.ending()
            self.ear.flush()
            self.line.heard(self.ear.words)
            await self._end_turn()
            await self.line.send({"type": "Termination", "audio_duration_seconds": round(self.line.audio_seconds),
                                  "session_duration_seconds": round(time.monotonic() - self.line.opened)})
            late, data = await self.line.receive(timeout=0.05)
            if late in ("text", "binary"):
                self.line.note("order", f"a {late} frame came after Terminate: {str(data)[:60]}")
            await self.line.close(1000)
            return True
        return False

    @property
    def _words(self):
        return self.ear.words[self.taken:]

    async def _advance(self):
        words, now, partial = self._words, self.ear.settled, self.ear.partial
        if not words and (partial is None or partial[1] < 0.4):
            return
        if not self.started:
            self.started = True
            if self.universal3:
                onset = words[0].start if words else partial[0].start
                await self.line.send({"type": "SpeechStarted", "timestamp": round(onset * 1000)})
        silence = (now - words[-1].end) * 1000 if words and partial is None else 0
        confidence = self._confidence(words, silence)
        default = 100 if self.universal3 and self.options.get("mode") == "min_latency" else 400
        confident = confidence >= self.options.get("end_of_turn_confidence_threshold", 0.4)
        longest = self.options.get("max_turn_silence", 1280)
        if words and silence and (silence >= longest or confident and silence >= min(self.options.get("min_turn_silence", default), longest)):
            await self._end_turn()
        elif self.universal3:
            if words and now - self.last_partial >= self.PARTIAL and len(words) != self.last_sent and self.options.get("continuous_partials", True):
                self.last_partial, self.last_sent = now, len(words)
                await self._turn(words, final=False)
        else:
            await self._word_by_word(words, partial, silence)

    async def _word_by_word(self, words, partial, silence):
        """Universal-Streaming: the words so far, the last one provisional, perhaps a fragment of it."""
        settled = words if silence >= 200 else words[:-1]
        trailing = words[-1] if words and silence < 200 else None
        fragment = None
        if partial is not None and partial[1] >= 0.4:
            settled, trailing, fragment = words, partial[0], partial[0].plain[:max(1, len(partial[0].plain) // 2)]
        utterance = ""
        if silence >= 200 and len(words) > self.uttered - self.taken and words[-1].ends_sentence:
            utterance = " ".join(word.plain for word in words[max(self.uttered - self.taken, 0):])
            self.uttered = self.taken + len(words)
        state = (self.order, len(settled), trailing and trailing.start, fragment, utterance)
        if state == self.last_sent:
            return
        self.last_sent = state
        items = [self._item(word, word.plain, True) for word in settled]
        if trailing is not None:
            items.append(self._item(trailing, fragment or trailing.plain, False))
        await self.line.send({"type": "Turn", "turn_order": self.order, "turn_is_formatted": False, "end_of_turn": False,
                              "transcript": " ".join(word.plain for word in settled), "end_of_turn_confidence": self._confidence(words, silence),
                              "words": items, "utterance": utterance})

    def _confidence(self, words, silence):
        if not words or not silence:
            return 0.02
        return round(min(0.99, (0.75 if words[-1].ends_sentence else 0.15) + silence / 10_000), 4)

    def _item(self, word, shown, final):
        item = {"text": shown, "start": round(word.start * 1000), "end": round(word.end * 1000), "confidence": word.confidence,
                "word_is_final": final}
        return item | {"speaker": "A"} if self.options.get("speaker_labels") else item

    async def _turn(self, words, final, formatted=None, utterance=None):
        formatted = self.universal3 and final if formatted is None else formatted
        shown = [word.text if formatted or self.universal3 else word.plain for word in words]
        silence = (self.ear.settled - words[-1].end) * 1000
        message = {"type": "Turn", "turn_order": self.order, "turn_is_formatted": formatted, "end_of_turn": final, "transcript": " ".join(shown),
                   "end_of_turn_confidence": self._confidence(words, silence), "utterance": utterance or "",
                   "words": [self._item(word, text, final) for word, text in zip(words, shown)]}
        if self.options.get("language_detection") and final:
            message |= {"language_code": "en", "language_confidence": 0.99}
        if self.options.get("speaker_labels"):
            message["speaker_label"] = "A"
        await self.line.send(message)

    async def _end_turn(self):
        words = self._words
        if not words:
            return
        if self.universal3:
            if not self.started:
                await self.line.send({"type": "SpeechStarted", "timestamp": round(words[0].start * 1000)})
            await self._turn(words, final=True, utterance=" ".join(word.text for word in words))
        else:
            rest = " ".join(word.plain for word in words[max(self.uttered - self.taken, 0):])
            await self._turn(words, final=True, formatted=False, utterance=rest)
            if self.options.get("format_turns"):
                await self._turn(words, final=True, formatted=True)
        self.taken += len(words)
        self.uttered = self.taken
        self.order += 1
        self.started, self.last_sent, self.last_partial = False, None, self.ear.settled


if __name__ == "__main__":
    serve(AssemblyAI)
