"""Keys with a line end, blanks or quotes around them, and files of settings from other systems: mended or refused at the start, never sent without."""

import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time

from common import A, HANG, Verdict, arguments, assemblyai, cut, deepgram, gateway, load, openai, starting, wait_until_loaded, wav
from gateway import ServerError, environment

a = arguments(__doc__, has_short=True)
v = Verdict()
KEY = "zq-9f3e71"


class Vendor:
    """Keeps the heads of requests, and refuses every key."""

    def __init__(self):
        self.server, self.heads = socket.create_server(("127.0.0.1", 0)), []
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            c, _ = self.server.accept()
            threading.Thread(target=self.one, args=(c,), daemon=True).start()

    def one(self, c):
        try:
            c.settimeout(5)
            data = b""
            while b"\r\n\r\n" not in data and (more := c.recv(65536)):
                data += more
            self.heads.append(data.split(b"\r\n\r\n")[0].decode("latin1"))
            body = b'{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}'
            c.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            c.shutdown(socket.SHUT_WR)
            time.sleep(0.2)
        except OSError:
            pass
        finally:
            c.close()


VENDORS = {
    "DEEPGRAM_API_KEY": ("deepgram", "DEEPGRAM_BASE_URL", "", "Token " + KEY),
    "OPENAI_API_KEY": ("openai", "OPENAI_BASE_URL", "/v1", "Bearer " + KEY),
    "ASSEMBLYAI_API_KEY": ("assemblyai", "ASSEMBLYAI_BASE_URL", "", KEY),
}
MENDED = {"a line end behind": KEY + "\n", "CR and LF behind": KEY + "\r\n", "blanks around": f"  {KEY} "}
WRONG = {"two keys, one a line": f"{KEY}\nother", "a header in the key": f"{KEY}\r\nX-Smuggled: 1", "blanks only": "   ", "the ellipsis of a manual": "zq-…"}
KEYS = {**MENDED, **WRONG}
FILES = {
    "line ends of Windows": f"HARKEN_LOG=debug\r\nDEEPGRAM_API_KEY={KEY}\r\nHARKEN_ENGINES=deepgram\r\n",
    "line ends of Windows, the key first": f"DEEPGRAM_API_KEY={KEY}\r\nHARKEN_LOG=debug\r\n",
    "a byte order mark": f"\ufeffHARKEN_LOG=debug\nDEEPGRAM_API_KEY={KEY}\n",
}
clip = wav(cut(load(a.audio, A), 0, 3))


def ask(g, engine):
    if engine == "assemblyai":
        return json.dumps(assemblyai(g.url, clip)[1])
    return (deepgram(g.url, clip) if engine == "deepgram" else openai(g.url, clip, model="whisper-1")).text


def credentials(vendor):
    return [next((line.split(":", 1)[1].strip() for line in head.split("\r\n") if line.lower().startswith("authorization:")), None) for head in vendor.heads]


def refusal_of(server):
    """What a start that fails says; None when the gateway accepts connections."""
    try:
        server.wait_until_announced(HANG)
    except ServerError:
        return "".join(server.lines)


def judge(variable, what):
    """One key of a vendor's, as its variable has it."""
    engine, base, path, good = VENDORS[variable]
    vendor = Vendor()
    settings = {variable: KEYS[what], base: f"http://127.0.0.1:{vendor.port}{path}", "HARKEN_ENGINES": engine}
    with starting(a.harken, settings) as g:
        said = refusal_of(g)
        if said is not None:
            v.see(variable in said and KEY not in said, f"{variable}, {what}: refused at the start, by its name and without the key", said.strip()[-160:])
            return
        wait_until_loaded(g)
        answer = ask(g, engine)
        time.sleep(0.3)
        sent = credentials(vendor)
        if what in MENDED:
            v.see(
                sent and all(s == good for s in sent),
                f"{variable}, {what}: the key itself is sent, or the start refuses it",
                f"sent {[ascii(s) for s in sent]}; the client is told {clean_text(answer)}",
            )
        else:
            v.see(False, f"{variable}, {what}: the start refuses it", f"it starts, and sends {[ascii(s) for s in sent]}")
        v.see(not any("X-Smuggled" in line[:10] for h in vendor.heads for line in h.split("\r\n")), f"{variable}, {what}: no header of its own")
        v.see(KEY not in "".join(g.lines), f"{variable}, {what}: not in the log")


def vendors():
    for variable in VENDORS:
        for what in KEYS:
            judge(variable, what)


def clean_text(t):
    return repr(re.sub(r"\s+", " ", t)[:90])


def own_key():
    with gateway(a.harken) as g:
        key = g.make_key("--scope", "read", "--scope", "listen")
        for what, k in {"a line end behind": key + "\n", "CR and LF behind": key + "\r\n", "blanks around": f" {key} "}.items():
            r = subprocess.run([a.harken, "search", "word", "--url", g.url], capture_output=True, text=True, env=environment({"HARKEN_KEY": k}))
            v.see(r.returncode == 0 or "line" in r.stderr, f"HARKEN_KEY, {what}: works with search, or the fault is named", r.stderr.strip()[-120:])


def settings_file(what):
    with tempfile.TemporaryDirectory(prefix="case-") as folder:
        path = os.path.join(folder, "settings")
        open(path, "wb").write(FILES[what].encode())
        r = subprocess.run([a.harken, "config", "check", "--config", path], capture_output=True, text=True, env=environment())
        said = clean_text((r.stdout + r.stderr).replace(path, "FILE"))
        shown = subprocess.run([a.harken, "config", "show", "--config", path], capture_output=True, text=True, env=environment()).stdout
        v.see(KEY not in r.stdout + r.stderr, f"a file with {what}: the key is not printed", said)
        v.see(r.returncode == 0 and bool(re.search(r"HARKEN_LOG\b.*debug", shown)), f"a file with {what}: each line is a setting", said)


if a.short:
    settings_file("line ends of Windows, the key first")
    judge("DEEPGRAM_API_KEY", "CR and LF behind")
    judge("OPENAI_API_KEY", "two keys, one a line")
else:
    for what in FILES:
        settings_file(what)
    own_key()
    vendors()
v.end()
