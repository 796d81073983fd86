"""HAProxy and nginx with the configurations of deploy/, before three gateways on one PostgreSQL database that are made as compose.yaml makes them.

Through each of them: live sessions at every gateway, and a recording; then a gateway with open sessions is told to stop. Its sessions must go on to
their last word, each session that is opened meanwhile must find another gateway, and the gateway gets sessions again when it is back.
"""

import asyncio
import collections
import concurrent.futures
import io
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import wave

import websockets

import counting_vendor
from cluster import Postgres, Recordings
from compose_file import FOLDER
from counting_vendor import RATE
from gateway import OPENER, Server, ServerError, dies_with_us, environment

PREPARE = os.path.join(FOLDER, "helm/harken/files/prepare.sh")
FRAME = RATE // 5  # bytes of a message: 100 ms
SESSIONS = 6
WORDS = 10  # of a session, two a second
DRAIN = 15  # seconds; sessions end before


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Gateways:
    """Three gateways on one database, each with a data directory of its own that prepare.sh has prepared."""

    def __init__(self, harken, folder):
        self.harken, self.folder = harken, folder
        os.chmod(folder, 0o755)
        self.postgres = Postgres(folder)
        self.vendor = counting_vendor.CountingVendor()
        self.vendors = Recordings(folder, self.vendor.url)
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": "key", "DEEPGRAM_BASE_URL": self.vendors.url, "HARKEN_MODELS": "/nowhere",
            "HARKEN_DATABASE_URL": self.postgres.url, "HARKEN_TRUSTED_PROXIES": "127.0.0.1", "HARKEN_GATE": "off"}
        with open(folder + "/secret", "wb") as file:
            file.write(os.urandom(32))
        # As the service `harken` of compose.yaml: a directory of its own, before any gateway runs.
        made = subprocess.run([harken, "keys", "create", "--data", self.prepared("commands")], capture_output=True, text=True, timeout=60,
                              env=environment(self.settings))
        if made.returncode != 0:
            raise ServerError(f"no key can be made: {made.stderr}")
        self.key = made.stdout.strip()
        # A gateway ends with the thread that started it.
        self.thread = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        self.monitoring = {name: free_port() for name in ("one", "two", "three")}
        self.servers = {}
        for name in self.monitoring:
            self.start(name)

    def prepared(self, name):
        data = os.path.join(self.folder, name)
        subprocess.run(["/bin/sh", PREPARE], check=True, timeout=10,
                       env={**os.environ, "HARKEN_DATA": data, "SECRET_FILE": self.folder + "/secret", "SHARED_FOLDER": self.folder + "/shared"})
        return data

    def start(self, name):
        """Starts a gateway, again at its former port."""
        port = int(self.servers[name].url.rsplit(":", 1)[1]) if name in self.servers else 0
        settings = {**self.settings, "HARKEN_METRICS_LISTEN": f"127.0.0.1:{self.monitoring[name]}"}
        server = self.thread.submit(Server, self.harken, self.prepared(name), settings, drain_seconds=DRAIN, port=port).result()
        self.servers[name] = server
        server.wait_until_announced(60)
        deadline = time.monotonic() + 30
        while self.ask(name, "/ready")[0] != 200:
            if time.monotonic() > deadline:
                raise ServerError(f"the gateway {name} is not ready: {self.ask(name, '/ready')}")
            time.sleep(0.1)

    def ask(self, name, path):
        """What a gateway says at HARKEN_METRICS_LISTEN."""
        return asked(f"http://127.0.0.1:{self.monitoring[name]}{path}")

    def open_sessions(self):
        """Live sessions of each gateway; 0 where nobody answers any more."""
        found = {name: re.search(r"^harken_sessions_open (\d+)", self.ask(name, "/metrics")[1], re.MULTILINE) for name in self.servers}
        return {name: int(match[1]) if match else 0 for name, match in found.items()}

    def address(self, name):
        return self.servers[name].url.removeprefix("http://")

    def stop(self):
        for server in self.servers.values():
            server.stop()
        self.vendors.stop()
        self.vendor.stop()
        self.postgres.stop()


