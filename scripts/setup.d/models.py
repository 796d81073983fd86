"""Fills the folder in which Harken finds its runtime libraries, models and test recordings.

Usage: models.py FOLDER_OF_MODELS FOLDER_OF_DOWNLOADS. Does nothing when the folder is already complete.
"""

import contextlib
import fcntl
import json
import os
import shutil

import aligner
import onnx_conversion
import packages
import voice_models
from say import run, say

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = os.path.join(HERE, "parts.json")
# How the names of the folders of models begin that `harken models add` makes.
ADDED = "whisper-"


def main(folder, downloads):
    if is_complete(folder):
        return
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with locked(folder + ".lock"):
        if not is_complete(folder):  # another set-up may just have finished
            fill(folder, downloads)


def is_complete(folder):
    """Whether the manifest is of this parts list and each file is there with its size."""
    try:
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        return manifest["parts"] == packages.sha256(PARTS) and all(
            os.path.getsize(os.path.join(folder, path)) == entry["bytes"] for path, entry in manifest["files"].items())
    except (OSError, ValueError, KeyError):
        return False


def fill(folder, downloads):
    """Builds everything beside `folder` and puts it in its place at the end, so that no half-made folder is ever seen."""
    partial, old = folder + ".partial", folder + ".old"
    for leftover in (partial, old):
        shutil.rmtree(leftover, ignore_errors=True)
    with open(PARTS) as file:
        parts = json.load(file)
    for package in parts["packages"]:
        packages.unpack(package, packages.fetch(package, downloads), partial)
    runtime = onnx_conversion.Runtime(os.path.join(partial, "lib/libonnxruntime.so"))
    for conversion in parts["conversions"]:
        onnx_conversion.convert(conversion, runtime, partial)
    for conversion in parts["voice_models"]:
        voice_models.convert(conversion, partial)
    aligner.build(os.path.join(partial, "unpacked/pocketsphinx"), os.path.join(partial, "lib/libpocketsphinx.so"))
    for path, text in parts["transcripts"].items():
        with open(os.path.join(partial, path), "w") as file:
            file.write(text + "\n")
    shutil.rmtree(os.path.join(partial, "unpacked"))
    keep_added(folder, partial)
    write_manifest(parts, partial)
    if os.path.exists(folder):
        os.rename(folder, old)
    os.rename(partial, folder)
    shutil.rmtree(old, ignore_errors=True)
    say(f"models are in {folder}")


def keep_added(folder, partial):
    """Copies the models that the user added, and that set-up cannot make again."""
    models = os.path.join(folder, "models")
    for name in os.listdir(models) if os.path.isdir(models) else []:
        if name.startswith(ADDED) and not name.endswith(".partial"):
            shutil.copytree(os.path.join(models, name), os.path.join(partial, "models", name), dirs_exist_ok=True)


def write_manifest(parts, folder):
    files = {}
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            files[os.path.relpath(path, folder)] = {"bytes": os.path.getsize(path), "sha256": packages.sha256(path)}
    manifest = {
        "parts": packages.sha256(PARTS),
        "packages": [{key: package[key] for key in ("name", "version", "sha256", "licence")} for package in parts["packages"]],
        "files": dict(sorted(files.items())),
    }
    with open(os.path.join(folder, "manifest.json"), "w") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")


@contextlib.contextmanager
def locked(path):
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    run(main)
