"""What the simulators hear: known recordings, found again in the audio that reached them.

A reference holds a recording and its words with their times. `Ear` looks for the received audio in the recordings, block by block, and
gives the words whose audio has come, at the times at which it came: audio that was lost, doubled or moved gives words that are
lost, doubled or moved. Audio that is in no recording gives nothing.

    python oracle.py --harken FILE --output ORACLE.json RECORDING.wav…

writes the references. Beside `x.wav`, `x.txt` gives the true words; their times are those of the local engine.
"""

import argparse
import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import numpy
import soxr

RATE = 8000  # where audio is compared: speech survives, and 8 kHz telephone audio has no more
BLOCK = 800  # 100 ms: one decision
SUB = 160  # 20 ms: how exactly the edge of a cut is found
WINDOW = 4000  # 500 ms: what is looked for when the place is not known
QUIET = 2e-4  # RMS below which audio is silence wherever it is
CERTAIN = 0.97  # correlation from which no better place is looked for
COARSER = 8  # times fewer samples, where a place is looked for first
SAME_BLOCK = 0.6  # correlation from which a block is the expected one
SAME_WINDOW = 0.75  # correlation from which a window is found


@dataclass(frozen=True)
class Word:
    """One word as the recording shows it; times in seconds."""

    text: str
    start: float
    end: float
    confidence: float = 0.97

    @property
    def plain(self):
        return re.sub(r"[^\w']+", "", self.text.lower())

    @property
    def ends_sentence(self):
        return self.text.rstrip("\"'”’)").endswith((".", "?", "!"))


class Index:
    """Samples in which a piece of at most `WINDOW` samples can be looked for."""

    def __init__(self, samples):
        self._count = len(samples)
        longest = min(len(samples), WINDOW)
        # Transforms that fit into the processor's cache: one over everything takes several times as long.
        self._size = 1 << int(min(len(samples), 7 * longest) + longest - 1).bit_length()
        self._step = self._size - longest + 1
        blocks = range(0, max(len(samples), 1), self._step)
        padded = numpy.concatenate([samples, numpy.zeros(self._size, samples.dtype)])
        self._spectra = numpy.stack([numpy.fft.rfft(padded[at:at + self._size]) for at in blocks])
        self._energy = numpy.concatenate([[0.0], numpy.cumsum(samples.astype(numpy.float64) ** 2)])
        self._levels = (0, None)  # of the last piece's length; taken and left at once, for two threads may search

    def _scores(self, piece):
        norm = numpy.sqrt(float(piece @ piece))
        count = self._count - len(piece) + 1
        if count <= 0 or norm == 0:
            return numpy.zeros(1)
        length, levels = self._levels
        if length != len(piece):
            level = numpy.sqrt(numpy.maximum(self._energy[len(piece):len(piece) + count] - self._energy[:count], 1e-9))
            levels = numpy.where(level < QUIET * numpy.sqrt(len(piece)) * 4, numpy.inf, level).astype(numpy.float32)
            self._levels = len(piece), levels
        wanted = numpy.conj(numpy.fft.rfft(piece, self._size))
        products = [numpy.fft.irfft(spectrum * wanted, self._size)[:self._step] for spectrum in self._spectra]
        return numpy.concatenate(products)[:count] / (levels * norm)

    def best_score(self, piece):
        """The place where the piece is most alike, and how much."""
        scores = self._scores(piece)
        best = int(numpy.argmax(scores))
        return best, float(scores[best])

    def best(self, piece, count):
        """The places where it is most alike."""
        scores = self._scores(piece)
        count = min(count, len(scores))
        found = numpy.argpartition(scores, -count)[-count:]
        return [int(place) for place in found[numpy.argsort(-scores[found])]]


