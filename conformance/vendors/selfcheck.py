"""Drives each simulator with the vendor's own client, pointed straight at it, and checks what the simulators hear.

    scripts/play conformance --selfcheck [VENDOR…]

What a vendor's own client does against the reference is listed here; any other violation fails, and so does one that is not noticed.
"""

import asyncio
import concurrent.futures
import json
import os
import re
import sys
import tempfile
import time
import wave

import aiohttp
import numpy

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [HERE, os.path.join(HERE, "faults")]

import oracle
from audio import ALAW, MULAW
from clients import stream
from drivers import BY_NAME, Driver, run
from simulators import KEY, Simulator

EXACT = ["--max-wer", "0"]
RECORDED = {"bad parameter", "authentication"}  # what the drivers of recordings provoke
# Driver, further arguments, the kinds of violation that the client is known for.
DRIVES = {
    "assemblyai": [
        ("streaming/assemblyai_sdk", [], {"bad parameter"}),  # True for true
        ("streaming/assemblyai_sdk", ["--no-format-turns", "--use-token", "--update", "--force-endpoint"], {"bad parameter"}),
        ("streaming/assemblyai_sdk", ["--speech-model", "u3-rt-pro"], {"bad parameter"}),
        ("streaming/livekit_assemblyai", [], set()),
        ("streaming/livekit_assemblyai", ["--model", "universal-streaming-english", "--format-turns"], set()),
        ("streaming/pipecat_assemblyai", [], {"unknown parameter"}),  # formatted_finals
        ("streaming/pipecat_assemblyai", ["--model", "universal-streaming-english"], {"unknown parameter"}),
        ("prerecorded/assemblyai_sdk", [], {"authentication"}),
    ],
    "deepgram": [
        ("streaming/deepgram_sdk", ["--keep-alive", "--utterance-end", "--tail-silence", "2"], set()),
        ("streaming/livekit_deepgram", ["--flush"], set()),
        ("streaming/pipecat_deepgram", [], set()),
        ("streaming/deepgram_flux", [], set()),
        ("streaming/deepgram_flux", ["--eager", "0.3"], set()),
        ("prerecorded/deepgram_sdk", ["--callback-host", "127.0.0.1"], RECORDED),
    ],
    "soniox": [
        ("streaming/soniox_client", [], set()),
        ("streaming/soniox_client", ["--finalize", "--keep-alive", "--no-endpoint"], set()),
    ],
    "speechmatics": [
        ("streaming/speechmatics_client", [], set()),
        ("streaming/speechmatics_client", ["--end-of-utterance", "0.7", "--max-delay", "2"], set()),
        ("streaming/speechmatics_agent", [], set()),
        ("streaming/speechmatics_agent", ["--external", "--turns", "3,6"], set()),
    ],
    "openai": [
        ("prerecorded/openai_sdk", [], RECORDED),
        ("streaming/openai_realtime", ["--manual"], set()),
    ],
}


class Check:
    def __init__(self):
        self.failed = []

    def that(self, holds, what, detail=""):
        print(f"{'ok  ' if holds else 'FAIL'}  {what}" + ("" if holds else f": {detail}"), flush=True)
        if not holds:
            self.failed.append(what)


def drive(check, references, test_audio, vendor, folder):
    """The vendor's own clients, one after the other: each must be content, and do nothing that it is not known for."""
    simulator = Simulator(vendor, references)
    try:
        for number, (name, arguments, known) in enumerate(DRIVES[vendor]):
            before = len(simulator.violations)
            driver = BY_NAME[name]
            # Its report must not be another run's.
            place = os.path.join(folder, f"{vendor}-{number}")
            os.makedirs(place)
            outcome = run(Driver(name, driver.dialect, driver.route, driver.arguments), simulator.url, KEY, test_audio, place, EXACT + arguments)
            simulator.settled_sessions(0)
            what = " ".join([name, *arguments])
            check.that(outcome.passed, f"{vendor}: {what}", "; ".join(outcome.problems))
            kinds = {violation["kind"] for violation in simulator.violations[before:]}
            check.that(kinds == known, f"{vendor}: {what}: its violations are {sorted(known) or 'none'}", str(simulator.violations[before:]))
        if vendor in ASYNC:
            with open(os.path.join(test_audio, "beckett.txt")) as file:
                expected = file.read().split()
            clip = os.path.join(test_audio, "beckett.wav")
            try:
                found = asyncio.run(ASYNC[vendor](simulator.url, clip))
            except Exception as problem:
                found = [f"{type(problem).__name__}: {problem}"]
            check.that(found == expected, f"{vendor}: its own client for recordings reads every word", " ".join(found))
    finally:
        said = simulator.stop()
    check.that(not said, f"{vendor}: the simulator had no mishap", said)