def asked(url, data=None, **headers):
    try:
        with OPENER.open(urllib.request.Request(url, data=data, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class Balancer:
    """A program in the foreground that balances between the gateways."""

    def __init__(self, command, folder, port):
        self.port, self._log = port, open(os.path.join(folder, "balancer.log"), "w+")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, preexec_fn=dies_with_us)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
        raise ServerError(f"{command[0]} does not listen: {self.said()[-600:]}")

    def said(self):
        self._log.flush()
        with open(self._log.name, errors="replace") as file:
            return file.read()

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def changed(file, changes):
    """A configuration of deploy/ with the addresses of this machine."""
    with open(os.path.join(FOLDER, file)) as source:
        text = source.read()
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, flags=re.MULTILINE)
        if count != 1:
            raise ServerError(f"{file} has {count} lines like {pattern}")
    return text


def haproxy(gateways, folder):
    port, path = free_port(), os.path.join(folder, "haproxy.cfg")
    text = changed("haproxy.cfg", [
        (r"bind :8080$", f"bind 127.0.0.1:{port}"), (r"check port 8081 ", "check "),
        *((rf"server {name} {name}:8080$", f"server {name} {gateways.address(name)} port {gateways.monitoring[name]}") for name in gateways.servers)])
    with open(path, "w") as file:
        file.write(text)
    return Balancer(["haproxy", "-db", "-f", path], folder, port)


def nginx(gateways, folder):
    port = free_port()
    text = changed("nginx.conf", [
        (r"listen 80;", f"listen 127.0.0.1:{port};"), (r"/var/log/nginx/harken.log", folder + "/balancer.log"),
        (r"/var/log/nginx/harken-error.log", folder + "/balancer.log"),
        *((rf"server 10\.0\.0\.{number}:8080 ", f"server {gateways.address(name)} ") for number, name in enumerate(gateways.servers, start=1))])
    with open(folder + "/harken.conf", "w") as file:
        file.write(text)
    places = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(folder + "/nginx.conf", "w") as file:
        file.write(f"daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{places}include {folder}/harken.conf;\n}}\n")
    return Balancer(["nginx", "-p", folder, "-c", folder + "/nginx.conf", "-e", "stderr"], folder, port)


async def stream(balancer, key, opened=None):
    """The words that a client of Deepgram's protocol gets for its audio, and how the connection ended."""
    audio, heard = counting_vendor.audio(WORDS), []
    url = f"ws://127.0.0.1:{balancer.port}/v1/listen?encoding=linear16&sample_rate={RATE}&keyterm=hidden"
    async with websockets.connect(url, additional_headers={"Authorization": "Token " + key}, proxy=None, open_timeout=10) as connection:
        async def read():
            async for message in connection:
                said = json.loads(message)
                if said["type"] == "Results" and said["is_final"]:
                    heard.extend(said["channel"]["alternatives"][0]["transcript"].split())
        reader, began = asyncio.create_task(read()), time.monotonic()
        if opened:
            opened.release()
        try:
            for at in range(0, len(audio), FRAME):
                await connection.send(audio[at:at + FRAME])
                await asyncio.sleep(max(0, began + (at + FRAME) / (2 * RATE) - time.monotonic()))
            await connection.send('{"type": "CloseStream"}')
        except websockets.ConnectionClosed:
            pass
        await asyncio.wait([reader], timeout=20)
        if reader.done() and reader.exception():
            raise reader.exception()
    return heard, connection.close_code


def judged(what, results):
    """What is wrong with sessions that should have all words and an end in order."""
    for result in results:
        if isinstance(result, BaseException):
            yield f"{what}: {type(result).__name__}: {result}"
        elif result != (counting_vendor.words(WORDS), 1000):
            yield f"{what}: closed with {result[1]}, and got {len(result[0])} of {WORDS} words: {' '.join(result[0])}"


