"""What a vendor insists on: parameters, fields, pace. Each breach is a violation that anyone can read at `/_violations`."""

import asyncio
import json
import re
import sys
import time


class Violations:
    """Everything that a client did and the reference does not allow; what a session does again and again, once."""

    def __init__(self, vendor, forgiven=()):
        self.vendor, self.list, self.forgiven = vendor, [], forgiven

    def add(self, session, kind, detail):
        if kind in self.forgiven:
            return
        entry = {"vendor": self.vendor, "session": session, "kind": kind, "detail": str(detail)[:400]}
        if entry in self.list[-20:]:
            return
        self.list.append(entry)
        print("violation " + json.dumps(entry), file=sys.stderr, flush=True)


class Bad(Exception):
    """A value that the vendor refuses."""


# -- values. Each takes what came and returns what it means, or raises Bad. Text kinds read query parameters, the others JSON.

def boolean_text(text):
    if text not in ("true", "false"):
        raise Bad(f"{text!r} is not true or false")
    return text == "true"


def loose_boolean_text(text):
    return boolean_text(text.lower())


def integer_text(low, high):
    def check(text):
        if not re.fullmatch(r"-?\d+", text) or not low <= int(text) <= high:
            raise Bad(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)
    return check


def number_text(low, high):
    def check(text):
        if not re.fullmatch(r"-?\d+(\.\d+)?", text) or not low <= float(text) <= high:
            raise Bad(f"{text!r} is not a number from {low} to {high}")
        return float(text)
    return check


def one_of(*values):
    def check(text):
        if text not in values:
            raise Bad(f"{text!r} is not one of {', '.join(map(str, values))}")
        return text
    return check


def matching(pattern):
    def check(text):
        if not isinstance(text, str) or not re.fullmatch(pattern, text):
            raise Bad(f"{text!r} has not the form {pattern}")
        return text
    return check


def text(most=10_000):
    def check(value):
        if not isinstance(value, str) or len(value) > most:
            raise Bad(f"not a text of at most {most} characters")
        return value
    return check


def boolean(value):
    if not isinstance(value, bool):
        raise Bad(f"{value!r} is not a Boolean")
    return value


def integer(low, high):
    def check(value):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Bad(f"{value!r} is not a whole number from {low} to {high}")
        return value
    return check


def number(low, high):
    def check(value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise Bad(f"{value!r} is not a number from {low} to {high}")
        return float(value)
    return check


def list_of(item, most=1000):
    def check(value):
        if not isinstance(value, list) or len(value) > most:
            raise Bad(f"{str(value)[:60]!r} is not a list of at most {most}")
        return [item(part) for part in value]
    return check


def json_text(inner):
    def check(value):
        try:
            return inner(json.loads(value))
        except ValueError:
            raise Bad("not JSON") from None
    return check


def anything(value):
    return value


def fields(known, required=(), null=False):
    """An object: known fields are checked, others are refused. With `null`, a null field counts as absent."""
    def check(value):
        if not isinstance(value, dict):
            raise Bad("not an object")
        value = {name: part for name, part in value.items() if not (null and part is None)}
        for name in required:
            if name not in value:
                raise Bad(f"{name} is missing")
        read = {}
        for name, part in value.items():
            if name not in known:
                raise Bad(f"{name} is unknown")
            try:
                read[name] = known[name](part)
            except Bad as problem:
                raise Bad(f"{name}: {problem}") from None
        return read
    return check


def parameters(pairs, known, repeated, note):
    """Query or form parameters. Unknown names are violations and dropped; the first bad value raises Bad."""
    read = {}
    for name, value in pairs:
        if name not in known:
            note("unknown parameter", name)
            continue
        if name in read and name not in repeated:
            note("repeated parameter", name)
        if known[name] is boolean_text and value != value.lower():
            note("bad parameter", f"{name}: {value!r} is not lower case")
            value = value.lower()
        try:
            meant = known[name](value)
        except Bad as problem:
            raise Bad(f"{name}: {problem}") from None
        if name in repeated:
            read.setdefault(name, []).append(meant)
        else:
            read[name] = meant
    return read


class Stalls:
    """How long this process was kept from running lately: what came meanwhile is read at once, and is not the client's fault."""

    def __init__(self):
        self.late = []  # (when, seconds)
        self.beat = None  # when `watch` last ran

    async def watch(self):
        while True:
            began = self.beat = time.monotonic()
            await asyncio.sleep(0.05)
            late = time.monotonic() - began - 0.05
            if late > 0.1:
                self.late = [entry for entry in self.late if entry[0] > began - 10] + [(began, late)]

    @property
    def seconds(self):
        now = time.monotonic()
        # What came while nothing ran here is read before `watch` runs again.
        current = now - self.beat - 0.05 if self.beat is not None else 0.0
        return sum(late for when, late in self.late if when > now - 10) + (current if current > 0.1 else 0.0)


STALLS = Stalls()


class Pace:
    """Audio may come at `rate` times real time, with at most `burst` seconds ahead. More is a violation, and is read no faster."""

    def __init__(self, rate, burst, note):
        self.rate, self.burst, self.note = rate, burst, note
        self.ahead = 0.0
        self.noted = False
        self._last = None

    async def received(self, seconds):
        now = time.monotonic()
        if self._last is not None:
            self.ahead = max(0.0, self.ahead - (now - self._last) * self.rate)
        self._last = now
        self.ahead += seconds
        if not self.noted and self.ahead > self.burst + STALLS.seconds:
            self.noted = True
            self.note("pace", f"{self.ahead:.2f} s of audio ahead of {self.rate:g} times real time; {self.burst:g} s are allowed")
        if self.ahead > self.burst:
            await asyncio.sleep(min((self.ahead - self.burst) / self.rate, 2.0))