# -- recordings through clients for which there is no driver

async def soniox_recording(url, clip):
    from soniox import SonioxClient

    def ask():
        client = SonioxClient(api_key=KEY, api_base_url=url + "/v1")
        job = client.stt.transcribe(model="stt-async-v5", file=clip)
        client.stt.wait(job.id)
        return client.stt.get_transcript(job.id).text.split()

    return await asyncio.to_thread(ask)


async def speechmatics_recording(url, clip):
    from speechmatics.batch import AsyncClient, JobConfig, JobType, TranscriptionConfig

    async with AsyncClient(api_key=KEY, url=url + "/v2") as client:
        config = JobConfig(type=JobType.TRANSCRIPTION, transcription_config=TranscriptionConfig(language="en"))
        result = await client.transcribe(clip, config=config, polling_interval=0.3)
    return result.transcript_text.split()


ASYNC = {"soniox": soniox_recording, "speechmatics": speechmatics_recording}


# -- what a client does wrong must be noticed

async def wrongs(check, url, test_audio, vendor):
    """Each of these must be answered with the vendor's refusal, and be a violation of the named kind."""
    with wave.open(os.path.join(test_audio, "beckett.wav")) as clip:
        pcm = clip.readframes(clip.getnframes())
    piece = pcm[:3200]
    async with aiohttp.ClientSession() as session:
        async def kinds():
            async with session.get(url + "/_violations") as answer:
                return [violation["kind"] for violation in await answer.json()]

        async def live(what, wanted, path, frames, headers=None, code=None, says=None, status=None):
            """Sends the frames, reads until the close; then the kind, the close code and the text must be as wanted."""
            before = len(await kinds())
            texts, ending = [], None
            try:
                async with session.ws_connect(url + path, headers=headers or {}) as ws:
                    for frame in frames:
                        if frame == "hang up":
                            await ws.close()
                        elif frame == "abort":
                            ws._writer.transport.abort()
                            return await judged(what, wanted, before, texts, ending, None, None)
                        elif frame == "read":
                            message = await ws.receive(timeout=5)
                            texts.append(str(message.data))
                        elif isinstance(frame, float):
                            await asyncio.sleep(frame)
                        elif isinstance(frame, bytes):
                            await ws.send_bytes(frame)
                        else:
                            await ws.send_str(frame)
                    while not ws.closed:
                        message = await ws.receive(timeout=15)
                        if message.type == aiohttp.WSMsgType.TEXT:
                            texts.append(message.data)
                    ending = ws.close_code
            except aiohttp.WSServerHandshakeError as refused:
                ending = refused.status
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as problem:
                texts.append(repr(problem))
            await judged(what, wanted, before, texts, ending, code, says)

        async def judged(what, wanted, before, texts, ending, code, says):
            await asyncio.sleep(0.2)
            found = (await kinds())[before:]
            wanted_kinds = [wanted] if wanted else []
            said = says is None or any(says in text for text in texts)
            holds = found == wanted_kinds and (code is None or ending == code) and said
            check.that(holds, f"{vendor}: {what}", f"violations {found}, end {ending}, said {texts[-3:]}")

        await WRONGS[vendor](live, piece, pcm)


