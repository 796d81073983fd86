"""Runs several `harken serve` on one PostgreSQL database behind HAProxy or nginx, ends them in every way while sessions stream, and judges each session.

A vendor of this driver's hears numbers (counting_vendor.py), so audio that is lost, doubled or moved gives words that are lost, doubled or moved. The clients
speak `/v4/listen` with `ack=true`: they keep audio until it is acknowledged, and come back when their connection breaks, by whichever gateway the
balancer gives them. What it asks:

- each client has each word of its audio once, in order, and so has the conversation in the database;
- a client goes on with the same conversation when its gateway is killed, and when its gateway is stopped in order;
- captions go on within seconds after a kill;
- a job whose gateway is killed is done once, by another one, within half a minute;
- a key that is revoked at one gateway is refused by all of them within a second, and a gateway with another secret does not start.
"""

import argparse
import array
import asyncio
import concurrent.futures
import http.server
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import wave

import websockets

import counting_vendor
import figures
from counting_vendor import RATE, CountingVendor
from gateway import OPENER, Server, ServerError, dies_with_us

KEY = "the-vendor's-key"
FRAME = RATE // 5  # bytes of a message: 100 ms
USERS = 10  # whose clients these are
MOST_BREAKS = 400  # a gateway that turns its clients away for a minute
SILENCE = 4  # seconds without a message after which a client looks for another gateway


