"""Has the local engine recognize one recording by each way in, and asks for exactly the same words each time.

What it asks:

- `harken transcribe --json` gives the words of local_recording.txt, with times in order and inside the recording;
- two requests at the same time to `POST /v1/listen` of a gateway with this engine get these words, at these times, each;
- of a call with one person on each side, `--channels --timestamps` gives each side's words with its channel, and without it a note says that they are mixed;
- words and times are a function of the audio: the command has one processor, and the gateway has all there are.

The text is what the models of the manifest hear. After a change of a model, look at the new text, and write it with --write.
"""

import argparse
import concurrent.futures
import difflib
import json
import os
import re
import subprocess
import sys
import urllib.request
import wave

from gateway import OPENER, Server, ServerError, dies_with_us, environment, judged

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, "local_recording.txt")
HANG = 300  # seconds after which what is waited for does not come


def bare(text):
    """The words without stops and capitals, which hang on where in the audio the words begin, and on the processor."""
    return re.findall(r"\w+", text.lower())


def by_command(harken, recording):
    """The text, and the words with their times, by `harken transcribe` on one processor."""
    def prepare():
        dies_with_us()
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    done = subprocess.run(
        [harken, "transcribe", "--json", recording], capture_output=True, text=True, timeout=HANG, env=environment(), preexec_fn=prepare)
    if done.returncode != 0:
        raise ServerError(f"harken transcribe ended with the status {done.returncode}: {done.stderr.strip()[-500:]}")
    found = json.loads(done.stdout)
    return found["text"], [(word["text"], word["start"], word["end"]) for word in found["words"]]


def of_a_call(harken, recording, expected, folder):
    """What is wrong with the words of two channels: one has the recording first, the other one after it."""
    call = os.path.join(folder, "call.wav")
    with wave.open(recording) as file:
        parameters, frames = file.getparams(), file.readframes(file.getnframes())
    samples, silence = [frames[at:at + 2] for at in range(0, len(frames), 2)], bytes(2)
    with wave.open(call, "wb") as file:
        file.setparams(parameters._replace(nchannels=2))
        file.writeframes(b"".join(sample + silence for sample in samples) + b"".join(silence + sample for sample in samples))

    def lines(*options):
        done = subprocess.run([harken, "transcribe", *options, call], capture_output=True, text=True, timeout=HANG, env=environment())
        if done.returncode != 0:
            raise ServerError(f"harken transcribe ended with the status {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout.splitlines(), done.stderr

    apart, told = lines("--channels", "--timestamps")
    if "mixed" in told:
        yield f"harken transcribe --channels: {told}"
    for channel in (1, 2):
        said = [re.fullmatch(rf"\[\d+:\d\d\] Channel {channel}: (.*)", line) for line in apart]
        words, wanted = bare(" ".join(line[1] for line in said if line)), bare(expected)
        if difflib.SequenceMatcher(None, words, wanted).ratio() < 0.8:
            yield f"harken transcribe --channels: channel {channel} says {words}; expected {wanted}"
    if not all(re.match(r"\[\d+:\d\d\] Channel [12]: ", line) for line in apart):
        yield f"harken transcribe --channels: lines without channel or time in {apart}"
    mixed, told = lines()
    if "call.wav: 2 channels, mixed" not in told or any("Channel" in line for line in mixed):
        yield f"harken transcribe of two channels: {told}; {mixed}"


def by_gateway(server, key, recording):
    """The same by the gateway, as Deepgram's clients ask for it."""
    with open(recording, "rb") as file:
        request = urllib.request.Request(
            server.url + "/v1/listen?smart_format=true", data=file.read(), headers={"Authorization": "Token " + key, "Content-Type": "audio/wav"})
    with OPENER.open(request, timeout=HANG) as answer:
        best = json.load(answer)["results"]["channels"][0]["alternatives"][0]
    return best["transcript"], [(word["punctuated_word"], word["start"], word["end"]) for word in best["words"]]


def judge(args, recording, folder):
    """What is wrong."""
    with wave.open(recording) as file:
        length = file.getnframes() / file.getframerate()
    heard = text, words = by_command(args.harken, recording)
    if args.write:
        with open(EXPECTED, "w") as file:
            file.write(text + "\n")
    with open(EXPECTED) as file:
        expected = file.read().strip()
    for found in (text, " ".join(word for word, _, _ in words)):
        if bare(found) != bare(expected):
            yield f"harken transcribe: {found}; expected {expected}"
    times = [time for _, start, end in words for time in (start, end)]
    if times != sorted(times) or not all(0 <= time <= length for time in times):
        yield f"harken transcribe: times are not in order, or not inside {length:.2f} s: {words}"
    yield from of_a_call(args.harken, recording, expected, folder)
    server = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"})
    try:
        server.wait_until_ready(HANG)
        key = server.make_key("--scope", "transcribe")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda _: by_gateway(server, key, recording), range(2)))
        for number, answer in enumerate(answers, 1):
            if answer != heard:
                yield f"POST /v1/listen, answer {number}: {answer}; by harken transcribe {heard}"
    finally:
        ending = server.stop_well()
    yield from ending


def main():
    parser = argparse.ArgumentParser(prog="scripts/play recording", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav")
    parser.add_argument("--write", action="store_true", help="writes local_recording.txt")
    args = parser.parse_args()
    return judged("recording", lambda folder: judge(args, os.path.join(args.test_audio, "beckett.wav"), folder), errors=(subprocess.SubprocessError,))


if __name__ == "__main__":
    sys.exit(main())
