"""The steps of the gate, scripts/test."""

import argparse
import os
import subprocess
import sys

from steps import ROOT, Neighbour, Runner, Step

PASSED = ROOT / ".build/passed"
# Swift tests that open no socket. They compute, which would take the processors from those that wait for a peer.
COMPUTING = ("^(Audio|Console|Continuity|Conversations|Decoding|Engines|Evaluation|Framing|LocalEngine|Protocols|RecordingAssembly|Simulation|Speakers|Speech|"
             r"Store|TextNormalization)Tests\.")
# Tests of these suites need speech or a sound card in real time: scripts/verify runs them.
REAL_TIME = "In real time"
# What this leaves out, and the command that runs it.
ELSEWHERE = [
    ("real speech at its own pace, vendors that fail, killed and stopped gateways, clusters, balancers, attacks, the whole page, whole matrices", "make verify"),
    ("conformance of every client with every engine, sanitizers, fuzzing, mutations, soak", "make nightly"),
    ("thresholds on time, memory and processor", "make bench"),
]


def swift_tests(*arguments):
    """The Swift tests, with the Python of the judges."""
    return ["bash", "-c", 'HARKEN_JUDGES=$(scripts/play --python judges) && export HARKEN_JUDGES && exec "$@"', "swift-tests",
            f"{PROGRAMS}/harkenPackageTests.xctest", "--testing-library", "swift-testing", *arguments]


def at_a_time(count):
    """So many Swift tests for each processor at a time: some wait for others' answers, and a thousand at once would each wait for its turn."""
    return {"SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH": str(round(count * len(os.sched_getaffinity(0))))}


# One optimized build for the tests and for the programs that the other steps run: the tests see into it, and accesses to memory are checked
# (docs/decisions/0013-exclusivity.md), which is why it is not the one of scripts/build.
BUILD_FOLDER = ".build/gate"
PROGRAMS = f"{BUILD_FOLDER}/release"
HARKEN = ["--harken", f"{PROGRAMS}/harken"]
BUILD = Step(
    "build",
    ["swift", "build", "--build-tests", "-c", "release", "--scratch-path", BUILD_FOLDER, "-Xswiftc", "-enable-testing",
     "-Xswiftc", "-enforce-exclusivity=checked", "--explicit-target-dependency-import-check", "error"])


def play(name, *words):
    """A play of a gateway with the programs of the build. Plays wait for their clients most of the time, and so run beside the tests."""
    return Step(name, ["scripts/play", words[0], *HARKEN, *words[1:]], needs=(BUILD.name,), lane="plays")


STEPS = [
    play("the page", "page"),
    play("vendors' clients", "wire"),
    play("power cuts", "power-cut", "--gate"),
    play("kill and stop", "kill"),
    play("descriptors", "descriptors"),
    play("take-over", "take-over", "--sessions", "6", "--upgrades", "2"),
    play("a recording", "recording"),
    play("cases", "cases", "--gate"),
    play("chart, compose file and metrics", "deploy", "chart", "compose", "metric"),
    play("links of the documents", "documents", "--links"),
    Step("simulated sessions", [f"{PROGRAMS}/simulate", "--seeds", "4000", "--kept", "Tests/Mutations/kept.txt"], needs=(BUILD.name,), lane="tests"),
    Step("interface of HarkenKit", ["scripts/api", "--build", PROGRAMS], needs=(BUILD.name,), lane="tests"),
    # Last, so that their summary is near the end.
    Step("Swift tests without sockets", swift_tests("--filter", COMPUTING, "--skip", REAL_TIME), needs=(BUILD.name,), environment=at_a_time(1.5), lane="tests"),
    Step("Swift tests with sockets", swift_tests("--skip", COMPUTING, "--skip", REAL_TIME), needs=(BUILD.name,), environment=at_a_time(3), lane="tests"),
]

def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def clean_commit():
    """The commit that the tree holds; None when something differs from it, or there is no repository."""
    return git("rev-parse", "HEAD") if git("status", "--porcelain") == "" else None


def format_step():
    """Checks the format of the Swift files that differ from the commit that passed last; of all where there is none, or where the rules differ."""
    passed = PASSED.read_text().strip() if PASSED.is_file() else ""
    changed = git("diff", "--name-only", "--diff-filter=d", passed, "--") if passed else None
    new = git("ls-files", "--others", "--exclude-standard")
    if changed is None or new is None or {".swift-format", "Makefile", "scripts/setup"} & set(changed.splitlines()):
        return Step("format", ["make", "--no-print-directory", "lint"])
    files = sorted({name for name in (changed + "\n" + new).splitlines() if name.endswith(".swift")})
    # Without a file, it would check what comes on its standard input.
    return Step("format", ["make", "--no-print-directory", "lint", "SWIFT=" + " ".join(files)] if files else ["true"])


def main():
    parser = argparse.ArgumentParser(prog="scripts/test", description="The gate: all that must hold before a change lands.")
    parser.add_argument("--repeat", type=int, metavar="N", help="the builds, then the other steps N times; a table says which failed how often")
    parser.add_argument("--slow", action="store_true", help="the steps one after the other on one processor, which a busy loop shares")
    parser.add_argument("--step", action="append", metavar="NAME", choices=[step.name for step in STEPS], help="only this step, after the builds")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="behind --: arguments for swift test; the steps are then format, build and these tests")
    chosen = parser.parse_args()
    # What a step needs must be there: a test that would leave itself out fails.
    os.environ["TESTS_NEED_ALL"] = "1"
    if not (ROOT.parent / "shared/audio").is_dir():
        print("test: ../shared/audio is not here: tests of its recordings are left out", file=sys.stderr)
    # On one processor, lanes would only be in each other's way.
    runner = Runner("test", side_by_side=not chosen.slow)
    commit, builds = clean_commit(), [format_step(), BUILD]
    if chosen.arguments:
        runner.run([*builds, Step("Swift tests", swift_tests(*chosen.arguments), needs=(BUILD.name,), environment=at_a_time(2))])
        return finish(runner, runner.table())
    steps = [step for step in STEPS if not chosen.step or step.name in chosen.step]
    runner.run(builds)
    neighbour = Neighbour() if chosen.slow else None
    try:
        if chosen.repeat:
            failed = runner.repeat(steps, chosen.repeat) + sum(result.verdict != "passed" for result in runner.results[:len(builds)])
            return finish(runner, failed)
        runner.run(steps)
    finally:
        if neighbour:
            neighbour.stop()
    failed = runner.table()
    if not chosen.step:
        print("Left out here:")
        for what, command in ELSEWHERE:
            print(f"    {command:13} {what}")
        if failed == 0 and commit and clean_commit() == commit:
            PASSED.write_text(commit + "\n")
    return finish(runner, failed)


def finish(runner, failed):
    """The closing line, which machines read."""
    print(f"steps: {len(runner.results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
