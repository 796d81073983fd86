"""The core of live finals on the clips, beside the reference program: words, boundaries, delays and work."""

import difflib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "local"))
import audio_set  # noqa: E402

# Silence behind each clip, and between the clips of a stream of many turns, in milliseconds.
ALONE, BETWEEN = 1200, 1600
TURNS = 18
SETTINGS = [
    {"name": "captions", "endpointing": None, "early": 420, "captions": True},
    {"name": "quick, 300 ms", "endpointing": 300, "early": 300, "captions": False},
    {"name": "quick, 400 ms", "endpointing": 400, "early": 400, "captions": False},
]


def compare(bench, arguments, clips, recorded):
    """The rows of the table. `bench` is the module that plays."""
    rows = {}
    alone = [{"name": clip.name, "items": [bench.item(clip, ALONE)]} for clip in clips]
    turns = [
        {"name": f"turns {n + 1}", "items": [bench.item(clip, BETWEEN) for clip in clips[n : n + TURNS]]} for n in range(0, len(clips), TURNS)
    ]

    def play(streams, setting):
        plan = bench.plan(
            streams, False, arguments.threads, True, endpointing=setting["endpointing"], looks=arguments.looks, limits=bench.limits(arguments))
        plan["interims"] = False
        return bench.play(arguments.binary, plan)[1]

    for setting in SETTINGS:
        rows[setting["name"]] = row(bench, play(alone, setting), clips, recorded)
    for setting in SETTINGS[:2]:
        rows[setting["name"] + ", many turns"] = row(bench, play(turns, setting), clips, recorded)
    spike = reference(arguments, clips)
    for setting in SETTINGS:
        entries = [entry for entry in spike if entry["setting"] == setting["name"]]
        if entries:
            rows["reference: " + setting["name"]] = reference_row(bench, entries, clips, recorded)
    return {"rows": rows, "same_as_reference": same(rows) if spike else None}


def same(rows):
    """How many clips have the reference program's finals, for each setting."""
    pairs = [(rows[name]["finals"], rows["reference: " + name]["finals"]) for name in (setting["name"] for setting in SETTINGS)]
    both = [(own[clip], other[clip]) for own, other in pairs for clip in other if clip in own]
    return {"clips": len(both), "same": sum(own == other for own, other in both)}


def row(bench, played, clips, recorded):
    """The figures of streams."""
    finals, delays, arrivals, inside = {}, [], [], []
    for stream in played:
        said = [event for event in bench.finals_of(stream) if event["words"]]
        for clip, following in zip(stream["clips"], stream["clips"][1:] + [None]):
            end = following["start"] if following else float("inf")
            own = [e for e in said if clip["start"] <= (e["words"][0]["start"] + e["words"][-1]["end"]) / 2 < end]
            finals[clip["id"]] = [" ".join(word["text"] for word in event["words"]) for event in own]
            if own:
                delays.append(own[-1].get("decided", own[-1]["at"]) - clip["speechEnd"])
                arrivals.append(own[-1]["at"] - clip["speechEnd"])
                inside += [event.get("decided", event["at"]) - event["words"][-1]["end"] for event in own[:-1]]
    seconds = sum(stream["seconds"] for stream in played)
    result = figures(bench, finals, clips, recorded) | {
        "end_to_decision_s": bench.summary(delays),
        "end_to_final_s": bench.summary(arrivals),
        "inside_a_turn_s": bench.summary(inside),
        "finals": finals,
    }
    if all(stream.get("reading") for stream in played):
        work = {key: sum(stream["reading"][key] for stream in played) for key in ("audio", "count", "words", "times", "turns")}
        result["read_s_per_s"] = round(work["audio"] / seconds, 3)
        result["work_s_per_s"] = {key: round(work[key] / seconds, 4) for key in ("words", "times", "turns")}
    return result


