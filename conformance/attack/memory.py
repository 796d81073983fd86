"""The resident memory of a process and of those that it started, from /proc."""

import os
import re
import threading

MB = 1 << 20


def _field(pid, name):
    try:
        with open(f"/proc/{pid}/status") as file:
            found = re.search(rf"^{name}:\s+(\d+) kB", file.read(), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    except OSError:
        return 0


def _own(pid):
    """What a child adds: pages that are no file's, those that it shares with other children in equal parts. The pages of files are the parent's as well."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return 1024 * sum(map(int, re.findall(r"^Pss_(?:Anon|Shmem):\s+(\d+) kB", file.read(), re.MULTILINE)))
    except OSError:
        # Only for root; this counts shared pages in each.
        return _field(pid, "RssAnon") + _field(pid, "RssShmem")


def children(pid):
    """The processes that this one started, and those that they started."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                for child in file.read().split():
                    found += [int(child), *children(int(child))]
    except OSError:
        pass
    return found


def _is_running(pid):
    """Whether a child runs a program of its own: until then it has its father's memory, which would be counted twice."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"decode-worker" in file.read()
    except OSError:
        return False


def processor_seconds(pid):
    """What a process and its children have had of the processors."""
    total = 0
    for one in [pid, *children(pid)]:
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            # Its own, and that of children that have ended.
            total += sum(map(int, fields[11:15]))
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


class Memory:
    """How much more memory a process takes than at first, at its peak: its peak is the kernel's (VmHWM), that of its children is looked at 20 times a second."""

    def __init__(self, pid):
        self.pid = pid
        self._over = threading.Event()
        try:
            with open(f"/proc/{pid}/clear_refs", "w") as file:
                file.write("5")
            self._is_reset = True
        except OSError:
            self._is_reset = False
        self.baseline = _field(pid, "VmRSS")
        self.before = self._of_children()
        self._seen = self._children = 0
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def _of_children(self):
        return sum(_own(child) for child in children(self.pid) if _is_running(child))

    def _sample(self):
        while not self._over.wait(0.05):
            self._seen = max(self._seen, _field(self.pid, "VmRSS"))
            self._children = max(self._children, self._of_children())

    def stop(self):
        """(growth, of it in children), in bytes."""
        self._over.set()
        self._sampler.join()
        peak = max(self._seen, _field(self.pid, "VmHWM") if self._is_reset else 0)
        below = max(0, self._children - self.before)
        return max(0, peak - self.baseline) + below, below
