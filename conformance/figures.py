"""Figures on time, memory and processor: every run shows them, and `make bench` judges them.

A busy machine misses such a figure without a fault, so no test fails for one. `scripts/bench` names a file in HARKEN_FIGURES: then each figure is written
there, and one that is over its limit is a problem.
"""

import json
import os

_FILE = os.environ.get("HARKEN_FIGURES")
# True if figures are judged; a play that shows figures only has to say when they are not.
IS_JUDGED = bool(_FILE)


def within(what, value, most, unit="s"):
    """The problems of a figure that must be at most `most`: none where figures are not judged."""
    if not _FILE:
        return []
    with open(_FILE, "a") as file:
        file.write(json.dumps({"figure": what, "value": round(value, 4), "most": most, "unit": unit}) + "\n")
    return [] if value <= most else [f"{what}: {value:.3g} {unit}, at most {most:g} {unit} are allowed"]
