"""Every Python of a play loads this: temporary folders outlast the program, and scripts/play removes them when the play has passed."""

import tempfile


class _Kept(tempfile.TemporaryDirectory):
    def __init__(self, suffix=None, prefix=None, dir=None, *_, **__):
        self.name = tempfile.mkdtemp(suffix, prefix, dir)

    def __exit__(self, *_):
        pass

    def cleanup(self):
        pass


tempfile.TemporaryDirectory = _Kept
