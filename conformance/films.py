"""Has the local engine hear films as their makers write them, by each protocol for recordings and by the command line.

What it asks:

- a file with two sound tracks: the one that is marked, or the first one, is heard, and the answer names the other; a silent track hides nobody;
  `track=2` hears the second one, and `track=all` both;
- sound that begins three seconds after the picture has words three seconds later, within 0.05 s of those of the sound alone;
- transport streams of television and cameras, with a name of the service, have the words of the sound alone;
- a film that is cut off has the words that are there, and the answer says that it is cut;
- words of a script without blanks, said by `espeak-ng`, have times of their own, within the sound of their sentence.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
import wave

from gateway import OPENER, Server, ServerError, dies_with_us, environment, judged

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "streaming"))

from conformance_common import normalise, word_error_rate

HANG = 300  # seconds after which what is waited for does not come
# Mandarin, and the seconds of silence before each sentence and at the end.
SENTENCES, SILENCES = ("今天天气很好，我们去公园走走。", "明天早上九点在车站见面，请不要忘记带票。"), (2, 3, 2)
# Seconds that a word may reach beyond the sound of its sentence: the model's frames, and the breath of the voice.
BEYOND = 0.4
PICTURE = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=10"]


def ffmpeg(*arguments):
    done = subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments], capture_output=True, text=True, timeout=HANG)
    if done.returncode != 0:
        raise ServerError(f"ffmpeg: {done.stderr.strip()[-300:]}")
    return arguments[-1]


class Ways:
    """Each way to have a recording recognized: the text, the starts of its words where there are any, and what else the answer says."""

    def __init__(self, harken, server, key):
        self.harken, self.server, self.key = harken, server, key
        self.all = {"OpenAI": self.openai, "Deepgram": self.deepgram, "AssemblyAI": self.assemblyai, "harken transcribe": self.command}

    def send(self, target, data=None, kind="application/json", scheme="Bearer "):
        request = urllib.request.Request(self.server.url + target, data=data, headers={"Authorization": scheme + self.key, "Content-Type": kind})
        with OPENER.open(request, timeout=HANG) as answer:
            return json.load(answer), str(answer.headers)

    def openai(self, path, track):
        boundary = uuid.uuid4().hex
        fields = {"model": "whisper-1", "response_format": "verbose_json", "timestamp_granularities[]": "word", **({"track": track} if track else {})}
        form = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        form += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{os.path.basename(path)}"\r\n\r\n'
        with open(path, "rb") as file:
            body = form.encode() + file.read() + f"\r\n--{boundary}--\r\n".encode()
        answer, headers = self.send("/v1/audio/transcriptions", body, f"multipart/form-data; boundary={boundary}")
        return answer["text"], [word["start"] for word in answer["words"]], str(answer.get("warnings")) + headers

    def deepgram(self, path, track):
        with open(path, "rb") as file:
            answer, headers = self.send("/v1/listen?punctuate=true" + (f"&track={track}" if track else ""), file.read(), "video/mp4", "Token ")
        best = [channel["alternatives"][0] for channel in answer["results"]["channels"]]
        starts = [word["start"] for one in best for word in one["words"]]
        return " ".join(one["transcript"] for one in best), starts, json.dumps(answer["metadata"]) + headers

    def assemblyai(self, path, track):
        with open(path, "rb") as file:
            upload, _ = self.send("/v2/upload", file.read(), "application/octet-stream", "")
        order = {"audio_url": upload["upload_url"], **({"track": track} if track else {})}
        job, _ = self.send("/v2/transcript", json.dumps(order).encode(), scheme="")
        until = time.monotonic() + HANG
        while job["status"] not in ("completed", "error"):
            if time.monotonic() > until:
                raise ServerError("AssemblyAI's job is not done")
            time.sleep(0.1)
            job, _ = self.send("/v2/transcript/" + job["id"], scheme="")
        if job["status"] == "error":
            raise ServerError(job["error"])
        return job["text"] or "", [word["start"] / 1000 for word in job["words"]], json.dumps(job["metadata"])

    def command(self, path, track):
        done = subprocess.run(
            [self.harken, "transcribe", "--json", *(["--track", track] if track else []), path],
            capture_output=True, text=True, timeout=HANG, env=environment(), preexec_fn=dies_with_us)
        if done.returncode != 0:
            raise ServerError(f"harken transcribe: {done.stderr.strip()[-300:]}")
        found = json.loads(done.stdout)
        return found["text"], [word["start"] for word in found["words"]], done.stderr


def make(folder, recording):
    """The files."""
    at = lambda name: os.path.join(folder, name)
    first = ffmpeg("-i", recording, "-t", "5", "-ac", "1", at("first.wav"))
    second = ffmpeg("-ss", "5", "-i", recording, "-t", "5", "-ac", "1", at("second.wav"))
    silence = ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=5", at("silence.wav"))
    files = {"first": first, "second": second}
    for kind in ("mkv", "mp4"):
        def tracks(name, one, other, *more):
            return ffmpeg(*PICTURE, "-i", one, "-i", other, "-map", "0:v", "-map", "1:a", "-map", "2:a", "-c:v", "mpeg4", "-c:a", "aac", *more, at(name))

        files[f"silent {kind}"] = tracks(f"silent.{kind}", silence, first)
        files[f"two {kind}"] = tracks(f"two.{kind}", first, second)
        files[f"marked {kind}"] = tracks(f"marked.{kind}", first, second, "-disposition:a:0", "0", "-disposition:a:1", "default")
    for kind, codec in (("mkv", "mpeg4"), ("mp4", "mpeg4"), ("ts", "mpeg2video")):
        files[f"late {kind}"] = ffmpeg(
            *PICTURE, "-itsoffset", "3", "-i", first, "-map", "0:v", "-map", "1:a", "-c:v", codec, "-c:a", "aac", at(f"late.{kind}"))
    files["named ts"] = ffmpeg("-i", first, "-c:a", "aac", "-metadata", "service_name=Ünïcode", "-metadata", "service_provider=Sender", at("named.ts"))
    files["audio ts"] = ffmpeg("-i", first, "-c:a", "mp2", at("audio.ts"))
    files["camera m2ts"] = ffmpeg("-i", first, "-c:a", "aac", "-f", "mpegts", "-mpegts_m2ts_mode", "1", at("camera.m2ts"))
    with open(files["two mkv"], "rb") as file, open(at("cut.mkv"), "wb") as cut:
        whole = file.read()
        cut.write(whole[:len(whole) * 6 // 10])
    files["cut mkv"] = at("cut.mkv")
    return files


def judge_way(name, hear, files):
    """What is wrong with one way."""
    first, starts, _ = hear(files["first"], None)
    second, _, _ = hear(files["second"], None)
    names_track = lambda told: re.search(r"\btracks\b", told) is not None
    for kind in ("mkv", "mp4"):
        for file, track, wanted, isNamed in (
            ("silent", None, first, True), ("two", None, first, True), ("marked", None, second, True), ("two", "2", second, True),
            ("two", "all", first + " " + second, False),
        ):
            text, _, told = hear(files[f"{file} {kind}"], track)
            # Words that are said at the same time come in the order of their utterances.
            wrong = word_error_rate(wanted, text) if track != "all" else abs(len(normalise(text)) / max(1, len(normalise(wanted))) - 1)
            if wrong > 0.25:
                yield f"{name}, {file} {kind}, track {track}: {text}; expected {wanted}"
            if names_track(told) != isNamed:
                yield f"{name}, {file} {kind}, track {track}: the other track is {'not ' if isNamed else ''}named: {told[-300:]}"
    for kind in ("mkv", "mp4", "ts"):
        text, late, _ = hear(files[f"late {kind}"], None)
        if word_error_rate(first, text) > 0.1 or len(late) != len(starts):
            yield f"{name}, late {kind}: {text}; expected {first}"
        elif sorted(abs(after - before - 3) for before, after in zip(starts, late))[len(late) // 2] > 0.05:
            yield f"{name}, late {kind}: words at {late[:5]}; expected 3 s after {starts[:5]}"
    for file in ("named ts", "audio ts", "camera m2ts"):
        text, _, _ = hear(files[file], None)
        if word_error_rate(first, text) > 0.1:
            yield f"{name}, {file}: {text}; expected {first}"
    text, _, told = hear(files["cut mkv"], None)
    if "cut off" not in told or not normalise(text):
        yield f"{name}, a film that is cut off: {text}; told {told[-300:]}"


def spoken(folder):
    """A recording of the sentences, and where each is heard in it, in seconds."""
    samples, heard = bytearray(), []
    for number, (sentence, silence) in enumerate(zip(SENTENCES, SILENCES)):
        path = os.path.join(folder, f"sentence-{number}.wav")
        # The voice `cmn` reads what its dictionary makes of Chinese signs as English.
        subprocess.run(["espeak-ng", "-v", "cmn-latn-pinyin", "-s", "140", "-w", path, sentence], check=True, capture_output=True, timeout=HANG)
        plain = ffmpeg("-i", path, "-ac", "1", "-ar", "16000", os.path.join(folder, f"plain-{number}.wav"))
        with wave.open(plain) as clip:
            said = memoryview(clip.readframes(clip.getnframes())).cast("h")
        loud = [place for place, sample in enumerate(said) if abs(sample) > 300]
        samples += bytes(2 * 16_000 * silence)
        heard.append(tuple((len(samples) // 2 + place) / 16_000 for place in (loud[0], loud[-1])))
        samples += said.tobytes()
    samples += bytes(2 * 16_000 * SILENCES[-1])
    path = os.path.join(folder, "mandarin.wav")
    with wave.open(path, "wb") as clip:
        clip.setparams((1, 2, 16_000, 0, "NONE", ""))
        clip.writeframes(bytes(samples))
    return path, heard


def judge_script(args, folder):
    """What is wrong with the times of words in a script without blanks."""
    if shutil.which("espeak-ng") is None:
        yield "Mandarin: espeak-ng is not installed, so no sentence is timed; scripts/setup --tests installs it"
        return
    path, heard = spoken(folder)
    done = subprocess.run([args.harken, "transcribe", "--json", "--language", "zh", path], capture_output=True, text=True, timeout=HANG,
                          env=environment(), preexec_fn=dies_with_us)
    if done.returncode != 0:
        yield f"Mandarin: harken transcribe: {done.stderr.strip()[-300:]}"
        return
    found = json.loads(done.stdout)["words"]
    for number, (start, end) in enumerate(heard):
        inside = [word for word in found if start - BEYOND <= word["start"] and word["end"] <= end + BEYOND]
        if len(inside) < 4 or len({word["start"] for word in inside}) < len(inside):
            yield f"Mandarin, sentence {number + 1} from {start:.1f} to {end:.1f} s: {len(inside)} words with times of their own are in it: {found}"
    beyond = [word for word in found if not any(start - BEYOND <= word["start"] and word["end"] <= end + BEYOND for start, end in heard)]
    if beyond:
        yield f"Mandarin: words beyond the sound of {heard}: {beyond}"


def judge(args, folder):
    yield from judge_script(args, folder)
    files = make(folder, os.path.join(args.test_audio, "beckett.wav"))
    server = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"})
    try:
        server.wait_until_ready(HANG)
        ways = Ways(args.harken, server, server.make_key("--scope", "transcribe"))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            yield from (problem for problems in pool.map(lambda way: list(judge_way(way[0], way[1], files)), ways.all.items()) for problem in problems)
    finally:
        ending = server.stop_well()
    yield from ending


def main():
    parser = argparse.ArgumentParser(prog="scripts/play films", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav")
    args = parser.parse_args()
    return judged("films", lambda folder: judge(args, folder), errors=(subprocess.SubprocessError,))


if __name__ == "__main__":
    sys.exit(main())
