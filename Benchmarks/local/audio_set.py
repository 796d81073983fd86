"""The recordings with references that the bench recognises, and how results are scored."""

import json
import pathlib
from dataclasses import dataclass, field

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

normalize = EnglishTextNormalizer()


@dataclass
class Clip:
    path: pathlib.Path
    name: str
    reference: str
    seconds: float
    subsets: list = field(default_factory=list)


def load(folder):
    """The clips of the folder's manifest that can be scored, each with the subsets that it counts in."""
    clips = []
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        subsets = subsets_of(entry)
        if subsets:
            clips.append(Clip(folder / entry["file"], entry["id"], entry["text"] or "", entry["duration_s"], subsets))
    return clips


def subsets_of(entry):
    if entry.get("exclude_from_wer"):
        return []
    if entry["kind"] == "asr" and entry["language"] == "en":
        if entry.get("longform"):
            return ["long-form"]
        if entry["id"].startswith("fsdd-") or entry["id"].endswith("-digits"):
            return ["digits"]
        other = entry.get("subset") == "librispeech-test-other"
        return ["english", "test-other"] if other else ["english"]
    if entry["kind"] == "noise":
        return [f"noise {entry['snr_db']} dB" if entry.get("snr_db") is not None else "no speech"]
    return []


def score(clips, texts):
    """Word error rate, clips without words and words in clips without speech, for each subset."""
    groups = {}
    for clip in clips:
        for subset in clip.subsets:
            groups.setdefault(subset, []).append(clip)
    return {subset: score_group(group, texts) for subset, group in sorted(groups.items())}


def score_group(group, texts):
    references = [normalize(clip.reference) for clip in group]
    results = [normalize(texts.get(clip.name, "")) for clip in group]
    speech = [(a, b) for a, b in zip(references, results) if a]
    summary = {
        "clips": len(group),
        "seconds": round(sum(clip.seconds for clip in group), 1),
        "empty": [clip.name for clip, a, b in zip(group, references, results) if a and not b],
        "invented": [f"{clip.name}: {texts[clip.name]}" for clip, a, b in zip(group, references, results) if not a and b],
    }
    if speech:
        measures = jiwer.process_words([a for a, _ in speech], [b for _, b in speech])
        summary |= {
            "wer": measures.wer,
            "words": measures.hits + measures.substitutions + measures.deletions,
            "substitutions": measures.substitutions,
            "deletions": measures.deletions,
            "insertions": measures.insertions,
        }
    return summary
