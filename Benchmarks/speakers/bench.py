"""Speaker verification and identification with the voiceprints of `harken people embed`, and diarisation (see diarization.py).

Prints equal error rate, minimum detection cost (a target in a hundred, both errors cost the same), and identification: speakers are enrolled with
role=enrol, looked for with role=test, and strangers (role=impostor) are to be refused by the distance and margin of SpeakerRule. The curve of both
errors over the distance goes to the JSON; the rule's distance was chosen from it.
"""

import argparse
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import time

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
    return [Voice(answer["voiceprint"], scale() if "+" in answer["model"] else 1.0) for answer in map(json.loads, done.stdout.splitlines())]


class Voice(list):
    """A voiceprint, and the factor of its distances: voiceprints of two models have one that makes the threshold of one model hold."""

    def __init__(self, values, factor=1.0):
        super().__init__(values)
        self.factor = factor


def scale():
    """The factor of distances by two models, as the program has it."""
    source = (ROOT / "Sources/Conversations/Model/Voiceprint.swift").read_text()
    above, below = re.search(r"meanScale: Float = ([0-9.]+) / ([0-9.]+)", source).groups()
    return float(above) / float(below)


def rule():
    """Distance and margin, as the program has them."""
    source = (ROOT / "Sources/Speakers/SpeakerRule.swift").read_text()
    return [float(re.search(name + r": Float = ([0-9.]+)", source).group(1)) for name in ("distance", "margin")]


def trials(path, prints):
    same, different = [], []
    for line in path.read_text().splitlines()[1:]:
        label, a, b = line.split("\t")
        (same if label == "1" else different).append(distance(prints[a], prints[b]))
    return sorted(same), sorted(different)


def distance(a, b):
    return a.factor * (1 - sum(x * y for x, y in zip(a, b)))


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


def identify(clips, prints, farthest, margin):
    enrolled = {}
    for clip in clips:
        if clip.get("role") == "enrol":
            enrolled.setdefault(clip["speaker"], []).append(prints[clip["id"]])
    centres = {speaker: Voice(unit([sum(values) for values in zip(*voices)]), voices[0].factor) for speaker, voices in enrolled.items()}

    def find(voice):
        nearest = sorted((distance(voice, centre), speaker) for speaker, centre in centres.items())
        known = nearest[0][0] < farthest and (len(nearest) < 2 or nearest[1][0] - nearest[0][0] >= margin)
        return nearest[0][1] if known else None

    tests = [clip for clip in clips if clip.get("role") == "test"]
    impostors = [clip for clip in clips if clip.get("role") == "impostor"]
    return {
        "tests": len(tests),
        "identified": sum(find(prints[clip["id"]]) == clip["speaker"] for clip in tests),
        "impostors": len(impostors),
        "refused": sum(find(prints[clip["id"]]) is None for clip in impostors),
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
        ("work", f"{result['milliseconds_per_second']} ms per second of audio", ""),
    ]
    for name, value, goal in rows:
        print(f"{name:28}{value:32}{goal}")


def self_check():
    assert equal_error_rate([0.1, 0.2], [0.8, 0.9]) == 0
    assert errors([0.1, 0.6], [0.4, 0.9], 0.5) == (0.5, 0.5)
    assert abs(minimum_cost([0.1, 0.6], [0.8, 0.9])) < 1e-12
    assert abs(distance(Voice([1.0, 0.0]), Voice([0.0, 1.0])) - 1) < 1e-12
    assert abs(distance(Voice([1.0, 0.0], 0.5), Voice([0.0, 1.0], 0.5)) - 0.5) < 1e-12


if __name__ == "__main__":
    sys.exit(main())
