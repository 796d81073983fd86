"""Adds a model of the user's for other languages than English to the folder of models.

Usage: whisper.py FOLDER_OF_MODELS FOLDER_OF_WHISPER. The second has Whisper base in CTranslate2's format, as faster-whisper uses it: model.bin,
config.json and vocabulary.json or vocabulary.txt. The new model replaces the one that the folder has.
"""

import languages
import models
from say import run


def main(folder, source):
    with models.locked(folder + ".lock"):
        languages.put(folder, source)
        languages.note(folder, languages.ADDED)


if __name__ == "__main__":
    run(main)
