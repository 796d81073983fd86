"""The one voice of set-up: short lines on stderr, and one way to stop."""

import sys


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def say(line):
    print(f"setup: {line}", file=sys.stderr, flush=True)
