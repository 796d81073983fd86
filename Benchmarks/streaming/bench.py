"""Plays the English clips of the shared audio at real time, with pauses between them, on several streams at once while a core stays free; then
continuous speech on as many streams as one core should carry. Ends with 1, and names the figures, when a goal is missed.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "local"))
import audio_set  # noqa: E402
import finals  # noqa: E402


def plan(streams, recorded, threads, rehearsal=False, frame=50, endpointing=300, looks=(), limits=None):
    return {
        "threads": threads,
        "frameMilliseconds": frame,
        "endpointingMilliseconds": endpointing,
        "recorded": recorded,
        "interims": True,
        "rehearsal": rehearsal,
        "lookMilliseconds": looks[0] if looks else None,
        "lookAgainMilliseconds": looks[1] if len(looks) > 1 else None,
        "limits": limits or {},
        "streams": streams,
    }


def play(binary, plan):
    done = subprocess.run([binary], input=json.dumps(plan), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{binary} failed: {done.stderr.strip()[-2000:]}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    recorded = {line["recorded"]: line["words"] for line in lines if "recorded" in line}
    streams = [line for line in lines if "stream" in line]
    totals = next(line for line in lines if "cpu" in line)
    for stream in streams:
        if stream["events"][-1]["kind"] != "closed":
            sys.exit(f"stream {stream['stream']} ended as {stream['events'][-1]['kind']}")
    return recorded, streams, totals


def item(clip, pause):
    return {"id": clip.name, "file": str(clip.path), "pauseMilliseconds": pause}


def spread(clips, count, minutes, pause):
    """As many rounds of the clips as fit into the time, dealt out to the streams."""
    streams = [{"name": f"stream {n + 1}", "items": []} for n in range(count)]
    lengths = [0.0] * count
    while True:
        for clip in clips:
            n = lengths.index(min(lengths))
            if lengths[n] >= minutes * 60:
                return streams
            streams[n]["items"].append(item(clip, pause))
            lengths[n] += clip.seconds + pause / 1000


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def summary(values, digits=3):
    return {
        "count": len(values),
        "p50": round(percentile(values, 0.5), digits) if values else None,
        "p90": round(percentile(values, 0.9), digits) if values else None,
        "p99": round(percentile(values, 0.99), digits) if values else None,
        "max": round(max(values), digits) if values else None,
    }


def finals_of(stream):
    return [event for event in stream["events"] if event["kind"].startswith("final")]


def latencies(streams):
    """End of reference speech to its final and to the end of its turn, in seconds."""
    final, turn, missed = [], [], []
    for stream in streams:
        for clip in stream["clips"]:
            said = [e for e in finals_of(stream) if any(clip["start"] <= w["start"] < clip["end"] for w in e["words"])]
            if not said:
                missed.append(clip["id"])
                continue
            done = said[-1]
            final.append(done["at"] - clip["speechEnd"])
            ends = ("final endOfTurn", "turnEnded", "final endOfAudio")
            after = next((e for e in stream["events"] if e["at"] >= done["at"] and e["kind"] in ends), None)
            if after:
                turn.append(after["at"] - clip["speechEnd"])
    return final, turn, missed


def spoken(clip, start, end):
    """How much of a clip's speech lies between two times."""
    bounds = clip["speech"]
    return sum(max(0, min(b, end) - max(a, start)) for a, b in zip(bounds[::2], bounds[1::2]))


def interim_gaps(streams):
    """While a clip is spoken: the speech from its beginning, or the interim or final before, to the next."""
    gaps, worst = [], []
    for stream in streams:
        times = sorted(e["at"] for e in stream["events"] if e["kind"] == "interim" or (e["kind"].startswith("final") and e["words"]))
        for clip in stream["clips"]:
            marks = [clip["start"]] + [t for t in times if clip["start"] < t < clip["speechEnd"]] + [clip["speechEnd"]]
            between = [spoken(clip, a, b) for a, b in zip(marks, marks[1:])]
            gaps += between
            worst.append(max(between))
    return gaps, worst


def lateness(streams):
    """How far behind the audio each final came: its arrival less the end of what it covers."""
    return [e["at"] - e["end"] for stream in streams for e in finals_of(stream) if e["words"]]