def reference_row(bench, entries, clips, recorded):
    seconds = sum(entry["seconds"] for entry in entries)
    finals = {entry["clip"]: [text for _, text in entry["finals"]] for entry in entries}
    return figures(bench, finals, clips, recorded) | {
        "read_s_per_s": round(sum(entry["read"] for entry in entries) / seconds, 3),
        "model_s_per_s": round(sum(0.012 * entry["read"] + 0.006 * entry["steps"] for entry in entries) / seconds, 4),
        "finals": finals,
    }


def figures(bench, finals, clips, recorded):
    """Word errors relative to the recording's, of all clips and of the slowest quarter; phrases that the finals say twice and the recording does not;
    and the share of finals whose last stop and first capital are the recording's."""
    scored = [clip for clip in clips if clip.name in finals and clip.name in recorded]
    joined = {name: " ".join(texts) for name, texts in finals.items()}
    whole = {name: " ".join(word["text"] for word in words) for name, words in recorded.items()}
    live, base = (audio_set.score_group(scored, texts)["wer"] for texts in (joined, whole))
    slow = bench.slowest(scored)
    slow_live, slow_base = (audio_set.score_group(slow, texts)["wer"] for texts in (joined, whole))
    twice = {}
    for clip in scored:
        said, other = (bench.repeated([{"text": word} for word in texts[clip.name].split()]) for texts in (joined, whole))
        if phrases := [phrase for phrase in said if phrase not in other]:
            twice[clip.name] = phrases
    between = {clip.name: seams([text.split() for text in finals[clip.name]], whole[clip.name].split()) for clip in scored}
    return {
        "clips": len(scored),
        "wer": round(live, 4),
        "wer_recorded": round(base, 4),
        "relative": round(live / base, 3) if base else None,
        "slowest_quarter": {
            "clips": len(slow), "wer": round(slow_live, 4), "wer_recorded": round(slow_base, 4),
            "relative": round(slow_live / slow_base, 3) if slow_base else None,
        },
        "said_twice": twice,
        "boundaries": boundaries(between.items()),
    }


def seams(texts, recorded):
    """The places between two finals of a clip, where the recording has the same two words one after the other: how many there are, and those that a
    reader sees as another sentence, since the stop before or the capital behind differs. Other marks do not count. All texts are lists of words.
    """
    texts = [text for text in texts if text]
    words = [word for text in texts for word in text]
    same = places(words, recorded)
    seen, wrong, end = 0, [], 0
    for text in texts[:-1]:
        end += len(text)
        before, after = same.get(end - 1), same.get(end)
        if before is None or after != before + 1:
            continue
        seen += 1
        if looks(words[end - 1], words[end]) != looks(recorded[before], recorded[after]):
            wrong.append(f"{words[end - 1]} {words[end]} | {recorded[before]} {recorded[after]}")
    return seen, wrong


def places(words, recorded):
    """The places of words in a recording, by their places in a list of words, as far as both have the same words."""
    matcher = difflib.SequenceMatcher(None, [bare(w) for w in words], [bare(w) for w in recorded], autojunk=False)
    return {a + i: b + i for a, b, size in matcher.get_matching_blocks() for i in range(size)}


def boundaries(clips):
    """The figure of pairs of a clip's name and its seams."""
    clips = list(clips)
    seen = sum(count for _, (count, _) in clips)
    wrong = [f"{name}: {place}" for name, (_, places) in clips for place in places]
    return {"count": seen, "as_recorded": round(1 - len(wrong) / seen, 3) if seen else None, "wrong": wrong}


def looks(before, after):
    letter = next((c for c in after if c.isalpha()), "")
    return bool(re.search(r"[.?!][\"'”’)]*$", before)), letter.isupper()


def bare(word):
    return re.sub(r"[^a-z0-9']", "", word.lower())


