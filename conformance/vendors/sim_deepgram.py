"""Deepgram: `/v1/listen` live and for recordings, `/v2/listen` (Flux), `/v1/auth/grant`."""

import asyncio
import datetime
import hashlib
import json
import time
import uuid

import aiohttp
from aiohttp import web

import checks
from audio import RawDecoder, Undecodable, decode_file
from checks import Bad, Pace, boolean_text, integer_text, matching, number_text, one_of, text
from oracle import Ear
from service import Ended, Line, Service, serve

MODEL = matching(r"(nova-3(-(general|medical))?|nova-2(-(general|meeting|phonecall|finance|conversationalai|voicemail"
                 r"|video|medical|drivethru|automotive|atc))?"
                 r"|nova(-(general|phonecall|medical))?|enhanced(-\w+)?|base(-\w+)?|whisper(-\w+)?)")
LANGUAGE = matching(r"multi|[a-z]{2,3}(-[A-Za-z]{2,4})?(-[A-Za-z]{2})?")
LABEL = text(500)
PAIR = matching(r".+:.*")
REPEATED = {"keyterm", "keywords", "search", "replace", "redact", "tag", "extra", "language_hint", "detect_language", "custom_topic", "custom_intent"}

# Parameters that both kinds of request have.
COMMON = {
    "model": MODEL, "language": LANGUAGE, "language_hint": LANGUAGE, "sample_rate": integer_text(4000, 192_000),
    "channels": integer_text(1, 20), "multichannel": boolean_text, "punctuate": boolean_text, "smart_format": boolean_text,
    "diarize": boolean_text, "numerals": boolean_text, "filler_words": boolean_text, "profanity_filter": boolean_text,
    "dictation": boolean_text, "detect_entities": boolean_text, "keyterm": LABEL, "keywords": LABEL, "search": LABEL, "replace": PAIR,
    "redact": LABEL, "tag": LABEL, "extra": PAIR, "callback": matching(r"https?://.+"), "version": LABEL, "mip_opt_out": boolean_text,
}
LIVE = {
    **COMMON,
    "encoding": one_of("linear16", "linear32", "flac", "alaw", "mulaw", "amr-nb", "amr-wb", "opus", "ogg-opus", "speex", "g729"),
    "interim_results": boolean_text, "endpointing": lambda value: {"true": 10, "false": None}[value] if value in ("true", "false")
    else integer_text(0, 60_000)(value),
    "utterance_end_ms": integer_text(1000, 5000), "vad_events": boolean_text, "no_delay": boolean_text,
    "diarize_model": one_of("latest", "v1"), "callback_method": one_of("POST", "PUT", "GET", "PATCH", "DELETE"),
}
RECORDED = {
    **COMMON,
    "encoding": one_of("linear16", "flac", "mulaw", "amr-nb", "amr-wb", "opus", "speex", "g729"),
    "detect_language": lambda value: value if value in ("true", "false") else LANGUAGE(value),
    "paragraphs": boolean_text, "utterances": boolean_text, "utt_split": number_text(0, 60), "diarize_model": one_of("latest", "v1", "v2"),
    "measurements": boolean_text, "callback_method": one_of("POST", "PUT"), "summarize": LABEL, "topics": boolean_text,
    "intents": boolean_text, "sentiment": boolean_text, "custom_topic": LABEL, "custom_intent": LABEL,
    "custom_topic_mode": one_of("extended", "strict"), "custom_intent_mode": one_of("extended", "strict"),
}
FLUX = {
    "model": one_of("flux-general-en", "flux-general-multi"), "encoding": one_of("linear16", "linear32", "mulaw", "alaw", "opus", "ogg-opus"),
    "sample_rate": integer_text(4000, 192_000), "eot_threshold": number_text(0.5, 1.0), "eager_eot_threshold": number_text(0.3, 0.9),
    "eot_timeout_ms": integer_text(500, 60_000), "keyterm": LABEL, "language_hint": LANGUAGE, "numerals": boolean_text,
    "profanity_filter": boolean_text, "redact": LABEL, "tag": LABEL, "mip_opt_out": boolean_text,
}
CONFIGURE = checks.fields({
    "type": checks.anything, "keyterms": checks.list_of(text(500)), "features": checks.fields({"numerals": checks.boolean}, null=True),
}, null=True)
CONFIGURE_FLUX = checks.fields({
    "type": checks.anything, "keyterms": checks.list_of(text(500)), "numerals": checks.boolean, "language_hints": checks.list_of(LANGUAGE),
    "thresholds": checks.fields({"eot_threshold": checks.number(0.5, 1), "eager_eot_threshold": checks.number(0.3, 0.9),
                                 "eot_timeout_ms": checks.integer(500, 60_000)}),
})
ENCODINGS = {"linear16": "s16", "linear32": "s32", "mulaw": "mulaw", "alaw": "alaw"}
VERSION = "2026-01-18.0"
IDLE, IDLE_CLOSE = 10.0, 12.0
NET_0001 = "Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001"


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