async def wrongs_assemblyai(live, piece, pcm):
    good, key = "/v3/ws?sample_rate=16000&speech_model=universal-streaming-english", {"Authorization": KEY}
    end = json.dumps({"type": "Terminate"})
    await live("a wrong key is told in band, close 1008", "authentication", good, [], {"Authorization": "x"}, 1008, "Unauthorized Connection")
    await live("a Bearer before the key", "authentication", good, [], {"Authorization": "Bearer " + KEY}, 1008, "Unauthorized")
    await live("no sample_rate", "bad parameter", "/v3/ws", [], key, 3006)
    await live("an unknown parameter is only noted", "unknown parameter", good + "&sample_ratee=1", [piece, end], key, 1000, "Termination")
    await live("a frame of 20 ms before others", "frame size", good, [piece[:640], piece, end], key, 3007, "Input Duration Violation: 20 ms")
    await live("a frame of 20 ms as the last one is fine", None, good, [piece, piece[:640], end], key, 1000, "Termination")
    await live("a frame of 1.1 s", "frame size", good, [pcm[:35_200]], key, 3007)
    await live("five seconds at once", "pace", good, [pcm[at:at + 32_000] for at in range(0, 160_000, 32_000)] + [end], key, 1000)
    await live("a hang-up without Terminate", "no end message", good, [piece, "hang up"], key)
    await live("a connection that is cut", "no end message", good, [piece, "abort"], key)
    await live("a frame after Terminate", "order", good, [piece, end, piece], key, 1000)
    await live("an unknown message", "unknown message", good, ['{"type":"Finalize"}'], key, 3006, "Invalid Message Type: Finalize")
    await live("a text for a number in UpdateConfiguration", "bad message", good,
               ['{"type":"UpdateConfiguration","max_turn_silence":"9"}'], key, 3006)
    await live("half a sample", "format", good, [piece + b"x", end], key, 1000)
    await live("no sign of life within inactivity_timeout", "keep-alive", good + "&inactivity_timeout=5", [piece], key, 3006)


async def wrongs_deepgram(live, piece, pcm):
    good = "/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000"
    key, end = {"Authorization": "Token " + KEY}, '{"type":"CloseStream"}'
    await live("a wrong key is 401", "authentication", good, [], {"Authorization": "Token x"}, 401)
    await live("a raw key is 401", "authentication", good, [], {"Authorization": KEY}, 401)
    await live("no such model is 400", "bad parameter", good.replace("nova-3", "nova-9"), [], key, 400)
    await live("keywords with nova-3 is 400", "bad parameter", good + "&keywords=a:1", [], key, 400)
    await live("utterance_end_ms without interim_results is 400", "bad parameter", good + "&utterance_end_ms=1000", [], key, 400)
    await live("True for true is noted", "bad parameter", good + "&punctuate=True", [piece, end], key, 1000, "Metadata")
    await live("an unknown message is answered", "unknown message", good, [piece, '{"type":"Terminate"}', end], key, 1000, "SchemaError")
    await live("a hang-up without CloseStream", "no end message", good, [piece, "hang up"], key)
    await live("a connection that is cut", "no end message", good, [piece, "abort"], key)
    await live("five seconds at once", "pace", good, [pcm[at:at + 32_000] for at in range(0, 160_000, 32_000)] + [end], key, 1000)
    await live("audio after CloseStream", "order", good, [piece, end, piece], key, 1000)
    await live("12 s without a sign of life are NET-0001", "keep-alive", good, [piece], key, 1011)


