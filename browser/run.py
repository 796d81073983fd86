"""Plays the console in Debian's Chromium against `harken serve`: a line for each play, and status 1 if one failed."""

import argparse
import pathlib
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from console import Browser, Error, Failure, Server, narrow, wide
from failovers import Failovers
from plays import Plays
from roles import Roles

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Plays with one gateway, in this order: later ones find the conversations of earlier ones. The second column: in `make verify`, too.
PLAYS = [
    ("paints_at_once", True), ("is_cached", True), ("computes_right", True), ("draws_codes", True),
    ("goes_by_keyboard", True), ("describes_the_api", True), ("survives_a_lost_gateway", True),
    ("recognises_a_dropped_file", True), ("says_why_a_file_fails", True), ("compares_engines", True),
    ("shows_captions_for_obs", True), ("mends_a_broken_connection", False), ("follows_a_gateway_that_goes_down", False),
    ("captions_the_microphone", True), ("captions_a_tab", False), ("watches_a_session", True), ("names_voices", True),
    ("enrols_a_voice", False), ("is_accessible", True),
    ("counts_usage", True), ("keeps_settings", True), ("lists_engines", True),
    ("searches_as_one_types", True), ("corrects_by_hand", True), ("merges_conversations", True), ("scrolls_eight_hours", False),
]
# Plays that hear the microphone from its beginning: each has a browser of its own.
HEARS = {"captions_a_tab", "captions_the_microphone", "enrols_a_voice", "mends_a_broken_connection", "follows_a_gateway_that_goes_down"}
# What `make verify` looks at; the whole run looks at all.
SHORT_LOOKS = [("light", wide), ("dark", narrow)]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/browser", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="plays; none: all of the list")
    parser.add_argument("--harken", default=str(ROOT / ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and its words")
    parser.add_argument("--simulators", required=True, metavar="PYTHON", help="a Python with the packages of conformance/requirements.txt")
    parser.add_argument("--whole", action="store_true", help="also the plays that are too long for make verify")
    parser.add_argument("--images", metavar="FOLDER", help="keep pictures for the documents in this folder")
    return parser.parse_args()


def play(name, act, notes):
    began = time.monotonic()
    notes.clear()
    try:
        act()
        verdict, reason = "PASS", "; ".join(notes)
    except Failure as error:
        verdict, reason = "FAIL", str(error)
    except Error as error:
        verdict, reason = "FAIL", " ".join(str(error).split())[:600]
    print(f"{verdict}  {name}  {time.monotonic() - began:.1f} s" + (f"  {reason}" if reason else ""), flush=True)
    return verdict == "PASS"


def main():
    chosen = arguments()
    wanted = [name for name, is_short in PLAYS if name in chosen.names or (not chosen.names and (is_short or chosen.whole))]
    recording, passed = pathlib.Path(chosen.test_audio) / "beckett.wav", []
    with tempfile.TemporaryDirectory(prefix="harken-browser-") as folder, sync_playwright() as playwright:
        server = Server(chosen.harken, f"{folder}/open")
        try:
            server.wait_until_ready(120)
            shared = Browser(playwright, folder)
            for name in wanted:
                browser = Browser(playwright, folder, recording) if name in HEARS else shared
                plays = Plays(browser, server, recording, folder, chosen.harken)
                act = getattr(plays, name)
                if name == "is_accessible" and not chosen.whole:
                    passed.append(play(name, lambda: plays.is_accessible(looks=SHORT_LOOKS), plays.notes))
                else:
                    passed.append(play(name, act, plays.notes))
                if browser is not shared:
                    browser.close()
            if chosen.images:
                plays = Plays(shared, server, recording, folder, chosen.harken)
                passed.append(play("pictures", lambda: plays.pictures(chosen.images), plays.notes))
        finally:
            server.stop()

        def launch(**options):
            return Browser(playwright, folder, **options)

        for cast in (Roles(shared, launch, recording, chosen.harken, f"{folder}/keyed"),
                     Failovers(launch, recording, chosen.harken, f"{folder}/failing", chosen.simulators)):
            names = [name for name, is_short in cast.PLAYS if name in chosen.names or (not chosen.names and (is_short or chosen.whole))]
            if not names:
                continue
            try:
                cast.begin()
                for name in names:
                    passed.append(play(name, getattr(cast, name), cast.notes))
            finally:
                cast.end()
        shared.close()
    print(f"browser: {sum(passed)} of {len(passed)} plays passed", file=sys.stderr)
    return 0 if passed and all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
