"""Two people who take turns of 4 s without a pause, or cutting into each other by 80 ms: who said each word, on every route that tells speakers.

No segment has the words of both, a second run says what the first one said, and the routes agree about the words that they have in common.
"""

import asyncio
import difflib
import itertools
import math
import uuid

import numpy as np
import requests

from common import HANG, RATE, Verdict, arguments, assemblyai, connect, cut, deepgram, final_words, live, load, wav

a = arguments(__doc__)
v = Verdict()
WOMAN, MAN, WOMAN2, MAN2 = "asr/ls-5688-15787-0000.flac", "asr/ls-3857-180923-0000.flac", "asr/ls-1069-133699-0000.flac", "asr/ls-60-121082-0000.flac"
MAN3 = "asr/ls-909-131041-0000.flac"
PAIRS = {
    "a woman and a man": (WOMAN, MAN),
    "another woman and a man": (WOMAN2, "asr/ls-446-123501-0000.flac"),
    "two women": (WOMAN, WOMAN2),
    "two men": (MAN2, MAN3),
}
ENOUGH = 0.9
# Seconds around a change of speakers in which a word may be either's: the times of words are not exact.
SEAM = 0.3


def talk(x, y, over):
    out, at, spans = np.zeros(25 * RATE, int), 0.0, []
    for clip, start, who in ((x, 0, 0), (y, 0, 1), (x, 4, 0), (y, 4, 1), (x, 8, 0), (y, 8, 1)):
        part = cut(clip, start, start + 4)
        i = int(at * RATE)
        out[i : i + len(part)] += part
        spans.append((at, at + 4, who))
        at += 4 - over
    return np.clip(out[: int((at + over) * RATE)], -32768, 32767).astype("<i2"), spans


def people(said, spans):
    """The person of each label as it fits best, and the number of words that then have the right one. `said`: word, start, end and label of each word."""
    truth = [next((k for s, e, k in spans if s <= (w[1] + w[2]) / 2 < e), None) for w in said]
    labels = list(dict.fromkeys(w[3] for w in said))
    best, right = {}, 0
    for p, q in itertools.permutations([*labels, "-"], 2):
        of = {p: 0, q: 1}
        fitting = sum(of.get(w[3]) == k for w, k in zip(said, truth))
        if fitting > right:
            best, right = of, fitting
    return best, right


def judge(route, said, spans):
    """`said`: word, start, end and label of each word."""
    labels = list(dict.fromkeys(w[3] for w in said))
    share = people(said, spans)[1] / max(1, len(said))
    turns = 1 + sum(p[3] != q[3] for p, q in zip(said, said[1:]))
    ok = len(said) > 30 and share >= ENOUGH and len(labels) == 2 and turns >= 6 and None not in labels
    v.see(ok, route, f"{share:.0%} of {len(said)} words with the right person, {turns} turns of 6, labels {labels}")


def judge_segments(route, segments, spans):
    """`segments`: the words of each, as `judge` has them."""

    def person(word):
        at = (word[1] + word[2]) / 2
        return next((k for s, e, k in spans if s + SEAM <= at < e - SEAM), None)

    mixed = [g for g in segments if len({w[3] for w in g}) > 1 or len({person(w) for w in g} - {None}) > 1]
    told = f"{len(segments)} segments" + "".join(f", of both: {' '.join(w[0] for w in g)!r}" for g in mixed)
    v.see(len(segments) >= 6 and not mixed, f"{route}: no segment with the words of two people", told)


def agree(what, heard, spans):
    """Whether the routes give the words that they have in common to the same people as the first one. `heard`: what each route said, by its name."""
    (first, said), *others = heard.items()
    ours, persons = [bare(w[0]) for w in said], people(said, spans)[0]
    for route, other in others:
        theirs, others_persons = [bare(w[0]) for w in other], people(other, spans)[0]
        blocks = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        pairs = [(said[i + n], other[j + n]) for i, j, count in blocks for n in range(count)]
        same = sum(p[3] in persons and persons[p[3]] == others_persons.get(q[3]) for p, q in pairs)
        # The recorded protocols are served by one recognition; live, each has its own rule of turns.
        enough = 1 if "recorded" in route else ENOUGH
        right = len(pairs) > 30 and same >= enough * len(pairs)
        v.see(right, f"{what} {route} agrees with {first}", f"{same} of {len(pairs)} words with the same person")


