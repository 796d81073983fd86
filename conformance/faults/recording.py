"""The speech of the fault table: what is said in it, when, and which of its words can be counted."""

import json
import os
import sys
import wave
from dataclasses import dataclass, replace

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vendors"))

import oracle
from clients import RATE
from count import Word, count, plain

# Read and free speech of three readers and a speaker, from `../shared/audio`: recognised without a fault when nothing fails.
CLIPS = ("ls-39-121914-0000", "jfk", "ls-3857-180923-0000", "ls-8629-261139-0000")
PAUSE = 0.3


@dataclass
class Recording:
    file: str
    oracle: str  # the file that the simulators hear with
    pcm: bytes
    words: list  # those that are countable
    spoken: int  # all of them
    before: float = 0  # seconds of noise before the speech

    @property
    def seconds(self):
        return len(self.pcm) / 2 / RATE

    def behind_noise(self, seconds):
        """The same behind so much noise, as loud as speech."""
        noise = numpy.random.default_rng(1).normal(0, 3000, int(seconds * RATE)).clip(-32768, 32767).astype("<i2").tobytes()
        words = [replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words]
        return replace(self, pcm=noise + self.pcm, words=words, before=seconds)

    def inside_word(self, share):
        """A moment in the middle of the word that is spoken after this share of the recording."""
        return next(word.middle for word in self.words if word.middle >= share * self.seconds)


def load(folder, harken, cache, test_audio, shared=None):
    """The recording of 44 s, or beckett.wav (10 s) where `../shared/audio` is not there; its files are written to `folder`.

    Countable is a word of the text that the local engine hears as it is written when nothing fails: the simulators hear what it hears.
    """
    if shared and os.path.isdir(shared):
        file, text = _composed(shared, folder)
    else:
        file = os.path.join(test_audio, "beckett.wav")
        with open(os.path.join(test_audio, "beckett.txt")) as source:
            text = source.read().split()
    entry = oracle.reference(file, harken) if not cache else oracle.references([file], harken, cache)[0]
    place = os.path.join(folder, "oracle.json")
    with open(place, "w") as out:
        json.dump([entry], out)
    samples = oracle.load_wav(file, RATE)
    heard = [Word(word["text"], word["start"], word["end"]) for word in entry["words"] if plain(word["text"])]
    # The text has no times: each of its words is put where it would be if words were equally long.
    step = len(samples) / RATE / max(len(text), 1)
    found = count([Word(word, at * step, (at + 1) * step) for at, word in enumerate(text)], heard)
    pcm = (numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return Recording(file, place, pcm, [found.pairs[at] for at in sorted(found.pairs)], len(text))


def _composed(shared, folder):
    with open(os.path.join(shared, "manifest.jsonl")) as source:
        entries = {entry["id"]: entry for entry in map(json.loads, source)}
    pause = numpy.zeros(int(RATE * PAUSE), numpy.float32)
    pieces, text = [], []
    for clip in CLIPS:
        pieces += [pause] if pieces else []
        pieces.append(oracle.load_wav(os.path.join(shared, entries[clip]["file"]), RATE))
        text += entries[clip]["text_original"].split()
    file = os.path.join(folder, "speech.wav")
    with wave.open(file, "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes((numpy.clip(numpy.concatenate(pieces), -1, 1) * 32767).astype("<i2").tobytes())
    return file, text