async def wrongs_soniox(live, piece, pcm):
    path, key = "/transcribe-websocket", {"Authorization": "Bearer " + KEY}
    start = {"model": "stt-rt-v5", "audio_format": "pcm_s16le", "sample_rate": 16000, "num_channels": 1}

    def with_(**more):
        return json.dumps({**start, **more})

    await live("a wrong key is told in band", "authentication", path, [with_()], {"Authorization": "Bearer x"}, says='"error_code": 401')
    await live("the key twice", "authentication", path, [with_(api_key=KEY)], key, says='"error_code": 400')
    await live("the key in the message is fine", None, path, [with_(api_key=KEY), piece, ""], None, 1000, "finished")
    await live("audio before the configuration", "order", path, [piece], key, says="must be a text message")
    await live("an unknown field", "bad message", path, [with_(enable_endpoints=True)], key, says="malformed")
    await live("nulls are fine", None, path, [with_(language_hints=None, context=None), piece, ""], key, 1000, "finished")
    await live("no num_channels", "bad message", path, [with_(num_channels=None)], key, says="channels must be")
    await live("a hang-up without the empty frame", "no end message", path, [with_(), piece, "hang up"], key)
    await live("a connection that is cut", "no end message", path, [with_(), piece, "abort"], key)
    await live("five seconds at once", "pace", path, [with_(), pcm[:160_000], ""], key, 1000)
    await live("finalize twice at once", "rate", path, [with_(), piece, '{"type":"finalize"}', '{"type":"finalize"}', ""], key, 1000, "<fin>")
    await live("audio after the end", "order", path, [with_(), piece, "", piece], key, 1000)


