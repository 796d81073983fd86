"""Diarisation error rate of `harken transcribe --speakers --json`, by its segments.

No collar: every 10 ms counts, overlapped speech too (of which one speaker at a time is found at most). Speakers are paired with the reference's so that
the error is least. Beside it, as an anchor, the same segments with one speaker for all.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FRAMES = 100  # a second
GOALS = {"composed conversations": 0.10, "AMI excerpts": 0.30, "other": None}


def measure(audio):
    """Rates by set, and by recording; and what is left to say when a goal is missed."""
    recordings = [entry for line in (audio / "manifest.jsonl").read_text().splitlines()
                  if (entry := json.loads(line))["kind"] == "diarization" and entry.get("rttm")]
    sets = {}
    for entry in recordings:
        reference, found = read_rttm(audio / entry["rttm"]), transcribe(audio / entry["file"])
        kind = "composed conversations" if entry.get("composed") else "AMI excerpts" if entry["id"].startswith("ami-") else "other"
        sets.setdefault(kind, []).append({
            "id": entry["id"],
            **errors(reference, found, entry["duration_s"]),
            "one_speaker": errors(reference, [(start, end, 0) for start, end, _ in found], entry["duration_s"])["rate"],
            "speakers": [len({who for *_, who in reference}), len({who for *_, who in found})],
        })
    return {kind: {**total(rows), "recordings": rows} for kind, rows in sets.items()}


def total(rows):
    speech = sum(row["speech"] for row in rows)
    return {key: round(sum(row[key] * row["speech"] for row in rows) / speech, 4)
            for key in ("rate", "missed", "false_alarm", "confused", "one_speaker")}


def read_rttm(path):
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows]


def transcribe(file):
    program = os.environ.get("HARKEN", str(ROOT / ".build/release/harken"))
    done = subprocess.run([program, "transcribe", "--speakers", "--json", str(file)], stdout=subprocess.PIPE, check=True, text=True)
    return [(segment["start"], segment["end"], segment.get("speaker", 0)) for segment in json.loads(done.stdout)["segments"]]


def errors(reference, found, duration):
    length = int(duration * FRAMES) + 1
    here, there = by_frame(reference, length), by_frame(found, length)
    speech = sum(len(who) for who in here)
    if not speech:
        raise ValueError("the reference has no speech in it")
    together = {}
    for said, heard in zip(here, there):
        for pair in ((a, b) for a in said for b in heard):
            together[pair] = together.get(pair, 0) + 1
    right = most_in_pairs(together)
    missed = sum(max(len(said) - len(heard), 0) for said, heard in zip(here, there)) / speech
    false_alarm = sum(max(len(heard) - len(said), 0) for said, heard in zip(here, there)) / speech
    confused = (sum(min(len(said), len(heard)) for said, heard in zip(here, there)) - right) / speech
    return {"speech": speech / FRAMES, "missed": missed, "false_alarm": false_alarm, "confused": confused,
            "rate": missed + false_alarm + confused}


def by_frame(turns, length):
    frames = [set() for _ in range(length)]
    for start, end, who in turns:
        for index in range(max(0, round(start * FRAMES)), min(length, round(end * FRAMES))):
            frames[index].add(who)
    return frames


def most_in_pairs(together):
    """The most frames that agree when each speaker is paired with at most one of the others; of many found only those that matter are tried."""
    ours = sorted({a for a, _ in together}, key=str)
    theirs = sorted({b for _, b in together}, key=lambda b: -sum(n for (_, other), n in together.items() if other == b))[:12]

    @functools.cache
    def best(index, used):
        if index == len(ours):
            return 0
        options = [best(index + 1, used)]
        for place, other in enumerate(theirs):
            if not used >> place & 1 and (ours[index], other) in together:
                options.append(together[ours[index], other] + best(index + 1, used | 1 << place))
        return max(options)

    return best(0, 0)


def show(sets):
    for kind, result in sorted(sets.items()):
        goal = GOALS[kind]
        detail = f"{result['rate']:.1%} ({result['missed']:.1%} missed, {result['false_alarm']:.1%} too much, {result['confused']:.1%} another's)"
        print(f"{'diarisation, ' + kind:36}{detail:66}{f'≤ {goal:.0%}' if goal else '':8}one speaker for all: {result['one_speaker']:.1%}")


def reached(sets):
    return all(goal is None or kind not in sets or sets[kind]["rate"] <= goal for kind, goal in GOALS.items())


def self_check():
    reference = [(0.0, 1.0, "a"), (1.0, 2.0, "b")]
    assert errors(reference, [(0.0, 1.0, 1), (1.0, 2.0, 0)], 2)["rate"] == 0
    assert abs(errors(reference, [(0.0, 2.0, 0)], 2)["confused"] - 0.5) < 1e-9
    assert abs(errors(reference, [(0.0, 0.5, 0)], 2)["missed"] - 0.75) < 1e-9
    assert abs(errors(reference, [(0.0, 1.0, 0), (1.0, 2.0, 1), (0.5, 1.0, 1)], 2)["false_alarm"] - 0.25) < 1e-9


if __name__ == "__main__":
    self_check()
    measured = measure(pathlib.Path(sys.argv[1]))
    for rows in measured.values():
        for row in rows["recordings"]:
            print(f"  {row['id']:20}{row['rate']:.1%} ({row['missed']:.1%} {row['false_alarm']:.1%} {row['confused']:.1%}) {row['speakers']}")
    show(measured)
