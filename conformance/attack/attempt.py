"""What an attack is, and what it has to work with while it runs."""

import os
import socket
import time
import urllib.parse
from dataclasses import dataclass, field

import network
import wire
from gateway import Server, ServerError, make_key
from matrix import ADDRESSES
from simulators import KEY

ATTACKS = {}


@dataclass(frozen=True)
class Attack:
    name: str
    finding: str  # its name in the security review, or "" for what was tried beyond it
    summary: str
    run: object
    # Whether the gateway has keys; without them it serves loopback only.
    keys: bool = True
    settings: dict = field(default_factory=dict)
    options: tuple = ()
    descriptors: int | None = None
    # Whether `make verify` runs it too.
    short: bool = True
    # Whether it can be run against a gateway whose settings are not its own, under live sessions.
    shared: bool = True
    # It starts its gateways itself, and memory and stalls are not measured.
    alone: bool = False
    # Whether strangers must have addresses that are not loopback.
    network: bool = False
    # Whether the gateway has a certificate.
    certificate: bool = False
    # Whether the local engine has to be there.
    local: bool = False
    # Live sessions of the watch.
    watched: int = 4
    growth: int = 64  # MB
    stall: float = 0.1  # seconds


def attack(name, finding="", **how):
    """Registers a function that takes an `Attempt`; its doc comment's first line says what it does."""
    def register(function):
        if "shared" not in how and (how.get("alone") or not how.get("keys", True) or how.get("settings") or how.get("options") or how.get("descriptors") or how.get("local")):
            how["shared"] = False
        ATTACKS[name] = Attack(name, finding, function.__doc__.splitlines()[0], function, **how)
        return function
    return register


class Attempt:
    """One run of an attack against one gateway."""

    def __init__(self, attack, context, folder):
        self.attack, self.context, self.folder = attack, context, folder
        self.is_short = context.is_short
        self.server, self.owner = None, None
        self.tls = None  # how its clients make TLS, where it has a certificate
        self.problems, self.notes, self.secrets = [], [], []
        self.skipped = None  # why it could not be run
        self.can_end_badly = False  # a gateway that ends is what the attack is about

    # -- the gateway

    def start(self, settings=None, keys=True, data=None, options=(), descriptors=None, may_fail=False, address=None):
        """A gateway with simulated vendors, and with a key to everything (`owner`) where it is to have keys. Has no `url` when it did not start."""
        data = data or os.path.join(self.folder, f"data-{wire.nonce()[:8]}")
        address = address or (network.GATEWAY if keys and self.context.has_network else network.LOOPBACK)
        if keys and self.owner is None:
            self.owner = make_key(self.context.harken, data, "--user", "ann")
            self.secrets.append(self.owner)
        vendor = self.context.vendor
        # Without models the gateway is small: what an attack adds is seen better.
        models = {} if self.attack.local else {"HARKEN_MODELS": os.path.join(self.folder, "no-models")}
        known = {**models, "HARKEN_ENGINES": "deepgram,local" if self.attack.local else "deepgram", "DEEPGRAM_API_KEY": KEY, "HARKEN_ALLOW_PLAIN_TOKENS": "true",
                 **{f"DEEPGRAM_{name}": form.format(vendor.url) for name, form in ADDRESSES["deepgram"].items()}}
        self.server = Server(self.context.harken, data, {**known, **(settings or {})}, drain_seconds=2, address=address,
                             options=options, descriptors=descriptors)
        try:
            self.server.wait_until_announced(60)
        except ServerError:
            if not may_fail:
                raise
        return self.server

    @property
    def address(self):
        place = urllib.parse.urlsplit(self.server.url)
        return place.hostname, place.port

    @property
    def host(self):
        return "%s:%d" % self.address

    def key(self, *options):
        made = self.server.make_key(*options)
        self.secrets.append(made)
        return made

    # -- what an attacker does

    def source(self, number=0):
        """A stranger's address; None where there is no network of the driver's own, or the gateway serves this machine only."""
        return network.stranger(number) if self.context.has_network and self.address[0] != network.LOOPBACK else None

    def connect(self, number=0, **how):
        return wire.connect(self.address, self.source(number), **how)

    def connections(self, count, addresses=1, begin=b""):
        """So many connections, from so many addresses in turn, each of which has sent `begin`; fewer where the gateway refuses."""
        made = []
        for number in range(count):
            try:
                one = self.connect(number % addresses, timeout=5)
                if begin:
                    one.sendall(begin)
                made.append(one)
            except OSError:
                pass
        return made

    def ask(self, method, target, headers=(), body=b"", key=None, number=0, **how):
        shown = {"Authorization": shown_key(target, key)} if key else {}
        return wire.ask(self.address, method, target, {**shown, **dict(headers)}, body, source=self.source(number), **{"tls": self.tls, **how})

    def status(self, method, target, headers=(), body=b"", key=None, **how):
        """The answer's status; None where there was no answer."""
        answer = self.ask(method, target, headers, body, key, **how)
        return answer.status if answer else None

    def websocket(self, target, headers=(), key=None, number=0, **how):
        shown = {"Authorization": shown_key(target, key)} if key else {}
        return wire.open_websocket(self.address, target, {**shown, **dict(headers)}, source=self.source(number), **{"tls": self.tls, **how})

    def seconds(self, whole, short):
        return short if self.is_short else whole

    count = seconds

    def sleep(self, seconds):
        time.sleep(seconds)

    # -- what came of it

    def expect(self, holds, problem):
        if not holds:
            self.problems.append(problem)
        return bool(holds)

    def equal(self, what, got, *wanted):
        return self.expect(got in wanted, f"{what}: {got}, expected {' or '.join(map(str, wanted))}")

    def skip(self, reason):
        self.skipped = reason

    def note(self, text):
        self.notes.append(text)


def shown_key(target, key):
    """A key as the protocol of a route shows it."""
    if target.startswith(("/v2/transcript", "/v2/upload", "/v3/ws", "/v3/token")):
        return key
    return ("Token " if target.startswith(("/v1/listen", "/v2/listen", "/v1/auth")) else "Bearer ") + key


def close(connections):
    for one in connections:
        try:
            # An attacker's program that ends resets what it had open.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            one.close()
        except OSError:
            pass