async def wrongs_speechmatics(live, piece, pcm):
    key = {"Authorization": "Bearer " + KEY}
    start = {"message": "StartRecognition", "audio_format": {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
             "transcription_config": {"language": "en"}}

    def with_(**more):
        return json.dumps({**start, "transcription_config": {"language": "en", **more}})

    def end(count):
        return json.dumps({"message": "EndOfStream", "last_seq_no": count})

    await live("a wrong key is 401", "authentication", "/v2", [], {"Authorization": "Bearer x"}, 401)
    await live("audio before StartRecognition", "refused", "/v2", [piece], key, 1003, "protocol_error")
    await live("audio before RecognitionStarted", "refused", "/v2", [with_(), piece], key, 1003, "protocol_error")
    await live("a max_delay of 9 s", "refused", "/v2", [with_(max_delay=9)], key, 1003, "invalid_config")
    await live("an unknown field", "refused", "/v2", [with_(max_dealy=1)], key, 1003, "max_dealy is unknown")
    await live("a good session", None, "/v2", [with_(), "read", piece, end(1)], key, 1000, "EndOfTranscript")
    await live("a wrong last_seq_no", "bad message", "/v2", [with_(), "read", piece, end(7)], key, 1000, "EndOfTranscript")
    await live("a hang-up without EndOfStream", "no end message", "/v2", [with_(), "read", piece, "hang up"], key)
    await live("a connection that is cut", "no end message", "/v2", [with_(), "read", piece, "abort"], key)
    await live("an unknown message", "refused", "/v2", [with_(), "read", '{"message":"Terminate"}'], key, 1003, "invalid_message")
    await live("audio after EndOfStream", "order", "/v2", [with_(), "read", piece, end(1), piece], key, 1000)
    agent = with_(model="linden-1")
    await live("Agent STT: a good session", None, "/v2/agent", [agent, "read", piece, end(1)], key, 1000, "EndOfTranscript")
    await live("Agent STT: another model", "refused", "/v2/agent", [with_(model="enhanced")], key, 4004, "invalid_model")
    await live("Agent STT: a field that it does not have", "unknown parameter", "/v2/agent",
               [with_(model="linden-1", max_delay=1), "read", "read", piece, end(1)], key, 1000, "EndOfTranscript")
    await live("Agent STT: no ForceEndOfUtterance where the service ends turns", "bad message", "/v2/agent",
               [agent, "read", piece, '{"message":"ForceEndOfUtterance","timestamp":0.1}', end(1)], key, 1000, "EndOfTranscript")


WRONGS = {"assemblyai": wrongs_assemblyai, "deepgram": wrongs_deepgram, "soniox": wrongs_soniox, "speechmatics": wrongs_speechmatics}


def notice(check, references, test_audio, vendor):
    simulator = Simulator(vendor, references)
    try:
        asyncio.run(wrongs(check, simulator.url, test_audio, vendor))
    finally:
        said = simulator.stop()
    check.that(not said, f"{vendor}: the simulator had no mishap", said)


def faults(check, references, _):
    """Every fault shows at the socket."""
    def is_whole(text):
        try:
            return json.loads(text)["type"] in ("Results", "Metadata")
        except (ValueError, TypeError, KeyError):
            return False

    async def see(fault):
        simulator = Simulator("deepgram", references, fault.split())
        seen = ""
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20, sock_connect=2)) as session:
                address = simulator.url + "/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true"
                began, last, longest, answered = time.monotonic(), None, 0.0, False
                async with asyncio.timeout(15), session.ws_connect(address, headers={"Authorization": "Token " + KEY}, autoping=False) as ws:
                    async def speak():
                        for _ in range(30):
                            await ws.send_bytes(bytes(3200))
                            await asyncio.sleep(0.08)
                        await ws.ping()
                        await ws.send_str('{"type":"CloseStream"}')
                    speaking = asyncio.create_task(speak())
                    texts = []
                    try:
                        while True:
                            message = await ws.receive(timeout=4)
                            if message.type == aiohttp.WSMsgType.PONG:
                                answered = True
                            elif message.type == aiohttp.WSMsgType.TEXT:
                                now = time.monotonic()
                                longest, last = max(longest, now - (last or now)), now
                                texts.append(message.data)
                            else:
                                break
                        seen = f"close {ws.close_code}, {len(texts)} messages"
                    except TimeoutError:
                        seen = f"nothing more, {len(texts)} messages"
                    finally:
                        speaking.cancel()
                    seen += f", pong {answered}, longest silence {longest:.1f} s"
                    seen += ", broken ones" if any("NeverHeardOf" in text for text in texts) else ""
                    seen += ", broken at the end" if texts and not is_whole(texts[-1]) else ""
                    seen += ", Metadata" if any('"Metadata"' in text for text in texts) else ""
        except aiohttp.WSServerHandshakeError as refused:
            seen = f"status {refused.status}"
        except TimeoutError:
            seen = f"nothing for {time.monotonic() - began:.0f} s"
        except (aiohttp.ClientError, ConnectionError) as problem:
            seen = f"{type(problem).__name__} {problem}"
        finally:
            said = simulator.stop()
        return seen + (f"; the simulator said: {said}" if said else "")

    for fault, wanted in [
            ("refuse", "reset by peer"), ("hang-connect", "nothing for"), ("401", "status 401"), ("429", "status 429"), ("5xx=503", "status 503"),
            ("silent-opening", "nothing more, 0 messages, pong False"), ("stall-after=1", "nothing more, [1-3] messages, pong True"),
            ("half-open-after=1", "nothing more, [1-3] messages, pong False"), ("drop-after=1", "close 1006|reset by peer"),
            ("close-after=1", "close 1000, [1-3] messages, pong False"), ("close-code=1011", "close 1011"), ("error-after=1", "close 1011"),
            ("cap-after=1", "close 1011"), ("garbage-after=1", "close 1000.*broken ones.*broken at the end"), ("garble", "broken ones, Metadata"),
            ("late=1", "Metadata"), ("hold-after=1 hold=2", "longest silence (1.[7-9]|2.).*Metadata"), ("double-finals", "close 1000"),
            ("cut-end", "close 1000, .* s$")]:
        seen = asyncio.run(see(fault))
        check.that(re.search(wanted, seen), f"the fault {fault} shows", seen)

    async def down():
        """A vendor that is down after a fault, and is there again."""
        simulator = Simulator("deepgram", references, ["drop-after=0.5", "down=2"], fault_count=1)
        address = simulator.url + "/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000"
        seen = []

        async def attempt(session):
            try:
                async with session.ws_connect(address, headers={"Authorization": "Token " + KEY}) as ws:
                    for _ in range(8):
                        await ws.send_bytes(bytes(3200))
                        await asyncio.sleep(0.1)
                    await ws.send_str('{"type":"CloseStream"}')
                    while not ws.closed:
                        await ws.receive(timeout=5)
                    return ws.close_code
            except (aiohttp.ClientError, ConnectionError) as problem:
                return "reset" if "reset" in str(problem) or "closing" in str(problem) else str(problem)

        try:
            async with aiohttp.ClientSession() as session:
                seen += [await attempt(session), await attempt(session)]
                await asyncio.sleep(2)
                seen.append(await attempt(session))
                running = asyncio.create_task(attempt(session))
                await asyncio.sleep(0.3)
                await session.post(simulator.url + "/_outage?seconds=1")
                seen += [await running, await attempt(session)]
        finally:
            simulator.stop()
        return seen

    seen = asyncio.run(down())
    check.that(seen[0] in (1006, "reset") and seen[1:3] == ["reset", 1000] and seen[3] in (1006, "reset") and seen[4] == "reset",
               "a vendor that is down resets everything, and comes back", str(seen))


