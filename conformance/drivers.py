"""The scripts that judge a server through the vendors' own clients, and how one is run."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "scripts/play.d"))

from pythons import python

# A driver takes seconds: this only ends one that hangs.
TIME_LIMIT = 900


@dataclass(frozen=True)
class Driver:
    name: str
    dialect: str
    # A path of the dialect: a gateway that answers 404 to it does not speak the dialect.
    route: str
    arguments: list = field(default_factory=list)
    # Whether it starts a gateway of its own.
    starts_gateway: bool = False
    # Whether `make verify` runs it.
    in_test: bool = True
    # Processors that it and its gateway use on average, as measured on a machine that does nothing else. Most wait for speech in real time.
    processors: float = 0.3
    # The name of the Python that has its client's packages, where they cannot be with those of the others.
    packages: str | None = None

    @property
    def is_live(self):
        return not self.name.startswith("prerecorded/")


DRIVERS = [
    Driver("streaming/deepgram_sdk", "Deepgram", "/v1/listen"),
    Driver("streaming/livekit_deepgram", "Deepgram", "/v1/listen"),
    Driver("streaming/pipecat_deepgram", "Deepgram", "/v1/listen"),
    Driver("streaming/deepgram_flux", "Deepgram Flux", "/v2/listen"),
    Driver("streaming/assemblyai_sdk", "AssemblyAI", "/v3/ws"),
    Driver("streaming/livekit_assemblyai", "AssemblyAI", "/v3/ws"),
    Driver("streaming/pipecat_assemblyai", "AssemblyAI", "/v3/ws"),
    Driver("streaming/openai_realtime", "OpenAI", "/v1/realtime"),
    Driver("streaming/livekit_openai", "OpenAI", "/v1/realtime"),
    Driver("streaming/soniox_client", "Soniox", "/transcribe-websocket"),
    Driver("streaming/livekit_soniox", "Soniox", "/transcribe-websocket"),
    Driver("streaming/speechmatics_client", "Speechmatics", "/v2"),
    Driver("streaming/speechmatics_channels", "Speechmatics", "/v2", processors=0.9),
    # LiveKit's plug-in brings the Voice SDK, which no other one has.
    Driver("streaming/speechmatics_voice", "Speechmatics", "/v2", packages="livekit-speechmatics"),
    Driver("streaming/speechmatics_agent", "Speechmatics Agent STT", "/v2/agent"),
    # Both plug-ins have the client of `speechmatics_agent` inside, in the versions that they pin: LiveKit's is older.
    Driver("streaming/livekit_speechmatics", "Speechmatics Agent STT", "/v2/agent", in_test=False, packages="livekit-speechmatics"),
    Driver("streaming/pipecat_speechmatics", "Speechmatics Agent STT", "/v2/agent"),
    # Two conversations in real time, side by side: two minutes.
    Driver("streaming/speakers_deepgram", "Deepgram", "/v1/listen", in_test=False, processors=2),
    Driver("streaming/speakers_assemblyai", "AssemblyAI", "/v3/ws", in_test=False, processors=2),
    Driver("streaming/speakers_soniox", "Soniox", "/transcribe-websocket", in_test=False, processors=2),
    Driver("streaming/speakers_speechmatics", "Speechmatics", "/v2", in_test=False, processors=2),
    Driver("streaming/speakers_listen", "/listen", "/v4/listen", in_test=False, processors=2),
    Driver("streaming/speakers_livekit", "Deepgram", "/v1/listen", in_test=False, processors=2),
    Driver("streaming/speakers_pipecat", "Deepgram", "/v1/listen", in_test=False, processors=2),
    Driver("streaming/managed_client", "managed proxy", "/ws/transcribe"),
    # harken/listen proves more of it with real speech, but with the local engine only.
    Driver("streaming/listen_client", "/listen", "/v4/listen", ["--push-to-talk"], in_test=False),
    Driver("prerecorded/deepgram_sdk", "Deepgram", "/v1/listen", processors=0.8),
    Driver("prerecorded/assemblyai_sdk", "AssemblyAI", "/v2/transcript", processors=0.8),
    Driver("prerecorded/soniox_sdk", "Soniox", "/v1/transcriptions", processors=0.8),
    # No engine translates. Unknown models are served by the local engine, and larger files than the vendor's are accepted.
    Driver("prerecorded/openai_sdk", "OpenAI", "/v1/models", ["--skip", "translations,bad-model,oversize"], processors=1.0),
    Driver("harken/protocol_limits", "Deepgram", "/v1/listen", processors=0.6),
    Driver("harken/bad_input", "Harken", "/", processors=0.4),
    Driver("harken/languages", "Harken", "/", processors=0.9),
    Driver("harken/key_terms", "Harken", "/", processors=0.5),
    Driver("harken/redaction", "Harken", "/", processors=0.6),
    Driver("harken/browser", "Harken", "/", processors=0.4),
    Driver("harken/listen", "Harken", "/v4/listen", starts_gateway=True, processors=0.3),
    Driver("harken/evaluate", "Harken", "/", starts_gateway=True, processors=0.6),
    Driver("harken/e2e", "Harken", "/", starts_gateway=True, processors=0.6),
    Driver("harken/record", "Harken", "/v2/desktop/capabilities", starts_gateway=True, processors=0.4),
    Driver("harken/managed_proxy", "managed proxy", "/ws/transcribe", starts_gateway=True, processors=0.2),
    # Alone: who speaks is decided by what is heard in time, which a busy machine is late with.
    Driver("harken/conversations", "Harken", "/", starts_gateway=True, processors=2),
    Driver("harken/voices", "Harken", "/", starts_gateway=True, processors=2),
    Driver("harken/webhooks", "Harken", "/v4/listen", starts_gateway=True, processors=0.2),
    Driver("harken/kill_recovery", "Harken", "/v4/listen", starts_gateway=True, processors=0.1),
]
BY_NAME = {driver.name: driver for driver in DRIVERS}


@dataclass(frozen=True)
class Way:
    """A way to speak over a protocol: a driver with arguments."""

    name: str
    driver: str
    arguments: tuple = ()
    # Languages that the user's settings allow; none: all.
    languages: tuple = ()


@dataclass
class Outcome:
    passed: bool
    seconds: float
    problems: list
    wer: float | None = None
    # Why it judged nothing, if it did not.
    skipped: str | None = None


def run(driver, url, key, test_audio, folder, extra=()):
    """Lets the driver judge the server at `url`; its report goes to `folder`."""
    audio = ["--audio", os.path.join(test_audio, "beckett.wav"), "--expect-text", transcript(test_audio)]
    return execute(driver, url, key, folder, [*audio, *driver.arguments, *extra])


def execute(driver, url, key, folder, arguments, seconds=TIME_LIMIT):
    """As `run`, with the driver's further arguments. What the driver prints goes to `folder` too."""
    place = os.path.join(folder, driver.name.replace("/", "-"))
    report = report_of(driver, folder)
    try:
        program = python(driver.packages) if driver.packages else sys.executable
    except subprocess.CalledProcessError as error:
        return Outcome(False, 0, ["its Python cannot be made: %s" % str(error)[:200]])
    command = [program, os.path.join(HERE, driver.name + ".py"), "--url", url, "--key", key, "--json", report, *arguments]
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environment)
        passed, output = done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        said = ((error.stdout or b"") + (error.stderr or b"")).decode(errors="replace")
        passed, output = False, said + "\n%s hung: it was stopped after %d s" % (driver.name, seconds)
    with open(place + ".log", "w") as file:
        file.write(output)
    blamed, wer = judgement(report, output)
    return Outcome(passed, time.monotonic() - began, [] if passed else list(dict.fromkeys(problem[:300] for problem in blamed)), wer, skipped(report))


