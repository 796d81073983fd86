"""Plays the console in Debian's Chromium against `harken serve`: a line for each play, and status 1 if one failed."""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from console import HANG, Browser, Error, Failure, Server, ServerError, narrow, wide
from failovers import Failovers
from hearing import Recognised, Scripted, unbroken
from microphone import Microphone
from plays import Plays
from roles import Roles
from scripted_vendor import ScriptedVendor

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The runs that have each play. gate: `make test`, with the scripted vendor and no models; verify: with the local engine; bench: has figures.
# The whole run has all. No play needs another one.
OPEN = {
    "paints_at_once": "verify bench", "is_small": "gate verify", "is_cached": "gate verify", "computes_right": "gate verify", "draws_codes": "gate verify",
    "goes_by_keyboard": "gate verify", "searches_before_a_page_comes": "gate verify", "describes_the_api": "gate verify",
    "survives_a_lost_gateway": "gate verify", "warns_of_a_full_disk": "gate verify", "keeps_a_dropped_file": "gate verify",
    "sends_a_file_until_it_is_safe": "gate",
    "takes_what_is_dropped_on_every_page": "verify", "says_how_much_is_sent": "verify", "stops_a_file_with_undo": "verify",
    "stops_a_file_when_the_page_is_left": "verify",
    "hears_each_channel": "verify",
    "shows_how_far_a_file_is": "gate verify", "says_why_a_file_fails": "gate verify", "hears_all_tracks": "gate verify",
    "compares_engines": "gate verify", "shows_captions_for_obs": "gate verify", "mends_a_broken_connection": "", "follows_a_gateway_that_goes_down": "",
    "captions_the_microphone": "gate verify", "captions_a_tab": "", "watches_an_open_session": "gate", "watches_a_session": "verify",
    "names_voices": "verify", "asks_for_voices_that_can_be_heard": "gate verify",
    "keeps_people": "gate verify", "merges_two_of_one_name": "gate verify",
    "holds_back_what_cannot_be_undone": "gate verify", "enrols_a_voice": "", "is_accessible": "gate verify", "counts_usage": "gate verify",
    "keeps_settings": "gate verify", "keeps_what_is_typed_in_a_dialog": "verify", "sends_deliveries_again": "gate verify", "lists_engines": "gate verify", "searches_as_one_types": "gate verify", "draws_what_no_list_had": "gate verify", "draws_captions_at_one_cost": "gate",
    "corrects_by_hand": "gate verify", "merges_conversations": "gate verify", "follows_edited_words": "gate verify", "scrolls_eight_hours": "bench",
    "runs_each_script_its_way": "gate verify", "captions_every_script": "gate verify", "gives_every_text_its_direction": "verify",
    "leaves_keys_to_input_methods": "gate verify",
    "asks_whose_voices_these_are": "gate verify", "heads_days_in_the_users_zone": "gate verify",
    "asks_nothing_for_pages_that_are_left": "gate verify", "reads_four_waves_at_a_time": "verify", "shows_places_page_by_page": "gate verify",
    "searches_in_what_is_deleted": "gate verify", "keeps_the_search_over_back": "gate verify", "comes_back_far_down_a_list": "verify",
    "filters_by_any_of_many_people": "gate verify", "filters_by_a_gap": "verify",
    "undoes_what_a_hand_did": "gate verify",
    "moves_to_another_gateway": "gate",
    "copies_the_transcript": "gate verify", "copies_what_is_selected": "gate verify", "copies_every_script": "verify",
    "prints_the_transcript": "gate verify", "saves_the_transcript_as_text": "gate verify",
    "records_on_every_page": "gate", "draws_guesses_grey": "gate verify",
    "begins_one_session_a_press": "gate", "keeps_two_pages_apart": "verify", "takes_the_question_back": "gate", "waits_for_its_microphone": "gate",
    "tells_of_a_silent_microphone": "gate", "waits_for_a_slow_gateway": "gate",
    "sends_what_a_full_page_has": "verify", "offers_the_newest_of_what_was_left": "verify",
    "tells_of_a_gateway_that_is_behind": "gate",
    "tells_of_a_full_disk": "gate", "goes_on_after_a_reload": "gate",
    "shows_what_a_killed_gateway_stored": "gate",
    "says_what_is_not_kept": "gate", "draws_a_break_in_its_own_session": "gate", "takes_away_what_is_not_stored": "gate",
    "tells_of_a_device_that_slept": "verify",
    "reads_a_broken_session_once": "verify",
}
KEYED = {
    "makes_the_first_key": "gate verify", "asks_for_a_key": "gate verify", "logs_in_and_out": "gate verify", "makes_and_revokes_keys": "gate verify",
    "searches_keys": "gate verify", "keeps_what_is_typed_over_a_logout": "verify",
    "shows_a_key_what_it_may_do": "gate verify", "listens_through_a_phone": "gate verify",
    "says_on_a_phone_what_live_says": "verify", "mends_a_phones_line": "verify", "asks_before_it_logs_out": "verify",
    "says_when_its_key_was_revoked": "gate",
}
# Plays with the scripted vendor in each run, so that every word can be judged; the gate has no right to mount a disk.
# For the last ones the gate has another cell of their kind: a gateway that is killed (shows_what_a_killed_gateway_stored), a session that is watched
# (watches_an_open_session), a gateway that is behind (waits_for_a_slow_gateway, tells_of_a_gateway_that_is_behind).
SCRIPTED = {
    "keeps_words_over_a_full_disk": "verify", "keeps_a_file_over_a_full_disk": "verify", "hears_a_file_again_after_a_kill": "verify",
    "follows_a_restarted_gateway": "verify", "watches_over_a_restart": "verify", "says_how_late_it_is": "verify",
}
# Plays whose microphone hears speech without a pause, over and over, with a gateway of their own that does nothing else.
UNBROKEN = {"changes_while_somebody_speaks": "verify bench"}
FAILING = {"tells_of_a_failover": ""}
# Plays that hear the microphone from its beginning, so that each has a browser of its own when an engine hears what is said there.
HEARS = {"captions_a_tab", "captions_the_microphone", "enrols_a_voice", "mends_a_broken_connection", "follows_a_gateway_that_goes_down"}
# Plays whose microphone goes on: it hears the recording over and over.
SPEAKS_ON = {name for name in vars(Microphone) if not name.startswith("_")}
# Plays of a table, of which the gate asks a part.
TABLES = {"is_accessible", "searches_before_a_page_comes"}
# What axe looks at, but for the whole run, which looks at all.
SHORT_LOOKS = [("light", wide), ("dark", narrow)]


