"""A disk that a play fills and empties while a gateway uses it."""

import os
import subprocess
import tempfile

from console import Failure

# A gateway's database and a journal have room in half of it. It is too small for a gateway to keep room for deletions on it (`DiskReserve`).
SIZE = 128 << 20


class SmallDisk:
    """A disk in memory, in a folder of its own, for the time of a `with`. Mounting it needs root, or `unshare -rm`."""

    def __enter__(self):
        self._place = tempfile.TemporaryDirectory(prefix="harken-browser-disk-")
        self.folder = self._place.name
        self._filler = os.path.join(self.folder, "filler")
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", self.folder], capture_output=True, text=True)
        if made.returncode != 0:
            self._place.cleanup()
            raise Failure(f"a small disk cannot be mounted, which needs root or `unshare -rm`: {made.stderr.strip()}")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], capture_output=True)
        self._place.cleanup()

    def fill(self):
        """Writes a file until the disk has no room for one more byte."""
        with open(self._filler, "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def empty(self):
        os.remove(self._filler)
