"""Runs the cases: small programs, each of which shows one kind of fault that was found from outside, and exits with 0 when it is not there.

All have one gateway without keys, with the local engine. One that ends is replaced, which fails the case that ended it. A case prints what it saw: `right`,
`WRONG`, or `known` with the reason of a decision. What is known and turns out right fails, too. A case that is too long for the gate may have a short form,
a few of its cells, which the gate runs.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from common import HERE, wait_until_loaded
from gateway import Server, ServerError, dies_with_us

ROOT = os.path.dirname(os.path.dirname(HERE))
# Seconds after which a case hangs: the longest takes a fifth of it.
LIMIT = 1_200
# Settings of whoever starts this, which are not those of the cases.
FOREIGN = ("HARKEN_", "OPENAI", "DEEPGRAM", "ASSEMBLYAI", "SONIOX", "SPEECHMATICS")
OURS = ("HARKEN_MODELS", "HARKEN_CACHE")


@dataclass(frozen=True)
class Case:
    name: str
    # What is wrong where the case fails.
    kind: str
    # Whether the gate runs it: it takes seconds, and no speech at its own pace.
    in_gate: bool = False
    # Where it plays speech at a pace of its own, so that the gate cannot run it: what the gate runs in its place.
    paced: str = ""
    # Why the gate does not run it although it plays no speech at its own pace, and what the gate runs in its place.
    too_long: str = ""
    # Whether the gate runs some of its cells, with --short.
    has_short: bool = False
    # Whether it plays people of ../shared/audio, whose voices nothing else has.
    needs_shared: bool = False

    def __post_init__(self):
        if self.in_gate + bool(self.paced) + bool(self.too_long) != 1:
            raise ValueError(f"{self.name}: the gate runs it, or a pace or a reason keeps it out")
        if self.has_short and not self.too_long:
            raise ValueError(f"{self.name}: a short form needs a reason")


CASES = [
    Case(
        "form_fields",
        "fields of a form that are longer than 64 KiB",
        too_long="recognizes 24 s of speech 13 times, and tells its speakers by references; gate: one reference and a long prompt, PrerecordedTests, "
        "LocalEnginePrerecordedTests, TruthTests",
        has_short=True,
    ),
    Case(
        "assemblyai_opening",
        "parameters that have a default at the vendor",
        too_long="recognizes 5 s of speech 7 times; gate: the model alone, and an encoding without its rate, AssemblyAILiveServerTests",
        has_short=True,
    ),
    Case(
        "stream_logprobs",
        "a field that was asked for is missing in the stream",
        too_long="recognizes 10 s of speech 5 times; gate: one format, OpenAIFiguresTests",
        has_short=True,
    ),
    Case(
        "realtime_shapes",
        "sessions of the realtime protocol that are not opened as transcription sessions",
        too_long="recognizes 7 s of speech 8 times; gate: four of its seven shapes, RealtimeShapesTests, RealtimeServerTests",
        has_short=True,
    ),
    Case("realtime_turn_update", "an update of one setting changes others", in_gate=True),
    Case(
        "opposite_phase",
        "channels that cancel each other",
        too_long="recognizes 15 s of speech 54 times; gate: one clip on two routes, ChannelMixTests, MediaFileTests, StreamDecoderTests",
        has_short=True,
    ),
    Case(
        "segment_doubt",
        "constants where clients expect a model's measures",
        too_long="hears 11 recordings, most with Whisper, and starts a second gateway; gate: two English clips and silence, OpenAIFiguresTests, "
        "PrerecordedClientTests",
        has_short=True,
    ),
    Case(
        "language_names",
        "languages by other names, by none, and by wrong ones",
        too_long="recognizes a German sentence about 50 times with Whisper; gate: a wrong name on four routes, LanguageNamesTests, LanguageNameTests, "
        "LanguagesPageTests",
        has_short=True,
    ),
    Case(
        "live_changes",
        "options that change while a session runs",
        paced="ChangesTests, TruthTests, DeepgramLiveServerTests, DeepgramConfigureTests, DeepgramFluxTests, AssemblyAILiveServerTests",
    ),
    Case(
        "short_turns",
        "turns that follow each other without a pause",
        paced="ClipVoicesTests, WaitingSpeechTests, LiveSpeakersPaceTests",
        needs_shared=True,
    ),
    Case(
        "flux_turns",
        "the top of a scale, which means never; an end of a turn that says something else than its early notice",
        paced="TurnScaleTests, DeepgramFluxTests, LiveDeepgramTests",
    ),
    Case(
        "split_samples",
        "raw samples in messages that end inside a sample or a frame",
        too_long="recognizes 8 s of speech 28 times; gate: two cells, ListenServerTests, LiveChannelsTests, StreamDecoderTests, RealtimeServerTests",
        has_short=True,
    ),
    Case(
        "sound_tracks",
        "files with two sound tracks, of which one is left out without a word",
        too_long="recognizes up to 20 s of speech 26 times, and loads the models 6 times; gate: a silent first track on two routes, FilmTests, ContainerTests, "
        "hears_all_tracks in the browser",
        has_short=True,
    ),
    Case(
        "mpegts",
        "transport streams of television, HLS and cameras",
        too_long="recognizes 15 s of speech 17 times, and loads the models 4 times; gate: names of services on one route, ContainerTests, DecodeWorkersTests",
        has_short=True,
    ),
    Case("edited_words", "an edit of a word that loses the times of the others", paced="EditedWordsTests"),
    Case("when_recorded", "the time of delivery in place of the time of recording, and the user's zone", paced="TimeZoneTests, RecordingStartsTests"),
    Case(
        "vendor_keys",
        "keys and files of settings from other systems: line ends, blanks, byte order marks",
        too_long="starts 22 gateways, one of them with the models; gate: a file and two keys, VendorKeysTests, KeyTextTests, SettingsFileTests",
        has_short=True,
    ),
    Case(
        "page_scripts",
        "scripts from the right, and scripts without blanks, on the page and in the overlay",
        too_long="opens the overlay beside a session six times, and four other pages; gate: Hebrew in the reader, Japanese in the overlay, browser/writings.py",
        has_short=True,
    ),
    # What suites of others found, by the clients of those suites: README.md, Suites of others.
    Case(
        "assemblyai_channels",
        "channels without a speaker, and sentences of two channels",
        too_long="recognizes 15 s on two channels 4 times, and eight channels; gate: AssemblyAIPrerecordedTests",
    ),
    Case("listen_pauses", "no words while no audio comes, and a conversation that ends meanwhile", paced="ListenServerTests"),
    Case(
        "speechmatics_names",
        "languages by Speechmatics' own names",
        too_long="opens 65 sessions with Whisper's languages; gate: SpeechmaticsLanguagesTests, LanguageNamesTests",
    ),
    Case(
        "openai_members",
        "a recording's form with all of OpenAI's members at once",
        too_long="recognizes 24 s of speech 18 times; gate: PrerecordedTests, TruthTests",
    ),
    Case(
        "empty_streams",
        "a client that is silent is told that its audio is broken",
        too_long="waits for the protocol's 10 s of silence twice; gate: EmptyStreamTests",
    ),
    Case(
        "realtime_beta",
        "events of the beta that go by the header and not by the request",
        too_long="recognizes 7 s of speech 3 times; gate: RealtimeShapesTests, and realtime_shapes",
    ),
    Case(
        "omi_shapes",
        "members that Omi's clients read, and answers lack",
        too_long="starts a gateway of its own; gate: LiveConversationTests, SyncFilesTests, BackgroundAnswerTests, SpeechProfileTests",
    ),
    Case(
        "small_answers",
        "challenges, models, languages and speakers that clients ask for, and answers lack",
        too_long="starts two gateways of its own; gate: AuthorisationMatrixTests, OpenAIModelsTests, DeepgramFluxTests, SpeechmaticsLiveServerTests",
    ),
    Case(
        "live_ends",
        "speech at the end of a live stream that has no words and no gap",
        too_long="recognizes up to nine sentences with Whisper, live and recorded; gate: WholeHearingTests",
    ),
]
BY_NAME = {case.name: case for case in CASES}


class Gateway:
    """The gateway of all cases."""

    def __init__(self, harken, folder):
        self._harken, self._folder, self._count, self._server = harken, folder, 0, None

    def url(self):
        """The address of a gateway that runs."""
        if self._server is None or self._server.status is not None:
            self._count += 1
            self._server = Server(self._harken, os.path.join(self._folder, f"data-{self._count}"))
            wait_until_loaded(self._server)
        return self._server.url

    def problem(self):
        """How it ended, when it has ended."""
        status = self._server.status
        return None if status is None else f"the gateway ended with the status {status}: {''.join(self._server.lines[-5:])}"

    def stop(self):
        return self._server.stop() if self._server else 0


def run(case, is_short, args, gateway):
    """What is wrong, or None. The case prints what it saw."""
    command = [
        sys.executable,
        "-B",
        os.path.join(HERE, case.name + ".py"),
        "--url",
        gateway.url(),
        "--audio",
        args.test_audio,
        "--shared",
        args.shared,
        "--harken",
        os.path.abspath(args.harken),
        *(["--short"] if is_short else []),
    ]
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=LIMIT, preexec_fn=dies_with_us).returncode
    except subprocess.TimeoutExpired:
        return f"it hangs: ended after {LIMIT} s"
    return gateway.problem() or (f"exit status {status}" if status else None)


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/play cases", description=__doc__.splitlines()[0], epilog="; ".join(f"{case.name}: {case.kind}" for case in CASES)
    )
    parser.add_argument("cases", nargs="*", metavar="NAME", help="only these; without it, all")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument(
        "--test-audio", "--audio", required=True, metavar="FOLDER", help="folder of the models' test audio; or of the development recordings, to hear those"
    )
    parser.add_argument("--shared", default=os.path.join(os.path.dirname(ROOT), "shared/audio"), help="folder of the development recordings")
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument("--gate", action="store_true", help="those that take seconds and hear no speech at its own pace, and the short forms")
    tier.add_argument("--rest", action="store_true", help="only those that the gate leaves out, or of which it runs the short form")
    tier.add_argument("--short", action="store_true", help="only those that have a short form, which is run")
    args = parser.parse_args()
    if not os.access(args.harken, os.X_OK):
        parser.error(f"{args.harken} is not there: make build first, or name another with --harken")
    unknown = [name for name in args.cases if name not in BY_NAME]
    if unknown:
        parser.error(f"no case is called {unknown[0]}")
    whole = [name for name in args.cases if args.short and not BY_NAME[name].has_short]
    if whole:
        parser.error(f"{whole[0]} has no short form")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in [name for name in os.environ if name.startswith(FOREIGN) and name not in OURS]:
        del os.environ[name]
    if args.gate:
        tier_cases = [case for case in CASES if case.in_gate or case.has_short]
    elif args.rest:
        tier_cases = [case for case in CASES if not case.in_gate]
    else:
        tier_cases = [case for case in CASES if case.has_short or not args.short]
    chosen = [BY_NAME[name] for name in args.cases] or tier_cases
    results = []
    with tempfile.TemporaryDirectory(prefix="harken-cases-") as folder:
        gateway = Gateway(args.harken, folder)
        try:
            for case in chosen:
                if case.needs_shared and not os.path.isdir(args.shared):
                    results.append(("SKIP", case.name, "the development recordings (../shared/audio) are not here"))
                    continue
                is_short = case.has_short and (args.gate or args.short)
                name = case.name + (", short" if is_short else "")
                print(f"== {name}: {case.kind}", flush=True)
                began = time.monotonic()
                problem = run(case, is_short, args, gateway)
                results.append(("FAIL" if problem else "PASS", name, f"{time.monotonic() - began:.0f} s" + (f"; {problem}" if problem else "")))
        except (ServerError, TimeoutError) as error:
            results.append(("FAIL", "gateway", str(error)))
        status = gateway.stop()
        if status != 0:
            results.append(("FAIL", "gateway", f"it ended with the status {status} after SIGTERM"))
    for verdict, name, told in results:
        print(f"{verdict}  {name}  {told}", flush=True)
    return 1 if any(verdict == "FAIL" for verdict, _, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
