"""Speaks English, German, French and English again over each live protocol, in the way in which its client leaves the language to the server.

The vendors' own clients send it, at its pace. Of what they are told, each protocol may have at most 30 % of the English words wrong, and at most 30 % of
the German and French ones; no utterance may stay without words; and nothing may be said in English where German or French was spoken. Where the protocol
tells languages, most of each utterance's words must be told to be in the language in which it was spoken, and none in one that nobody speaks.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import sys
import urllib.request
import wave

import numpy

from drivers import Way, chosen, speak
from gateway import OPENER, Server, ServerError, judged
from speech import AUDIO, RATE, load

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.append(os.path.join(HERE, "streaming"))

from conformance_common import normalise

# Each is long enough to tell its language.
SPOKEN = [("en", "asr/ls-1688-142285-0007.flac"), ("de", "multilingual/pv-leopard-de.flac"), ("fr", "multilingual/pv-leopard-fr.flac"),
          ("en", "asr/ls-1998-15444-0001.flac")]
NAMES = {"en": "English", "de": "German", "fr": "French"}
# Seconds of silence behind each utterance: a turn ends in it.
PAUSE = 2.0
MAX_WRONG = 0.3
# Words of plain English that neither German nor French writes.
ENGLISH = frozenset("""
    and are be been by can could did do for from had has have he his how if into is it its my of our she should that the their them then there they this to
    under used we were what when where which who with would you your""".split())
READY = 300
# The table of docs/languages.md stands between these.
PAGE = os.path.join(ROOT, "docs", "languages.md")
BEGIN, END = "<!-- scripts/play language-changes --write -->\n", "<!-- end -->\n"
TABLE = """The same speech over each live protocol, in a way that leaves the language to the server: {spoken}. Words that are wrong, and words of plain English
where none was spoken, and the language that was told of most words of each utterance (`scripts/play language-changes`):

| protocol | English wrong | German and French wrong | English words in them | languages told |
|---|---|---|---|---|
{rows}
"""


WAYS = [
    Way("Soniox without hints", "streaming/soniox_client", ("--hints", "")),
    Way("Soniox by LiveKit's plug-in", "streaming/livekit_soniox", ("--language", ",".join(dict(SPOKEN)))),
    Way("OpenAI Realtime without a language", "streaming/openai_realtime", ("--language", "")),
    Way("AssemblyAI with `language_detection`", "streaming/assemblyai_sdk",
        ("--speech-model", "universal-streaming-multilingual", "--language-detection", "--force-endpoint")),
    Way("Deepgram with `language=multi`", "streaming/deepgram_sdk", ("--language", "multi")),
    Way("Deepgram with `flux-general-multi`", "streaming/deepgram_flux", ("--model", "flux-general-multi")),
    Way("Speechmatics with `auto`", "streaming/speechmatics_client", ("--language", "auto")),
    Way("Speechmatics' Agent STT with `auto`", "streaming/speechmatics_agent", ("--language", "auto")),
    Way("`/ws/transcribe` without a language", "streaming/managed_client", ("--language", "")),
    Way("`/listen` with `language=multi`", "streaming/listen_client", ("--language", "multi")),
    Way("`/listen` with the user's `languages`", "streaming/listen_client", languages=("en", "de", "fr")),
]
# Drivers of protocols that tell languages: of words, or of turns. Soniox's tells them where it is asked to, as LiveKit's plug-in does.
TELLING = frozenset({
    "streaming/livekit_soniox", "streaming/assemblyai_sdk", "streaming/deepgram_sdk", "streaming/deepgram_flux", "streaming/speechmatics_client",
    "streaming/listen_client"})


@dataclasses.dataclass
class Utterance:
    language: str
    words: list
    wrong: int = 0
    # What was said of it, the languages that were told of each of these words, and which of them are not what was spoken.
    said: list = dataclasses.field(default_factory=list)
    languages: list = dataclasses.field(default_factory=list)
    others: list = dataclasses.field(default_factory=list)

    @property
    def invented(self):
        """English words in speech that is not English."""
        return [] if self.language == "en" else [word for word in self.others if word in ENGLISH]

    @property
    def told(self):
        """The language that was told of more than half of the words; a dash where there is none. A word of a final with several languages has none."""
        counts = collections.Counter(languages[0] for languages in self.languages if len(languages) == 1)
        language, count = next(iter(counts.most_common(1)), ("–", 0))
        return language if count > len(self.said) / 2 else "–"


def recording(path):
    """Writes what is spoken; gives its utterances' languages and words."""
    with open(os.path.join(AUDIO, "manifest.jsonl")) as file:
        texts = {entry["file"]: entry["text"] for entry in map(json.loads, file) if entry["text"]}
    silence = numpy.zeros(int(PAUSE * RATE), numpy.int16)
    samples = numpy.concatenate([part for _, clip in SPOKEN for part in (load(os.path.join(AUDIO, clip)), silence)])
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return [(language, normalise(texts[clip])) for language, clip in SPOKEN]


