"""Fills the folder in which Harken finds its runtime libraries, models and test recordings.

Usage: models.py FOLDER_OF_MODELS FOLDER_OF_DOWNLOADS. Does nothing when the folder is already complete.
"""

import contextlib
import fcntl
import json
import os
import shutil

import aligner
import languages
import onnx_conversion
import packages
import voice_models
from say import run, say

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = os.path.join(HERE, "parts.json")


def main(folder, downloads):
    if is_complete(folder):
        return
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with locked(folder + ".lock"):
        # Another set-up may just have finished.
        if not has_parts(folder, read_manifest(folder)):
            fill(folder, downloads)
        if not languages.is_complete(folder, read_manifest(folder)):
            languages.complete(folder, downloads)


def is_complete(folder):
    """Whether the manifest is of these lists and each file is there with its size."""
    manifest = read_manifest(folder)
    return has_parts(folder, manifest) and languages.is_complete(folder, manifest)


def has_parts(folder, manifest):
    """Whether the models of the parts list are complete."""
    own = languages.own_files(manifest)
    return manifest.get("parts") == packages.sha256(PARTS) and packages.are_there(
        folder, {path: entry for path, entry in manifest["files"].items() if path not in own})


def read_manifest(folder):
    """The folder's manifest. Without one: a manifest of no files."""
    try:
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        return manifest if isinstance(manifest.get("files"), dict) else {"files": {}}
    except (OSError, ValueError, AttributeError):
        return {"files": {}}


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
    write_manifest(parts, partial, keeps_languages=keep_languages(folder, partial))
    if os.path.exists(folder):
        os.rename(folder, old)
    os.rename(partial, folder)
    shutil.rmtree(old, ignore_errors=True)
    say(f"models are in {folder}")


def keep_languages(folder, partial):
    """Copies the model for other languages, if the user added it: set-up cannot make it again. Returns whether it did."""
    model = os.path.join(folder, languages.TARGET)
    if read_manifest(folder).get("languages") != languages.ADDED or not os.path.isdir(model):
        return False
    shutil.copytree(model, os.path.join(partial, languages.TARGET))
    return True


def write_manifest(parts, folder, keeps_languages):
    files = {}
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            files[os.path.relpath(path, folder)] = packages.facts(path)
    manifest = {"parts": packages.sha256(PARTS), "packages": packages.for_manifest(parts["packages"]), "files": dict(sorted(files.items()))}
    if keeps_languages:
        manifest["languages"] = languages.ADDED
    packages.write_json(manifest, os.path.join(folder, "manifest.json"))


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
