"""Errors of the local engine with key terms, on rare words and on all others.

Rare words are those outside the 5,000 most frequent English words. Each recording's list is its own rare words and N others, half from other
recordings and half from a frequency list: the words of the sentence model's vocabulary, which is sorted by frequency.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
from collections import Counter

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent / "local"))
import audio_set  # noqa: E402

FREQUENT = 5_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--audio", type=pathlib.Path, default=here.parents[2] / "shared" / "audio")
    parser.add_argument("--program", default=str(here.parents[1] / ".build" / "release" / "bench-keyterms"))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--sizes", default="100,1000")
    parser.add_argument("--noise", action="store_true", help="the recordings with noise in place of the clean ones")
    parser.add_argument("--only", help="recordings whose name has this")
    options = parser.parse_args()
    cache = pathlib.Path(os.environ.get("HARKEN_CACHE", pathlib.Path.home() / ".cache" / "harken"))
    models = pathlib.Path(os.environ.get("HARKEN_MODELS", cache / "models-v1"))
    frequent, others = frequencies(models / "models" / "minilm" / "vocab.txt")
    clips = [clip for clip in audio_set.load(options.audio) if wanted(clip, options)]
    rare = {clip.name: [word for word in dict.fromkeys(words(clip.reference)) if is_rare(word, frequent)] for clip in clips}
    draws = [(int(size), draw) for size in options.sizes.split(",") for draw in range(options.draws)]
    orders = [
        {"file": str(clip.path), "lists": [terms(clip.name, rare, others, size, draw) for size, draw in draws]} for clip in clips
    ]
    lines = recognize(options.program, orders)
    results = {"clips": len(clips), "seconds": round(sum(line["audio"] for line in lines), 1), "runs": []}
    plain = measure(clips, rare, lines, 0, None)
    report("no terms", plain, None, results)
    for index, (size, draw) in enumerate(draws):
        report(f"{size} others, draw {draw + 1}", measure(clips, rare, lines, index + 1, orders), plain, results)
    if results["seconds"]:
        cost = {part: sum(line[part] for line in lines) / results["seconds"] for part in ("recognition", "looks")}
        cost["looks"] /= max(1, len(draws))
        results["cpu seconds a second"] = cost
        print(f"CPU seconds for a second of audio: recognition {cost['recognition']:.4f}, a second look {cost['looks']:.4f}")
    hours = results["seconds"] / 3_600
    for size in dict.fromkeys(size for size, _ in draws):
        runs = [run for run, (other, _) in zip(results["runs"][1:], draws) if other == size]
        rate = sum(run["B-WER"] for run in runs) / len(runs)
        false = sum(len(run["false"]) for run in runs) / len(runs)
        print(f"{size} others, mean: B-WER {rate:.1f} ({100 * (rate / max(plain['B-WER'], 1e-9) - 1):+.0f} %), {false / hours:.1f} false an hour")
    results["recordings"] = lines
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "keyterms.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def wanted(clip, options):
    if options.only and options.only not in clip.name:
        return False
    if options.noise:
        return any(subset.startswith("noise") for subset in clip.subsets)
    return "english" in clip.subsets or "long-form" in clip.subsets


def frequencies(vocabulary):
    """The most frequent English words, and the less frequent ones in order."""
    listed = [line for line in vocabulary.read_text().splitlines() if line.isascii() and line.isalpha() and len(line) > 1]
    return set(listed[:FREQUENT]), [word for word in listed[FREQUENT:] if len(word) > 3]


def words(text):
    return audio_set.normalize(text).split()


def is_rare(word, frequent):
    return len(word) > 2 and word.isalpha() and word not in frequent


def terms(name, rare, others, size, draw):
    """A recording's own rare words, and `size` others."""
    random_ = random.Random(f"{name} {size} {draw}")
    own = rare[name]
    pool = sorted({word for clip, found in rare.items() if clip != name for word in found} - set(own))
    distractors = random_.sample(pool, min(size // 2, len(pool)))
    known = set(own) | set(distractors)
    rest = [word for word in others if word not in known]
    return own + distractors + random_.sample(rest, size - len(distractors))


def recognize(program, orders):
    text = "".join(json.dumps(order) + "\n" for order in orders)
    run = subprocess.run([program], input=text, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{program}: {run.stderr.strip()}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def measure(clips, rare, lines, index, orders):
    """Errors on rare and other words of the references, and terms that nobody said and that were put in."""
    counts = Counter()
    false = []
    for number, (clip, line) in enumerate(zip(clips, lines)):
        own = set(rare[clip.name])
        reference, text = words(clip.reference), words(line["texts"][index])
        counts["rare"] += sum(word in own for word in reference)
        counts["other"] += sum(word not in own for word in reference)
        for said, heard in aligned(reference, text):
            if said != heard:
                counts["rare errors" if (said or heard) in own else "other errors"] += 1
        if index:
            listed = set(orders[number]["lists"][index - 1])
            there, before, after = Counter(reference), Counter(words(line["texts"][0])), Counter(text)
            false += [f"{clip.name}: {word}" for word in sorted(listed) if after[word] > before[word] and not there[word]]
    return {
        "B-WER": 100 * counts["rare errors"] / max(1, counts["rare"]),
        "U-WER": 100 * counts["other errors"] / max(1, counts["other"]),
        "WER": 100 * (counts["rare errors"] + counts["other errors"]) / max(1, counts["rare"] + counts["other"]),
        "rare": counts["rare"],
        "rare errors": counts["rare errors"],
        "false": false,
    }


def aligned(reference, text):
    """Pairs of words, '' for none, of a shortest way from one text to the other."""
    rows = [list(range(len(text) + 1))]
    for i, said in enumerate(reference):
        row = [i + 1]
        for j, heard in enumerate(text):
            row.append(min(rows[i][j] + (said != heard), rows[i][j + 1] + 1, row[j] + 1))
        rows.append(row)
    pairs, i, j = [], len(reference), len(text)
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (reference[i - 1] != text[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((reference[i], text[j]))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            pairs.append((reference[i], ""))
        else:
            j -= 1
            pairs.append(("", text[j]))
    return pairs


def report(name, measured, plain, results):
    results["runs"].append({"name": name} | measured)
    change = f" ({100 * (measured['B-WER'] / plain['B-WER'] - 1):+.0f} %)" if plain and plain["B-WER"] else ""
    print(
        f"{name:22} B-WER {measured['B-WER']:5.1f}{change:9} U-WER {measured['U-WER']:5.2f}  WER {measured['WER']:5.2f}"
        f"  {len(measured['false'])} false of {measured['rare']} rare words",
        flush=True,
    )
    for word in measured["false"]:
        print(f"    {word}")


main()
