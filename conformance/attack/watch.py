"""Watches a gateway from a process of its own: how long live sessions and `/health` wait for their answers.

    python watch.py '{"url": …, "key": …, "sessions": 4}'

Live sessions are paced: a frame of audio each 100 ms. Each is sent a WebSocket ping every 50 ms, and the time to its pong is what a stall is. `/health` is
asked for on as many kept connections, which the kernel spreads over the gateway's loops. A third clock is a process that only echoes: what it waits is this
machine's doing and not the gateway's.

Each line on standard input ends a period and begins the next: what was measured is printed as a line of JSON. With the end of the input the watch ends.
"""

import asyncio
import json
import ssl
import subprocess
import sys
import time
import urllib.parse

import websockets

EVERY = 0.05  # seconds between two questions on one connection
PATIENCE = 60


class Watch:
    def __init__(self, url, key, sessions, connections):
        self.url, self.key, self.sessions, self.connections = url, key, sessions, connections
        self.measured, self.open = {}, {}
        self.tls = None
        if url.startswith("https"):
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    def note(self, kind, value):
        self.measured.setdefault(kind, []).append(value)

    def problem(self, text):
        self.note("problems", text)

    async def asking(self, kind, once):
        """Asks again and again. A question without an answer counts as long as it has waited when a period ends."""
        name = object()
        try:
            while True:
                asked = time.monotonic()
                self.open[name] = (kind, asked)
                await asyncio.wait_for(once(), PATIENCE)
                self.open.pop(name)
                self.note(kind, time.monotonic() - asked)
                await asyncio.sleep(max(0.0, asked + EVERY - time.monotonic()))
        finally:
            self.open.pop(name, None)

    async def live(self):
        url = self.url.replace("http", "ws", 1) + "/v1/listen?encoding=linear16&sample_rate=16000"
        headers = {"Authorization": "Token " + self.key} if self.key else {}
        try:
            async with websockets.connect(url, additional_headers=headers, proxy=None, ping_interval=None, max_size=None, ssl=self.tls,
                                          open_timeout=30) as socket:
                async def speak():
                    began, number = time.monotonic(), 0
                    while True:
                        await socket.send(bytes(3200))
                        number += 1
                        await asyncio.sleep(max(0.0, began + number * 0.1 - time.monotonic()))

                async def hear():
                    async for _ in socket:
                        pass

                async def ping():
                    await (await socket.ping())

                await first_to_end(speak(), hear(), self.asking("live", ping))
            self.problem(f"a live session was closed with {socket.close_code}")
        except (websockets.WebSocketException, OSError, TimeoutError) as error:
            self.problem(f"a live session broke: {type(error).__name__}: {error}")

    async def health(self):
        place = urllib.parse.urlsplit(self.url)
        while True:
            try:
                reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=self.tls)
            except OSError as error:
                return self.problem(f"/health: {type(error).__name__}: {error}")

            async def get(target, headers=""):
                writer.write(f"GET {target} HTTP/1.1\r\nHost: {place.netloc}\r\n{headers}\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)
                await reader.readexactly(length)

            try:
                # A connection without a key may be closed in favour of another.
                if self.key:
                    await get("/v1/models", f"Authorization: Bearer {self.key}\r\n")
                await self.asking("health", lambda: get("/health"))
            except (OSError, EOFError):
                await asyncio.sleep(0.1)
            except TimeoutError:
                return self.problem(f"/health: no answer within {PATIENCE} s")

    async def echo(self):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import os\nwhile True:\n    b = os.read(0, 64)\n    if not b: break\n    os.write(1, b)",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        async def once():
            process.stdin.write(b"x")
            await process.stdout.readexactly(1)

        await self.asking("echo", once)

    def end_period(self):
        now = time.monotonic()
        for kind, asked in self.open.values():
            if now - asked > EVERY:
                self.note(kind, now - asked)
        print(json.dumps({kind: summary(values) for kind, values in self.measured.items()}), flush=True)
        self.measured = {}

    async def run(self):
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        tasks = [asyncio.create_task(self.live()) for _ in range(self.sessions)]
        tasks += [asyncio.create_task(self.health()) for _ in range(self.connections)]
        tasks.append(asyncio.create_task(self.echo()))
        while await lines.readline():
            self.end_period()
        for task in tasks:
            task.cancel()


async def first_to_end(*parts):
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def summary(values):
    if values and isinstance(values[0], str):
        return values[:10]
    # Whoever waits does not ask: the questions that would have been asked meanwhile count as well, each with the rest of the wait.
    ordered = sorted(value - step * EVERY for value in values for step in range(int(value / EVERY) + 1))
    return {"count": len(ordered), "median": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)], "worst": ordered[-1]}


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    asyncio.run(Watch(told["url"], told.get("key"), told.get("sessions", 4), told.get("connections", 8)).run())
