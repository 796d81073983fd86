"""The gateway behind nginx and Caddy, with the configurations that docs/security.md shows."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

import network
import websockets.sync.client
import wire
from access import GUIDE
from attempt import attack
from certificates import certificate
from gateway import dies_with_us

MB = 1 << 20


def shown(language, **changes):
    """The configuration of that language in the guide, with what differs here put in place of what it has there."""
    with open(GUIDE) as file:
        found = re.search(rf"^```{language}\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    if not found:
        raise LookupError(f"{GUIDE} shows no configuration of {language}")
    text = found[1]
    for old, new in changes.items():
        if old not in text:
            raise LookupError(f"the configuration of {language} in {GUIDE} does not have {old!r}")
        text = text.replace(old, new)
    return text


class Proxy:
    """One proxy with one gateway behind it, until it is left."""

    def __init__(self, attempt, command, environment=None):
        self.log = os.path.join(attempt.folder, "proxy.log")
        with open(self.log, "wb") as file:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, preexec_fn=dies_with_us,
                                             env={**os.environ, **(environment or {})})

    def wait(self, address):
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                wire.connect(address, timeout=1).close()
                return self
            time.sleep(0.1)
        raise TimeoutError(f"the proxy does not listen: {self.said()[-300:]}")

    def said(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _place(attempt):
    """An address and a port for the proxy, away from loopback where that is possible."""
    host = "10.213.0.2" if attempt.context.has_network else network.LOOPBACK
    with socket.socket() as unused:
        unused.bind((host, 0))
        return unused.getsockname()


def nginx(attempt, address):
    """nginx in the foreground, for the gateway that runs."""
    chain, key = certificate(attempt.folder, "nginx")
    site = shown("nginx", **{
        "listen 443 ssl": f"listen {address[0]}:{address[1]} ssl", "/etc/letsencrypt/live/speech.example.com/fullchain.pem": chain,
        "/etc/letsencrypt/live/speech.example.com/privkey.pem": key, "127.0.0.1:8080": attempt.host,
        "/var/log/nginx/harken.log": os.path.join(attempt.folder, "access.log"),
        "/var/log/nginx/harken-error.log": os.path.join(attempt.folder, "access.log")})
    return _nginx(attempt, site).wait(address)


def _nginx(attempt, site):
    folder = os.path.join(attempt.folder, "nginx")
    os.makedirs(folder, exist_ok=True)
    places = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as file:
        file.write(f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
                   + ("user root;\n" if os.getuid() == 0 else "")
                   + f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{places}{site}\n}}\n")
    return Proxy(attempt, ["nginx", "-p", folder, "-c", path])


def caddy(attempt, address):
    """Caddy in the foreground, for the gateway that runs."""
    chain, key = certificate(attempt.folder, "caddy")
    site = shown("caddyfile", **{
        "{\n\t# Without": "{\n\tadmin off\n\tauto_https disable_redirects\n\t# Without",
        "speech.example.com {": f"https://localhost:{address[1]} {{\n\tbind {address[0]}\n\ttls {chain} {key}",
        "127.0.0.1:8080": attempt.host})
    path = os.path.join(attempt.folder, "Caddyfile")
    with open(path, "w") as file:
        file.write(site)
    homes = {name: os.path.join(attempt.folder, "caddy") for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return Proxy(attempt, ["caddy", "run", "--config", path, "--adapter", "caddyfile"], homes).wait(address)


def _behind(attempt, program, start):
    if not shutil.which(program):
        attempt.skip(f"{program} is not installed: scripts/setup --tests")
        return
    data, address, tls = os.path.join(attempt.folder, "data"), _place(attempt), wire.trusting()
    host, visitor = "localhost:%d" % address[1], attempt.context.has_network and network.stranger(77)
    settings = {"HARKEN_TRUSTED_PROXIES": "127.0.0.1", "HARKEN_ALLOW_PLAIN_TOKENS": "false"}

    def ask(method, target, headers=(), body=b""):
        return wire.ask(address, method, target, headers, body, source=visitor or None, host=host, tls=tls, timeout=30)

    def open_socket(target, headers=()):
        connection, status = wire.open_websocket(address, target, headers, source=visitor or None, host=host, tls=tls)
        connection.close()
        return status

    # Without keys nobody on another machine is served through a proxy, whether the gateway knows the proxy or not.
    for known in ({}, settings) if visitor else ({},):
        server = attempt.start(known, keys=False, data=data)
        with start(attempt, address):
            for target in ("/v2/transcript", "/v1/models", "/metrics"):
                answer = ask("GET", target)
                attempt.expect(answer and answer.status in (401, 403), f"without keys: {target} is answered with {answer and answer.status}")
            attempt.equal("without keys: a WebSocket", open_socket("/v1/listen?encoding=linear16&sample_rate=16000"), 401, 403)
        attempt.expect(server.stop() == 0, "harken serve did not end well")

    server = attempt.start(settings, data=data, address=network.LOOPBACK)
    server.wait_until_ready(60)
    key, wrong = attempt.owner, "hk_" + wire.nonce()[:40]
    with start(attempt, address) as proxy:
        answer = ask("GET", "/v2/transcript", {"Authorization": key})
        attempt.expect(answer and answer.status == 200, f"with a key: {answer and answer.status}")
        # A visitor may write what it wants there.
        before = len(server.lines)
        answer = ask("GET", "/v2/transcript", {"Authorization": wrong, "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"})
        attempt.expect(answer and answer.status == 401, f"with a wrong key: {answer and answer.status}")
        attempt.sleep(0.5)
        said = "".join(server.lines[before:])
        if visitor:
            attempt.expect(visitor in said, f"the log does not name the visitor {visitor}: {said[-200:]!r}")
        attempt.expect("198.51.100.7" not in said, "the log names the address that the visitor made up")

        body = os.urandom(MB) * 30
        answer = ask("POST", "/v2/upload", {"Authorization": key, "Content-Type": "application/octet-stream"}, body)
        attempt.expect(answer and answer.status == 200, f"an upload of 30 MB: {answer and answer.status}")
        answer = ask("POST", "/v2/upload", {"Authorization": key, "Transfer-Encoding": "chunked"}, _chunked(body[:3 * MB]))
        attempt.expect(answer and answer.status == 200, f"an upload in chunks: {answer and answer.status}")

        # Tokens go over TLS to the proxy: the gateway believes it.
        attempt.equal("the managed protocol, which takes tokens over TLS only", open_socket("/ws/transcribe"), 101)
        with websockets.sync.client.connect(
                f"wss://{host}/v1/listen?encoding=linear16&sample_rate=16000", additional_headers={"Authorization": "Token " + key}, proxy=None,
                ssl=tls, sock=wire.connect(address, visitor or None), ping_interval=None) as live:
            attempt.expect(live.response.headers.get("X-Harken-Session"), "no X-Harken-Session came through")
            began = time.monotonic()
            for number in range(15):
                live.send(bytes(3200))
                time.sleep(max(0.0, began + number * 0.1 - time.monotonic()))
            live.send('{"type":"CloseStream"}')
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    live.recv(timeout=15)
            attempt.equal("a live session is closed with", live.close_code, 1000)
        open_socket(f"/v3/ws?sample_rate=16000&token={key}")
        # Programs tell in their logs of requests that they could not pass on.
        attempt.expect(server.stop() == 0, "harken serve did not end well")
        open_socket(f"/v3/ws?sample_rate=16000&token={key}")
        attempt.sleep(0.3)
        attempt.start(settings, data=data, address=network.LOOPBACK)
        logged = proxy.said() + "".join(open(path).read() for path in [os.path.join(attempt.folder, "access.log")] if os.path.exists(path))
        attempt.expect(key not in logged, f"{program} writes a key that came in a query into its log")


def _chunked(body):
    return b"".join(b"%x\r\n" % len(body[at:at + 65_536]) + body[at:at + 65_536] + b"\r\n" for at in range(0, len(body), 65_536)) + b"0\r\n\r\n"


@attack("behind-nginx", "M4", alone=True)
def behind_nginx(attempt):
    """nginx with the guide's configuration: HTTP, WebSocket, uploads, the client's address, and nobody without keys."""
    _behind(attempt, "nginx", nginx)


@attack("behind-caddy", "M4", alone=True)
def behind_caddy(attempt):
    """The same with Caddy."""
    _behind(attempt, "caddy", caddy)


@attack("bare-proxy", "M4", alone=True)
def bare_proxy(attempt):
    """nginx with nothing but `proxy_pass`, in front of a gateway without keys: it adds no header, and speaks HTTP/1.0."""
    if not shutil.which("nginx"):
        attempt.skip("nginx is not installed: scripts/setup --tests")
        return
    attempt.start(keys=False)
    address = _place(attempt)
    with _nginx(attempt, f"server {{ listen {address[0]}:{address[1]}; location / {{ proxy_pass http://{attempt.host}; }} }}").wait(address):
        answer = wire.ask(address, "GET", "/v2/transcript", source=network.stranger(77) if attempt.context.has_network else None)
    attempt.expect(answer and answer.status in (401, 403), f"a visitor of the proxy is answered with {answer and answer.status}")
