"""What every simulated vendor is made of: a server, its faults, and one live line to a client.

    python sim_VENDOR.py --oracle ORACLE.json --key KEY [--port N] [--fault NAME[=VALUE]]…

prints `ready http://127.0.0.1:PORT`. `GET /_violations` lists what clients did wrong, `GET /_sessions` what came of each session.
"""

import argparse
import asyncio
import collections
import contextlib
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import uuid

import aiohttp
import numpy
from aiohttp import web

import oracle
from checks import STALLS, Violations

# Each with what its value means; S is seconds of the stream's audio.
FAULTS = {
    # of every request
    "refuse": "the connection is reset", "hang-connect": "a connection is never answered", "401": "every credential is refused",
    "429": "one request too many", "5xx": "this status (503)",
    "recordings": "this status for every request that is no live stream (503)",
    # of live streams
    "silent-opening": "a stream is accepted, and nothing is said or read on it", "stall-after": "S: nothing is said any more",
    "half-open-after": "S: nothing is said, read or answered any more, the connection stays", "drop-after": "S: the connection is reset",
    "close-after": "S: closed (1)", "close-code": "the code of that close (1000)",
    "error-after": "S: the vendor's message of its own failure, then its close",
    "cap-after": "S: the session has reached its greatest length", "garbage-after": "S: everything that is said is broken",
    "garble": "broken and unknown messages between the good ones", "late": "seconds by which all that is said is late (3)",
    "hold-after": "S: what is said from there on", "hold": "comes together so many seconds later (4)", "double-finals": "finals come twice",
    "cut-end": "the stream is closed when the client ends it, before its last finals",
    # of the process
    "down": "seconds for which every request is refused once a stream has had its fault",
}