class Deepgram(Service):
    name = "deepgram"

    def __init__(self, args):
        super().__init__(args)
        self.access_tokens = {}

    def routes(self):
        return [web.get("/v1/listen", self.live), web.post("/v1/listen", self.recorded), web.get("/v2/listen", self.flux),
                web.post("/v1/auth/grant", self.grant)]

    def too_many(self):
        return refusal(Refused(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later"), str(uuid.uuid4()))

    def is_final(self, message):
        return message["type"] == "Results" and message["is_final"]

    async def break_down(self, line):
        await line.send({"type": "Error", "variant": "InternalServerError", "description": "The stream cannot be continued.", "message": ""})
        await line.close(1011, "NET-0000")

    async def reach_cap(self, line):
        await line.close(1011, "NET-0003")

    def authorise(self, request, note):
        """The subprotocol to select, if any. `Token` goes with a key, `Bearer` with an access token."""
        offered = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if part.strip()]
        if len(offered) == 2 and offered[0] in ("token", "bearer"):
            scheme, secret, protocol = offered[0], offered[1], offered[0]
        else:
            scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
            protocol = None
        good = secret == self.key_for(request) if scheme.lower() == "token" else self.access_tokens.get(secret, 0) > time.time()
        # The conformance drivers have no other access token than the key.
        good = good or (scheme.lower() == "bearer" and secret == self.key_for(request))
        if not good:
            note("authentication", f"scheme {scheme[:12]!r}, {'a wrong' if secret else 'no'} credential")
            raise Refused(401, "INVALID_AUTH", "Invalid credentials.")
        return protocol

    async def grant(self, request):
        note = self.note_for("grant")
        try:
            self.authorise(request, note)
        except Refused as problem:
            return refusal(problem, str(uuid.uuid4()))
        body = await request.json() if request.can_read_body else {}
        seconds = body.get("ttl_seconds", 30)
        token = uuid.uuid4().hex
        self.access_tokens[token] = time.time() + seconds
        return web.json_response({"access_token": token, "expires_in": seconds})

    def options(self, request, known, note):
        try:
            options = checks.parameters(request.query.items(), known, REPEATED, note)
        except Bad as problem:
            note("bad parameter", problem)
            if str(problem).startswith("model"):
                raise Refused(400, "Bad Request", "Bad Request: No such model/language/tier combination found.") from None
            raise Refused(400, "Bad Request", f"Bad Request: {problem}") from None
        model = options.get("model", "base")
        if "keyterm" in options and not model.startswith(("nova-3", "flux")):
            note("bad parameter", f"keyterm with {model}")
            raise Refused(400, "Bad Request", "Bad Request: keyterm is only available with nova-3.")
        if "keywords" in options and model.startswith(("nova-3", "flux")):
            note("bad parameter", f"keywords with {model}")
            raise Refused(400, "Bad Request", "Bad Request: keywords is not available with nova-3.")
        if "language_hint" in options and options.get("language") != "multi" and not model.startswith("flux"):
            note("bad parameter", "language_hint without language=multi")
        return options

    # -- live

    async def live(self, request):
        line = Line(self, request)
        try:
            protocol = self.authorise(request, line.note)
            options = self.options(request, LIVE, line.note)
            if "encoding" in options and "sample_rate" not in options:
                line.note("bad parameter", "encoding without sample_rate")
                raise Refused(400, "Bad Request", "Bad Request: sample_rate is required with encoding.")
            if "sample_rate" in options and "encoding" not in options:
                line.note("bad parameter", "sample_rate is read only with encoding")
            if "utterance_end_ms" in options and not options.get("interim_results"):
                line.note("bad parameter", "utterance_end_ms needs interim_results=true")
                raise Refused(400, "Bad Request", "Bad Request: utterance_end_ms requires interim_results.")
            if "encoding" in options and options["encoding"] not in ENCODINGS:
                raise Refused(400, "Bad Request", "this simulator hears raw encodings only")
        except Refused as problem:
            line.record["end"] = f"refused {problem.status}"
            return refusal(problem, line.id)
        await line.open(protocol, {"dg-request-id": line.id})
        try:
            await LiveSession(line, options, self).run()
        except Ended:
            pass
        return line.ws

    # -- recordings

    async def recorded(self, request):
        session = str(uuid.uuid4())
        note = self.note_for(session)
        try:
            self.authorise(request, note)
            options = self.options(request, RECORDED, note)
            data, is_raw = await self._payload(request, options, note)
            channels, rate = self._decoded(data, options, is_raw)
        except Refused as problem:
            return refusal(problem, session)
        except Undecodable:
            return refusal(Refused(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data"), session)
        if not options.get("multichannel"):
            channels = [sum(channels) / len(channels)]
        heard = await self.hear(channels, rate)
        self.sessions.append({"id": session, "path": request.path, "query": dict(request.query), "bytes": len(data),
                              "audio_seconds": round(len(channels[0]) / rate, 3), "words": [word.text for words in heard for word in words]})
        answer = render(session, data, heard, len(channels[0]) / rate, options)
        if "callback" in options:
            asyncio.get_running_loop().create_task(self._deliver(options, answer))
            return web.json_response({"request_id": session}, headers={"dg-request-id": session})
        return web.json_response(answer, headers={"dg-request-id": session})

    async def _payload(self, request, options, note):
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        data = await request.read()
        if kind != "application/json":
            return data, "encoding" in options
        try:
            address = json.loads(data)["url"]
        except (ValueError, KeyError, TypeError):
            note("bad body", "JSON without url")
            raise Refused(400, "Bad Request", "Content-type was application/json, but we could not process the JSON payload.") from None
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as client, client.get(address) as answer:
                if answer.status >= 400:
                    raise Refused(400, "REMOTE_CONTENT_ERROR",
                                  f"The remote server hosting the media returned a client error: {answer.status} {answer.reason}.")
                return await answer.read(), False
        except aiohttp.ClientError as problem:
            reason = f"The remote server hosting the media could not be reached: {type(problem).__name__}."
            raise Refused(400, "REMOTE_CONTENT_ERROR", reason) from None

    def _decoded(self, data, options, is_raw):
        if is_raw and options["encoding"] in ENCODINGS and not data.startswith((b"RIFF", b"fLaC", b"OggS")):
            decoder = RawDecoder(ENCODINGS[options["encoding"]], options.get("channels", 1))
            return list(decoder.decode(data)), options.get("sample_rate", 16_000)
        channels, rate = decode_file(data)
        return list(channels), rate

    async def _deliver(self, options, answer):
        async with aiohttp.ClientSession() as client:
            for _ in range(3):
                try:
                    async with client.request(options.get("callback_method", "POST"), options["callback"], json=answer,
                                              headers={"dg-token": "simulated-key-id"}) as got:
                        if got.status < 300:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(1)

    # -- Flux

    async def flux(self, request):
        line = Line(self, request)
        try:
            protocol = self.authorise(request, line.note)
            options = self.options(request, FLUX, line.note)
            if "model" not in options:
                line.note("bad parameter", "model is missing")
                raise Refused(400, "Bad Request", "Bad Request: model is required.")
            if options.get("encoding") not in ENCODINGS or "sample_rate" not in options:
                raise Refused(400, "Bad Request", "this simulator hears raw encodings only, with their sample_rate")
            if "language_hint" in options and options["model"] != "flux-general-multi":
                line.note("bad parameter", "language_hint is for flux-general-multi")
        except Refused as problem:
            line.record["end"] = f"refused {problem.status}"
            return refusal(problem, line.id)
        await line.open(protocol, {"dg-request-id": line.id})
        try:
            await FluxSession(line, options, self).run()
        except Ended:
            pass
        return line.ws


def refusal(problem, request_id):
    body = {"err_code": problem.code, "err_msg": str(problem), "request_id": request_id}
    headers = {"dg-request-id": request_id, "dg-error": str(problem)}
    if problem.status == 429:
        headers["Retry-After"] = "1"
    return web.json_response(body, status=problem.status, headers=headers)


# -- live

class Channel:
    """One channel's segments."""

    def __init__(self, index, library):
        self.index, self.ear = index, Ear(library)
        self.start = 0.0  # of the open segment
        self.taken = 0  # words that are final
        self.last_word_end = None  # of the last final word
        self.utterance_told = True
        self.turn_open = False
        self.speech_told = False
        self.last_interim = 0.0


class LiveSession:
    INTERIM, LENGTH = 0.5, 5.0

    def __init__(self, line, options, service):
        self.line, self.options, self.service = line, options, service
        self.count = options.get("channels", 1)
        self.rate = options.get("sample_rate", 16_000)
        self.decoder = RawDecoder(ENCODINGS[options["encoding"]], self.count) if "encoding" in options else None
        tracks = self.count if options.get("multichannel") else 1
        self.channels = [Channel(index, service.library) for index in range(tracks)]
        self.formatted = options.get("punctuate") or options.get("smart_format")
        self.endpointing = options["endpointing"] if "endpointing" in options else 10
        self.pace = Pace(1.25, 2.0, line.note)
        self.digest = hashlib.sha256()
        self.model_id = str(uuid.uuid4())
        self.ended = False

    async def run(self):
        last = opened = time.monotonic()
        had_audio = False
        while True:
            if not had_audio:
                last = opened  # KeepAlive alone keeps nothing alive
            kind, data = await self.line.receive(timeout=max(0.01, last + IDLE_CLOSE - time.monotonic()))
            now = time.monotonic()
            if kind == "timeout":
                self.line.note("keep-alive", f"neither audio nor a message for {now - last:.1f} s")
                await self._metadata()
                await self.line.close(1011, NET_0001)
                return
            if kind == "closed":
                self.line.client_left(data, False)
                return
            if had_audio and now - last > IDLE:
                self.line.note("keep-alive", f"neither audio nor a message for {now - last:.1f} s")
            last = now
            if kind == "binary" and data:
                had_audio = True
                await self._audio(data)
            elif kind == "binary":
                await self._close_stream()
                return
            elif await self._text(data):
                return

    async def _audio(self, data):
        if self.decoder is None:
            self.line.note("format", "audio in a container is not heard by this simulator: declare a raw encoding")
            await self.line.close(1008, "DATA-0000")
            raise Ended
        if data.startswith(b'{"type"'):
            self.line.note("order", "a control message came as a binary frame")
        self.digest.update(data)
        samples = self.decoder.decode(data)
        if self.decoder.leftover:
            self.line.note("format", f"a message of {len(data)} bytes is not whole samples of {self.decoder.frame} bytes")
        seconds = samples.shape[1] / self.rate
        await self.pace.received(seconds)
        await self.line.audio(seconds)
        tracks = samples if len(self.channels) > 1 else [samples.mean(axis=0)]
        for channel, track in zip(self.channels, tracks):
            channel.ear.feed(track, self.rate)
            await self._advance(channel)
        self.line.heard([word for channel in self.channels for word in channel.ear.words])

    async def _text(self, data):
        try:
            message = json.loads(data)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            message, kind = {}, None
        if kind == "KeepAlive":
            self._only(message, {"type"})
        elif kind == "Finalize":
            self._only(message, {"type", "channel"})
            await self._finalize()
        elif kind == "CloseStream":
            self._only(message, {"type"})
            await self._close_stream()
            return True
        elif kind == "Configure":
            await self._configure(message)
        else:
            self.line.note("unknown message", data)
            await self.line.send({"type": "Error", "variant": "SchemaError", "description": "Could not deserialize last text message",
                                  "message": data[:500]})
        return False

    def _only(self, message, known):
        for name in set(message) - known:
            self.line.note("unknown field", f"{message['type']}.{name}")

    async def _configure(self, message):
        """Each message is answered once: key terms are changed with Nova-3 only, and told only where they were replaced."""
        try:
            change = CONFIGURE(message)
        except Bad as problem:
            self.line.note("bad message", problem)
            return await self._refuse("CONFIGURE_INTERNAL_ERROR", str(problem))
        if "keyterms" in change and not self.options.get("model", "").startswith("nova-3"):
            return await self._refuse("CONFIGURE_KEYTERMS_NOT_SUPPORTED", "Key terms need nova-3.")
        if "keyterms" in change:
            self.options["keyterm"] = change["keyterms"]
        self.options |= change.get("features", {})
        replaced = {"keyterms": change["keyterms"]} if "keyterms" in change else {}
        await self.line.send({"type": "ConfigureSuccess", "request_id": self.line.id, **replaced})

    async def _refuse(self, code, description):
        await self.line.send({"type": "ConfigureFailure", "request_id": self.line.id, "code": code, "description": description})

    async def _advance(self, channel):
        ear, options = channel.ear, self.options
        words, now = ear.words[channel.taken:], ear.settled
        speaking = ear.partial is not None
        onset = words[0].start if words else ear.partial[0].start if speaking else None
        if onset is not None and not channel.speech_told:
            channel.speech_told = True
            if options.get("vad_events"):
                await self.line.send({"type": "SpeechStarted", "channel": [channel.index, len(self.channels)], "timestamp": round(onset, 2)})
        if words and not speaking and self.endpointing is not None and now - words[-1].end >= self.endpointing / 1000:
            await self._final(channel, now, words, speech_final=True)
            channel.speech_told = False
        elif now - channel.start >= self.LENGTH and (words or not speaking):
            end = max(words[-1].end, min(ear.partial[0].start, now)) if words and speaking else now
            await self._final(channel, end, words, speech_final=not words)
        elif options.get("interim_results") and now - channel.last_interim >= self.INTERIM and now > channel.start:
            channel.last_interim = now
            await self.line.send(self._results(channel, channel.start, now, words))
        gap = options.get("utterance_end_ms")
        if gap and channel.last_word_end is not None and not channel.utterance_told and not speaking and not ear.words[channel.taken:]:
            if now - channel.last_word_end >= gap / 1000:
                channel.utterance_told = True
                await self.line.send({"type": "UtteranceEnd", "channel": [channel.index, len(self.channels)],
                                      "last_word_end": round(channel.last_word_end, 3)})

    async def _final(self, channel, end, words, speech_final=False, from_finalize=False):
        await self.line.send(self._results(channel, channel.start, end, words, True, speech_final, from_finalize))
        channel.start = channel.last_interim = end
        channel.taken += len(words)
        if words:
            channel.last_word_end, channel.utterance_told = words[-1].end, False

    def _results(self, channel, start, end, words, is_final=False, speech_final=False, from_finalize=False):
        options = self.options
        shown = []
        for word in words:
            item = {"word": word.plain, "start": word.start, "end": word.end, "confidence": word.confidence}
            if self.formatted:
                item["punctuated_word"] = word.text
            if options.get("diarize") or "diarize_model" in options:
                item["speaker"] = 0
            if options.get("language") == "multi":
                item["language"] = "en"
            shown.append(item)
        alternative = {"transcript": " ".join(word.text if self.formatted else word.plain for word in words),
                       "confidence": round(sum(word.confidence for word in words) / len(words), 4) if words else 0.0, "words": shown}
        if options.get("language") == "multi":
            alternative["languages"] = ["en"]
        model = options.get("model", "base")
        return {"type": "Results", "channel_index": [channel.index, len(self.channels)], "duration": round(end - start, 4), "start": round(start, 4),
                "is_final": is_final, "speech_final": speech_final, "from_finalize": from_finalize, "channel": {"alternatives": [alternative]},
                "metadata": {"request_id": self.line.id, "model_uuid": self.model_id,
                             "model_info": {"name": model, "version": VERSION, "arch": "-".join(model.split("-")[:2])}}}

    async def _finalize(self):
        # The vendor answers only when a noticeable amount of audio is waiting.
        for channel in self.channels:
            channel.ear.flush()
            words, end = channel.ear.words[channel.taken:], self.line.audio_seconds
            if words or end - channel.start >= 0.02:
                await self._final(channel, end, words, speech_final=True, from_finalize=True)
            channel.speech_told = False

    async def _close_stream(self):
        await self.line.ending()
        for channel in self.channels:
            channel.ear.flush()
            words, end = channel.ear.words[channel.taken:], self.line.audio_seconds
            if words or end - channel.start > 0.005:
                await self._final(channel, max(end, words[-1].end if words else end), words, speech_final=bool(words))
        if self.decoder and self.decoder.leftover:
            self.line.note("format", f"{len(self.decoder.leftover)} bytes are left that are no whole sample")
        self.line.heard([word for channel in self.channels for word in channel.ear.words])
        await self._metadata()
        kind, data = await self.line.receive(timeout=0.05)
        if kind in ("text", "binary"):
            self.line.note("order", f"a {kind} message came after CloseStream: {str(data)[:60]}")
        await self.line.close(1000)

    async def _metadata(self):
        message = {"type": "Metadata", "transaction_key": "deprecated", "request_id": self.line.id, "sha256": self.digest.hexdigest(),
                   "created": timestamp(), "duration": round(self.line.audio_seconds, 4), "channels": self.count}
        if self.line.audio_seconds:
            model = self.options.get("model", "base")
            message |= {"models": [self.model_id], "model_info": {self.model_id: {"name": model, "version": VERSION, "arch": model}}}
        if "extra" in self.options:
            message["extra"] = dict(pair.split(":", 1) for pair in self.options["extra"])
        await self.line.send(message)


class FluxSession:
    UPDATE = 0.25

    def __init__(self, line, options, service):
        self.line, self.options = line, options
        self.rate = options["sample_rate"]
        self.decoder = RawDecoder(ENCODINGS[options["encoding"]])
        self.ear = Ear(service.library)
        self.pace = Pace(1.25, 2.0, line.note)
        self.sequence = self.turn = self.taken = 0
        self.start = self.last_update = 0.0
        self.started, self.eager = False, False

    async def run(self):
        await self._send({"type": "Connected"})
        while True:
            kind, data = await self.line.receive()
            if kind == "closed":
                self.line.client_left(data, False)
                return
            if kind == "binary":
                samples = self.decoder.decode(data)
                if self.decoder.leftover:
                    self.line.note("format", f"a message of {len(data)} bytes is not whole samples")
                seconds = samples.shape[1] / self.rate
                await self.pace.received(seconds)
                await self.line.audio(seconds)
                self.ear.feed(samples[0], self.rate)
                self.line.heard(self.ear.words)
                await self._advance()
            elif await self._text(data):
                return

    async def _text(self, data):
        try:
            message = json.loads(data)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            message, kind = {}, None
        if kind == "CloseStream":
            # The turn is not ended: pending updates, then the end.
            self.ear.flush()
            self.line.heard(self.ear.words)
            words = self.ear.words[self.taken:]
            if words:
                if not self.started:
                    await self._turn("StartOfTurn", words)
                await self._turn("Update", words)
            await self.line.close(1000)
            return True
        if kind == "ForceEndTurn":
            self.ear.flush()
            words = self.ear.words[self.taken:]
            if words and not self.started:
                await self._turn("StartOfTurn", words)
            if words:
                await self._end(words, "manual")
        elif kind == "Configure":
            await self._configure(message)
        else:
            self.line.note("unknown message", data)
            await self._send({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": "unknown message"})
            await self.line.close(1008)
            raise Ended
        return False

    async def _configure(self, message):
        """What a message does not name stays. The answer has all settings in force."""
        is_multilingual = self.options["model"] == "flux-general-multi"
        try:
            change = CONFIGURE_FLUX(message)
            if "language_hints" in change and not is_multilingual:
                raise Bad("language_hints is for flux-general-multi")
        except Bad as problem:
            self.line.note("bad message", problem)
            return await self._send({"type": "ConfigureFailure", "code": "INVALID", "description": str(problem)})
        self.options |= change.get("thresholds", {})
        for name, option in (("keyterms", "keyterm"), ("language_hints", "language_hint"), ("numerals", "numerals")):
            if name in change:
                self.options[option] = change[name]
        names = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
        answer = {"type": "ConfigureSuccess", "thresholds": {name: self.options[name] for name in names if name in self.options},
                  "keyterms": self.options.get("keyterm", []), "numerals": self.options.get("numerals", False)}
        await self._send({**answer, "language_hints": self.options.get("language_hint", [])} if is_multilingual else answer)

    async def _advance(self):
        words, now = self.ear.words[self.taken:], self.ear.settled
        speaking = self.ear.partial is not None
        if words and not self.started:
            self.started = True
            await self._turn("StartOfTurn", words)
        silence = now - words[-1].end if words and not speaking else 0
        confidence = self._confidence(words, silence)
        eager = self.options.get("eager_eot_threshold")
        if words and silence and confidence >= self.options.get("eot_threshold", 0.7):
            await self._end(words, "model")
        elif words and silence * 1000 >= self.options.get("eot_timeout_ms", 5000):
            await self._end(words, "timeout")
        elif words and silence and eager and confidence >= eager and not self.eager:
            self.eager = True
            await self._turn("EagerEndOfTurn", words)
        elif self.eager and speaking:
            self.eager = False
            await self._turn("TurnResumed", words)
        elif now - self.last_update >= self.UPDATE:
            self.last_update = now
            await self._turn("Update", words)

    def _confidence(self, words, silence):
        if not words:
            return 0.0
        return round(min(0.95, 0.1 + silence * (1.2 if words[-1].ends_sentence else 0.5)), 3)

    async def _end(self, words, trigger):
        if self.options.get("eager_eot_threshold") and not self.eager:
            await self._turn("EagerEndOfTurn", words)
        await self._turn("EndOfTurn", words, trigger=trigger)
        self.taken += len(words)
        self.turn += 1
        self.start = max(words[-1].end, self.ear.settled)
        self.started = self.eager = False

    async def _turn(self, event, words, **more):
        now = self.ear.settled
        silence = now - words[-1].end if words else 0
        await self._send({"type": "TurnInfo", "event": event, "turn_index": self.turn, "audio_window_start": round(self.start, 3),
                          "audio_window_end": round(max(now, self.start), 3), "transcript": " ".join(word.text for word in words),
                          "words": [{"word": word.text, "confidence": word.confidence, "start": word.start, "end": word.end} for word in words],
                          "end_of_turn_confidence": self._confidence(words, max(silence, 0)), **more})

    async def _send(self, message):
        await self.line.send({**message, "request_id": self.line.id, "sequence_id": self.sequence})
        self.sequence += 1


# -- the answer for a recording

def timestamp():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def sentences(words):
    """Words in groups that end with a sentence."""
    groups, group = [], []
    for word in words:
        group.append(word)
        if word.ends_sentence:
            groups.append(group)
            group = []
    return groups + [group] if group else groups


def render(request_id, data, heard, seconds, options):
    model_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, options.get("model", "base")))
    model = options.get("model", "base")
    smart = options.get("smart_format", False)
    paragraphs = options.get("paragraphs") or smart
    formatted = options.get("punctuate") or paragraphs
    diarized = options.get("diarize") or "diarize_model" in options
    multi = options.get("language") == "multi"

    def shown(word):
        item = {"word": word.plain, "start": word.start, "end": word.end, "confidence": word.confidence}
        if diarized:
            item |= {"speaker": 0, "speaker_confidence": 0.9}
        if multi:
            item["language"] = "en"
        if formatted:
            item["punctuated_word"] = word.text
        return item

    def joined(words):
        return " ".join(word.text if formatted else word.plain for word in words)

    def confidence(words):
        return round(sum(word.confidence for word in words) / len(words), 4) if words else 0.0

    channels, utterances = [], []
    for index, words in enumerate(heard):
        alternative = {"transcript": joined(words), "confidence": confidence(words), "words": [shown(word) for word in words]}
        if multi:
            alternative["languages"] = ["en"]
        if paragraphs:
            groups = sentences(words)
            items = []
            for at in range(0, len(groups), 4):
                part = groups[at:at + 4]
                item = {"sentences": [{"text": joined(group), "start": group[0].start, "end": group[-1].end} for group in part],
                        "num_words": sum(map(len, part)), "start": part[0][0].start, "end": part[-1][-1].end}
                items.append({**item, "speaker": 0} if diarized else item)
            body = "\n\n".join(" ".join(sentence["text"] for sentence in item["sentences"]) for item in items)
            alternative["paragraphs"] = {"transcript": ("\nSpeaker 0: " if diarized and body else "\n") + body, "paragraphs": items}
        channel = {"alternatives": [alternative]}
        if "detect_language" in options and options["detect_language"] != ["false"]:
            channel |= {"detected_language": "en", "language_confidence": 0.99}
        if "search" in options:
            channel["search"] = [{"query": query, "hits": []} for query in options["search"]]
        channels.append(channel)
        group = []
        for word in [*words, None]:
            if group and (word is None or word.start - group[-1].end >= options.get("utt_split", 0.8)):
                item = {"id": str(uuid.uuid4()), "start": group[0].start, "end": group[-1].end, "confidence": confidence(group), "channel": index,
                        "transcript": joined(group), "words": [shown(part) for part in group]}
                utterances.append({**item, "speaker": 0} if diarized else item)
                group = []
            if word:
                group.append(word)
    metadata = {"transaction_key": "deprecated", "request_id": request_id, "sha256": hashlib.sha256(data).hexdigest(), "created": timestamp(),
                "duration": round(seconds, 5), "channels": len(heard), "models": [model_id],
                "model_info": {model_id: {"name": model, "version": VERSION, "arch": "-".join(model.split("-")[:2])}}}
    if "tag" in options:
        metadata["tags"] = options["tag"]
    if "extra" in options:
        metadata["extra"] = dict(pair.split(":", 1) for pair in options["extra"])
    results = {"channels": channels}
    if options.get("utterances"):
        results["utterances"] = sorted(utterances, key=lambda item: item["start"])
    return {"metadata": metadata, "results": results}


if __name__ == "__main__":
    serve(Deepgram)
