"""Checks README and docs: every link leads somewhere, every command runs or is excused, versions, plays and metrics are the real ones.

    scripts/play documents [--harken FILE] [--links]
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import wave

from gateway import Server, environment

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "scripts/play.d"))

import catalogue

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("browser/*.md"), *ROOT.glob("conformance/*.md")])

# Commands that are not run here, and why. The first expression that is found in a command excuses it.
EXCUSED = [
    (r"^git clone|^make (demo|build)\b", "scripts/bare-root runs it, on a bare Debian"),
    (r"^export PATH=", "the commands run here with such a PATH"),
    (r"apt install|systemctl", "needs the package, and systemd"),
    (r"^apt-get install|^createdb|^harken migrate", "needs a PostgreSQL server: PostgresCommandsTests starts one"),
    (r"kubectl|^helm |^podman |^docker compose|POSTGRES_PASSWORD|^make package|> secret$", "scripts/play deploy proves what needs no cluster and no engine"),
    (r"^scripts/play cluster", "scripts/verify runs it with fewer sessions, scripts/nightly with all of them"),
    (r"^certbot", "needs a name in the public network"),
    (r"--microphone|harken record", "needs a microphone: scripts/play record and conformance/harken/record.py play one"),
    (r"example\.org|rtsp:", "the address is an example"),
    (r"> /etc/|/etc/harken\.conf", "writes to, or reads, /etc"),
    (r"\| man -l", "opens a pager"),
    (r"models install \S+\.tar\.gz", "scripts/package-test installs the archive that scripts/package makes"),
    (r"models add FOLDER", "FOLDER stands for a Whisper model of the reader's"),
    (r"^python conformance/|127\.0\.0\.1:9000", "scripts/play faults and scripts/play conformance run it"),
]
# The files that run the plays of each tier, and how they name one.
TIERS = {
    "test": ("scripts/test.d/gate.py", r'play\("[^"]+", "{}"'),
    "verify": ("scripts/test.d/verify.py", r'"scripts/play", "{}"'),
    "nightly": ("scripts/nightly", r"scripts/play {} "),
    "bench": ("Benchmarks/figures/run", r"'{}[ ']"),
}
ADDRESS = r"(?:127\.0\.0\.1|localhost):8080"


def words_of(heading):
    """The anchor of a heading, as the forges make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    found = {}
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S), flags=re.M):
        anchor = words_of(heading)
        found[anchor] = found.get(anchor, -1) + 1
    return {anchor if number == 0 else f"{anchor}-{number}" for anchor, count in found.items() for number in range(count + 1)}


def broken_links(page):
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists():
            yield f"{target}: there is no such file"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            yield f"{target}: there is no such heading"


