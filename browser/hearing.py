"""What a gateway must hear in the plays: with its own engine most words of the recording, with the scripted vendor every word of the vendor's text."""

import array
import math
import pathlib
import re
import wave

from console import expect
from scripted_vendor import STEP, TEXT, plain, said

FRAME = 320  # samples of 20 ms
QUIET = 0.006 * 32_768  # level below which nobody speaks in the recordings, of 16 bits


def unbroken(recording, folder):
    """Speech without a pause: the sentences of one reader, without the silence before and behind each. Returns its path; its words are beside it."""
    path, parts = pathlib.Path(folder) / "unbroken.wav", sorted(pathlib.Path(recording).parent.glob("librivox/*.wav"))
    with wave.open(str(path), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(16_000)
        for part in parts:
            with wave.open(str(part)) as clip:
                samples = array.array("h", clip.readframes(clip.getnframes()))
            starts = range(0, len(samples) - FRAME, FRAME)
            loud = [start for start in starts if math.sqrt(sum(one * one for one in samples[start:start + FRAME]) / FRAME) > QUIET]
            talk.writeframes(samples[loud[0]:loud[-1] + FRAME].tobytes())
    path.with_suffix(".txt").write_text(" ".join(part.with_suffix(".txt").read_text() for part in parts))
    return path


class Recognised:
    """The local engine hears the recording."""

    engine = "local"

    def __init__(self, recording):
        self.reference = pathlib.Path(recording).with_suffix(".txt").read_text()

    def is_enough(self, text):
        """Half of the different words were heard."""
        spoken, heard = set(plain(self.reference)), set(plain(text))
        return 2 * len(spoken & heard) >= len(spoken)

    def judge(self, text):
        expect(self.is_enough(text), f"half of the words were heard: {text!r}")

    judge_recording = judge

    def least(self, seconds):
        """The least number of words of so many seconds of the microphone."""
        return int(seconds / 4)


class Scripted:
    """The scripted vendor says its text, whatever the audio is."""

    engine, reference, amount = "deepgram", TEXT, 12

    def is_enough(self, text):
        return len(plain(text)) >= self.amount

    def least(self, seconds):
        return int(seconds / STEP)

    def judge(self, text):
        """A live session has the words in their order: none is missing, none is there twice."""
        words = plain(text)
        expect(len(words) >= self.amount and words == said(len(words)), f"the words of {TEXT[:40]!r}… were heard in their order: {text!r}")

    def judge_beginning(self, text):
        """A live session whose audio came faster than it is spoken begins with the words in their order."""
        words = plain(text)
        expect(words[:self.amount] == said(self.amount), f"the words of {TEXT[:40]!r}… were heard in their order: {text!r}")

    def judge_recording(self, text):
        """A recording has the whole text once, behind the name of who speaks."""
        heard = re.sub(r"^(?:A\s+Speaker A|A:)", "", text.strip())
        expect(plain(heard) == plain(TEXT), f"the words of {TEXT[:40]!r}… were heard: {text!r}")
