"""Answers the questions of IndependentJudgeTests: judge.py QUESTIONS.json prints the answers as JSON.

words: jiwer's counts. texts: the words that whisper-normalizer leaves of an English text. turns: pyannote.metrics' seconds of diarization errors.
"""

import json
import sys


# Each library is imported where it is asked: to import all of them takes seconds.
def words(question):
    import jiwer

    said, heard = (" ".join(question[side]) for side in ("reference", "hypothesis"))
    counted = jiwer.process_words(said, heard)
    return {name: getattr(counted, name) for name in ("hits", "substitutions", "deletions", "insertions")} | {"rate": counted.wer}


def annotation(turns):
    from pyannote.core import Annotation, Segment

    made = Annotation()
    for number, (start, end, speaker) in enumerate(turns):
        made[Segment(start, end), number] = speaker
    return made


def turns(question):
    from pyannote.metrics.diarization import DiarizationErrorRate

    # pyannote's collar is the width of both sides together.
    metric = DiarizationErrorRate(collar=2 * question["collar"])
    parts = metric(annotation(question["reference"]), annotation(question["hypothesis"]), detailed=True)
    return {"missed": parts["missed detection"], "false_alarm": parts["false alarm"], "confused": parts["confusion"], "speech": parts["total"]}


def texts(questions):
    if not questions:
        return []
    from whisper_normalizer.english import EnglishTextNormalizer

    normalize = EnglishTextNormalizer()
    return [normalize(text).split() for text in questions]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        questions = json.load(file)
    answers = {"words": [words(one) for one in questions["words"]], "texts": texts(questions["texts"]),
               "turns": [turns(one) for one in questions["turns"]]}
    json.dump(answers, sys.stdout)


main()