class Service:
    """One vendor. A subclass has `name`, `routes()` and the vendor's own ways."""

    name = ""

    def __init__(self, args):
        self.key = args.key
        self.library = oracle.Library.load(args.oracle) if args.oracle else oracle.Library([])
        self.recognise_with = args.recognise_with
        self.faults = dict(item.partition("=")[::2] for item in args.fault)
        self.fault_count = args.fault_count
        self.violations = Violations(self.name, forgiven=("authentication",) if "401" in self.faults else ())
        self.sessions = []
        self.lines = set()  # that are open
        self._requests = {True: 0, False: 0}  # live or not
        self._down_until = 0.0

    # -- for subclasses

    def routes(self):
        raise NotImplementedError

    def too_many(self):
        """The vendor's answer to one request too many."""
        return web.json_response({"error": "Too many requests"}, status=429, headers={"Retry-After": "1"})

    # Whether `too_many` answers a live stream too; else the subclass tells it in band.
    refuses_upgrades = True

    def is_final(self, message):
        """Whether a message of a live stream has words that will not change."""
        return False

    async def break_down(self, line):
        """Tells a live stream of a failure of the vendor's own, and closes it."""
        raise NotImplementedError

    async def reach_cap(self, line):
        """Tells a live stream that it has lasted as long as it may, and closes it."""
        raise NotImplementedError

    def key_for(self, request):
        """The key that this request must have."""
        return "\0 none is good" if "401" in request.get("faults", {}) else self.key

    def note_for(self, session):
        return lambda kind, detail="": self.violations.add(session, kind, detail)

    async def hear(self, channels, rate):
        """The words of a whole recording, a list for each channel."""
        if self.recognise_with:
            return [await self._recognise(samples, rate) for samples in channels]
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(None, oracle.hear, self.library, samples, rate) for samples in channels]

    async def _recognise(self, samples, rate):
        import io
        import wave

        body = io.BytesIO()
        with wave.open(body, "wb") as out:
            out.setnchannels(1), out.setsampwidth(2), out.setframerate(rate)
            out.writeframes((numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        async with aiohttp.ClientSession() as client:
            url = self.recognise_with.rstrip("/") + "/v1/listen?smart_format=true&punctuate=true&model=nova-3"
            async with client.post(url, data=body.getvalue(), headers={"Content-Type": "audio/wav"}) as answer:
                found = (await answer.json())["results"]["channels"][0]["alternatives"][0]["words"]
        return [oracle.Word(word["punctuated_word"], word["start"], word["end"], word["confidence"]) for word in found]

    # -- running

    def application(self):
        app = web.Application(client_max_size=3 << 30, middlewares=[self._faulty])
        app.add_routes([web.get("/_violations", self._violations), web.get("/_sessions", self._sessions),
                        web.post("/_outage", self._outage), *self.routes()])
        return app

    async def _violations(self, request):
        return web.json_response(self.violations.list)

    async def _sessions(self, request):
        return web.json_response(self.sessions)

    @web.middleware
    async def _faulty(self, request, handler):
        if request.path.startswith("/_"):
            return await handler(request)
        is_live = request.headers.get("Upgrade", "").lower() == "websocket"
        self._requests[is_live] += 1
        request["faults"] = faults = self.faults if not self.fault_count or self._requests[is_live] <= self.fault_count else {}
        if "refuse" in faults or time.monotonic() < self._down_until:
            self._note_refusal(request, is_live)
            reset(request.transport)
            await asyncio.sleep(3600)
        if "hang-connect" in faults:
            self._note_refusal(request, is_live)
            await asyncio.sleep(3600)
        if "429" in faults and (self.refuses_upgrades or not is_live):
            self._note_refusal(request, is_live)
            return self.too_many()
        if "5xx" in faults:
            self._note_refusal(request, is_live)
            return web.json_response({"error": "Server error, developers have been alerted."}, status=int(faults["5xx"] or 503))
        if "recordings" in faults and not is_live:
            return web.json_response({"error": "Server error, developers have been alerted."}, status=int(faults["recordings"] or 503))
        if "late" in faults and not is_live:
            await asyncio.sleep(float(faults["late"] or 3))
        return await handler(request)

    def _note_refusal(self, request, is_live):
        now = time.monotonic()
        self.sessions.append({"id": str(uuid.uuid4()), "path": request.path, "live": is_live, "opened": now, "fault": now, "end": "fault",
                              "audio_seconds": 0.0, "words": []})

    def had_fault(self):
        """A live stream has had its fault."""
        if "down" in self.faults and not self._down_until:
            self._down_until = time.monotonic() + float(self.faults["down"] or 5)

    async def _outage(self, request):
        """From now on, for so many seconds, streams are reset and nothing is answered."""
        self._down_until = time.monotonic() + float(request.query.get("seconds", 30))
        lines = list(self.lines)
        for line in lines:
            line.reset()
        return web.json_response({"reset": len(lines)})

    async def run(self, port):
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        watch = asyncio.get_running_loop().create_task(STALLS.watch())
        stopped = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopped.set)
        await stopped.wait()
        watch.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(runner.cleanup(), 5)


def reset(transport):
    """Ends a connection as a crashed peer does."""
    socket_ = transport.get_extra_info("socket")
    if socket_ is not None:
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Line:
    """One WebSocket session: what is sent and read, with the faults that were asked for."""

    def __init__(self, service, request):
        self.service, self.faults = service, request.get("faults", {})
        self.id = str(uuid.uuid4())
        self.ws = None
        self.request = request
        self.note = service.note_for(self.id)
        self.opened = time.monotonic()
        self.audio_seconds = 0.0
        # Times are CLOCK_MONOTONIC, the same for every process of the machine.
        self.record = {"id": self.id, "path": request.path, "live": True, "messages": [], "audio_seconds": 0.0, "words": [], "end": "open",
                       "opened": self.opened, "fault": None}
        service.sessions.append(self.record)
        self._garbled = 0
        self._waiting, self._sender = collections.deque(), None  # (when, message)
        self._is_silent = False
        if "401" in self.faults:
            self.begin_fault()

    async def open(self, protocol=None, headers=None):
        self.ws = web.WebSocketResponse(protocols=[protocol] if protocol else (), compress=False, max_msg_size=64 << 20)
        self.ws.headers.update(headers or {})
        await self.ws.prepare(self.request)
        self.service.lines.add(self)
        if "silent-opening" in self.faults:
            await self._vanish()

    def heard(self, words):
        self.record["words"] = [word.text for word in words]

    def _reached(self, fault):
        return fault in self.faults and self.audio_seconds >= float(self.faults[fault] or 2)

    def begin_fault(self):
        """The fault shows from now on."""
        if self.record["fault"] is None:
            self.record["fault"] = time.monotonic()
            self.service.had_fault()

    async def audio(self, seconds):
        """Counts audio, and breaks the line where a fault wants it."""
        self.audio_seconds += seconds
        self.record["audio_seconds"] = round(self.audio_seconds, 3)
        if self._reached("drop-after"):
            self.reset()
            raise Ended
        if self._reached("half-open-after"):
            await self._vanish()
        if "close-code" in self.faults or "close-after" in self.faults:
            if self.audio_seconds >= float(self.faults.get("close-after") or 1):
                self.begin_fault()
                await self.close(int(self.faults.get("close-code") or 1000), "simulated")
                raise Ended
        for fault, tell in (("error-after", self.service.break_down), ("cap-after", self.service.reach_cap)):
            if self._reached(fault):
                self.begin_fault()
                await tell(self)
                raise Ended
        if self._reached("stall-after"):
            self.begin_fault()
            self._is_silent = True
        if self._reached("garbage-after") or self._reached("hold-after"):
            self.begin_fault()

    def reset(self):
        self.begin_fault()
        self.record["end"] = "fault"
        self.service.lines.discard(self)
        reset(self.request.transport)

    async def _vanish(self):
        """The connection stays, and nobody is there."""
        self.begin_fault()
        self.record["end"] = "fault"
        self.request.transport.pause_reading()
        await asyncio.sleep(3600)

    async def ending(self):
        """The client has ended its audio."""
        if "cut-end" in self.faults:
            self.begin_fault()
            await self.close(1000)
            raise Ended

    async def send(self, message):
        if self._is_silent:
            return
        now = time.monotonic()
        due = now
        if "late" in self.faults:
            due += float(self.faults["late"] or 3)
        elif self._reached("hold-after"):
            due = self.record["fault"] + float(self.faults.get("hold") or 4)
        if due <= now and not self._waiting:
            await self._send(message)
            return
        self._waiting.append((due, message))
        if len(self._waiting) == 1:
            self._sender = asyncio.create_task(self._send_waiting())

    async def _send_waiting(self):
        """Says in order what is to be said later."""
        with contextlib.suppress(Ended):
            while self._waiting:
                due, message = self._waiting[0]
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await self._send(message)
                self._waiting.popleft()

    async def _send(self, message):
        kind = str(message.get("type") or message.get("message") or "tokens")
        if not self.record["messages"] or self.record["messages"][-1] != kind:
            self.record["messages"] = (self.record["messages"] + [kind])[-200:]
        body = json.dumps(message, ensure_ascii=False)
        try:
            if "garble" in self.faults or self._reached("garbage-after"):
                self.begin_fault()
                self._garbled += 1
                unknown = '{"type":"NeverHeardOf","message":"NeverHeardOf","x":[1,{"y":null}]}'
                broken = [body[:len(body) // 2], unknown, "[]", '"text"', "\u0000", "{}"]
                await self.ws.send_str(broken[self._garbled % len(broken)])
                if "garble" not in self.faults:
                    return
            await self.ws.send_str(body)
            if "double-finals" in self.faults and self.service.is_final(message):
                self.begin_fault()
                await self.ws.send_str(body)
        except (ConnectionError, RuntimeError):
            raise Ended from None

    async def close(self, code=1000, reason=""):
        if self._is_silent:
            while (await self.receive(timeout=600))[0] not in ("closed", "timeout"):
                pass
            self.record["end"] = "fault"
            return
        if self._sender is not None:
            await self._sender
        self.service.lines.discard(self)
        self.record["end"] = f"closed {code} {reason}".strip()
        try:
            await asyncio.wait_for(self.ws.close(code=code, message=reason.encode()[:123]), 5)
        except (TimeoutError, asyncio.TimeoutError, ConnectionError):
            pass

    async def receive(self, timeout=None):
        """The next frame: ("text", str), ("binary", bytes), ("closed", code) or ("timeout", None)."""
        try:
            message = await self.ws.receive(timeout=timeout)
        except (TimeoutError, asyncio.TimeoutError):
            return "timeout", None
        if message.type == aiohttp.WSMsgType.TEXT:
            return "text", message.data
        if message.type == aiohttp.WSMsgType.BINARY:
            return "binary", message.data
        return "closed", self.ws.close_code

    def client_left(self, code, proper_end):
        """The client closed first: without the vendor's own end message that is a violation."""
        self.service.lines.discard(self)
        self.record["end"] = f"client closed {code}"
        if not proper_end:
            self.note("no end message", f"the client closed with {code} after {self.audio_seconds:.2f} s of audio and never ended the stream")


class Ended(Exception):
    """The line is gone."""


def serve(service_class):
    parser = argparse.ArgumentParser(description=f"A simulator of {service_class.name}, strict about what it receives.")
    parser.add_argument("--oracle", help="references that oracle.py wrote: what may be heard")
    parser.add_argument("--recognise-with", metavar="URL", help="for recordings: a harken serve that hears instead of the oracle")
    parser.add_argument("--key", required=True, help="the one API key that is accepted")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-input-ends", action="store_true", help="end when standard input does: with whoever holds it")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]",
                        help="; ".join(f"{name}: {meaning}" for name, meaning in FAULTS.items()))
    parser.add_argument("--fault-count", type=int, default=0, metavar="N",
                        help="only the first N live streams, and the first N other requests, suffer (default: all)")
    args = parser.parse_args()
    for item in args.fault:
        if item.partition("=")[0] not in FAULTS:
            parser.error(f"no fault is called {item}")
    if args.until_input_ends:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    asyncio.run(service_class(args).run(args.port))
