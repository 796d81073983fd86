#!/usr/bin/env python3
"""What no client should send, and what happens: each thing gets the protocol's own error or a normal end, and the next client is served.

Needs `websockets`. The broken recordings of ../shared/audio/format are sent too, when they are there.
"""

import argparse
import asyncio
import json
import pathlib
import resource
import socket
import struct
import sys
import urllib.error
import urllib.parse
import urllib.request
import wave

import websockets

HERE = pathlib.Path(__file__).resolve().parent
FORMATS = HERE.parent.parent.parent / "shared" / "audio" / "format"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
failures = []
ran = 0


def check(condition, name, detail=""):
    global ran
    ran += 1
    if not condition:
        failures.append(f"{name}: {str(detail)[:300]}")
        print(f"FAIL  {name}: {str(detail)[:300]}", flush=True)


class Server:
    def __init__(self, url, key):
        self.url, self.key = url, key
        # What the counting vendor hears; nothing: the engine hears speech.
        self.words = []
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.socket_url = url.replace("http", "ws", 1)

    def is_right(self, text):
        return text.split() == self.words if self.words else bool(text.strip())

    @property
    def unknown_language(self):
        """A language that the engine does not have, if there is one."""
        return [] if self.words else ["tlh"]

    def post(self, path, body, headers=None, key=None):
        request = urllib.request.Request(self.url + path, data=body, method="POST", headers={
            "Authorization": f"Token {self.key if key is None else key}", "Content-Type": "application/octet-stream", **(headers or {})})
        return self.open(request)

    def open(self, request):
        try:
            with OPENER.open(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def raw(self, text, seconds=60):
        """Everything that is answered to these bytes until the server closes or falls silent."""
        with socket.create_connection((self.host, self.port), seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(text)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
                    if b"\r\n\r\n" in answer and b"Connection: close" not in answer and len(answer) > 20:
                        break
            except (TimeoutError, ConnectionResetError):
                pass
            return answer

    def connect(self, query="encoding=linear16&sample_rate=16000&model=nova-3", key=None, path="/v1/listen"):
        return websockets.connect(
            f"{self.socket_url}{path}?{query}", additional_headers={"Authorization": f"Token {self.key if key is None else key}"}, proxy=None,
            open_timeout=120)


def pcm_of(path):
    with wave.open(path) as recording:
        return recording.readframes(recording.getnframes()), recording.getframerate()


def header(size, rate):
    return b"RIFF" + struct.pack("<I", size) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", size)


def json_of(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


def is_deepgram_error(body):
    parsed = json_of(body)
    return isinstance(parsed, dict) and all(parsed.get(field) for field in ("err_code", "err_msg", "request_id"))


def is_openai_error(body):
    parsed = json_of(body)
    return isinstance(parsed, dict) and {"message", "type", "param", "code"} <= set(parsed.get("error") or {})


def text_of(body):
    return json.loads(body)["results"]["channels"][0]["alternatives"][0]["transcript"]


def form(fields, file=None, name="clip.wav"):
    boundary = "----harken"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields)
    if file is not None:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + file + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def recorded(server, audio):
    samples, rate = pcm_of(audio)
    whole = open(audio, "rb").read()
    for name, body in [("0 bytes", b""), ("text", b"This is no recording.\n" * 50), ("random bytes", bytes((i * 197 + 31) % 251 for i in range(9000))),
                       ("half a header", whole[:20])]:
        status, answer = server.post("/v1/listen?model=nova-3", body)
        check(status == 400 and is_deepgram_error(answer), f"deepgram recorded, {name}", (status, answer))
        data, headers = form([("model", "whisper-1")], body)
        status, answer = server.post("/v1/audio/transcriptions", data, {"Authorization": f"Bearer {server.key}", **headers})
        check(status == 400 and is_openai_error(answer), f"openai recorded, {name}", (status, answer))
    status, answer = server.post("/v1/listen?model=nova-3", header(0, rate))
    check(status in (200, 400) and (status == 400) == is_deepgram_error(answer), "deepgram recorded, only a header", (status, answer))
    for name, body, is_whole in [("cut in the middle", whole[: len(whole) // 2], False), ("length unknown", header(0xFFFFFFFF, rate) + samples, True),
                                 ("an odd byte more", whole + b"\x01", True)]:
        status, answer = server.post("/v1/listen?model=nova-3", body)
        is_right = status == 200 and (server.is_right(text_of(answer)) if is_whole else text_of(answer).strip())
        check(is_right, f"deepgram recorded, {name}", (status, answer))
    silence = header(2 * rate * 5, rate) + bytes(2 * rate * 5)
    status, answer = server.post("/v1/listen?model=nova-3", silence)
    check(status == 200 and text_of(answer) == "", "deepgram recorded, silence", (status, answer))
    for query in ["encoding=linear16", "encoding=wax&sample_rate=8000", "utt_split=soon", "model=no-such", "punctuate=perhaps",
                  "callback=ftp%3A%2F%2Fx", "engine=nobody", "model=%ZZ", *("language=" + language for language in server.unknown_language)]:
        status, answer = server.post("/v1/listen?" + query, whole)
        check(status == 400 and json_of(answer), f"deepgram recorded, ?{query}", (status, answer))
    for fields, file in [([("model", "whisper-1")], None), ([("model", "whisper-1"), ("temperature", "hot")], whole),
                         ([("model", "whisper-1"), ("language", "klingon")], whole), ([("model", "x" * 70000)], whole),
                         *(([("model", "whisper-1"), ("language", language)], whole) for language in server.unknown_language)]:
        data, headers = form(fields, file)
        status, answer = server.post("/v1/audio/transcriptions", data, {"Authorization": f"Bearer {server.key}", **headers})
        check(status in (400, 404) and is_openai_error(answer), f"openai recorded, {[(n, v[:12]) for n, v in fields]}", (status, answer))
    data, headers = form([("model", "whisper-1")], whole)
    status, answer = server.post("/v1/audio/transcriptions", data[: len(data) // 2], {"Authorization": f"Bearer {server.key}", **headers})
    check(status == 400 and is_openai_error(answer), "openai recorded, half a form", (status, answer))
    for url in ["http://127.0.0.1:9/x.wav", "http://[::1]/x.wav", "file:///etc/passwd", "http://localhost/x", "http://169.254.169.254/latest", "nonsense"]:
        status, answer = server.post("/v1/listen?model=nova-3", json.dumps({"url": url}).encode(), {"Content-Type": "application/json"})
        check(status in (400, 403) and is_deepgram_error(answer), f"deepgram recorded, url {url}", (status, answer))
        check(b"root:" not in answer, "no file of ours is read")
    status, answer = server.post("/v1/listen?model=nova-3", b"{not json", {"Content-Type": "application/json"})
    check(status == 400 and is_deepgram_error(answer), "deepgram recorded, broken JSON", (status, answer))


def shared_files(server):
    if not FORMATS.is_dir():
        print("skip  ../shared/audio/format is not here", flush=True)
        return
    expectations = {}
    for line in open(FORMATS.parent / "manifest.jsonl", encoding="utf-8"):
        entry = json.loads(line)
        if entry["kind"] == "format":
            expectations[entry["file"]] = entry
    for path in sorted(FORMATS.iterdir()):
        entry = expectations.get(f"format/{path.name}", {})
        query = "model=nova-3"
        if path.suffix in (".pcm", ".raw"):
            encoding = {".pcm": "linear16", ".raw": "mulaw"}[path.suffix]
            query += f"&encoding={encoding}&sample_rate={entry.get('sample_rate', 16000)}&channels=1"
        status, answer = server.post("/v1/listen?" + query, path.read_bytes())
        if entry.get("expect") or path.name in ("empty.wav", "header-only.wav", "not-audio.wav"):
            check(status in (200, 400) and (status == 200 or is_deepgram_error(answer)), f"format/{path.name}", (status, answer))
        else:
            check(status == 200 and text_of(answer).strip(), f"format/{path.name}", (status, answer))


def http(server):
    status, answer = server.post("/v1/listen", b"x", key=server.key + "-wrong")
    check(status == 401 and is_deepgram_error(answer), "a wrong key", (status, answer))
    check(server.key.encode() not in answer, "a key is not echoed")
    status, answer = server.post("/v1/nowhere", b"x")
    check(status == 404 and json_of(answer), "a wrong path", (status, answer))
    status, answer = server.open(urllib.request.Request(server.url + "/v1/listen", method="DELETE"))
    check(status == 405 and json_of(answer), "a wrong method", (status, answer))
    for name, text, status in [
        ("both lengths", b"POST /v1/listen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 400 "),
        ("two lengths", b"POST /v1/listen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b" 400 "),
        ("no host", b"GET /health HTTP/1.1\r\n\r\n", b" 400 "), ("a bare line feed", b"GET /health HTTP/1.1\nHost: localhost\n\n", b" 400 "),
        ("a folded header", b"GET /health HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n", b" 400 "),
        ("a huge head", b"GET /health HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 200000 + b"\r\n\r\n", b" 431 "),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n", b" 400 "),
        ("another version", b"GET /health HTTP/3.0\r\nHost: localhost\r\n\r\n", b" 505 "),
        ("a path outside", b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 40"),
    ]:
        answer = server.raw(text)
        check(status in answer.split(b"\r\n")[0] + b" ", f"HTTP, {name}", answer[:200])


async def streaming(server, audio):
    samples, _ = pcm_of(audio)

    async def rest(connection):
        messages = []
        try:
            async for message in connection:
                messages.append(json.loads(message))
        except websockets.ConnectionClosed:
            pass
        return messages

    for query in ["encoding=wax&sample_rate=16000", "encoding=linear16", "encoding=linear16&sample_rate=7", "encoding=linear16&sample_rate=16000&channels=99",
                  "encoding=linear16&sample_rate=16000&model=no-such", "encoding=linear16&sample_rate=16000&endpointing=soon",
                  *("encoding=linear16&sample_rate=16000&language=" + language for language in server.unknown_language)]:
        try:
            async with server.connect(query):
                check(False, f"stream ?{query}", "was accepted")
        except websockets.InvalidStatus as error:
            check(error.response.status_code == 400 and is_deepgram_error(error.response.body), f"stream ?{query}", error.response)
    try:
        async with server.connect(key="wrong"):
            check(False, "stream with a wrong key", "was accepted")
    except websockets.InvalidStatus as error:
        check(error.response.status_code == 401 and is_deepgram_error(error.response.body), "stream with a wrong key", error.response)

    async with server.connect() as connection:
        await connection.send("hello")
        await connection.send("[1,2")
        await connection.send(json.dumps({"type": "Dance"}))
        await connection.send("{" * 5000)
        for start in range(0, 64001, 333):
            await connection.send(samples[start:start + 333])
        await connection.send(json.dumps({"type": "CloseStream"}))
        messages = await rest(connection)
        check(sum(m["type"] == "Error" for m in messages) == 4, "stream, text that means nothing", [m for m in messages if m["type"] == "Error"])
        check(messages[-1]["type"] == "Metadata" and connection.close_code == 1000, "stream, odd byte counts", (messages[-1:], connection.close_code))
    async with server.connect("model=nova-3") as connection:
        for _ in range(20):
            await connection.send(b"This is no recording. " * 2000)
        await connection.send(json.dumps({"type": "CloseStream"}))
        await rest(connection)
        check(connection.close_code == 1008, "stream, bytes that are no container", (connection.close_code, connection.close_reason))
    async with server.connect() as connection:
        await connection.send(json.dumps({"type": "CloseStream"}))
        messages = await rest(connection)
        check(messages and messages[-1]["type"] == "Metadata" and connection.close_code == 1000, "stream without audio", messages)

    # Gone in the middle of a word, without a close frame.
    for _ in range(20):
        connection = await server.connect()
        await connection.send(samples[16000:48000])
        connection.transport.abort()
    for _ in range(600):
        with OPENER.open(server.url + "/metrics") as answer:
            open_sessions = [line for line in answer.read().decode().splitlines() if line.startswith("harken_sessions_open ")]
        if open_sessions == ["harken_sessions_open 0"]:
            break
        await asyncio.sleep(0.1)
    check(open_sessions == ["harken_sessions_open 0"], "clients that vanish leave no session", open_sessions)

    silent = []
    for _ in range(1000):
        silent.append(socket.create_connection((server.host, server.port), 120))
    async with server.connect() as connection:
        await connection.send(samples[:96000])
        await connection.send(json.dumps({"type": "CloseStream"}))
        messages = await rest(connection)
        check(messages and messages[-1]["type"] == "Metadata", "beside 1,000 clients that say nothing", messages[-1:])
    for connection in silent:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--audio", required=True)
    parser.add_argument("--expect-text")
    parser.add_argument("--exact", metavar="FILE", help="JSON of [[WORD, START, END], ...]: the engine is the counting vendor, which has every language "
                                                        "and reads no container but WAV; exactly these words must come")
    parser.add_argument("--json")
    args = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    server = Server(args.url, args.key)
    if args.exact:
        with open(args.exact) as file:
            server.words = [word for word, _, _ in json.load(file)]
    http(server)
    recorded(server, args.audio)
    if not server.words:
        shared_files(server)
    asyncio.run(streaming(server, args.audio))
    status, answer = server.post("/v1/listen?model=nova-3", open(args.audio, "rb").read())
    check(status == 200 and server.is_right(text_of(answer)), "the next client is served", (status, answer))
    print(f"{'PASS' if not failures else 'FAIL'}  bad_input: {ran - len(failures)}/{ran} checks")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