def report_of(driver, folder):
    """Where the driver's report is."""
    return os.path.join(folder, driver.name.replace("/", "-") + ".json")


def chosen(ways, parser, name):
    """The ways of the driver with this name; all where there is no name."""
    some = [way for way in ways if not name or way.driver.endswith("/" + name)]
    if not some:
        parser.error(f"no way is of {name}: {', '.join(dict.fromkeys(way.driver.split('/')[1] for way in ways))}")
    return some


def speak(way, url, key, folder, arguments, read):
    """Speaks in this way. Gives what `read` makes of the driver's report, or None without a report, and what is wrong."""
    driver = BY_NAME[way.driver]
    os.mkdir(folder)
    outcome = execute(driver, url, key, folder, [*arguments, *way.arguments])
    problems = [f"{way.name}: {problem}" for problem in outcome.problems]
    try:
        with open(report_of(driver, folder)) as file:
            found = read(json.load(file))
    except (OSError, ValueError, KeyError) as error:
        return None, problems or [f"{way.name}: no report: {error}"]
    if not outcome.passed and not problems:
        problems.append(f"{way.name}: the driver failed")
    return found, problems


def transcript(test_audio):
    with open(os.path.join(test_audio, "beckett.txt")) as file:
        return file.read().strip()


def skipped(report):
    try:
        with open(report) as file:
            return json.load(file).get("skipped")
    except (OSError, ValueError):
        return None


def judgement(report, output):
    """What the driver's report blames, else the end of what it printed; and the word error rate, if it has one."""
    try:
        with open(report) as file:
            found = json.load(file)
        if "verdict" in found:
            return found["verdict"]["problems"], found["verdict"]["wer"]
        rates = found.get("result", {}).get("wer", {})
        blamed = [f"{check['name']}: {check.get('detail', '')}" for check in found["checks"] if not check["ok"]]
        return blamed, max(rates.values()) if isinstance(rates, dict) and rates else None
    except (OSError, ValueError, KeyError):
        return [re.sub(r"\s+", " ", line) for line in output.strip().splitlines()[-15:]], None