def attributed(spoken, words):
    """The utterances, with the said words and their languages that belong to each: of all ways to align both, one with the fewest errors."""
    said = [word for word, _ in words]
    utterances = [Utterance(language, words) for language, words in spoken]
    expected = [(word, utterance) for utterance in utterances for word in utterance.words]
    errors = [[at + place for place in range(len(said) + 1)] if at == 0 else [at] + [0] * len(said) for at in range(len(expected) + 1)]
    for at, (word, _) in enumerate(expected, 1):
        for place, other in enumerate(said, 1):
            errors[at][place] = min(errors[at - 1][place - 1] + (word != other), errors[at - 1][place] + 1, errors[at][place - 1] + 1)
    at, place = len(expected), len(said)
    while at or place:
        utterance = expected[max(at, 1) - 1][1]
        is_pair = at and place and errors[at][place] == errors[at - 1][place - 1] + (expected[at - 1][0] != said[place - 1])
        is_missing = not is_pair and at and errors[at][place] == errors[at - 1][place] + 1
        if not is_missing:
            utterance.said.insert(0, said[place - 1])
            utterance.languages.insert(0, words[place - 1][1])
        if not is_pair or expected[at - 1][0] != said[place - 1]:
            utterance.wrong += 1
            if not is_missing:
                utterance.others.insert(0, said[place - 1])
        at, place = at - (is_pair or is_missing), place - (not is_missing)
    return utterances


def share(utterances):
    return sum(utterance.wrong for utterance in utterances) / sum(len(utterance.words) for utterance in utterances)


def judge(name, spoken, words, tells):
    """A row of the table of docs/languages.md, what was said of each utterance, and what is wrong with it. `tells`: the protocol tells languages."""
    utterances = attributed(spoken, words)
    english, others = ([one for one in utterances if (one.language == "en") == is_english] for is_english in (True, False))
    invented = [word for one in utterances for word in one.invented]
    told = ", ".join(one.told for one in utterances) if tells else "–"
    row = f"| {name} | {share(english):.0%} | {share(others):.0%} | {len(invented)} | {told} |"
    lines = [f"    {one.language}: {one.wrong} of {len(one.words)} wrong: {' '.join(one.said) or 'nothing'}" for one in utterances]
    problems = [f"no words for the utterance in {one.language}" for one in utterances if not one.said]
    problems += [f"{share(some):.0%} of the words in {which} are wrong" for which, some in (("English", english), ("German and French", others))
                 if share(some) > MAX_WRONG]
    if invented:
        problems.append(f"English in German and French: {' '.join(invented)}")
    if tells:
        problems += [f"of the utterance in {one.language}, most words are told to be in {one.told.replace('–', 'no one language')}"
                     for one in utterances if one.told != one.language]
    if strange := {language for _, languages in words for language in languages} - {one.language for one in utterances}:
        problems.append(f"words in languages that nobody speaks: {', '.join(sorted(strange))}")
    return row, lines, problems


def heard(report):
    """What a driver was told, by what it is: the words, each with the languages of its final."""
    finals = [event for event in report["events"] if event["event"] == "final"]
    words = [(word, event.get("languages", [])) for event in finals for word in normalise(event["text"])]
    whole = normalise(report["verdict"]["text"])
    # Soniox's finals may end inside a word: nobody knows which of their languages is that of a word.
    union = sorted({language for event in finals for language in event.get("languages", [])})
    found = {"": words if [word for word, _ in words] == whole else [(word, union) for word in whole]}
    return found | {", segments": [(word, []) for word in normalise(event["text"])] for event in report["events"] if event["event"] == "conversation"}


def allow(server, key, languages):
    """The user of the key speaks only these languages."""
    request = urllib.request.Request(
        server.url + "/api/v1/users/me/settings", data=json.dumps({"languages": languages}).encode(), method="PATCH",
        headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    OPENER.open(request, timeout=60).close()


def judge_way(server, folder, audio, spoken, number, way):
    """The rows, lines and problems of one way."""
    key = server.make_key("--user", f"user-{number}")
    if way.languages:
        allow(server, key, list(way.languages))
    found, problems = speak(way, server.url, key, os.path.join(folder, str(number)), ["--audio", audio, "--no-interim-check"], heard)
    rows, lines = [], []
    for which, words in (found or {}).items():
        row, more, wrong = judge(way.name + which, spoken, words, way.driver in TELLING and not which)
        rows.append(row)
        lines += [way.name + which, *more]
        problems += [f"{way.name}{which}: {problem}" for problem in wrong]
    return rows, lines, problems


def judge_ways(args, folder, ways):
    audio = os.path.join(folder, "spoken.wav")
    spoken = recording(audio)
    server = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"})
    rows, problems = [], []
    try:
        server.wait_until_ready(READY)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for row, lines, wrong in pool.map(lambda way: judge_way(server, folder, audio, spoken, *way), enumerate(ways)):
                rows += row
                problems += wrong
                print("\n".join(lines), flush=True)
    finally:
        problems += server.stop_well()
    table = TABLE.format(spoken=", ".join(f"{NAMES[language]} ({len(words)} words)" for language, words in spoken), rows="\n".join(rows))
    print("\n" + table)
    if args.write:
        write(table)
    return problems


def write(table):
    with open(PAGE) as file:
        before, begin, rest = file.read().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ServerError(f"{PAGE} has no place for the table: {BEGIN.strip()} and {END.strip()}")
    with open(PAGE, "w") as file:
        file.write(f"{before}{begin}\n{table}\n{end}{after}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/play language-changes", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--jobs", type=int, default=2, help="protocols at a time (default: %(default)s)")
    parser.add_argument("--way", metavar="DRIVER", help="only the ways of this driver, such as soniox_client")
    parser.add_argument("--write", action="store_true", help="writes the table into docs/languages.md")
    args = parser.parse_args()
    if args.way and args.write:
        parser.error("--write is for the table of all ways")
    ways = chosen(WAYS, parser, args.way)
    return judged("language-changes", lambda folder: judge_ways(args, folder, ways), needs=AUDIO)


if __name__ == "__main__":
    sys.exit(main())
