"""What every simulated vendor is made of: a server, its faults, and one live line to a client.

    python sim_VENDOR.py --oracle ORACLE.json --key KEY [--port N] [--fault NAME[=VALUE]]…

prints `ready http://127.0.0.1:PORT`. `GET /_violations` lists what clients did wrong, `GET /_sessions` what came of each session.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
import uuid

import aiohttp
import numpy
from aiohttp import web

import oracle
from checks import STALLS, Violations

FAULTS = ("refuse", "hang-connect", "stall-after", "drop-after", "garble", "late", "close-code", "close-after", "429", "5xx")


class Service:
    """One vendor. A subclass has `name`, `routes()` and the vendor's own ways."""

    name = ""

    def __init__(self, args):
        self.key = args.key
        self.library = oracle.Library.load(args.oracle) if args.oracle else oracle.Library([])
        self.recognise_with = args.recognise_with
        self.faults = dict(item.partition("=")[::2] for item in args.fault)
        self.fault_count = args.fault_count
        self.violations = Violations(self.name)
        self.sessions = []
        self._requests = 0

    # -- for subclasses

    def routes(self):
        raise NotImplementedError

    def too_many(self):
        """The vendor's answer to one request too many."""
        return web.json_response({"error": "Too many requests"}, status=429, headers={"Retry-After": "1"})

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
        app.add_routes([web.get("/_violations", self._violations), web.get("/_sessions", self._sessions), *self.routes()])
        return app

    async def _violations(self, request):
        return web.json_response(self.violations.list)

    async def _sessions(self, request):
        return web.json_response(self.sessions)

    @web.middleware
    async def _faulty(self, request, handler):
        if request.path.startswith("/_"):
            return await handler(request)
        self._requests += 1
        request["faults"] = faults = self.faults if not self.fault_count or self._requests <= self.fault_count else {}
        if "refuse" in faults:
            request.transport.abort()
        if "hang-connect" in faults:
            await asyncio.sleep(3600)
        if "429" in faults:
            return self.too_many()
        if "5xx" in faults:
            return web.json_response({"error": "Server error, developers have been alerted."}, status=int(faults["5xx"] or 503))
        if "late" in faults and request.headers.get("Upgrade", "").lower() != "websocket":
            await asyncio.sleep(float(faults["late"] or 3))
        return await handler(request)

    async def run(self, port):
        runner = web.AppRunner(self.application(), access_log=None)
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
        await asyncio.wait_for(runner.cleanup(), 5)


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
        self.record = {"id": self.id, "path": request.path, "messages": [], "audio_seconds": 0.0, "words": [], "end": "open"}
        service.sessions.append(self.record)
        self._garbled = 0
        self._later = []

    async def open(self, protocol=None, headers=None):
        self.ws = web.WebSocketResponse(protocols=[protocol] if protocol else (), compress=False, max_msg_size=64 << 20)
        self.ws.headers.update(headers or {})
        await self.ws.prepare(self.request)

    def heard(self, words):
        self.record["words"] = [word.text for word in words]

    async def audio(self, seconds):
        """Counts audio, and breaks the line where a fault wants it."""
        self.audio_seconds += seconds
        self.record["audio_seconds"] = round(self.audio_seconds, 3)
        if "drop-after" in self.faults and self.audio_seconds >= float(self.faults["drop-after"] or 2):
            self.record["end"] = "fault"
            self.request.transport.abort()
            raise Ended
        if "close-code" in self.faults and self.audio_seconds >= float(self.faults.get("close-after") or 1):
            await self.close(int(self.faults["close-code"]), "simulated")
            raise Ended

    @property
    def _stalled(self):
        return "stall-after" in self.faults and self.audio_seconds >= float(self.faults["stall-after"] or 2)

    async def send(self, message):
        if self._stalled:
            return
        if "late" in self.faults:
            self._later.append(asyncio.create_task(self._send_later(message, float(self.faults["late"] or 3))))
            return
        await self._send(message)

    async def _send_later(self, message, seconds):
        await asyncio.sleep(seconds)
        await self._send(message)

    async def _send(self, message):
        kind = str(message.get("type") or message.get("message") or "tokens")
        if not self.record["messages"] or self.record["messages"][-1] != kind:
            self.record["messages"] = (self.record["messages"] + [kind])[-200:]
        body = json.dumps(message, ensure_ascii=False)
        try:
            if "garble" in self.faults:
                self._garbled += 1
                unknown = '{"type":"NeverHeardOf","message":"NeverHeardOf","x":[1,{"y":null}]}'
                broken = [body[:len(body) // 2], unknown, "[]", '"text"', "\u0000", "{}"]
                await self.ws.send_str(broken[self._garbled % len(broken)])
            await self.ws.send_str(body)
        except (ConnectionError, RuntimeError):
            raise Ended from None

    async def close(self, code=1000, reason=""):
        if self._stalled:
            while (await self.receive(timeout=600))[0] not in ("closed", "timeout"):
                pass
            self.record["end"] = "fault"
            return
        for task in self._later:
            await task
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
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help="one of " + ", ".join(FAULTS))
    parser.add_argument("--fault-count", type=int, default=0, metavar="N", help="only the first N requests suffer (default: all)")
    args = parser.parse_args()
    for item in args.fault:
        if item.partition("=")[0] not in FAULTS:
            parser.error(f"no fault is called {item}")
    if args.until_input_ends:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    asyncio.run(service_class(args).run(args.port))