def words_by_clip(stream):
    """Each clip of a stream, and the words of its finals, of which the first one of a final is marked. A word belongs to the clip in which its middle lies:
    a first word may begin a little before the clip does."""
    words = [dict(word, first=place == 0) for event in finals_of(stream) for place, word in enumerate(event["words"])]
    for clip, following in zip(stream["clips"], stream["clips"][1:] + [None]):
        end = following["start"] if following else float("inf")
        yield clip, [w for w in words if clip["start"] <= (w["start"] + w["end"]) / 2 < end]


def words_of_clips(streams):
    """The finals' words of each clip, with times from the clip's start."""
    clips = {}
    for stream in streams:
        for clip, words in words_by_clip(stream):
            moved = [{"text": w["text"], "start": w["start"] - clip["start"], "end": w["end"] - clip["start"]} for w in words]
            clips.setdefault(clip["id"], moved)
    return clips


def jitter(live, recorded):
    """Differences of start times of the words that both recognised, in seconds."""
    differences = []
    for name, words in live.items():
        other = recorded.get(name, [])
        places = finals.places([w["text"] for w in words], [w["text"] for w in other])
        differences += [abs(words[own]["start"] - other[place]["start"]) for own, place in places.items()]
    return differences


def boundaries(streams, recorded):
    """The places between two finals of one clip, against the same two words of the recording (finals.py has the definition)."""
    clips = []
    for stream in streams:
        for clip, words in words_by_clip(stream):
            texts = []
            for word in words:
                if word["first"] or not texts:
                    texts.append([])
                texts[-1].append(word["text"])
            clips.append((clip["id"], finals.seams(texts, [word["text"] for word in recorded.get(clip["id"], [])])))
    return finals.boundaries(clips)