class Library:
    """The recordings, end to end, and their words."""

    def __init__(self, entries):
        pieces, self.words, at = [], [], 0
        for entry in entries:
            samples = load_wav(entry["file"])
            for word in entry["words"]:
                self.words.append(Word(word["text"], at / RATE + word["start"], at / RATE + word["end"], word.get("confidence", 0.97)))
            gap = numpy.zeros(WINDOW, numpy.float32)
            pieces += [samples, gap]
            at += len(samples) + len(gap)
        self.samples = numpy.concatenate(pieces) if pieces else numpy.zeros(WINDOW, numpy.float32)
        # A recording that begins between two samples sounds another way where there is much above half of the band: an s is not found by whole samples.
        self._between = half_a_sample_later(self.samples)
        self._index = Index(self.samples)
        # Most places are found where audio is looked at with an eighth of the samples.
        self._coarse = Index(soxr.resample(self.samples, RATE, RATE / COARSER).astype(numpy.float32))

    @classmethod
    def load(cls, path):
        with open(path) as file:
            return cls(json.load(file))

    def find(self, window):
        """Where the window begins in the recordings, and how alike it is there."""
        window = window - window.mean()
        if not window.any():
            return 0, 0.0
        rough = soxr.resample(window, RATE, RATE / COARSER).astype(numpy.float32)
        for place in self._coarse.best(rough - rough.mean(), 4):
            # Wider than a period of the voice.
            low = max(place * COARSER - SUB, 0)
            for samples in (self.samples, self._between):
                start, score = Index(self._piece(samples, low, len(window) + 2 * SUB)).best_score(window)
                if score >= CERTAIN:
                    return low + start, score
        return self._index.best_score(window)

    def at(self, start, count):
        """`count` samples from `start`, zeros where there are none."""
        return self._piece(self.samples, start, count)

    def likeness(self, block, start):
        """How alike the block is to what begins at `start`, or half a sample before or behind it."""
        count = len(block)
        whole = alike(block, self.at(start, count))
        if whole >= CERTAIN:
            return whole
        return max(whole, *(alike(block, self._piece(self._between, near, count)) for near in (start - 1, start)))

    @staticmethod
    def _piece(samples, start, count):
        piece = numpy.zeros(count, numpy.float32)
        low, high = max(start, 0), min(start + count, len(samples))
        if low < high:
            piece[low - start:high - start] = samples[low:high]
        return piece