async def main():
    for name, (p, q) in PAIRS.items():
        for over in (0, 0.08):
            clip, spans = talk(load(a.shared, [p]), load(a.shared, [q]), over)
            data, what = wav(clip), f"{name}, {int(over * 1000)} ms over:"
            heard = {}
            ws = deepgram(a.url, data, "diarize=true&utterances=true&punctuate=true").json()["results"]
            word = lambda w: (w["word"], w["start"], w["end"], w.get("speaker"))
            heard["Deepgram recorded"] = [word(w) for w in ws["channels"][0]["alternatives"][0]["words"]]
            judge_segments(f"{what} Deepgram recorded", [[word(w) for w in u["words"]] for u in ws["utterances"]], spans)
            _, j = assemblyai(a.url, data, speaker_labels=True)
            spoken = lambda w: (w["text"], w["start"] / 1000, w["end"] / 1000, w.get("speaker"))
            heard["AssemblyAI recorded"] = [spoken(w) for w in j["words"]]
            judge_segments(f"{what} AssemblyAI recorded", [[spoken(w) for w in u["words"]] for u in j["utterances"]], spans)
            s = await live(a.ws, clip, "diarize=true&punctuate=true", speed=2)
            heard["Deepgram live"] = [word(w) for w in final_words(s)]
            s = await connect(f"{a.ws}/v3/ws?sample_rate=16000&format_turns=true&speaker_labels=true", {"Authorization": "x"})
            await s.audio(clip, speed=2)
            await s.json({"type": "Terminate"})
            await s.end()
            turns = {m["turn_order"]: m for m in s.of("Turn") if m["end_of_turn"]}
            heard["AssemblyAI live"] = [
                (w["text"], w["start"] / 1000, w["end"] / 1000, w.get("speaker") or m.get("speaker_label")) for m in turns.values() for w in m["words"]
            ]
            heard["Soniox live"], heard["Speechmatics live"], once = await asyncio.gather(soniox(clip), speechmatics(clip), conversation(clip))
            # The second run finds what the first one has left in the gateway.
            again = await conversation(clip)
            # A conversation's clock begins with its first word, which the recorded answer has at its place.
            first = heard["Deepgram recorded"][0][1] if heard["Deepgram recorded"] else 0
            for run, segments in (("/v4/listen", once), ("/v4/listen again", again)):
                shift = first - segments[0][0][1] if segments else 0
                shifted = [[(w, s + shift, e + shift, k) for w, s, e, k in g] for g in segments]
                judge_segments(f"{what} {run}", shifted, spans)
                heard[run] = [w for g in shifted for w in g]
            for route, said in heard.items():
                judge(f"{what} {route}", said, spans)
            agree(what, heard, spans)
            same = [[[(bare(w), k) for w, _, _, k in g] for g in run] for run in (once, again)]
            v.see(same[0] == same[1], f"{what} /v4/listen twice: the same words and labels", "" if same[0] == same[1] else f"{same[0]} | {same[1]}")


async def soniox(clip):
    """Word, start, end and speaker of each word; a token may be a part of one."""
    s = await connect(f"{a.ws}/transcribe-websocket")
    await s.json(
        {
            "api_key": "x",
            "model": "stt-rt-v4",
            "audio_format": "pcm_s16le",
            "sample_rate": RATE,
            "num_channels": 1,
            "language_hints": ["en"],
            "enable_speaker_diarization": True,
        }
    )
    await s.audio(clip, speed=2)
    await s.raw("")
    await s.end()
    said = []
    for t in (t for m in s.messages if isinstance(m, dict) for t in m.get("tokens", []) if t["is_final"]):
        if t["text"] in ("<end>", "<fin>"):
            continue
        if said and not t["text"].startswith(" "):
            word, start, _, who = said[-1]
            said[-1] = (word + t["text"], start, t["end_ms"] / 1000, who)
        elif bare(t["text"]):
            said.append((t["text"].strip(), t["start_ms"] / 1000, t["end_ms"] / 1000, t.get("speaker")))
    return said


async def speechmatics(clip):
    """As `soniox`."""
    s = await connect(f"{a.ws}/v2", {"Authorization": "Bearer x"})
    await s.json(
        {
            "message": "StartRecognition",
            "audio_format": {"type": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
            "transcription_config": {"language": "en", "max_delay": 4, "diarization": "speaker"},
        }
    )
    await s.wait(lambda m: m.get("message") == "RecognitionStarted", 20)
    chunk = 0.1
    await s.audio(clip, chunk=chunk, speed=2)
    await s.json({"message": "EndOfStream", "last_seq_no": math.ceil(len(clip) / int(chunk * RATE))})
    await s.end()
    results = [r for m in s.messages if isinstance(m, dict) and m.get("message") == "AddTranscript" for r in m["results"] if r["type"] == "word"]
    best = [(r, r["alternatives"][0]) for r in results]
    return [(b["content"], r["start_time"], r["end_time"], b.get("speaker")) for r, b in best]


async def conversation(clip):
    """Word, start, end and speaker of each word of each segment of a conversation that has ended."""
    s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&create_speakers=false&device_id={uuid.uuid4()}")
    await s.audio(clip, speed=2)
    await s.json({"type": "finish"})
    await s.end()
    name, stored = next((m["conversation_id"] for m in s.of("conversation_session")), None), {}
    for _ in range(2 * HANG):
        stored = requests.get(f"{a.url}/api/v1/conversations/{name}", timeout=HANG).json()
        if stored.get("status") == "completed":
            break
        await asyncio.sleep(0.5)
    segments = [[(w["text"], w["start"], w["end"], g["speaker"]) for w in g.get("words") or []] for g in stored.get("segments", [])]
    return [g for g in segments if g]


def bare(word):
    return "".join(c for c in word.lower() if c.isalnum())


asyncio.run(main())
v.end()
