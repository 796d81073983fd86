"""A disk that loses what was not synced when the power goes: disk.c, and what puts its content back."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def library(folder):
    """Builds disk.c, with the compiler of Swift's toolchain."""
    built = os.path.join(folder, "disk.so")
    subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", built, os.path.join(HERE, "disk.c")], check=True)
    return built


class Disk:
    """The disk under a folder. Processes with `settings` in their environment write to it."""

    def __init__(self, library, folder):
        self.folder, self.kept = os.path.realpath(folder), os.path.realpath(folder) + ".disk"
        os.mkdir(self.kept)
        self.settings = {"LD_PRELOAD": library, "HARKEN_DISK_FOLDER": self.folder, "HARKEN_DISK_KEPT": self.kept}

    def lose_power(self):
        """Gives the folder what the disk has. No process may use it: the machine is off."""
        old = self.folder + ".old"
        os.rename(self.folder, old)
        self._put(os.readlink(os.path.join(self.kept, "folder")), self.folder)
        shutil.rmtree(old)
        self.forget()

    def forget(self):
        """What the folder has now is on the disk when the next process begins."""
        shutil.rmtree(self.kept)
        os.mkdir(self.kept)

    def _put(self, key, path):
        os.mkdir(path, 0o700)
        names = os.path.join(self.kept, "names", key)
        # A folder that was never synced has no names.
        for line in open(names, encoding="utf-8").read().splitlines() if os.path.exists(names) else ():
            kind, of, name = line.split(" ", 2)
            place, data = os.path.join(path, name), os.path.join(self.kept, "data", of)
            if kind == "d":
                self._put(of, place)
            elif os.path.exists(data):
                # A file with two names stays one file.
                os.link(data, place)
                os.chmod(place, 0o600)
            else:
                open(place, "wb").close()
