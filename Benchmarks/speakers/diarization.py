"""Diarisation error rate of `harken transcribe --speakers --json`, by its segments, and the error of words with their speakers (cpWER).

No collar: every 10 ms counts, overlapped speech too. Speakers are paired with the reference's so that the error is least. Beside it, as an anchor, the
same segments with one speaker for all. cpWER, as meeteval defines it: the words of each speaker in one row, rows paired so that the errors are least;
words of speakers without a pair are all wrong.
"""

import functools
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FRAMES = 100  # a second
GOALS = {"composed conversations": 0.065, "AMI excerpts": 0.25, "other": None}


def measure(audio):
    """Rates by set, and by recording; and what is left to say when a goal is missed."""
    recordings = [entry for line in (audio / "manifest.jsonl").read_text().splitlines()
                  if (entry := json.loads(line))["kind"] == "diarization" and entry.get("rttm")]
    sets = {}
    for entry in recordings:
        reference, (found, words) = read_rttm(audio / entry["rttm"]), transcribe(audio / entry["file"])
        kind = "composed conversations" if entry.get("composed") else "AMI excerpts" if entry["id"].startswith("ami-") else "other"
        sets.setdefault(kind, []).append({
            "id": entry["id"],
            **errors(reference, found, entry["duration_s"]),
            "one_speaker": errors(reference, [(start, end, 0) for start, end, _ in found], entry["duration_s"])["rate"],
            "speakers": [len({who for *_, who in reference}), len({who for *_, who in found})],
            **word_errors(entry["segments"], words),
        })
    return {kind: {**total(rows), "recordings": rows} for kind, rows in sets.items()}


def total(rows):
    speech, words = sum(row["speech"] for row in rows), sum(row["words"] for row in rows)
    rates = {key: round(sum(row[key] * row["speech"] for row in rows) / speech, 4)
             for key in ("rate", "missed", "false_alarm", "confused", "one_speaker")}
    rates["cpwer"] = round(sum(row["word_errors"] for row in rows) / words, 4) if words else None
    rates["counted_right"] = sum(row["speakers"][0] == row["speakers"][1] for row in rows)
    return rates


def read_rttm(path):
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows]


def transcribe(file):
    program = os.environ.get("HARKEN", str(ROOT / ".build/release/harken"))
    done = subprocess.run([program, "transcribe", "--speakers", "--json", str(file)], stdout=subprocess.PIPE, check=True, text=True)
    answer = json.loads(done.stdout)
    return ([(segment["start"], segment["end"], segment.get("speaker", 0)) for segment in answer["segments"]],
            [(word.get("speaker", 0), word["text"]) for word in answer["words"]])


def word_errors(segments, words):
    """Words of the reference, and errors of cpWER; no words where the reference has no text."""
    if any(not segment.get("text") for segment in segments):
        return {"words": 0, "word_errors": 0}
    reference = rows_of((segment["speaker"], segment["text"]) for segment in segments)
    return {"words": sum(map(len, reference)), "word_errors": permuted_errors(reference, rows_of(words))}


def rows_of(pairs):
    """The words of each speaker in one row, without case and punctuation."""
    rows = {}
    for who, text in pairs:
        rows.setdefault(who, []).extend(re.sub(r"[^\w' ]", "", text.lower().replace("-", " ")).split())
    return list(rows.values())


def permuted_errors(reference, found):
    size = max(len(reference), len(found))
    ours, theirs = (rows + [[]] * (size - len(rows)) for rows in (reference, found))
    costs = [[edits(a, b) for b in theirs] for a in ours]
    return min(sum(costs[row][column] for row, column in enumerate(order)) for order in itertools.permutations(range(size)))


def edits(a, b):
    """Substitutions, insertions and deletions from one row of words to the other."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(before + (word != other), row[j] + 1, row[j - 1] + 1)
    return row[-1]


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
        if result["cpwer"] is not None:
            detail += f" cpWER {result['cpwer']:.1%}"
        print(f"{'diarisation, ' + kind:36}{detail:66}{f'≤ {goal:.0%}' if goal else '':8}one speaker for all: {result['one_speaker']:.1%}")


def reached(sets):
    return all(goal is None or kind not in sets or sets[kind]["rate"] <= goal for kind, goal in GOALS.items())


def self_check():
    reference = [(0.0, 1.0, "a"), (1.0, 2.0, "b")]
    assert errors(reference, [(0.0, 1.0, 1), (1.0, 2.0, 0)], 2)["rate"] == 0
    assert abs(errors(reference, [(0.0, 2.0, 0)], 2)["confused"] - 0.5) < 1e-9
    assert abs(errors(reference, [(0.0, 0.5, 0)], 2)["missed"] - 0.75) < 1e-9
    assert abs(errors(reference, [(0.0, 1.0, 0), (1.0, 2.0, 1), (0.5, 1.0, 1)], 2)["false_alarm"] - 0.25) < 1e-9
    # A word of the wrong speaker is two errors: one too few here, one too many there. A speaker too many: all its words are.
    two = [["a", "b", "c"], ["d", "e"]]
    assert permuted_errors(two, [["d", "e"], ["a", "b", "c"]]) == 0
    assert permuted_errors(two, [["a", "b"], ["c", "d", "e"]]) == 2
    assert permuted_errors(two, [["a", "b", "c", "d", "e"]]) == 4
    assert permuted_errors(two, [["a", "b"], ["d", "e"], ["c"]]) == 2
    assert rows_of([(1, "I don't,"), (2, "Well-known."), (1, "know")]) == [["i", "don't", "know"], ["well", "known"]]


if __name__ == "__main__":
    self_check()
    measured = measure(pathlib.Path(sys.argv[1]))
    for rows in measured.values():
        for row in rows["recordings"]:
            print(f"  {row['id']:20}{row['rate']:.1%} ({row['missed']:.1%} {row['false_alarm']:.1%} {row['confused']:.1%}) {row['speakers']}")
    show(measured)