# What each vendor tells of its own faults, as a client of its protocol reads it; and whether its stream ends well.
TOLD = {
    "assemblyai": {"401": "1008: Unauthorized Connection.*close code 1008", "429": "3009.*Too many concurrent sessions.*close code 3009",
                   "error-after=2": "Error 3005.*close code 3005", "cap-after=2": "Error 3008: Session Expired.*close code 3008"},
    "deepgram": {"401": "401, message", "429": "429, message", "error-after=2": "Error: .*close code 1011", "cap-after=2": "close code 1011"},
    "soniox": {"401": "error 401: Invalid API key.*close code 1000", "429": "error 429: Rate limit", "error-after=2": "error 503: Cannot continue",
               "cap-after=2": "error 400: Audio is too long"},
    "speechmatics": {"401": "401, message", "429": "429, message", "error-after=2": "Error job_error: .*close code 4013",
                     "cap-after=2": "Error timelimit_exceeded: .*close code 4006"},
}


def told(check, references, test_audio, vendor):
    """The faults that differ from vendor to vendor."""
    with wave.open(os.path.join(test_audio, "beckett.wav")) as clip:
        rate = clip.getframerate()
        samples = numpy.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(numpy.float32) / 32768
    import soxr

    # Up to the end of a word: its final has not been said when the stream ends.
    pcm = (numpy.clip(soxr.resample(samples, rate, 16_000), -1, 1) * 32767).astype("<i2")[:88_000].tobytes()

    def hear(fault):
        simulator = Simulator(vendor, references, [fault])
        try:
            heard = asyncio.run(stream(vendor, simulator.url, KEY, pcm, patience=5))
            broken = [violation for violation in simulator.violations if violation["kind"] != "no end message"]
        finally:
            said = simulator.stop()
        return [word.plain for word in heard.words], "; ".join(heard.problems) + said + (f"; violations {broken}" if broken else "")

    words, problems = hear("late=0")
    check.that(len(words) > 4 and not problems, f"{vendor}: a client of the fault table hears a stream to its end", f"{words}; {problems}")
    for fault, wanted in TOLD[vendor].items():
        _, problems = hear(fault)
        check.that(re.search(wanted, problems) and "violations" not in problems, f"{vendor}: the fault {fault} is told in its own words", problems)
    doubled, problems = hear("double-finals")
    check.that(len(doubled) == 2 * len(words), f"{vendor}: finals come twice", f"{doubled}; {problems}")
    cut, problems = hear("cut-end")
    check.that(len(cut) < len(words) and "the stream broke: CLOSE, close code 1000" in problems, f"{vendor}: the last finals do not come",
               f"{cut}; {problems}")


