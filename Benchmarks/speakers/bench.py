"""Speaker verification and identification with the voiceprints of `harken people embed`, and diarisation (see diarization.py).

Prints equal error rate, minimum detection cost (a target in a hundred, both errors cost the same), and identification: speakers are enrolled with
role=enrol, looked for with role=test, and strangers (role=impostor) are to be refused by the distance and margin of SpeakerRule. The curve of both
errors over the distance goes to the JSON; the rule's distance was chosen from it.
"""

import argparse
import functools
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import wave

import av
import numpy

import diarization

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOAL_EER = 0.001


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("results", type=pathlib.Path)
    arguments.add_argument("--audio", type=pathlib.Path, default=ROOT.parent / "shared" / "audio")
    options = arguments.parse_args()
    self_check()
    diarization.self_check()
    if not (options.audio / "manifest.jsonl").exists():
        print(f"speakers: {options.audio} is not there; name the folder with --audio", file=sys.stderr)
        return 1
    clips = [entry for line in (options.audio / "manifest.jsonl").read_text().splitlines()
             if (entry := json.loads(line))["kind"] == "speaker"]
    began = time.monotonic()
    voices = embed([str(options.audio / clip["file"]) for clip in clips])
    elapsed, seconds = time.monotonic() - began, sum(clip["duration_s"] for clip in clips)
    prints = {clip["id"]: voice for clip, voice in zip(clips, voices)}
    same, different = trials(options.audio / "speaker" / "trials.tsv", prints)
    result = {
        "clips": len(clips),
        "seconds": round(seconds, 1),
        "milliseconds_per_second": round(1000 * elapsed / seconds, 1),
        "trials": [len(same), len(different)],
        "eer": equal_error_rate(same, different),
        "min_dcf": minimum_cost(same, different),
        **identify(clips, prints, *rule()),
        "curve": [[round(step / 100, 2), *errors(same, different, step / 100)] for step in range(20, 91, 2)],
    }
    with tempfile.TemporaryDirectory() as folder:
        copies = {clip["id"]: telephone(options.audio / clip["file"], pathlib.Path(folder)) for clip in clips}
        heard = embed_some(copies.values())
        calls = {name: heard[copy] for name, copy in copies.items() if copy in heard}
    result["telephone"] = {}
    for name, enrolled in (("microphone", prints), ("telephone", calls)):
        same, different = trials(options.audio / "speaker" / "trials.tsv", enrolled, calls)
        result["telephone"][name] = {"eer": equal_error_rate(same, different), **identify(clips, enrolled, *rule(), heard=calls)}
    result["diarization"] = diarization.measure(options.audio)
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "speakers.json").write_text(json.dumps(result, indent=2) + "\n")
    show(result)
    diarization.show(result["diarization"])
    known = result["eer"] <= GOAL_EER and result["identified"] == result["tests"] and result["refused"] == result["impostors"]
    return 0 if known and diarization.reached(result["diarization"]) else 1


def embed(files):
    program = os.environ.get("HARKEN", str(ROOT / ".build/release/harken"))
    done = subprocess.run([program, "people", "embed", "--json", *files], stdout=subprocess.PIPE, check=True, text=True)
    return [Voice(answer["voiceprint"], answer["model"]) for answer in map(json.loads, done.stdout.splitlines())]


def embed_some(files):
    """The voiceprints by file; files with too little speech have none."""
    program = os.environ.get("HARKEN", str(ROOT / ".build/release/harken"))
    done = subprocess.run([program, "people", "embed", "--json", *files], stdout=subprocess.PIPE, text=True)
    return {answer["file"]: Voice(answer["voiceprint"], answer["model"]) for answer in map(json.loads, done.stdout.splitlines())}


class Voice(list):
    """A voiceprint, and the name of its models."""

    def __init__(self, values, model="one"):
        super().__init__(values)
        self.model = model


@functools.cache
def scale(one, other):
    """The factor of distances by two models that makes the threshold of one model hold, as the program has it."""
    if "+" not in one:
        return 1.0
    names = {0: "meanScale", 1: "mixedScale", 2: "telephoneScale"}
    source = (ROOT / "Sources/Conversations/Model/Voiceprint.swift").read_text()
    above, below = re.search(names[sum(name.endswith("/telephone") for name in (one, other))] + r": Float = ([0-9.]+) / ([0-9.]+)", source).groups()
    return float(above) / float(below)


def rule():
    """Distance and margin, as the program has them."""
    source = (ROOT / "Sources/Speakers/SpeakerRule.swift").read_text()
    return [float(re.search(name + r": Float = ([0-9.]+)", source).group(1)) for name in ("distance", "margin")]