def repeated(words):
    """Phrases of two words and more that are said twice in a row."""
    said = [finals.bare(w["text"]) for w in words]
    found = []
    for start in range(len(said)):
        for length in range(2, (len(said) - start) // 2 + 1):
            if said[start : start + length] == said[start + length : start + 2 * length]:
                found.append(" ".join(said[start : start + length]))
    return found


def slowest(clips):
    """The quarter of the clips with the fewest words a second: those with pauses inside sentences."""
    ordered = sorted(clips, key=lambda clip: len(clip.reference.split()) / clip.seconds)
    return ordered[: max(1, len(ordered) // 4)]


def text(words):
    return " ".join(word["text"] for word in words)


def stable_retractions(streams):
    """Stable words of an interim that a later interim or final does not have any more; always 0."""
    count = 0
    for stream in streams:
        stable = []
        for event in stream["events"]:
            if "words" not in event:
                continue
            said = [finals.bare(w["text"]) for w in event["words"]]
            if said[: len(stable)] != stable[: len(said)]:
                count += 1
            stable = stable[len(said):] if event["kind"].startswith("final") else said[: event["stable"]]
    return count


def limits(arguments):
    """The silences, lengths and drafts of a rehearsal that the command line names."""
    given = {"early": arguments.early, "late": arguments.late, "judgment": arguments.judgment, "cut": arguments.cut}
    named = {f"{name}Milliseconds": value for name, value in given.items() if value is not None}
    if arguments.drafts is not None:
        every = int(arguments.drafts or 0)
        named["drafts"] = {"everyMilliseconds": every or None, "areUsed": arguments.drafts == "" or every > 0}
    return named


def file_name(arguments):
    """The name of the file for the figures: the parts of Benchmarks/streaming/run have their own."""
    return "-".join(["streaming"] + ["rehearsal"] * arguments.rehearsal + ["captions"] * (arguments.endpointing is None)) + ".json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--audio", type=pathlib.Path, default=here.parents[2] / "shared" / "audio")
    parser.add_argument("--binary", default=str(here.parents[1] / ".build" / "release" / "bench-streaming"))
    parser.add_argument("--minutes", type=float, default=14, help="of each latency stream")
    parser.add_argument("--streams", type=int, default=4, help="latency streams at once")
    parser.add_argument("--load", type=float, default=60, help="seconds of the load run; 0 leaves it out")
    parser.add_argument("--load-streams", type=int, default=6)
    parser.add_argument("--pause", type=int, default=2000, help="silence between clips in milliseconds")
    parser.add_argument(
        "--rehearsal", action="store_true",
        help="each clip once on a clock of its own: the same words and times however busy the machine is; then beside the reference program")
    parser.add_argument("--models", type=pathlib.Path, default=pathlib.Path.home() / ".cache/harken/models-v1/models", help="of the reference program")
    parser.add_argument("--spike-python", help="a Python with numpy and onnxruntime for the reference program; none: it is left out")
    parser.add_argument("--endpointing", type=lambda text: int(text) if text else None, default=300, help="silence that ends an utterance in milliseconds; '': captions")
    parser.add_argument(
        "--looks", type=int, nargs="+", default=[],
        help="of a rehearsal: silence in milliseconds after which a window is read, and read again where its last words are not sure (one number: "
        "never again; the reference program's is 260); default: the engine's 160 256")
    for name, meaning in (
        ("early", "words leave where the turn sounds complete and its last words are sure"),
        ("late", "words leave in any case (two numbers: in general, and where the stream's pauses have been ends)"),
        ("judgment", "the end-of-turn model judges; default: that of --early where it is given"),
    ):
        parser.add_argument(
            f"--{name}", type=int, metavar="MS", nargs="+" if name == "late" else None,
            help=f"of a rehearsal, in each setting: silence in milliseconds after which {meaning}")
    parser.add_argument("--cut", type=int, metavar="MS", help="of a rehearsal: length in milliseconds at which a window is cut; default: the engine's")
    parser.add_argument(
        "--drafts", metavar="MS",
        help="of a rehearsal: audio in milliseconds between two draft readings of speech that goes on; '': there are no such readings; 0: no reading has a "
        "draft at all; default: the engine's")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of a rehearsal")
    parser.add_argument("--every", type=int, default=1, help="play every Nth clip only")
    arguments = parser.parse_args()
    if not (arguments.audio / "manifest.jsonl").exists():
        print(f"streaming: {arguments.audio} is not there; nothing to play", file=sys.stderr)
        return
    clips = [clip for clip in audio_set.load(arguments.audio) if "english" in clip.subsets and clip.seconds >= 1][:: arguments.every]

    if arguments.rehearsal:
        arguments.load = 0
        count = arguments.streams
        streams = [{"name": f"stream {n + 1}", "items": [item(clip, arguments.pause) for clip in clips[n::count]]} for n in range(count)]
    else:
        streams = spread(clips, arguments.streams, arguments.minutes, arguments.pause)
    recorded, played, totals = play(arguments.binary, plan(
        streams, True, arguments.threads, arguments.rehearsal, endpointing=arguments.endpointing, looks=arguments.looks, limits=limits(arguments)))
    final, turn, missed = latencies(played)
    gaps, worst = interim_gaps(played)
    live = words_of_clips(played)
    scored = [clip for clip in clips if clip.name in live]
    wer_live = audio_set.score_group(scored, {name: text(words) for name, words in live.items()})["wer"]
    wer_recorded = audio_set.score_group(scored, {name: text(words) for name, words in recorded.items()})["wer"]
    slow = slowest(scored)
    slow_live = audio_set.score_group(slow, {name: text(words) for name, words in live.items()})["wer"]
    slow_recorded = audio_set.score_group(slow, {name: text(words) for name, words in recorded.items()})["wer"]
    result = {
        "rehearsal": arguments.rehearsal,
        "endpointing_ms": arguments.endpointing,
        "streams": arguments.streams,
        "turns": len(final),
        "cpu_per_stream": round(totals["cpu"] / totals["audio"], 4),
        "final_latency_s": summary(final),
        "end_of_turn_latency_s": summary(turn),
        "without_final": missed,
        "interim_gap_s": summary(gaps),
        "longest_interim_gap_of_clip_s": summary(worst),
        "stable_words_taken_back": stable_retractions(played),
        "wer_streaming": round(wer_live, 4),
        "wer_prerecorded": round(wer_recorded, 4),
        "wer_clips": len(scored),
        "wer_slowest_quarter": {"streaming": round(slow_live, 4), "prerecorded": round(slow_recorded, 4), "clips": len(slow)},
        "boundaries": boundaries(played, recorded),
        "said_twice": {
            name: phrases for name, words in live.items() if (phrases := [p for p in repeated(words) if p not in repeated(recorded.get(name, []))])
        },
        "word_start_jitter_s": summary(jitter(live, recorded)),
    }

    if arguments.load > 0:
        continuous = sorted((clip for clip in clips if clip.seconds >= 8), key=lambda clip: clip.name)
        loaded = spread(continuous, arguments.load_streams, arguments.load / 60, 0)
        _, played, totals = play(arguments.binary, plan(loaded, False, 1, endpointing=arguments.endpointing))
        gaps, worst = interim_gaps(played)
        result["one_core"] = {
            "streams": arguments.load_streams,
            "cpu": round(totals["cpu"] / totals["wall"], 3),
            "final_lateness_s": summary(lateness(played)),
            "interim_gap_s": summary(gaps),
            "stable_words_taken_back": stable_retractions(played),
            "time_beyond_audio_s": round(max(s["wall"] - s["seconds"] for s in played), 2),
        }

    if arguments.rehearsal:
        result["finals"] = finals.compare(sys.modules[__name__], arguments, clips, recorded)

    arguments.results.mkdir(parents=True, exist_ok=True)
    (arguments.results / file_name(arguments)).write_text(json.dumps(result, indent=2) + "\n")
    missed = show(result)
    if arguments.rehearsal:
        missed += finals.show(result["finals"])
    if missed:
        print("streaming: goals that are missed:", *missed, sep="\n  ", file=sys.stderr)
        sys.exit(1)


def show(result):
    """Prints the figures, and returns those that miss their goals."""
    missed = []

    def line(name, value, goal="", is_met=True):
        print(f"  {name:<46}{value:>24}   {goal}")
        if not is_met:
            missed.append(f"{name}: {value} ({goal})")

    def times(name, numbers, goal="", limits=None):
        if numbers["count"]:
            is_met = all(numbers[key] <= limit for key, limit in (limits or {}).items())
            line(name, f"{numbers['p50']:.3f} / {numbers['p99']:.3f} s", goal, is_met)

    setting = "captions" if result["endpointing_ms"] is None else f"quick finals, {result['endpointing_ms']} ms"
    print(f"streaming: {'rehearsal, ' if result['rehearsal'] else ''}{setting}: {result['turns']} turns on {result['streams']} streams (p50 / p99)")
    times("end of speech to final", result["final_latency_s"], "goal 0.450 / 0.900", {"p50": 0.45, "p99": 0.9})
    times("end of speech to end of turn", result["end_of_turn_latency_s"])
    # A rehearsal has no interims.
    if not result["rehearsal"]:
        times("between interims", result["interim_gap_s"], "goal ≤ 1", {"p99": 1})
    line("clips without a final", str(len(result["without_final"])), "goal 0", not result["without_final"])
    line("stable words taken back", str(result["stable_words_taken_back"]), "goal 0", not result["stable_words_taken_back"])
    for name, live, recorded, goal in (
        ("WER, live and recorded", result["wer_streaming"], result["wer_prerecorded"], 0.95),
        ("WER of the slowest quarter", *(result["wer_slowest_quarter"][kind] for kind in ("streaming", "prerecorded")), 1.05),
    ):
        ratio = f"{live / recorded:.3f}×, goal ≤ {goal}×" if recorded else ""
        line(name, f"{live:.2%} / {recorded:.2%}", ratio, live <= goal * recorded)
    if (seams := result["boundaries"])["count"]:
        # The goal is of captions with one clip a stream, as in LIVE.md: the rehearsal's table has it.
        line("boundaries of finals as recorded", f"{seams['as_recorded']:.1%} of {seams['count']}")
    line("clips with a phrase said twice", str(len(result["said_twice"])), "goal 0", not result["said_twice"])
    jitter_p90 = result["word_start_jitter_s"]["p90"]
    milliseconds = "–" if jitter_p90 is None else f"{jitter_p90 * 1000:.0f} ms"
    line("word start, live against recorded, p90", milliseconds, "goal ≤ 30 ms", jitter_p90 is not None and jitter_p90 <= 0.03)
    line("core per stream", f"{result['cpu_per_stream']:.3f}")
    if "one_core" in result:
        core = result["one_core"]
        print(f"streaming: {core['streams']} streams of continuous speech on one thread")
        line("of a core", f"{core['cpu']:.2f}")
        times("final behind the audio", core["final_lateness_s"])
        times("between interims", core["interim_gap_s"])
        line("end after the audio's", f"{core['time_beyond_audio_s']:.2f} s")
    return missed


if __name__ == "__main__":
    main()