class Postgres:
    """A server of its own in a folder, at `url`. It listens at a socket in the folder only, unless `options` say more."""

    def __init__(self, folder, port=5432):
        self.port, self.options = port, ["-c", "listen_addresses="]
        root = "/usr/lib/postgresql"
        self.programs = f"{root}/{max(int(name) for name in os.listdir(root))}/bin"
        self.folder = tempfile.mkdtemp(prefix="pg-", dir=folder)
        self.user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "nobody", "nogroup")
            for parent in (folder, os.path.dirname(folder)):
                os.chmod(parent, os.stat(parent).st_mode | 0o111)
        self.run("initdb", "-D", self.folder + "/data", "-U", "harken", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.process = None
        self.start()
        self.url = f"postgres://harken@/postgres?host={self.folder}"

    def run(self, program, *arguments, timeout=60):
        done = subprocess.run([*self.user, f"{self.programs}/{program}", *arguments], capture_output=True, text=True, cwd=self.folder, timeout=timeout)
        if done.returncode != 0:
            raise ServerError(f"{program}: {done.stderr[-500:]}")
        return done.stdout

    def start(self):
        self.process = subprocess.Popen(
            [*self.user, f"{self.programs}/postgres", "-D", self.folder + "/data", "-k", self.folder, "-p", str(self.port), *self.options,
             "-c", "max_connections=200", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, preexec_fn=dies_with_us)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                return self.ask("SELECT 1")
            except ServerError:
                time.sleep(0.1)
        raise ServerError("PostgreSQL does not start")

    def ask(self, sql):
        """The rows of a query, each as a list of texts."""
        out = self.run("psql", "-X", "-q", "-A", "-t", "-F", "\t", "-h", self.folder, "-p", str(self.port), "-U", "harken", "-d", "postgres", "-c", sql)
        return [line.split("\t") for line in out.splitlines()]

    def schema(self, name):
        """Makes a schema, and returns the settings of a gateway whose tables are there."""
        self.ask(f"CREATE SCHEMA {name}")
        return {"HARKEN_DATABASE_URL": f"{self.url}&options=-csearch_path%3D{name}"}

    def vacuum(self):
        """Does at once what autovacuum would do within the next minutes, after tables were filled."""
        self.run("vacuumdb", "-h", self.folder, "-p", str(self.port), "-U", "harken", "-d", "postgres", "--analyze", "--quiet", timeout=600)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)


def heard(data):
    """The words of a WAV file."""
    with wave.open(io.BytesIO(data)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    found = []
    for level, start, end in counting_vendor.runs(samples):
        if end - start >= counting_vendor.WORD and (word := counting_vendor.number(level)):
            name = f"w{word}"
            found.append({"word": name, "punctuated_word": name, "start": start / RATE, "end": end / RATE, "confidence": 1.0})
    return found


class Recordings:
    """The vendor of recordings, which hears numbers as well: it answers when `answers` is set.

    `url` is the address of both vendors: WebSockets go to `streams`.
    """

    def __init__(self, folder, streams):
        self.asked, self.answers, self.count = threading.Event(), threading.Event(), 0
        self.answers.set()
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                data = b""
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        data += self.rfile.read(size + 2)[:-2]
                    self.rfile.readline()
                else:
                    data = self.rfile.read(int(self.headers["Content-Length"]))
                vendor.count += 1
                vendor.asked.set()
                vendor.answers.wait(60)
                words = heard(data)
                body = json.dumps({
                    "metadata": {"request_id": "1", "duration": len(data) / (2 * RATE), "channels": 1, "models": ["1"], "model_info": {}},
                    "results": {"channels": [{"alternatives": [{"transcript": " ".join(word["word"] for word in words), "confidence": 1.0, "words": words}]}]}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # A gateway that is killed breaks its request off.
        self._server.handle_error = lambda *_: None
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        # Both vendors have one address: HAProxy is faster than this process, which has the clients.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._folder = tempfile.mkdtemp(prefix="vendors-", dir=folder)
        with open(self._folder + "/haproxy.cfg", "w") as file:
            file.write(f"""
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend vendors
  bind 127.0.0.1:{port}
  use_backend recordings if METH_POST
  default_backend streams
backend recordings
  server one 127.0.0.1:{self._server.server_port}
backend streams
  server one {streams.removeprefix("http://")}
""")
        self._process = subprocess.Popen(
            ["haproxy", "-db", "-q", "-f", self._folder + "/haproxy.cfg"], preexec_fn=dies_with_us, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self._process.kill()
        self._process.wait()


class HAProxy:
    """HAProxy, which gives each connection to the gateway with the fewest that says that it is ready."""

    def __init__(self, folder):
        self.folder = tempfile.mkdtemp(prefix="haproxy-", dir=folder)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}"
        self.process = None

    def use(self, servers):
        """Balances between these gateways from now on; open connections go on."""
        lines = "".join(f"  server g{number} {server.url.removeprefix('http://')} check\n" for number, server in enumerate(servers))
        with open(self.folder + "/haproxy.cfg", "w") as file:
            file.write(f"""
global
  maxconn 8192
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  timeout check 1s
  option redispatch
  retries 3
frontend all
  bind 127.0.0.1:{self.port}
  default_backend harken
backend harken
  balance leastconn
  option httpchk GET /ready
  default-server inter 500ms fastinter 200ms fall 2 rise 1
{lines}""")
        if self.process is None:
            self.process = subprocess.Popen(
                ["haproxy", "-W", "-q", "-f", self.folder + "/haproxy.cfg"], preexec_fn=dies_with_us,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
        else:
            self.process.send_signal(signal.SIGUSR2)
            time.sleep(1)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)


class Way:
    """A way to a server, which may be closed: HAProxy passes the connections to `port` on."""

    def __init__(self, folder, server):
        self.folder = tempfile.mkdtemp(prefix="way-", dir=folder)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        with open(self.folder + "/haproxy.cfg", "w") as file:
            file.write(f"""
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
listen all
  bind 127.0.0.1:{self.port}
  server one {server}
""")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["haproxy", "-db", "-q", "-f", self.folder + "/haproxy.cfg"], preexec_fn=dies_with_us, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Objects:
    """An object storage, moto's, that can be cut off; `settings` are a gateway's."""

    def __init__(self, folder, python):
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [python, os.path.join(here, "../Tests/Judges/object_server.py"), str(os.getpid())], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            text=True, preexec_fn=dies_with_us)
        port, name, secret = self.process.stderr.readline().split()
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.way = Way(folder, f"127.0.0.1:{port}")
        self.settings = {
            "HARKEN_BLOBS": f"s3://harken/cluster?endpoint=http://127.0.0.1:{self.way.port}&region=us-east-1",
            "AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": secret}

    def stop(self):
        self.way.stop()
        self.process.kill()


class Nginx:
    """nginx, which gives each connection to the next gateway that can be reached."""

    def __init__(self, folder):
        self.folder = tempfile.mkdtemp(prefix="nginx-", dir=folder)
        os.chmod(self.folder, 0o755)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}"
        self.process = None

    def use(self, servers):
        """Balances between these gateways from now on; open connections go on."""
        upstream = "".join(f"    server {server.url.removeprefix('http://')} max_fails=1 fail_timeout=2s;\n" for server in servers)
        with open(self.folder + "/nginx.conf", "w") as file:
            file.write(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  upstream harken {{
{upstream}  }}
  server {{
    listen 127.0.0.1:{self.port};
    location / {{
      proxy_pass http://harken; proxy_http_version 1.1; proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
      proxy_read_timeout 300s; proxy_send_timeout 300s; proxy_connect_timeout 1s;
      proxy_next_upstream error timeout http_503; proxy_buffering off;
    }}
  }}
}}
""")
        if self.process is None:
            self.process = subprocess.Popen(
                ["nginx", "-p", self.folder, "-c", self.folder + "/nginx.conf", "-e", self.folder + "/error.log"], preexec_fn=dies_with_us)
            time.sleep(0.5)
        else:
            self.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)


class Client:
    """A client of `/v4/listen` that keeps its audio until it is acknowledged, and comes back when its connection breaks."""

    def __init__(self, number, url, key, audio):
        self.number, self.url, self.key, self.audio = number, url, key, audio
        self.session, self.conversation, self.acknowledged, self.base = None, None, 0, 0
        self.seen, self.segments, self.problem, self.breaks = 0, {}, None, 0
        self.newest, self.conversations, self.takeovers, self.endings = None, [], [], []
        self.pauses = []  # when each silence of captions ended, and how long it was

    async def run(self):
        self.began = time.monotonic()
        start = 0
        while True:
            query = f"codec=pcm16&sample_rate={RATE}&ack=true&device_id=d{self.number}&source=omi&vad_gate=disabled"
            if self.session:
                query += f"&session_id={self.session}&resume_from={start}&seen={self.seen}"
            try:
                async with websockets.connect(
                        f"{self.url}/v4/listen?{query}", additional_headers={"Authorization": "Bearer " + self.key}, max_size=None, proxy=None,
                        open_timeout=3, ping_interval=None, close_timeout=1) as socket:
                    outcome, start = await self.stream(socket, start)
            except (OSError, asyncio.TimeoutError, websockets.InvalidHandshake, websockets.ConnectionClosed) as error:
                outcome = "broken"
                self.endings.append(f"{time.monotonic() - self.began:.1f} s: {type(error).__name__} {error}")
                if time.monotonic() - self.began > len(self.audio) / (2 * RATE) + 60:
                    self.problem = f"gave up: {type(error).__name__} {error}"
                    return
                await asyncio.sleep(0.1)
            except Exception as error:  # whatever else ends a session is a finding
                self.problem = f"{type(error).__name__}: {error}"
                return
            if outcome == "done":
                return
            if outcome == "broken":
                self.breaks += 1
                start = self.acknowledged
                if self.breaks > MOST_BREAKS:
                    self.problem = f"gave up after {self.breaks} broken connections"
                    return
            elif outcome == "expired":
                self.problem = "session_expired"
                return

    async def stream(self, socket, start):
        """Returns how the connection ended, and where the audio goes on."""
        # Where the server's samples begin in this client's audio: a session that the server asked for anew begins at its first sample.
        fresh = self.session is None
        offset = start if fresh else 0
        if fresh:
            self.base = start
        self.ended, self.next, self.heard = None, None, time.monotonic()
        reader = asyncio.create_task(self.read(socket))
        try:
            at = self.base + start if not fresh else start
            while 2 * at < len(self.audio) and not reader.done():
                piece = self.audio[2 * at:2 * at + FRAME]
                await socket.send(piece)
                at += len(piece) // 2
                if time.monotonic() > self.heard + SILENCE:
                    socket.transport.abort()  # a gateway that lives acknowledges audio every second
                    break
                await asyncio.sleep(max(0, self.began + at / RATE - time.monotonic()))
            if not reader.done() and 2 * at >= len(self.audio):
                await socket.send('{"type": "finish"}')
                await asyncio.wait([reader], timeout=40)
            await reader
        except websockets.ConnectionClosed:
            pass
        finally:
            reader.cancel()
        if self.ended == "reconnect":
            self.session, self.seen = None, 0
            return "again", self.base + self.next
        if self.ended == "expired":
            return "expired", 0
        if socket.close_code == 1000:
            return "done", 0
        self.endings.append(f"{time.monotonic() - self.began:.1f} s: {socket.close_code} {socket.close_reason}")
        return "broken", 0

    async def read(self, socket):
        try:
            async for message in socket:
                self.heard = time.monotonic()
                if message == "ping":
                    continue
                said = json.loads(message)
                if isinstance(said, list):
                    self.seen += 1
                    self.show(said)
                    continue
                kind = said["type"]
                if kind == "session_started":
                    self.session, self.acknowledged = said["session_id"], 0
                elif kind == "session_resumed":
                    self.takeovers.append(said["samples"])
                elif kind == "audio_ack":
                    self.acknowledged = max(self.acknowledged, said["samples"])
                elif kind == "session_expired":
                    self.ended = "expired"
                elif kind == "reconnect":
                    self.ended, self.next = "reconnect", said["samples"]
                else:
                    self.seen += 1
                    if kind == "service_status" and said.get("status") == "stt_degraded":
                        self.endings.append(f"{time.monotonic() - self.began:.1f} s: {said.get('status_text')}")
                    if kind == "conversation_session" or "conversation_id" in said:
                        self.conversation = said.get("conversation_id", self.conversation)
                    if kind == "segments_deleted":
                        for segment in said.get("segment_ids", []):
                            self.segments.pop(segment, None)
        except websockets.ConnectionClosed:
            pass

    def show(self, segments):
        now = time.monotonic()
        for segment in segments:
            if self.segments.get(segment["id"], {}).get("text") != segment["text"]:
                if self.newest:
                    self.pauses.append((now, now - self.newest))
                self.newest = now
            self.segments[segment["id"]] = segment

    def words(self):
        return " ".join(segment["text"] for segment in sorted(self.segments.values(), key=lambda segment: segment["start"])).split()


BALANCERS = {"haproxy": HAProxy, "nginx": Nginx}


def stored_words(postgres):
    """The words of each conversation, in order, by the device."""
    found = {}
    for device, text in postgres.ask(
            "SELECT c.device, s.text FROM conversations c JOIN segments s ON s.conversation = c.number ORDER BY c.started_at + s.start_at / 1000000, s.number"):
        found.setdefault(device, []).extend(text.split())
    return found


def compared(heard, truth):
    """Words that are lost and words that are doubled or wrong."""
    lost = len(set(truth) - set(heard))
    return lost, len(heard) - len(truth) + lost


def at(values, part):
    """The value below which this part of the sorted values is."""
    return values[min(len(values) - 1, int(part * len(values)))]


def difference(heard, truth):
    """The words that are missing, as ranges, and the ones that are there twice."""
    there, missing = set(heard), []
    for place, word in enumerate(truth):
        if word in there:
            continue
        if missing and missing[-1][1] == place - 1:
            missing[-1][1] = place
        else:
            missing.append([place, place])
    lost = ", ".join(f"{truth[first]}–{truth[last]}" for first, last in missing)
    return f"lost {lost or 'nothing'}; doubled {sorted({word for word in heard if heard.count(word) > 1})[:20]}"


class Cluster:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.vendor, self.postgres, self.balancer = CountingVendor(), Postgres(folder), BALANCERS[args.balancer](folder)
        self.recordings = Recordings(folder, self.vendor.url)
        self.objects = Objects(folder, args.objects) if "objects" in args.faults.split(",") else None
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": self.recordings.url,
            "HARKEN_MODELS": "/nowhere",
            "HARKEN_MAX_SESSIONS_PER_USER": "1000", "HARKEN_MAX_CONNECTIONS_PER_ADDRESS": "4096", "HARKEN_DATABASE_URL": self.postgres.url,
            "HARKEN_GATE": "off", "HARKEN_LOG": "info", "HARKEN_AUDIO_DAYS": str(args.audio_days)}
        if self.objects:
            self.settings.update(self.objects.settings)
        self.servers, self.all, self.phases, self.ways, self.disks, self.measured = {}, [], [], {}, [], []
        # A gateway ends with the thread that started it.
        self.thread = concurrent.futures.ThreadPoolExecutor(max_workers=1)

    def start(self, number):
        data = os.path.join(self.folder, f"data{number}")
        if not os.path.exists(data):
            os.mkdir(data, 0o700)
            if "disk" in self.args.faults.split(","):
                # A disk of the gateway's own, which only this process and its children see.
                done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=768m,mode=700", "tmpfs", data], capture_output=True, text=True)
                self.disks.append(data)
                if done.returncode != 0:
                    raise ServerError(f"a disk that can be full cannot be made: {done.stderr.strip()}; unshare -rm may allow it")
            for shared in ("uploads", "results"):
                os.makedirs(os.path.join(self.folder, shared), 0o700, exist_ok=True)
                os.symlink(os.path.join(self.folder, shared), os.path.join(data, shared))
            if number > 0:
                shutil.copy(os.path.join(self.folder, "data0", "secret"), data)
        settings = self.settings
        if "partition" in self.args.faults.split(","):
            if number not in self.ways:
                self.ways[number] = Way(self.folder, f"unix@{self.postgres.folder}/.s.PGSQL.5432")
            settings = {**settings, "HARKEN_DATABASE_URL": f"postgres://harken@127.0.0.1:{self.ways[number].port}/postgres"}
        server = Server(self.args.harken, data, settings, drain_seconds=self.args.drain)
        self.servers[number] = server
        self.all.append(server)
        server.wait_until_ready(60)
        return server

    async def start_again(self, number):
        await asyncio.get_running_loop().run_in_executor(self.thread, self.start, number)

    def make_key(self, *options):
        """A new key, of a user of its own, that was made with the first gateway's data directory."""
        first = self.servers[0]
        made = subprocess.run(
            [first.harken, "keys", "create", "--json", *options, "--data", first.data], capture_output=True, text=True, env=first.environment, timeout=60)
        if made.returncode != 0:
            raise ServerError(f"no key can be made: {made.stderr}")
        return json.loads(made.stdout)

    def balance(self):
        self.balancer.use([server for server in self.servers.values() if server.status is None])

    def stop(self):
        for server in self.all:
            server.stop()
        self.balancer.stop()
        for way in (*self.ways.values(), *([self.objects] if self.objects else [])):
            way.stop()
        for disk in self.disks:
            subprocess.run(["umount", "--lazy", disk], capture_output=True)
        self.postgres.stop()
        self.recordings.stop()
        self.vendor.stop()


def with_children(pid):
    """The process and its children, each with the fields of its `stat` from the state on."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if name == str(pid) or fields[1] == str(pid):
            yield int(name), fields


def processor_seconds(pid):
    """The processor time of a process and of its children, also of those that have ended."""
    ticks = 0
    for one, fields in with_children(pid):
        ticks += int(fields[11]) + int(fields[12])
        if one == pid:
            ticks += int(fields[13]) + int(fields[14])
    return ticks / os.sysconf("SC_CLK_TCK")


def folder_bytes(path):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(path) for name in names)


async def measured(cluster, sessions):
    """What the sessions cost, over some seconds without a fault."""
    seconds = 20
    live = [server for server in cluster.servers.values() if server.status is None]

    def now():
        journals = sum(folder_bytes(os.path.join(server.data, "journal")) for server in live)
        return sum(processor_seconds(server.pid) for server in live), processor_seconds(cluster.postgres.process.pid), journals
    before = now()
    await asyncio.sleep(seconds)
    gateways, database, journals = (after - earlier for after, earlier in zip(now(), before))
    return (f"{sessions} sessions at {len(live)} gateways, audio kept for {cluster.args.audio_days} days: a session needs {100 * gateways / seconds / sessions:.2f} % "
            f"of a core at its gateway, and {100 * database / seconds / sessions:.3f} % at the database; its journal grows by "
            f"{journals / seconds / sessions * 3600 / 1e6:.0f} MB an hour")


def fill(path):
    """Fills the disk with a file."""
    try:
        with open(path, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError:
        pass


async def stop_in_order(cluster, number, problems):
    """Takes a gateway out of the balancer, and stops it."""
    server = cluster.servers[number]
    cluster.balancer.use([other for other in cluster.servers.values() if other is not server and other.status is None])
    status = await asyncio.to_thread(server.terminate, 60)
    if status != 0:
        problems.append(f"a gateway that was stopped in order ended with {status}")


async def play(cluster, clients, problems):
    running = [asyncio.create_task(client.run()) for client in clients]
    await asyncio.sleep(4)
    for fault in cluster.args.faults.split(","):
        before = max(cluster.servers)
        cluster.phases.append((fault, time.monotonic()))
        if fault == "kill":
            await asyncio.to_thread(cluster.servers[before].kill)
            # The balancer notices by itself.
        elif fault == "pause":
            # The newest gateway may have no sessions yet.
            first = cluster.servers[min(cluster.servers)]
            first.signal(signal.SIGSTOP)
            await asyncio.sleep(20)
            first.signal(signal.SIGCONT)
        elif fault == "database":
            cluster.postgres.stop()
            await asyncio.sleep(3)
            await asyncio.get_running_loop().run_in_executor(cluster.thread, cluster.postgres.start)
        elif fault == "away":
            cluster.postgres.stop()
            await asyncio.sleep(60)
            if any(task.done() for task in running):
                problems.append("a session ended while the database was away")
            await asyncio.get_running_loop().run_in_executor(cluster.thread, cluster.postgres.start)
        elif fault == "roll":
            # One after the other is stopped in order, and started again.
            for number in sorted(cluster.servers):
                await stop_in_order(cluster, number, problems)
                await cluster.start_again(number)
                cluster.balance()
        elif fault == "partition":
            # One gateway's packets to the database go nowhere, and come through in the end.
            cluster.ways[min(cluster.servers)].signal(signal.SIGSTOP)
            await asyncio.sleep(20)
            cluster.ways[min(cluster.servers)].signal(signal.SIGCONT)
        elif fault == "disk":
            # No byte more can be written to one gateway's data directory.
            disk = os.path.join(cluster.servers[min(cluster.servers)].data, "full")
            await asyncio.to_thread(fill, disk)
            await asyncio.sleep(15)
            os.remove(disk)
        elif fault == "objects":
            # What a gateway has when it stops finds no object storage.
            await asyncio.to_thread(cluster.objects.way.stop)
            await stop_in_order(cluster, min(cluster.servers), problems)
            await asyncio.sleep(5)
            await cluster.start_again(min(cluster.servers))
            cluster.balance()
            await asyncio.sleep(5)
            await asyncio.get_running_loop().run_in_executor(cluster.thread, cluster.objects.way.start)
        elif fault == "in":
            # All gateways but one are stopped in order, one after the other.
            stopped = sorted(cluster.servers)[:-1]
            for number in stopped:
                await stop_in_order(cluster, number, problems)
            await asyncio.sleep(3)
            for number in stopped:
                await cluster.start_again(number)
            cluster.balance()
        elif fault == "measure":
            cluster.measured.append(await measured(cluster, len(clients)))
        elif fault != "none":
            raise ServerError(f"there is no fault named {fault}")
        await asyncio.sleep(3)
        if fault == "kill":
            # The same machine comes back: it must leave alone what went on elsewhere.
            await cluster.start_again(before)
            cluster.balance()
            await asyncio.sleep(2)
    done, waiting = await asyncio.wait(running, timeout=len(clients[0].audio) / (2 * RATE) + 60)
    for task in waiting:
        task.cancel()
        problems.append("a client did not come to its end")


def judge(cluster, clients, truth, problems, report):
    lost = doubled = 0
    for client in clients:
        if client.problem:
            problems.append(f"client {client.number}: {client.problem}")
        heard = client.words()
        if heard != truth:
            missing, more = compared(heard, truth)
            lost, doubled = lost + missing, doubled + more
            problems.append(f"client {client.number} ({client.breaks} breaks, {client.takeovers}, {client.endings[-8:]}): {difference(heard, truth)}")
    stored = stored_words(cluster.postgres)
    stored_lost = stored_doubled = 0
    for client in clients:
        heard = stored.get(f"d{client.number}", [])
        if heard != truth:
            missing, more = compared(heard, truth)
            stored_lost, stored_doubled = stored_lost + missing, stored_doubled + more
            problems.append(f"database, client {client.number} ({client.breaks} breaks): {difference(heard, truth)}")
    report.append(
        f"{len(clients)} sessions, {sum(client.breaks for client in clients)} connections broken, {len(clients) * len(truth)} words expected: clients lost "
        f"{lost} and have {doubled} doubled; the database lost {stored_lost} and has {stored_doubled} doubled")
    for number, (fault, began) in enumerate(cluster.phases):
        end = cluster.phases[number + 1][1] if number + 1 < len(cluster.phases) else float("inf")
        silences = sorted(max((length for at, length in client.pauses if began <= at < end), default=0) for client in clients)
        if fault == "measure":
            report.extend(cluster.measured)
        report.append(f"{fault}: longest silence between captions: median {at(silences, 0.5):.1f} s, p99 {at(silences, 0.99):.1f} s, most {silences[-1]:.1f} s")
    # A session is over when its audio is encoded.
    deadline = time.monotonic() + 30
    while (open_rows := cluster.postgres.ask("SELECT count(*) FROM live_sessions")[0][0]) != "0" and time.monotonic() < deadline:
        time.sleep(0.2)
    if open_rows != "0":
        problems.append(f"{open_rows} sessions are still in the register of live sessions")


def keys(cluster, problems, report):
    """A key of one gateway is known to all, and refused by all soon after one of them has revoked it."""
    first = cluster.servers[0]
    key = cluster.make_key()
    live = [server for server in cluster.servers.values() if server.status is None]
    for server in live:
        if server.get("/api/v1/users/me/settings", key["key"])[0] != 200:
            problems.append("a new key is not known to every gateway")
    subprocess.run([first.harken, "keys", "revoke", key["id"], "--data", first.data], env=first.environment, capture_output=True, timeout=60)
    began = time.monotonic()
    while any(server.get("/api/v1/users/me/settings", key["key"])[0] != 401 for server in live):
        if time.monotonic() > began + 60:
            return problems.append("a revoked key is not refused by all gateways after 60 s")
        time.sleep(0.02)
    took = time.monotonic() - began
    problems += figures.within("a revoked key is refused by all gateways", took, 1)
    report.append(f"a revoked key was refused by {len(live)} gateways after {took:.2f} s")


def tokens(cluster, key, problems):
    """A temporary token of one gateway opens a session at another one."""
    live = [server for server in cluster.servers.values() if server.status is None]
    status, body = live[0].get("/v3/token?expires_in_seconds=60", key)
    if status != 200:
        return problems.append(f"a temporary token was refused with {status}")
    token = json.loads(body)["token"]

    async def open_session():
        url = live[-1].url.replace("http", "ws", 1) + "/v3/ws?sample_rate=16000&encoding=pcm_s16le&token=" + token
        async with websockets.connect(url, proxy=None, open_timeout=20) as socket:
            return json.loads(await socket.recv()).get("type")
    try:
        said = asyncio.run(open_session())
    except (OSError, websockets.WebSocketException) as error:
        said = str(error)
    if said != "Begin":
        problems.append(f"a token of another gateway got {said}")


CREDIT = 12  # seconds of audio


def credit(cluster, problems, report):
    """Sessions of one key at all gateways together get no more audio than the key's credit, but for a second each."""
    key = cluster.make_key("--credits", str(CREDIT))["key"]
    live = [server for server in cluster.servers.values() if server.status is None]
    pieces = counting_vendor.audio(2 * CREDIT)

    async def stream(server):
        url = server.url.replace("http", "ws", 1) + f"/v1/listen?encoding=linear16&sample_rate={RATE}"
        words, began = [], time.monotonic()
        async with websockets.connect(url, additional_headers={"Authorization": "Token " + key}, proxy=None, open_timeout=20) as socket:
            async def read():
                try:
                    async for message in socket:
                        said = json.loads(message)
                        if said["type"] == "Results" and said["is_final"]:
                            words.extend(said["channel"]["alternatives"][0]["transcript"].split())
                except websockets.ConnectionClosed:
                    pass  # the credit is used up
            reader = asyncio.create_task(read())
            try:
                for at in range(0, len(pieces), FRAME):
                    await socket.send(pieces[at:at + FRAME])
                    await asyncio.sleep(max(0, began + (at + FRAME) / (2 * RATE) - time.monotonic()))
            except websockets.ConnectionClosed:
                pass
            await asyncio.wait([reader], timeout=10)
        return len(words) / 2

    async def together():
        return await asyncio.gather(*(stream(server) for server in live))

    heard = asyncio.run(together())
    used = float(cluster.postgres.ask("SELECT max(credit_used) / 1e6 FROM access_keys WHERE credit_seconds IS NOT NULL")[0][0])
    if sum(heard) > CREDIT + 1.5 * len(live) or sum(heard) < CREDIT - 2 or used != CREDIT:
        problems.append(f"sessions of a key with {CREDIT} s at {len(live)} gateways got {heard} s; {used} s are booked")
    report.append(f"a key with {CREDIT} s of credit got {sum(heard):.1f} s at {len(live)} gateways")


def job(cluster, key, problems, report):
    """A job whose gateway is killed is done once, by another gateway."""
    live = [server for server in cluster.servers.values() if server.status is None]
    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(counting_vendor.audio(4))

    def post(path, data, kind):
        request = urllib.request.Request(live[0].url + path, data=data, headers={"Authorization": key, "Content-Type": kind})
        with OPENER.open(request, timeout=30) as answer:
            return json.load(answer)

    cluster.recordings.asked.clear()
    cluster.recordings.answers.clear()
    before = cluster.recordings.count
    upload = post("/v2/upload", recording.getvalue(), "application/octet-stream")["upload_url"]
    name = post("/v2/transcript", json.dumps({"audio_url": upload}).encode(), "application/json")["id"]
    if not cluster.recordings.asked.wait(20):
        problems.append("a job was not begun")
    # Any gateway may have begun it.
    place = cluster.postgres.ask("SELECT split_part(owner, '/', 1) FROM jobs WHERE status = 'processing'")[0][0]
    doomed = [server for server in live if open(server.data + "/replica").read() == place][0]
    rest = [server for server in live if server is not doomed]
    doomed.kill()
    began = time.monotonic()
    cluster.recordings.answers.set()
    status = None
    while status not in ("completed", "error") and time.monotonic() < began + 60:
        time.sleep(0.1)
        status = json.loads(rest[0].get("/v2/transcript/" + name, key)[1])["status"]
    took = time.monotonic() - began
    if status != "completed" or took > 30:
        problems.append(f"the job of a killed gateway is {status} after {took:.1f} s")
    report.append(f"the job of a killed gateway was done by another one after {took:.1f} s, with {cluster.recordings.count - before} requests to the vendor")
    if cluster.recordings.count - before != 2:
        problems.append(f"the vendor was asked {cluster.recordings.count - before} times for a job")


def kept_audio(cluster, clients, problems, report):
    """The kept audio of each conversation can be read at every gateway."""
    live = [server for server in cluster.servers.values() if server.status is None]
    rows = cluster.postgres.ask(
        "SELECT c.device, min(c.id), sum(a.duration) / 1e9 FROM conversations c JOIN conversation_audio a ON a.conversation = c.number GROUP BY c.device")
    found = {device: (name, float(seconds)) for device, name, seconds in rows}
    short = []
    for client in clients:
        name, seconds = found.get(f"d{client.number}", (None, 0))
        if seconds < len(client.audio) / (2 * RATE) - 1:
            short.append(seconds)
        for server in live if name else []:
            status, body = server.get(f"/api/v1/conversations/{name}/audio", client.key)
            if status != 200 or not body.startswith(b"OggS"):
                problems.append(f"the audio of client {client.number} is answered with {status}")
    if short:
        problems.append(f"{len(short)} conversations of {len(clients[0].audio) / (2 * RATE):.1f} s have less audio: {short}")
    report.append(f"the audio of {len(found)} conversations is there at {len(live)} gateways")


def other_secret(cluster, problems):
    server = Server(cluster.args.harken, os.path.join(cluster.folder, "stranger"), cluster.settings)
    try:
        server.wait_until_announced(30)
        problems.append("a gateway with another secret has started")
    except ServerError as error:
        if "secret" not in str(error):
            problems.append(f"a gateway without the secret says: {error}")
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(prog="scripts/play cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".build/release/harken"))
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--balancer", choices=BALANCERS, default="haproxy")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--words", type=int, default=60, help="words of a session, two a second")
    parser.add_argument("--audio-days", type=int, default=30, help="days that audio is kept; 0: none, which saves three quarters of the processor's time")
    parser.add_argument("--drain", type=float, default=2, help="drain time of a gateway that is stopped, in seconds")
    parser.add_argument("--faults", default="kill,roll", help="kill, pause, database, away, partition, disk, objects, roll, in, measure and none, in order, with commas")
    parser.add_argument("--objects", metavar="PYTHON", help="a Python with moto's server, for the fault objects")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    problems, report, cluster = [], [], None
    with tempfile.TemporaryDirectory(prefix="harken-cluster-") as folder:
        try:
            cluster = Cluster(args, folder)
            cluster.start(0)
            users = [cluster.make_key()["key"] for _ in range(min(USERS, args.sessions))]
            key = users[0]
            for number in range(1, args.replicas):
                cluster.start(number)
            cluster.balance()
            other_secret(cluster, problems)
            audio, truth = counting_vendor.audio(args.words), counting_vendor.words(args.words)
            clients = [Client(number, cluster.balancer.url, users[number % len(users)], audio) for number in range(args.sessions)]
            asyncio.run(play(cluster, clients, problems))
            keys(cluster, problems, report)
            tokens(cluster, key, problems)
            credit(cluster, problems, report)
            job(cluster, key, problems, report)
            time.sleep(1)
            if cluster.objects:
                kept_audio(cluster, clients, problems, report)
            judge(cluster, clients, truth, problems, report)
        except ServerError as error:
            problems.append(str(error))
        finally:
            if cluster:
                cluster.stop()
        if problems and cluster:
            for number, server in cluster.servers.items():
                print(f"gateway {number} said last:\n" + "".join(server.lines[-25:]), file=sys.stderr)
    for line in report:
        print(line)
    for problem in problems[:20]:
        print("FAIL  " + problem)
    print(f"{'FAIL' if problems else 'PASS'}  cluster")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
