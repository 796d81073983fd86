"""The steps of scripts/verify: real speech at its own pace, real processes, real services."""

import argparse
import re
import sys

from gate import BUILD, HARKEN, PROGRAMS, REAL_TIME, finish, swift_tests
from steps import ROOT, Runner, Step

BUILT = (BUILD.name,)
# What a file of tests says whose suites have some cells of their matrix in the gate, or no audio that a gateway keeps: with TESTS_WHOLE they have all.
NARROWED = ("TestMatrices.areWhole", "Muxing.asked")


def whole_suites():
    """The suites that the gate narrows, as a regular expression of their names."""
    texts = [path.read_text() for path in sorted((ROOT / "Tests").rglob("*Tests.swift"))]
    narrowed = [text for text in texts if any(word in text for word in NARROWED)]
    return "|".join(name for text in narrowed for name in re.findall(r"^(?:@Suite.*)?struct `([^`]+)`", text, re.MULTILINE))


STEPS = [
    Step("Swift tests in real time", swift_tests("--filter", REAL_TIME), needs=BUILT),
    Step("whole matrices", swift_tests("--filter", whole_suites()), needs=BUILT, environment={"TESTS_WHOLE": "1"}),
    Step("simulated sessions", [f"{PROGRAMS}/simulate", "--seeds", "10000", "--kept", "Tests/Mutations/kept.txt"], needs=BUILT),
    Step("conformance", ["scripts/play", "conformance", *HARKEN], needs=BUILT),
    Step("finals at their pace on a busy machine", ["scripts/play", "paced-finals", *HARKEN], needs=BUILT),
    Step("speakers on a busy machine", ["scripts/play", "paced-labels", *HARKEN], needs=BUILT),
    Step("a change of language over each live protocol", ["scripts/play", "language-changes", *HARKEN], needs=BUILT),
    Step("films", ["scripts/play", "films", *HARKEN], needs=BUILT),
    Step("cases", ["scripts/play", "cases", *HARKEN, "--rest"], needs=BUILT),
    Step("the library as a stranger uses it", ["scripts/play", "kit"], needs=BUILT, environment={"HARKEN": HARKEN[1]}),
    Step("failing engines", ["scripts/play", "faults", *HARKEN, "--short", "--ignore-waits"], needs=BUILT),
    Step("failing engines under the library", ["scripts/play", "faults", *HARKEN, "--kit", "--ignore-waits"], needs=BUILT),
    Step("kills, power cuts and stops", ["scripts/play", "crash", *HARKEN, "--drain"], needs=BUILT),
    Step("upgrades under paced speech", ["scripts/play", "take-over", *HARKEN, "--sessions", "20", "--upgrades", "3", "--every", "3"], needs=BUILT),
    Step("several gateways", ["scripts/play", "cluster", *HARKEN, "--sessions", "12", "--words", "60"], needs=BUILT),
    Step("moving to another gateway", ["scripts/play", "moving", *HARKEN], needs=BUILT),
    Step("moving to another database", ["scripts/play", "moving", *HARKEN, "--postgres"], needs=BUILT),
    Step("container and balancers", ["scripts/play", "deploy", *HARKEN, "pod", "balancers"], needs=BUILT),
    Step("board and alerts", ["scripts/play", "board", *HARKEN], needs=BUILT),
    Step("commands of the documents", ["scripts/play", "documents", *HARKEN], needs=BUILT),
    Step("the whole page", ["scripts/play", "browser", *HARKEN], needs=BUILT),
    Step("a person's day", ["scripts/play", "day", *HARKEN], needs=BUILT),
    Step("power cuts at every time", ["scripts/play", "power-cut", *HARKEN], needs=BUILT),
    Step("kills in the middle of erasures", ["scripts/play", "power-cut", *HARKEN, "--erasures", "2"], needs=BUILT),
    Step("attacks", ["scripts/play", "attack", *HARKEN, "--short"], needs=BUILT),
]


def main():
    parser = argparse.ArgumentParser(prog="scripts/verify", description="Real speech at its own pace, real processes and real services, one step after the other.")
    parser.add_argument("--repeat", type=int, metavar="N", help="the steps N times; a table says which failed how often")
    parser.add_argument("--step", action="append", metavar="NAME", choices=[step.name for step in STEPS], help="only this step, after the builds")
    parser.add_argument("--list", action="store_true", help="the names of the steps")
    chosen = parser.parse_args()
    if chosen.list:
        print("\n".join(step.name for step in STEPS))
        return 0
    steps = [step for step in STEPS if not chosen.step or step.name in chosen.step]
    runner = Runner("verify")
    runner.run([BUILD])
    if chosen.repeat:
        return finish(runner, runner.repeat(steps, chosen.repeat) + (runner.results[0].verdict != "passed"))
    runner.run(steps)
    return finish(runner, runner.table())


if __name__ == "__main__":
    sys.exit(main())