def reference(arguments, clips):
    """What the reference program says; empty when it or what it needs is not there."""
    folder = arguments.audio.parent / "spikes"
    missing = [
        name
        for name, there in [
            ("live_decoding.py", (folder / "live_decoding.py").exists()),
            ("--spike-python", bool(arguments.spike_python)),
            ("ffmpeg", bool(shutil.which("ffmpeg"))),
        ]
        if not there
    ]
    if missing:
        print(f"streaming: the reference program is left out, because {' and '.join(missing)} is missing", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as temporary:
        plan = {"clips": [], "settings": SETTINGS, "pause": ALONE / 1000}
        for clip in clips:
            wav = pathlib.Path(temporary) / f"{clip.name}.wav"
            form = ["-ar", "16000", "-ac", "1", "-sample_fmt", "s16"]
            subprocess.run(["ffmpeg", "-loglevel", "error", "-i", clip.path, *form, wav], check=True, stdin=subprocess.DEVNULL)
            plan["clips"].append({"id": clip.name, "wav": str(wav)})
        command = [arguments.spike_python, here / "spike.py", folder, arguments.models]
        done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the reference program failed: {done.stderr.strip()[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def missed(rows):
    """The figures of the engine that miss their goals: errors in each row, boundaries where the text is what counts and each clip has a stream of its
    own, and delays in streams of many turns."""
    found = []

    def judge(row, name, value, limit):
        if value is not None and value > limit:
            found.append(f"{row}: {name} {value} (goal ≤ {limit})")

    for name, figures in rows.items():
        if name.startswith("reference: "):
            continue
        judge(name, "errors, relative to the recording's,", figures["relative"], 0.95)
        judge(name, "errors of the slow quarter, relative to the recording's,", figures["slowest_quarter"]["relative"], 1.05)
        judge(name, "clips with a phrase said twice", len(figures["said_twice"]), 0)
        if name.endswith("many turns"):
            for key, limit in (("p50", 0.45), ("p99", 0.9)):
                judge(name, f"end of speech to final, {key}, in s,", figures["end_to_final_s"][key], limit)
    share = rows[SETTINGS[0]["name"]]["boundaries"]["as_recorded"]
    if share is not None and share < 0.9:
        found.append(f"{SETTINGS[0]['name']}: boundaries as recorded {share} (goal ≥ 0.9)")
    return found


def show(result):
    """Prints the rows, and returns the figures that miss their goals."""
    print(f"streaming: finals, one clip a stream with {ALONE} ms of silence behind it; many turns: {TURNS} clips with {BETWEEN} ms between them")
    print(
        f"  {'':<28}{'errors':>8}{'of recorded':>13}{'slow quarter':>14}{'twice':>7}{'boundaries':>16}{'end → decided':>22}{'end → final':>22}"
        f"{'inside':>22}{'read':>7}  work")
    print(f"  {'goal':<28}{'':>8}{'≤ 0.950×':>13}{'≤ 1.050×':>14}{0:>7}{'≥ 90% captions':>16}{'':>22}{'≤ 0.45 / – / 0.90':>22}")

    def ratio(value):
        return "–" if value is None else f"{value:.3f}×"

    def spread(numbers):
        return "–" if not numbers or numbers["p50"] is None else " / ".join(f"{numbers[key]:.2f}" for key in ("p50", "p90", "p99"))

    for name, figures in result["rows"].items():
        places = figures["boundaries"]
        share = "–" if places["as_recorded"] is None else f"{places['as_recorded']:.0%} of {places['count']}"
        work = figures.get("work_s_per_s")
        spent = " + ".join(f"{work[key]:.3f} {key}" for key in ("words", "times", "turns")) if work else f"{figures.get('model_s_per_s', '')}"
        delays = "".join(f"{spread(figures.get(key)):>22}" for key in ("end_to_decision_s", "end_to_final_s", "inside_a_turn_s"))
        slow, twice = figures["slowest_quarter"]["relative"], len(figures["said_twice"])
        errors = f"{figures['wer']:>8.2%}" + "".join(f"{ratio(value):>{width}}" for value, width in ((figures["relative"], 13), (slow, 14)))
        print(f"  {name:<28}{errors}{twice:>7}{share:>16}{delays}{figures.get('read_s_per_s', ''):>7}  {spent}")
    if alike := result["same_as_reference"]:
        print(f"  finals that are those of the reference program, in {len(SETTINGS)} settings: {alike['same']} of {alike['clips']}")
    return missed(result["rows"])