def telephone(file, folder):
    """A copy of a recording as a telephone has it: 300 to 3,400 Hz, 8 kHz, µ-law."""
    with av.open(str(file)) as media:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=16_000)
        parts = [part.to_ndarray()[0] for frame in media.decode(audio=0) for part in resampler.resample(frame)]
    samples = numpy.concatenate(parts)
    spectrum, frequency = numpy.fft.rfft(samples), numpy.fft.rfftfreq(len(samples), 1 / 16_000)
    spectrum *= numpy.clip((frequency - 200) / 200, 0, 1) * numpy.clip((3_800 - frequency) / 400, 0, 1)
    narrow = numpy.clip(numpy.fft.irfft(spectrum, len(samples))[::2], -1, 1)
    code = numpy.round(numpy.sign(narrow) * numpy.log1p(255 * numpy.abs(narrow)) / math.log(256) * 127) / 127
    heard = numpy.sign(code) * (256 ** numpy.abs(code) - 1) / 255
    copy = folder / (file.stem + ".wav")
    with wave.open(str(copy), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes((heard * 32_767).astype("<i2").tobytes())
    return str(copy)


def trials(path, prints, heard=None):
    """Distances of the same and of different speakers: of recordings from each other, or from `heard`, other copies of them."""
    same, different = [], []
    heard = heard or prints
    for line in path.read_text().splitlines()[1:]:
        label, a, b = line.split("\t")
        if a not in prints or b not in heard:
            continue
        (same if label == "1" else different).append(distance(prints[a], heard[b]))
    return sorted(same), sorted(different)


def distance(a, b):
    return scale(a.model, b.model) * (1 - sum(x * y for x, y in zip(a, b)))


def errors(same, different, threshold):
    """Shares of the same speaker refused and of different ones accepted, when only what is nearer than the threshold is accepted."""
    return (sum(d >= threshold for d in same) / len(same), sum(d < threshold for d in different) / len(different))


def equal_error_rate(same, different):
    refused, accepted = min((errors(same, different, t) for t in thresholds(same, different)), key=lambda pair: abs(pair[0] - pair[1]))
    return (refused + accepted) / 2


def minimum_cost(same, different, prior=0.01):
    return min(prior * r + (1 - prior) * a for r, a in (errors(same, different, t) for t in thresholds(same, different))) / prior


def thresholds(same, different):
    return sorted({*same, *different, 2.1})


def identify(clips, prints, farthest, margin, heard=None):
    enrolled, heard = {}, heard or prints
    for clip in clips:
        if clip.get("role") == "enrol" and clip["id"] in prints:
            enrolled.setdefault(clip["speaker"], []).append(prints[clip["id"]])
    centres = {speaker: Voice(unit([sum(values) for values in zip(*voices)]), voices[0].model) for speaker, voices in enrolled.items()}

    def find(voice):
        if voice is None:
            return None
        nearest = sorted((distance(voice, centre), speaker) for speaker, centre in centres.items())
        known = nearest[0][0] < farthest and (len(nearest) < 2 or nearest[1][0] - nearest[0][0] >= margin)
        return nearest[0][1] if known else None

    tests = [clip for clip in clips if clip.get("role") == "test"]
    impostors = [clip for clip in clips if clip.get("role") == "impostor"]
    return {
        "tests": len(tests),
        "identified": sum(find(heard.get(clip["id"])) == clip["speaker"] for clip in tests),
        "impostors": len(impostors),
        "refused": sum(find(heard.get(clip["id"])) is None for clip in impostors),
    }


def unit(vector):
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


def show(result):
    rows = [
        ("equal error rate", f"{result['eer']:.2%}", f"≤ {GOAL_EER:.1%}"),
        ("minimum detection cost", f"{result['min_dcf']:.4f}", ""),
        ("known speakers identified", f"{result['identified']} of {result['tests']}", "all"),
        ("strangers refused", f"{result['refused']} of {result['impostors']}", "all"),
        *[(f"telephone, profile by {name}", f"EER {by['eer']:.2%}, {by['identified']} known, {by['refused']} refused", "≤ 2 %")
          for name, by in result["telephone"].items()],
        ("work", f"{result['milliseconds_per_second']} ms per second of audio", ""),
    ]
    for name, value, goal in rows:
        print(f"{name:28}{value:32}{goal}")


def self_check():
    assert equal_error_rate([0.1, 0.2], [0.8, 0.9]) == 0
    assert errors([0.1, 0.6], [0.4, 0.9], 0.5) == (0.5, 0.5)
    assert abs(minimum_cost([0.1, 0.6], [0.8, 0.9])) < 1e-12
    assert abs(distance(Voice([1.0, 0.0]), Voice([0.0, 1.0])) - 1) < 1e-12
    assert abs(distance(Voice([1.0, 0.0], "a+b"), Voice([0.0, 1.0], "a+b")) - 0.50 / 0.56) < 1e-12
    assert abs(distance(Voice([1.0, 0.0], "a+b"), Voice([0.0, 1.0], "a+b/telephone")) - 0.50 / 0.62) < 1e-12


if __name__ == "__main__":
    sys.exit(main())
