"""The one voice of set-up: short lines on stderr, and one way to stop."""

import os
import sys


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def say(line):
    print(f"setup: {line}", file=sys.stderr, flush=True)


def run(main):
    """Calls `main` with the two paths on the command line; ends with status 1 and the reason when it fails."""
    try:
        main(*(os.path.abspath(path) for path in sys.argv[1:3]))
    except (SetupError, OSError, ValueError) as error:
        say(f"failed: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