def hearing(check, references, test_audio):
    """The oracle hears what came, where it came."""
    library = oracle.Library.load(references)
    truth = [(word.text, word.start) for word in library.words]
    with wave.open(os.path.join(test_audio, "beckett.wav")) as clip:
        rate = clip.getframerate()
        samples = numpy.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(numpy.float32) / 32768

    def heard(audio, at=rate):
        return [(word.text, word.start) for word in oracle.hear(library, audio, at)]

    def same(a, b):
        return len(a) == len(b) and all(x[0] == y[0] and abs(x[1] - y[1]) < 0.03 for x, y in zip(a, b))

    import soxr

    check.that(same(heard(samples), truth), "every word is heard, at its time")
    for other in (8000, 24_000, 44_100, 48_000):
        check.that(same(heard(soxr.resample(samples, rate, other), other), truth), f"at {other} Hz too")
    narrow = soxr.resample(samples, rate, 8000)
    for name, table in (("mu-law", MULAW), ("A-law", ALAW)):
        order = numpy.argsort(table)
        codes = order[numpy.clip(numpy.searchsorted(table[order], narrow), 0, 255)]
        check.that(same(heard(table[codes], 8000), truth), f"as {name} too")
    check.that(same(heard(samples * 0.05), truth), "26 dB softer too")
    rng = numpy.random.default_rng(1)
    check.that(same(heard(samples + rng.normal(0, samples.std() / 5.6, len(samples)).astype(numpy.float32)), truth), "with noise at 15 dB too")
    shifted = heard(numpy.concatenate([numpy.zeros(rate + 77, numpy.float32), samples]))
    check.that(same(shifted, [(text, start + (rate + 77) / rate) for text, start in truth]), "silence before it shifts every word")
    low, high = 2.0, 5.0
    cut = heard(numpy.concatenate([samples[:int(low * rate)], samples[int(high * rate):]]))
    ends = {(word.text, word.start): word.end for word in library.words}
    kept = [(text, start if start < low else start - (high - low)) for text, start in truth
            if start + 0.6 * (ends[text, start] - start) <= low or start + 0.4 * (ends[text, start] - start) >= high]
    check.that(same(cut, kept), "three seconds that are lost lose their words", str(cut))
    doubled = heard(numpy.concatenate([samples[:3 * rate], samples[int(1.8 * rate):]]))
    check.that(len(doubled) == len(truth) + sum(1.8 <= start < 2.8 for _, start in truth), "what is said twice is heard twice", str(doubled))
    check.that(not heard(numpy.zeros(5 * rate, numpy.float32)), "silence is nothing")
    # Any sound will do for a recording of a hundred words.
    sound = rng.normal(0, 0.1, 30 * oracle.RATE).astype(numpy.float32)
    with tempfile.TemporaryDirectory(prefix="harken-selfcheck-") as folder:
        place = os.path.join(folder, "long.wav")
        with wave.open(place, "wb") as out:
            out.setnchannels(1), out.setsampwidth(2), out.setframerate(oracle.RATE)
            out.writeframes((numpy.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        words = [{"text": f"word{at % 30}", "start": 0.3 * at, "end": 0.3 * at + 0.25} for at in range(99)]
        found = oracle.hear(oracle.Library([{"file": place, "words": words}]), sound, oracle.RATE)
    check.that([word.text for word in found] == [word["text"] for word in words], "a hundred words on end are heard once", str(len(found)))
    check.that(not heard(rng.normal(0, 0.1, 5 * rate).astype(numpy.float32)), "noise is nothing")
    check.that(not heard(samples[::-1].copy()), "speech that is not known is nothing")


def main(args):
    check = Check()
    with tempfile.TemporaryDirectory(prefix="harken-selfcheck-") as folder:
        references = os.path.join(folder, "oracle.json")
        with open(references, "w") as file:
            json.dump(oracle.references([os.path.join(args.test_audio, "beckett.wav")], args.harken, args.cache), file)
        hearing(check, references, args.test_audio)
        work = [(drive, vendor, folder) for vendor in args.drivers or DRIVES]
        work += [(notice, vendor) for vendor in args.drivers or DRIVES if vendor in WRONGS]
        work += [(told, vendor) for vendor in args.drivers or DRIVES if vendor in TOLD]
        work += [] if args.drivers else [(faults,)]
        with concurrent.futures.ThreadPoolExecutor(args.jobs or 3) as pool:
            for job in [pool.submit(part, check, references, args.test_audio, *rest) for part, *rest in work]:
                job.result()
    print(f"{len(check.failed)} failed" if check.failed else "all hold")
    return 1 if check.failed else 0