def commands(page):
    """The lines of the page's shell blocks, without comments."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), flags=re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#\s.*$", "", line).strip()
            if line:
                yield line


def excuse(command):
    return next((why for expression, why in EXCUSED if re.search(expression, command)), None)


def wrong_versions():
    pins = dict(line.split("==") for line in (ROOT / "conformance/requirements.txt").read_text().split())
    table = (ROOT / "docs/clients.md").read_text().partition("## Programs")[2].partition("\n## ")[0]
    named = re.findall(r"`([a-z-]+)` (\d[\w.]*)", table)
    if not named:
        yield "docs/clients.md names no version"
    for package, version in named:
        if pins.get(package) != version:
            yield f"docs/clients.md: {package} {version}, but {pins.get(package)} is tried"


class Desk:
    """A folder with recordings, a gateway with data of its own, and a PATH with harken: where the commands of a reader run."""

    def __init__(self, harken, audio, folder):
        self.folder, self._outcomes = pathlib.Path(folder), {}
        (self.folder / "bin").mkdir()
        (self.folder / "bin/harken").symlink_to(pathlib.Path(harken).resolve())
        self._record(audio)
        self.server = Server(harken, str(self.folder / "data"))
        self.server.wait_until_ready(120)
        self.environment = environment({
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "HARKEN_DATA": str(self.folder / "data"),
            "HARKEN_URL": self.server.url, "HARKEN_MODELS": os.environ["HARKEN_MODELS"], "LC_ALL": "C.UTF-8"})
        for place in (".local/share/bash-completion/completions", ".config/fish/completions", ".zfunc", "pages"):
            (self.folder / place).mkdir(parents=True)

    def _record(self, audio):
        """Recordings of two voices under all the names that the documents use; their kind is told by their content."""
        with wave.open(str(self.folder / "talk.wav"), "wb") as talk:
            talk.setnchannels(1)
            talk.setsampwidth(2)
            talk.setframerate(16_000)
            for name in ("beckett.wav", "librivox/sense_and_sensibility_01_austen_64kb-0870.wav"):
                with wave.open(f"{audio}/{name}") as clip:
                    talk.writeframes(clip.readframes(clip.getnframes()) + bytes(32_000))
        (self.folder / "memos").mkdir()
        for name in ("talk.mp3", "talk.mp4", "screen.mkv", "old.wav", "call.wav", "Talk with Ann.m4a", "memos/monday.wav"):
            shutil.copy(self.folder / "talk.wav", self.folder / name)

    def close(self):
        self.server.stop()

    def run(self, command):
        """Returns what went wrong, or None. A command that several pages have runs once."""
        command = command.removeprefix(".build/release/")
        if command not in self._outcomes:
            self._outcomes[command] = self._run(command)
        return self._outcomes[command]

    def _run(self, command):
        if re.search(r"^([A-Z_]+=\S+ )*harken serve\b", command):
            return self._serve(command)
        command = re.sub(ADDRESS, self.server.url.removeprefix("http://"), command).replace("DIR", "pages")
        # The data of a service are those of the gateway here.
        command = command.replace("/var/lib/harken", self.environment["HARKEN_DATA"])
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=180)
        # doctor's status is 1 when something is missing, such as a key: that it answers is enough.
        if done.returncode == 0 or (command == "harken doctor" and done.returncode == 1 and done.stdout):
            return None
        return f"status {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}"

    def _serve(self, command):
        data = {"HARKEN_DATA": str(self.folder / "other"), "HARKEN_LISTEN": "127.0.0.1:0"}
        # The place of a key is no key: what is cut short is refused.
        command = command.replace("sk-…", "sk-example")
        process = subprocess.Popen(["bash", "-c", "exec env " + command], cwd=self.folder, env=self.environment | data, stderr=subprocess.PIPE, text=True)
        try:
            line = next((line for line in process.stderr if "harken: ready on" in line), None)
        finally:
            process.terminate()
            process.stderr.close()
            process.wait(60)
        return None if line else "it did not become ready"


def unknown_metrics():
    """Metrics that a page names and no source makes."""
    known = "".join(file.read_text(errors="replace") for folder, kinds in (("Sources", "*.swift"), ("deploy", "*"), ("packaging", "*"))
                    for file in (ROOT / folder).rglob(kinds) if file.is_file())
    for page in PAGES:
        for name in sorted(set(re.findall(r"\bharken_[a-z_]+", page.read_text()))):
            if name not in known:
                yield f"{page.relative_to(ROOT)}: no source has the metric {name}"


def wrong_plays():
    """Where the table of plays, or the tier of a play, is not the real one."""
    if catalogue.table() not in (ROOT / "docs/developing.md").read_text():
        yield "docs/developing.md: the table of plays is not what scripts/play --table prints"
    for name, play in catalogue.PLAYS.items():
        for tier, (path, form) in TIERS.items():
            runs = bool(re.search(form.format(name), (ROOT / path).read_text()))
            if runs != (tier in play.tiers.split()):
                yield f"scripts/play.d/catalogue.py: the tier {tier} of {name} is {'missing' if runs else 'wrong'}: {path}"


def main():
    parser = argparse.ArgumentParser(prog="scripts/play documents", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=str(ROOT / ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav")
    parser.add_argument("--links", action="store_true", help="only links, versions, plays and metrics, not commands")
    chosen = parser.parse_args()
    problems = [f"{page.relative_to(ROOT)}: {problem}" for page in PAGES for problem in broken_links(page)]
    problems += [*wrong_versions(), *wrong_plays(), *unknown_metrics()]
    amount, excused = 0, {}
    if not chosen.links:
        with tempfile.TemporaryDirectory(prefix="harken-documents-") as folder:
            desk = Desk(chosen.harken, chosen.test_audio, folder)
            try:
                for page in PAGES:
                    for command in commands(page):
                        amount += 1
                        why = excuse(command)
                        if why:
                            excused.setdefault(why, []).append(command)
                            continue
                        began = time.monotonic()
                        wrong = desk.run(command)
                        print(f"{'FAIL' if wrong else 'PASS'}  {page.relative_to(ROOT)}: {command}  {time.monotonic() - began:.1f} s", flush=True)
                        if wrong:
                            problems.append(f"{page.relative_to(ROOT)}: {command}: {wrong}")
            finally:
                desk.close()
    for why, all_of_them in excused.items():
        print(f"not run, {why}: {'; '.join(dict.fromkeys(all_of_them))}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"documents: {len(PAGES)} pages, {amount} commands, {sum(map(len, excused.values()))} of them not run, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
