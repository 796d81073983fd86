"""The plays: programs that prove something of `harken serve` as a whole. scripts/play runs them."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

from pythons import ROOT


@dataclass(frozen=True)
class Play:
    # Completes "proves that …".
    proves: str
    # What runs the play: test, verify, nightly and bench are targets of make; a tool is run by hand.
    tiers: str
    # Typical time on two cores, as its first tier runs it.
    time: str
    # A Python program; or, where there is no `python`, any command.
    program: str
    # The Python that runs the program: a name of pythons.py, or "system".
    python: str | None = "clients"
    # Come before the caller's arguments. {models}, {cache} and {name of a Python} stand for paths.
    arguments: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)
    # Makes the caller's arguments complete.
    complete: Callable[[list], list] = lambda arguments: arguments
    # Answer to --help, where the program has none.
    usage: str | None = None


AUDIO = ["--test-audio", "{models}/test-audio"]
ORACLE = [*AUDIO, "--cache", "{cache}/oracle"]


def with_objects(arguments):
    """An object store takes part in the fault `objects`: moto's server, of the judges."""
    return ["--objects", "{judges}", *arguments] if any("objects" in argument for argument in arguments) and "--objects" not in arguments else arguments


def with_kit(arguments):
    """Builds the program that --kit is about, and names it."""
    at = arguments.index("--kit") + 1 if "--kit" in arguments else None
    if at is None or at < len(arguments) and not arguments[at].startswith("-"):
        return arguments
    scratch = ROOT / ".build/caption/build"
    scratch.mkdir(parents=True, exist_ok=True)
    # SwiftPM sees files that have come or gone in a package of another folder only when the manifest is newer than the last build.
    os.utime(ROOT / "Examples/Caption/Package.swift")
    subprocess.run(["swift", "build", "--package-path", "Examples/Caption", "--scratch-path", scratch, "--product", "pipe"], check=True, cwd=ROOT)
    return [*arguments[:at], str(scratch / "debug/pipe"), *arguments[at:]]


PLAYS = {
    "recording": Play("the local engine recognizes real speech, the same by `harken transcribe` and by a gateway", "test", "10 s", "conformance/local_recording.py", "system", AUDIO),
    "wire": Play("each vendor's client gets every word, exactly, of a vendor that counts, and each second is paid once", "test", "1 min", "conformance/wire.py"),
    "kill": Play("no word is lost when a gateway is killed or stopped while sessions speak", "test", "20 s", "conformance/kill.py"),
    "power-cut": Play("what was answered is on the disk, and what was deleted stays gone, when the power goes", "test verify nightly", "40 s",
                      "conformance/powercut/run.py"),
    "descriptors": Play("a gateway without descriptors for more sessions refuses them in the form of their protocols, and loses nothing of the others", "test",
                        "10 s", "conformance/descriptors.py"),
    "take-over": Play("an upgrade under live sessions loses no word and refuses no connection", "test verify nightly", "25 s", "conformance/takeover.py"),
    "page": Play("the page works in Chromium, with a scripted vendor", "test", "1 min", "browser/run.py", "browser",
                 ["--gate", *AUDIO, "--simulators", "{clients}"]),
    "documents": Play("links and versions in the documents are right, and each command runs", "test verify", "1 s, 1 min with commands",
                      "conformance/documents.py", "system", AUDIO, {"HARKEN_MODELS": "{models}"}),
    "cases": Play("faults that were found from outside, one small program for each kind, are not there", "test verify", "40 s, 30 min with all of them",
                  "conformance/cases/run.py", arguments=AUDIO, environment={"HARKEN_MODELS": "{models}"}),
    "deploy": Play("Helm renders the chart, the compose file and the pod start, HAProxy and nginx balance gateways", "test verify", "1 min",
                   "conformance/deploy/run.py", "deploy"),
    "conformance": Play("the vendors' own clients hear real speech, with the local engine and with every other", "verify nightly bench", "9 min",
                        "conformance/run.py", arguments=ORACLE),
    "films": Play("films, files with several sound tracks and transport streams are heard whole, at their own time, by each protocol", "verify", "3 min",
                  "conformance/films.py", "system", AUDIO),
    "paced-finals": Play("finals, times, languages, turns and speakers of the local engine are the same as fast as it goes and at the speakers' pace beside busy "
                         "processes", "verify", "9 min", "conformance/paced_finals.py"),
    "paced-labels": Play("live speakers are right at 2.5 times the pace of a conversation beside busy processes, over each protocol that labels words", "verify",
                         "16 min", "conformance/paced_labels.py"),
    "language-changes": Play("each live protocol follows speech from English to German, French and back, where its client names no language", "verify", "4 min",
                             "conformance/language_changes.py"),
    "kit": Play("HarkenKit works in a package of its own, against the vendors' simulators", "verify", "1.5 min", "scripts/kit", None,
                usage="scripts/play kit [ARGUMENTS FOR swift test]"),
    "faults": Play("no word of real speech is lost or doubled while engines fail in every way", "verify nightly bench", "1 min",
                   "conformance/faults/run.py", arguments=ORACLE, complete=with_kit),
    "crash": Play("after a kill or a power cut the transcripts of real speech are completed", "verify nightly bench", "1 min",
                  "conformance/crash.py", arguments=AUDIO),
    "cluster": Play("sessions go on while gateways on one database are killed and stopped", "verify nightly bench", "1 min",
                    "conformance/cluster.py", complete=with_objects),
    "board": Play("Grafana's board and the alert rules fit a real Prometheus and a real gateway", "verify", "20 s",
                  "conformance/board.py", "system", AUDIO, {"HARKEN_MODELS": "{models}"}),
    "browser": Play("the whole page works in Chromium, and the local engine hears its microphone", "verify nightly bench", "4 min", "browser/run.py", "browser",
                    [*AUDIO, "--simulators", "{clients}"]),
    "day": Play("a person's day loses no word on the screen and in the store: a file dropped over a restart, hours of captions over breaks, a delivery, "
                "a deletion undone, an import", "verify", "8 min",
                "browser/day.py", "browser", ["--simulators", "{clients}"]),
    "attack": Play("a stranger's attacks cost no memory, no stall and no word of others", "verify nightly bench", "3 min",
                   "conformance/attack/run.py", arguments=ORACLE),
    "record": Play("`harken record` keeps an hour of real speech through network cuts and a kill", "nightly", "65 min",
                   "conformance/harken/record.py", arguments=["--audio", "{models}/test-audio/beckett.wav"]),
    "moving": Play("a user's data move to another gateway, whole and once, also when either is killed meanwhile", "verify", "3 min", "conformance/moving/run.py"),
    "year": Play("nothing that one person does stops another, and nothing costs more because there is a year of use", "bench", "9 min", "conformance/year/run.py",
                 environment={"BROWSER": "{browser}"}),
    "options": Play("the tables of docs/options.md are those of the code; --write writes them", "tool", "1 s, after the debug build",
                    ".build/debug/harkenPackageTests.xctest", None, ["--testing-library", "swift-testing", "--filter", "The page of (options|languages)"],
                    usage="scripts/play options [--write]"),
}


def table():
    """The catalogue as a table of docs/developing.md."""
    rows = [f"| `{name}` | {play.proves} | {', '.join(play.tiers.split())} | {play.time} |\n" for name, play in PLAYS.items()]
    return "| play | proves that | tier | time on 2 cores |\n|---|---|---|---|\n" + "".join(rows)