class Ear:
    """Audio in, words out; times in seconds of the stream."""

    def __init__(self, library):
        self.library = library
        self._audio = numpy.zeros(0, numpy.float32)
        self._base = 0  # position of the first sample that is kept
        self._resampler = None
        self._source_rate = None
        self._done = 0  # samples decided
        self._offset = None  # stream position + offset = library position
        self._unknown_since = None
        self._last_search = -WINDOW
        self._stretches = []  # [offset, first sub-block, last sub-block + 1], growing at the end
        self._heard = []
        self._starts = {}  # of the words that were heard, by text
        self._partial = None

    def feed(self, samples, rate):
        """Mono float samples at `rate`."""
        if rate != RATE:
            if self._resampler is None or self._source_rate != rate:
                self._resampler, self._source_rate = soxr.ResampleStream(rate, RATE, 1, dtype="float32"), rate
            samples = self._resampler.resample_chunk(numpy.ascontiguousarray(samples, numpy.float32))
        self._append(samples)

    def flush(self):
        """Decides everything that has come: no word waits any more."""
        if self._resampler is not None:
            self._append(self._resampler.resample_chunk(numpy.zeros(0, numpy.float32), last=True))
            self._resampler = None
        rest = self._base + len(self._audio) - self._done
        if rest >= SUB:
            self._decide(self._done, rest // SUB * SUB)
            self._done += rest // SUB * SUB
        self._unknown_since = None
        self._collect()

    @property
    def settled(self):
        """Nothing before this time changes any more: seconds."""
        pending = self._done if self._unknown_since is None else max(self._unknown_since, self._done - RATE)
        return pending / RATE

    @property
    def words(self):
        """Every word whose audio has come, by start."""
        return self._heard

    @property
    def partial(self):
        """The word that is being spoken: (word, share of it that has come), or None."""
        return self._partial

    # -- matching

    def _append(self, samples):
        self._audio = numpy.concatenate([self._audio, numpy.asarray(samples, numpy.float32)])
        moved = False
        while self._base + len(self._audio) - self._done >= BLOCK:
            self._decide(self._done, BLOCK)
            self._done += BLOCK
            moved = True
        if moved:
            self._collect()
        if len(self._audio) > 30 * RATE:
            drop = len(self._audio) - 4 * RATE
            self._audio, self._base = self._audio[drop:], self._base + drop

    def _received(self, at, count):
        return self._audio[max(at - self._base, 0):at - self._base + count]

    def _decide(self, at, count):
        block = self._received(at, count)
        if numpy.sqrt(float(block @ block) / count) < QUIET:
            # Silence is the recording's own where the recording is silent too; elsewhere the place is lost.
            if self._offset is not None and level(self.library.at(at + self._offset, count)) > QUIET * 8:
                self._mark(at, count)
                self._offset = None
            elif self._offset is not None:
                self._mark(at, count)
            return
        if self._offset is not None:
            expected = self.library.at(at + self._offset, count)
            if self.library.likeness(block, at + self._offset) >= SAME_BLOCK or (level(block) < QUIET * 20 and level(expected) < QUIET * 20):
                self._mark(at, count, whole=True)
                self._unknown_since = None
                return
            self._mark(at, count)
            self._offset = None
        if self._unknown_since is None:
            self._unknown_since = at
        self._search(at + count)

    def _search(self, end):
        begin = max(end - WINDOW, self._base)
        window = self._received(begin, end - begin)
        if len(window) < WINDOW // 2 or end - self._last_search < BLOCK:
            return
        self._last_search = end
        place, score = self.library.find(window)
        if score < SAME_WINDOW:
            return
        self._offset = place - begin
        # What was not known before is looked at again, from the edge of the cut.
        first = max((begin if self._unknown_since is None else self._unknown_since) - BLOCK, self._base)
        for at in range(first // SUB * SUB, end - SUB + 1, SUB):
            self._mark(at, SUB)
        self._unknown_since = None

    def _mark(self, at, count, whole=False):
        """Notes which sub-blocks are the recording's at the present offset."""
        offset = self._offset
        for sub in range(at // SUB, (at + count) // SUB):
            if not whole:
                piece, expected = self._received(sub * SUB, SUB), self.library.at(sub * SUB + offset, SUB)
                quiet = level(piece) < QUIET * 20 and level(expected) < QUIET * 20
                if not quiet and self.library.likeness(piece, sub * SUB + offset) < SAME_BLOCK:
                    continue
            last = self._stretches[-1] if self._stretches else None
            if last and abs(last[0] - offset) <= 4 and last[1] <= sub <= last[2] + 3:
                last[2] = max(last[2], sub + 1)
            elif not last or sub >= last[2] or abs(last[0] - offset) > 4:
                self._stretches.append([offset, sub, sub + 1])

    def _collect(self):
        """Words from the last stretches; earlier ones have had theirs."""
        settled = self.settled
        self._partial = None
        for offset, first, last in self._stretches[-3:]:
            low, high = (first * SUB + offset) / RATE, (last * SUB + offset) / RATE
            for word in self._nearby(low, high):
                share = (min(high, word.end) - max(low, word.start)) / max(word.end - word.start, 0.01)
                start, end = word.start - offset / RATE, word.end - offset / RATE
                moved = Word(word.text, max(round(start, 3), 0.0), max(round(end, 3), 0.0), word.confidence)
                if share >= 0.6 and end <= self._done / RATE + 0.02 and end <= settled + 0.02:
                    if not self._is_known(moved):
                        self._heard.append(moved)
                        self._starts.setdefault(moved.text, []).append(moved.start)
                elif end > self._done / RATE and high * RATE - offset >= self._done - BLOCK:
                    if share > 0.03 and not self._is_known(moved):
                        self._partial = (moved, share)
        self._heard.sort(key=lambda word: word.start)

    def _is_known(self, word):
        return any(abs(start - word.start) < 0.05 for start in self._starts.get(word.text, ()))

    def _nearby(self, low, high):
        return [word for word in self.library.words if word.end > low and word.start < high]


def level(samples):
    return float(numpy.sqrt(float(samples @ samples) / max(len(samples), 1)))


def half_a_sample_later(samples):
    """What lies between each sample and the next."""
    return soxr.resample(samples, 1, 2)[1::2][:len(samples)].astype(numpy.float32)


def alike(a, b):
    """Correlation whatever the gain."""
    norm = numpy.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / norm if norm > 1e-9 else 0.0


def hear(library, samples, rate):
    """The words of a whole recording."""
    ear = Ear(library)
    step = max(rate, 1)
    for at in range(0, len(samples), step):
        ear.feed(samples[at:at + step], rate)
    ear.flush()
    return ear.words


def load_wav(path, wanted=RATE):
    """Mono float samples of a file, at the wanted rate."""
    import av

    with av.open(path) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=container.streams.audio[0].rate)
        pieces = [out.to_ndarray().reshape(-1) for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        rate = container.streams.audio[0].rate
    samples = numpy.concatenate(pieces).astype(numpy.float32)
    return soxr.resample(samples, rate, wanted).astype(numpy.float32) if rate != wanted else samples


# -- references

def reference(path, harken):
    """One entry: the words of `path`, their text from the text file beside it if there is one, their times from the local engine."""
    done = subprocess.run([harken, "transcribe", path, "--format", "json"], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"harken transcribe {path}: {done.stderr.strip()}")
    timed = json.loads(done.stdout)["words"]
    text_file = os.path.splitext(path)[0] + ".txt"
    if os.path.exists(text_file):
        with open(text_file) as file:
            timed = with_times(file.read().split(), timed)
    words = [{"text": word["text"].strip(), "start": word["start"], "end": word["end"]} for word in timed]
    return {"file": os.path.abspath(path), "words": words}


def with_times(true, timed):
    """The true words at the times of the recognised ones; where they differ the time is shared out."""
    plain = [re.sub(r"\W+", "", text.lower()) for text in true]
    other = [re.sub(r"\W+", "", word["text"].lower()) for word in timed]
    result = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, plain, other, autojunk=False).get_opcodes():
        if kind == "equal":
            result += [{**timed[c + i], "text": true[a + i]} for i in range(b - a)]
        elif b > a:
            low = timed[c]["start"] if d > c else (result[-1]["end"] if result else 0.0)
            high = timed[d - 1]["end"] if d > c else (timed[d]["start"] if d < len(timed) else low + 0.3 * (b - a))
            step = max(high - low, 0.02) / (b - a)
            result += [{"text": true[a + i], "start": low + step * i, "end": low + step * (i + 1)} for i in range(b - a)]
    return result


# To be changed with the way in which the local engine finds words and their times: what was kept is made anew.
PLACING = b"every frame, eight densities, silence behind, wrong ends left out"


def references(paths, harken, cache=None):
    """Entries for all recordings; each is made once and kept in the folder `cache`."""
    entries = []
    for path in paths:
        kept = None
        if cache:
            digest = hashlib.sha256(PLACING)
            for part in (path, os.path.splitext(path)[0] + ".txt"):
                if os.path.exists(part):
                    with open(part, "rb") as file:
                        digest.update(file.read())
            kept = os.path.join(cache, digest.hexdigest()[:32] + ".json")
        if kept and os.path.exists(kept):
            with open(kept) as file:
                entry = {**json.load(file), "file": os.path.abspath(path)}
        else:
            entry = reference(path, harken)
            if kept:
                os.makedirs(cache, exist_ok=True)
                with open(kept + f".{os.getpid()}", "w") as file:
                    json.dump(entry, file)
                os.replace(kept + f".{os.getpid()}", kept)
        entries.append(entry)
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs="+", metavar="RECORDING")
    parser.add_argument("--harken", required=True, help="the executable whose local engine gives the times")
    parser.add_argument("--cache", help="folder in which references are kept")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    with open(args.output, "w") as file:
        json.dump(references(args.recordings, args.harken, args.cache), file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
