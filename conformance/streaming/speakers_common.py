"""Judges the live speakers of a protocol on conversations of two and three people.

A driver of this kind gives `main` a function that plays one recording through a vendor's client in real time and calls `Play.words` with every
word that the client is given, final or not, and the speaker that its protocol gives the word. At most 5 % of the final words may have the wrong
speaker, or none. How many turns have the right speaker within 2.5 s of the speaker's first 2 s depends on the machine: every run prints it, and
`make bench` judges it. How far behind the speech finals come is printed only.
"""
import argparse
import itertools
import json
import os
import sys
import threading
import time
import traceback

import av
import numpy

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import figures
from conformance_common import be_patient

AUDIO = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))), "shared", "audio")
RECORDINGS = ("conv-2spk", "conv-3spk")
RATE = 16_000
CHUNK = 0.1
MAX_WRONG = 0.05
# A turn must be long enough to know a voice by it.
SHORTEST_TURN = 2.0
IN_TIME = 2.0 + 2.5
# Share of the turns that may have their speaker later: the goal is 95 % in time.
MAX_LATE = 0.05
UNKNOWN = (None, "", "UU", "UNKNOWN")


class Play:
    """One recording, and what the client was told about its speakers."""

    def __init__(self, args, name):
        self.args, self.name = args, name
        with av.open(os.path.join(AUDIO, "diarization", name + ".flac")) as file:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            samples = [part.to_ndarray().reshape(-1) for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        samples = numpy.concatenate(samples)[:int((args.seconds or 1e6) * RATE)]
        self.pcm = numpy.concatenate([samples, numpy.zeros(RATE, numpy.int16)]).astype("<i2").tobytes()
        self.seconds = len(self.pcm) / 2 / RATE
        with open(os.path.join(AUDIO, "rttm", name + ".rttm")) as file:
            rows = [line.split() for line in file if line.startswith("SPEAKER")]
        self.turns = [(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows if float(row[3]) + float(row[4]) <= self.seconds]
        # (heard at, start, end, speaker, text), the final words and all words.
        self.finals, self.shown, self.problems = [], [], []
        self.began = None

    def begin(self):
        self.began = time.monotonic()

    def chunks(self):
        """The pieces of the recording, and when each is due."""
        step = int(CHUNK * RATE) * 2
        for at in range(0, len(self.pcm), step):
            yield self.pcm[at:at + step], at / 2 / RATE

    def delay(self, position):
        """Seconds until a position of the recording is due."""
        return max(0.0, self.began + position / self.args.speed - time.monotonic())

    def wait(self, position):
        time.sleep(self.delay(position))

    def said(self, words):
        """`words`: (text, start in seconds, end in seconds, speaker), which are heard now."""
        now = (time.monotonic() - (self.began or time.monotonic())) * self.args.speed
        return [(now, start, end, None if speaker in UNKNOWN else speaker, text) for text, start, end, speaker in words]

    def words(self, words, is_final):
        """As `said`; keeps the words."""
        said = self.said(words)
        self.shown += said
        if is_final:
            self.finals += said

    def error(self, problem):
        self.problems.append(f"{self.name}: {problem}")

    # -- judgement
    def truth(self, start, end):
        middle = (start + end) / 2
        return min(self.turns, key=lambda turn: max(turn[0] - middle, middle - turn[1], 0))[2]

    def judge(self):
        labels = sorted({word[3] for word in self.finals if word[3] is not None}, key=str)
        people = sorted({turn[2] for turn in self.turns})
        shares = {(label, person): 0 for label in labels for person in people}
        for _, start, end, label, _ in self.finals:
            if label is not None:
                shares[label, self.truth(start, end)] += 1
        # Of all ways to give each person one label, the one with most words right.
        choices = itertools.permutations(labels + [None] * len(people), len(people))
        best = max(choices, key=lambda choice: sum(shares.get((label, person), 0) for label, person in zip(choice, people)))
        names = {label: person for label, person in zip(best, people) if label is not None}
        wrong = [word for word in self.finals if names.get(word[3]) != self.truth(word[1], word[2])]
        unlabelled = sum(word[3] is None for word in self.finals)
        turns = [turn for turn in self.turns if turn[1] - turn[0] >= SHORTEST_TURN]
        late = []
        for start, end, person in turns:
            first = min((word[0] for word in self.shown if start <= (word[1] + word[2]) / 2 <= end and names.get(word[3]) == person), default=None)
            if first is None or first > start + IN_TIME:
                late.append((round(start, 1), first and round(first - start, 1)))
        behind = sorted(word[0] - word[2] for word in self.finals)
        report = {
            "recording": self.name, "words": len(self.finals), "wrong": len(wrong), "unlabelled": unlabelled, "labels": labels,
            "turns": len(turns), "late": late,
            "behind_median_s": round(behind[len(behind) // 2], 2) if behind else None,
            "wrong_words": [(round(word[1], 1), word[3], word[4]) for word in wrong[:40]]}
        if len(self.finals) < 50:
            self.error(f"only {len(self.finals)} final words came")
        elif len(wrong) > MAX_WRONG * len(self.finals):
            self.error(f"{len(wrong)} of {len(self.finals)} words have the wrong speaker or none")
        if len(labels) < len(people):
            self.error(f"{len(labels)} speakers for {len(people)} people")
        return report


def main(client, protocol, play, extra=None):
    parser = argparse.ArgumentParser(description=f"live speakers: {client} against {protocol}")
    parser.add_argument("--url", required=True, help="base URL of the server under test")
    parser.add_argument("--key", required=True)
    parser.add_argument("--audio", help="not used: the conversations of shared/audio are played")
    parser.add_argument("--expect-text", help="not used")
    parser.add_argument("--json", help="write the verdict to this file")
    parser.add_argument("--speed", type=float, default=1.0, help="1 = real time, 0.5 = half as fast, for a machine that does not keep up")
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for the last words, from the end of the audio on")
    parser.add_argument("--seconds", type=float, help="only so much of each recording, up to the end of a turn")
    parser.add_argument("--recording", action="append", choices=RECORDINGS)
    if extra:
        extra(parser)
    args = parser.parse_args()
    if not os.path.isdir(AUDIO):
        report = {"skipped": "../shared/audio is not here", "verdict": {"problems": [], "wer": None}}
        return finish(args, report, 0)
    be_patient()
    plays = [Play(args, name) for name in args.recording or RECORDINGS]

    def one(it):
        try:
            play(it)
        except Exception as exc:
            traceback.print_exc()
            it.error(f"{type(exc).__name__}: {exc}")

    threads = [threading.Thread(target=one, args=(it,), daemon=True) for it in plays]
    for thread in threads:
        thread.start()
    for thread, it in zip(threads, plays):
        thread.join(it.seconds / args.speed + 30 + args.patience)
        if thread.is_alive():
            it.error("the session did not end")
    reports = [it.judge() for it in plays]
    problems = [problem for it in plays for problem in it.problems]
    for report in reports:
        print(json.dumps(report), flush=True)
    words, wrong = sum(report["words"] for report in reports), sum(report["wrong"] for report in reports)
    turns, late = sum(report["turns"] for report in reports), sum(len(report["late"]) for report in reports)
    if turns:
        problems += figures.within(f"turns whose speaker is told late: {protocol} by {client}", late / turns, MAX_LATE, "")
    verdict = {"event": "verdict", "ok": not problems, "client": client, "protocol": protocol, "wer": None, "words": words, "wrong": wrong,
               "turns": turns, "late_turns": late, "problems": problems}
    print(json.dumps(verdict), flush=True)
    finish(args, {"verdict": verdict, "recordings": reports}, 0 if not problems else 1)


def finish(args, report, status):
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(report, out, indent=1)
    sys.stdout.flush()
    sys.stderr.flush()
    # Client libraries may leave threads or loops behind; leave without them.
    os._exit(status)
