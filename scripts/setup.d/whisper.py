"""Adds the model for other languages than English to the folder of models.

Usage: whisper.py FOLDER_OF_MODELS FOLDER_OF_WHISPER. The second has Whisper base in CTranslate2's format, as faster-whisper uses it: model.bin,
config.json and vocabulary.json or vocabulary.txt. The new model replaces one that was added before.
"""

import json
import os
import shutil

import models
import onnx_conversion
import packages
import whisper_model
from say import run, say

TARGET = "models/whisper-base"


def main(folder, source):
    with models.locked(folder + ".lock"):
        draft, final = os.path.join(folder, TARGET + ".partial"), os.path.join(folder, TARGET)
        shutil.rmtree(draft, ignore_errors=True)
        try:
            whisper_model.convert(source, draft, onnx_conversion.Runtime(os.path.join(folder, "lib/libonnxruntime.so")))
            shutil.rmtree(final, ignore_errors=True)
            os.rename(draft, final)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        note(folder)
    say(f"the model for other languages than English is in {final}")


def note(folder):
    """Writes the new files into the folder's manifest, so that they are verified and removed with the others."""
    path = os.path.join(folder, "manifest.json")
    if not os.path.exists(path):
        return
    with open(path) as file:
        manifest = json.load(file)
    files = {name: entry for name, entry in manifest["files"].items() if not name.startswith(TARGET + "/")}
    for name in os.listdir(os.path.join(folder, TARGET)):
        new = os.path.join(folder, TARGET, name)
        files[f"{TARGET}/{name}"] = {"bytes": os.path.getsize(new), "sha256": packages.sha256(new)}
    manifest["files"] = dict(sorted(files.items()))
    with open(path + ".partial", "w") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
    os.replace(path + ".partial", path)


if __name__ == "__main__":
    run(main)
