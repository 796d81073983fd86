"""Counts what became of the words that were spoken: heard, misheard, lost, doubled, invented.

    python count.py

checks itself with losses and doublings that are known.
"""

import re
import sys
from dataclasses import dataclass, field

# What an alignment pays. A word is compared with every other of its text, wherever its time lies: times may be what is wrong.
LOST, EXTRA, MISHEARD, DISTANCE = 1.0, 1.0, 1.2, 0.2
SAME_PLACE = 0.5  # seconds between the middles of a spoken word and of another text that stands for it
NEARBY = 12  # words: an extra word that was spoken so near is that word again


@dataclass(frozen=True)
class Word:
    """A word with its place on the session's timeline, in seconds; `arrived` is when its final came, on the monotonic clock."""

    text: str
    start: float
    end: float
    arrived: float = 0.0

    @property
    def plain(self):
        return plain(self.text)

    @property
    def middle(self):
        return (self.start + self.end) / 2


@dataclass
class Count:
    spoken: int
    lost: list = field(default_factory=list)
    misheard: list = field(default_factory=list)  # (spoken, heard)
    doubled: list = field(default_factory=list)
    invented: list = field(default_factory=list)
    pairs: dict = field(default_factory=dict)  # index of a spoken word → the word that was heard


def plain(text):
    return re.sub(r"[^\w']+", "", text.lower().replace("’", "'"))


def count(spoken, heard):
    """Every spoken word has one of four fates, and every heard word that is none of theirs is counted too.

    Both in order. A word that comes out of order is lost where it was spoken and doubled where it came.
    """
    spoken, heard = list(spoken), [word for word in heard if word.plain]
    rows, columns = len(spoken) + 1, len(heard) + 1
    best = [[0.0] * columns for _ in range(rows)]
    step = [[""] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            options = [(0.0, "")] if i == j == 0 else []
            if i:
                options.append((best[i - 1][j] + LOST, "lost"))
            if j:
                options.append((best[i][j - 1] + EXTRA, "extra"))
            if i and j:
                a, b = spoken[i - 1], heard[j - 1]
                apart = abs(a.middle - b.middle)
                if a.plain == b.plain:
                    options.append((best[i - 1][j - 1] + DISTANCE * min(apart, 1.0), "heard"))
                elif apart < SAME_PLACE:
                    options.append((best[i - 1][j - 1] + MISHEARD, "misheard"))
            best[i][j], step[i][j] = min(options)
    result, extras = Count(len(spoken)), []
    i, j = len(spoken), len(heard)
    while i or j:
        fate = step[i][j]
        if fate in ("heard", "misheard", "lost"):
            i -= 1
        if fate in ("heard", "misheard", "extra"):
            j -= 1
        if fate == "heard":
            result.pairs[i] = heard[j]
        elif fate == "misheard":
            # The text of a neighbour in the place of a word: that word is lost, and the neighbour is there twice.
            if any(word.plain == heard[j].plain for word in spoken[max(0, i - NEARBY):i + NEARBY]):
                result.lost.append(spoken[i])
                result.doubled.append(heard[j])
            else:
                result.misheard.append((spoken[i], heard[j]))
        elif fate == "lost":
            result.lost.append(spoken[i])
        else:
            extras.append((i, heard[j]))
    for at, word in extras:
        near = spoken[max(0, at - NEARBY):at + NEARBY]
        (result.doubled if any(other.plain == word.plain for other in near) else result.invented).append(word)
    for words in (result.lost, result.misheard, result.doubled, result.invented):
        words.reverse()
    return result


def check(spoken):
    """What does not hold of the count; nothing, if all is well."""
    faults = []

    def that(holds, what):
        if not holds:
            faults.append(what)

    def fates(heard):
        found = count(spoken, heard)
        return len(found.lost), len(found.doubled), len(found.misheard), len(found.invented)

    def moved(words, seconds):
        return [Word(word.text, word.start + seconds, word.end + seconds) for word in words]

    that(fates(spoken) == (0, 0, 0, 0), "all words are heard")
    that(fates([]) == (len(spoken), 0, 0, 0), "nothing is heard: all are lost")
    few = count(spoken[:6], [*spoken[:6], *spoken[:6]])
    that((len(few.lost), len(few.doubled), len(few.invented)) == (0, 6, 0), "everything twice")
    that(fates(moved(spoken, 7.0)) == (0, 0, 0, 0), "words at wrong times are heard")
    that(fates([Word(word.text.upper() + "!", word.start + 0.1, word.end) for word in spoken]) == (0, 0, 0, 0), "case and punctuation are nothing")
    for at in range(0, len(spoken) - 3, max(1, len(spoken) // 12)):
        rest = [*spoken[:at], *spoken[at + 3:]]
        that(fates(rest) == (3, 0, 0, 0), f"three words lost at {at}")
        that(fates([*spoken[:at + 3], *spoken[at:]]) == (0, 3, 0, 0), f"three words doubled at {at}")
        that(fates([*spoken[:at + 3], *moved(spoken[at:at + 3], 2.0), *spoken[at + 3:]]) == (0, 3, 0, 0), f"three words doubled later at {at}")
        that(fates([word for word in spoken for _ in range(2 if word is spoken[at] else 1)]) == (0, 1, 0, 0), f"one word twice at {at}")
        word = spoken[at]
        that(fates([*spoken[:at], Word("zebra", word.start, word.end), *spoken[at + 1:]]) == (0, 0, 1, 0), f"another word at {at}")
        that(fates([*spoken[:at], word, Word("zebra", word.end, word.end + 0.1), *spoken[at + 1:]]) == (0, 0, 0, 1), f"an invented word at {at}")
        if spoken[at].plain != spoken[at + 1].plain:
            stutter = Word(word.text, spoken[at + 1].start, spoken[at + 1].end)
            that(fates([*spoken[:at + 1], stutter, *spoken[at + 2:]]) == (1, 1, 0, 0), f"a word in its neighbour's place at {at}")
    return faults


if __name__ == "__main__":
    text = ("Ever tried. Ever failed. No matter. Try again. Fail again. Fail better. And so, my fellow Americans! Ask not. What your country can do "
            "for you, ask what you can do for your country. No no no, said the voice, no.")
    found = check([Word(word, 0.4 * at, 0.4 * at + 0.35) for at, word in enumerate(text.split())])
    print("\n".join(found) or "the count counts right")
    sys.exit(1 if found else 0)
