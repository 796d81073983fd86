"""Figures on time, memory and processor: every run shows them, and `make bench` judges them.

A busy machine misses such a figure without a fault, so no test fails for one. `scripts/bench` names a file in HARKEN_FIGURES: then each figure is written
there, and one that is over its limit is a problem.
"""

import json
import os
import time

_FILE = os.environ.get("HARKEN_FIGURES")
# True if figures are judged; a play that shows figures only has to say when they are not.
IS_JUDGED = bool(_FILE)


class Anchor:
    """A fixed piece of work, which tells how much a second of a core does now: a second thread of the same core halves it, a neighbour's caches cost too.

    Seconds of a core that are measured at `share` are `share` times as many on the machine at its best.
    """

    def __init__(self):
        self._work = [{"id": f"{index * 2654435761 % 2**32:08x}", "text": f"{index} of the words that are read and sorted " * 6} for index in range(4000)]
        self.best = min(self._read() for _ in range(20))

    def _read(self):
        began = time.thread_time()
        json.loads(json.dumps(self._work)).sort(key=lambda row: row["id"])
        return time.thread_time() - began

    @property
    def share(self):
        """What a second of a core does now, of what it does at its best: at most 1."""
        now = sorted(self._read() for _ in range(5))[2]
        self.best = min(self.best, now)
        return self.best / now


def within(what, value, most, unit="s"):
    """The problems of a figure that must be at most `most`: none where figures are not judged."""
    if not _FILE:
        return []
    with open(_FILE, "a") as file:
        file.write(json.dumps({"figure": what, "value": round(value, 4), "most": most, "unit": unit}) + "\n")
    return [] if value <= most else [f"{what}: {value:.3g} {unit}, at most {most:g} {unit} are allowed"]
