"""What a gateway must hear in the plays: with its own engine most words of the recording, with the scripted vendor every word of the vendor's text."""

import pathlib
import re

from console import expect
from scripted_vendor import STEP, TEXT, plain, said


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