# Seconds after which a play hangs: the longest needs a tenth of it.
HANG_LIMIT = 600


def hung(name):
    """Ends this process from inside a play, which may wait for a browser that is gone; its children end with it."""
    print(f"FAIL  {name}  hung for {HANG_LIMIT} s", flush=True)
    os._exit(1)


def arguments():
    parser = argparse.ArgumentParser(prog="browser/run.py", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="plays; none: all of the run")
    parser.add_argument("--harken", default=str(ROOT / ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and its words")
    parser.add_argument("--simulators", required=True, metavar="PYTHON", help="a Python with the packages of conformance/requirements.txt")
    run = parser.add_mutually_exclusive_group()
    run.add_argument("--gate", dest="run", action="store_const", const="gate", help="the plays of make test: a scripted vendor, no models, no figures")
    run.add_argument("--whole", dest="run", action="store_const", const="whole", help="all plays, with the local engine; no option: those of make verify")
    run.add_argument("--bench", dest="run", action="store_const", const="bench", help="the plays with figures, which HARKEN_FIGURES judges and keeps")
    parser.add_argument("--images", metavar="FOLDER", help="keep pictures for the documents in this folder")
    parser.set_defaults(run="verify")
    return parser.parse_args()


class Run:
    def __init__(self, chosen, playwright, folder):
        self.chosen, self.playwright, self.folder, self.passed = chosen, playwright, folder, []
        self.recording = pathlib.Path(chosen.test_audio) / "beckett.wav"

    def wanted(self, plays):
        """The names of the plays of a list that are to run, in the order of the list."""
        if self.chosen.names:
            return [name for name in plays if name in self.chosen.names]
        return [name for name, runs in plays.items() if self.chosen.run == "whole" or self.chosen.run in runs.split()]

    def launch(self, **options):
        return Browser(self.playwright, self.folder, **options)

    def serve(self, name, settings=None):
        return Server(self.chosen.harken, f"{self.folder}/{name}", settings)

    def play(self, cast, name, **options):
        began = time.monotonic()
        cast.notes.clear()
        signal.signal(signal.SIGALRM, lambda *_: hung(name))
        signal.alarm(HANG_LIMIT)
        try:
            getattr(cast, name)(**options)
            verdict, reason = "PASS", "; ".join(cast.notes)
        except (Failure, ServerError) as error:
            verdict, reason = "FAIL", str(error)
        except Error as error:
            verdict, reason = "FAIL", " ".join(str(error).split())[:600]
        finally:
            if browser := getattr(cast, "browser", None):
                browser.leave()
            signal.alarm(0)
        print(f"{verdict}  {name}  {time.monotonic() - began:.1f} s" + (f"  {reason}" if reason else ""), flush=True)
        self.passed.append(verdict == "PASS")

    def play_open(self, names, browser_for, server, hearing):
        for name in names:
            browser = browser_for(name)
            plays = Plays(browser, server, self.recording, self.folder, self.chosen.harken, hearing)
            options = {"is_whole": False} if name in TABLES and self.chosen.run == "gate" else {}
            if name == "is_accessible" and self.chosen.run != "whole":
                options["looks"] = SHORT_LOOKS
            self.play(plays, name, **options)
            if browser is not browser_for(None):
                browser.close()

    def gate(self):
        """One vendor, one browser, a gateway without keys and one with keys. Motion is in the runs of make verify."""
        vendor, servers = ScriptedVendor(self.chosen.simulators), []
        try:
            servers += [self.serve("open", vendor.settings), self.serve("keyed", vendor.settings)]
            for server in servers:
                server.wait_until_ready(HANG)
            browser = self.launch(recording=self.recording, repeats=True, options=Roles.options(servers[1]), is_calm=True)
            self.play_open(self.wanted(OPEN) + self.wanted(SCRIPTED), lambda _: browser, servers[0], Scripted())
            roles = Roles(browser, servers[1], self.chosen.harken, f"{self.folder}/first", Scripted(), vendor.settings)
            for name in self.wanted(KEYED):
                self.play(roles, name)
            browser.close()
        finally:
            for server in servers:
                server.stop()
            vendor.stop()

    def recognise(self):
        """With the local engine, which hears the microphone."""
        hearing = Recognised(self.recording)
        if self.wanted(OPEN) or self.chosen.images:
            server = self.serve("open")
            try:
                server.wait_until_ready(HANG)
                shared = self.launch()
                own = HEARS | SPEAKS_ON
                self.play_open(self.wanted(OPEN), lambda name: self.launch(recording=self.recording, repeats=name in SPEAKS_ON) if name in own else shared,
                               server, hearing)
                if self.chosen.images:
                    plays = Plays(shared, server, self.recording, self.folder, self.chosen.harken, hearing)
                    self.play(plays, "pictures", folder=self.chosen.images)
                shared.close()
            finally:
                server.stop()
        if self.wanted(UNBROKEN):
            server, speech = self.serve("unbroken"), unbroken(self.recording, self.folder)
            try:
                server.wait_until_ready(HANG)
                browser = self.launch(recording=speech, repeats=True)
                self.play_open(self.wanted(UNBROKEN), lambda _: browser, server, Recognised(speech))
                browser.close()
            finally:
                server.stop()
        if self.wanted(SCRIPTED):
            vendor = ScriptedVendor(self.chosen.simulators)
            server = self.serve("scripted", vendor.settings)
            try:
                server.wait_until_ready(HANG)
                browser = self.launch(recording=self.recording, repeats=True)
                self.play_open(self.wanted(SCRIPTED), lambda _: browser, server, Scripted())
                browser.close()
            finally:
                server.stop()
                vendor.stop()
        if self.wanted(KEYED):
            server = self.serve("keyed")
            try:
                server.wait_until_ready(HANG)
                browser = self.launch(recording=self.recording, options=Roles.options(server))
                roles = Roles(browser, server, self.chosen.harken, f"{self.folder}/first", hearing, None)
                for name in self.wanted(KEYED):
                    self.play(roles, name)
                browser.close()
            finally:
                server.stop()
        if self.wanted(FAILING):
            failovers = Failovers(self.launch, self.recording, self.chosen.harken, f"{self.folder}/failing", self.chosen.simulators)
            try:
                failovers.begin()
                for name in self.wanted(FAILING):
                    self.play(failovers, name)
            finally:
                failovers.end()


def main():
    chosen = arguments()
    with tempfile.TemporaryDirectory(prefix="harken-browser-") as folder, sync_playwright() as playwright:
        run = Run(chosen, playwright, folder)
        unknown = [name for name in chosen.names if name not in {**OPEN, **KEYED, **SCRIPTED, **UNBROKEN, **FAILING}]
        if unknown:
            print(f"browser: no play is called {', '.join(unknown)}", file=sys.stderr)
            return 2
        if chosen.run == "gate":
            run.gate()
        else:
            run.recognise()
    print(f"browser: {sum(run.passed)} of {len(run.passed)} plays passed", file=sys.stderr)
    return 0 if run.passed and all(run.passed) else 1


if __name__ == "__main__":
    sys.exit(main())