def recording(count):
    """That many words as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(counting_vendor.audio(count))
    return made.getvalue()


async def play(name, balancer, gateways):
    url, key = f"http://127.0.0.1:{balancer.port}", gateways.key
    # HAProxy asks all gateways within a second whether they are ready.
    await asyncio.sleep(1.5)
    for path in ("/ready", "/metrics"):
        status, _ = asked(url + path)
        if status not in (401, 404):
            yield f"{name} shows {path} to its clients: {status}"
    # 1.3 MB: more than nginx accepts by itself.
    status, body = await asyncio.to_thread(asked, url + "/v1/listen", recording(80), Authorization="Token " + key, **{"Content-Type": "audio/wav"})
    if status != 200 or json.loads(body)["results"]["channels"][0]["alternatives"][0]["transcript"].split() != counting_vendor.words(80):
        yield f"{name}: a recording is answered with {status} {body[:200]}"

    opened = asyncio.Semaphore(0)
    first = [asyncio.create_task(stream(balancer, key, opened)) for _ in range(SESSIONS)]
    for _ in first:
        await asyncio.wait_for(opened.acquire(), 10)
    await asyncio.sleep(0.5)
    spread = gateways.open_sessions()
    if min(spread.values()) == 0 or sum(spread.values()) != SESSIONS:
        yield f"{name} gives the gateways {spread} sessions"

    # The gateway drains. Sessions that come before the balancer knows find another one.
    gateways.servers["two"].signal(signal.SIGTERM)
    await asyncio.sleep(0.1)
    late, answers = [asyncio.create_task(stream(balancer, key)) for _ in range(SESSIONS)], collections.Counter()
    for _ in range(4):
        await asyncio.sleep(0.4)
        late.append(asyncio.create_task(stream(balancer, key)))
        answers[(await asyncio.to_thread(asked, url + "/health"))[0]] += 1
    if gateways.ask("two", "/ready")[0] != 503:
        yield f"a gateway that drains says that it is ready: {gateways.ask('two', '/ready')}"
    drained = gateways.open_sessions()
    if drained["two"] != spread["two"]:
        yield f"{name}: a gateway that drains had {spread['two']} sessions, and has {drained['two']}"
    for problem in judged(f"{name}: a session that was open when its gateway began to drain", await asyncio.gather(*first, return_exceptions=True)):
        yield problem
    deadline = time.monotonic() + 30
    while gateways.servers["two"].status is None and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    if gateways.servers["two"].status != 0:
        yield f"a gateway that drained ended with {gateways.servers['two'].status}"
    # Nobody is at its address any more.
    late += [asyncio.create_task(stream(balancer, key)) for _ in range(3)]
    for problem in judged(f"{name}: a session that was opened while a gateway drained, or after", await asyncio.gather(*late, return_exceptions=True)):
        yield problem
    if set(answers) != {200}:
        yield f"{name}: requests meanwhile were answered with {dict(answers)}"

    await asyncio.to_thread(gateways.start, "two")
    # HAProxy asks each second; nginx leaves a gateway alone for two.
    await asyncio.sleep(2.5)
    again = [asyncio.create_task(stream(balancer, key)) for _ in range(SESSIONS)]
    await asyncio.sleep(2)
    spread = gateways.open_sessions()
    if spread["two"] == 0:
        yield f"{name} gives a gateway that is back no session: {spread}"
    for problem in judged(f"{name}: a session after the gateway was back", await asyncio.gather(*again, return_exceptions=True)):
        yield problem
    if "hidden" in balancer.said() or "/v1/listen" not in balancer.said():
        yield f"{name} logs queries, or nothing: {balancer.said()[-300:]}"


async def collected(name, balancer, gateways):
    return [problem async for problem in play(name, balancer, gateways)]


def judge(harken, folder):
    gateways = Gateways(harken, folder)
    try:
        for name, start in (("haproxy", haproxy), ("nginx", nginx)):
            place = os.path.join(folder, name)
            os.mkdir(place, 0o755)
            balancer = start(gateways, place)
            try:
                problems = asyncio.run(collected(name, balancer, gateways))
            finally:
                balancer.stop()
            if problems:
                yield from problems
                yield f"{name} said last: {balancer_log(place)}"
    finally:
        gateways.stop()


def balancer_log(place):
    with open(os.path.join(place, "balancer.log"), errors="replace") as file:
        return " | ".join(file.read().splitlines()[-6:])
