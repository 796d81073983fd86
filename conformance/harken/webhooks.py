#!/usr/bin/env python3
"""Webhooks of a user, with real speech over `/v4/listen` and a receiver that is a process's own HTTP server.

It starts a gateway of its own with the local engine. Segments must come in order while somebody speaks, signed as the documentation says. The gateway is
killed (`kill -9`) while the receiver holds the request with the completed conversation: after the next start the same delivery must come again, and once
it is accepted, never more. A conversation that the receiver asks to have later comes then, and one that it refuses is listed and sent again on demand.
"""

import asyncio
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import threading
import time
import urllib.parse
import urllib.request

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "streaming"))

from conformance_common import normalise
from gateway import OPENER, Server
from judging import main
from kill_recovery import PIECE, RATE, load

# A gateway that is killed has claimed its delivery for 45 seconds, and looks for deliveries every 5.
REPEATED_WITHIN = 90


class Receiver(http.server.ThreadingHTTPServer):
    """The user's server: notes each request, and answers conversations only when it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests, self.takes_conversations = [], threading.Event()
        # Answers to the next conversations: status and headers. Afterwards each is accepted.
        self.answers = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def to(self, path):
        return [one for one in list(self.requests) if one["path"] == path]

    def wait(self, path, count, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and len(self.to(path)) < count:
            time.sleep(0.05)
        return self.to(path)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path, _, query = self.path.partition("?")
        self.server.requests.append({
            "path": path, "query": dict(urllib.parse.parse_qsl(query)), "body": body, "key": self.headers["Idempotency-Key"],
            "signature": self.headers["X-Harken-Signature"], "at": time.monotonic()})
        if path == "/conversation":
            self.server.takes_conversations.wait()
        status, headers = self.server.answers.pop(0) if path == "/conversation" and self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def call(server, key, method, path, body=None):
    request = urllib.request.Request(
        server.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    with OPENER.open(request, timeout=60) as answer:
        return json.loads(answer.read())


def is_signed(request, secret):
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request["signature"] or "")
    if not found or abs(int(found[1]) - time.time()) > 600:
        return False
    expected = hmac.new(secret.encode(), found[1].encode() + b"." + request["body"], "sha256").hexdigest()
    return hmac.compare_digest(expected, found[2])


async def speak(url, key, audio):
    """Speaks for ten seconds, ends the session, and returns the segments that were shown."""
    segments = {}
    target = url.replace("http", "ws", 1) + f"/v4/listen?language=en&codec=pcm16&sample_rate={RATE}&source=desktop"
    async with websockets.connect(
            target, additional_headers={"Authorization": "Bearer " + key}, max_size=None, proxy=None, ping_interval=None) as socket:
        async def read():
            async for text in socket:
                said = json.loads(text) if text != "ping" else None
                if isinstance(said, list):
                    segments.update({one["id"]: one for one in said})
                elif isinstance(said, dict) and said.get("type") == "segments_deleted":
                    for id_ in said["segment_ids"]:
                        segments.pop(id_, None)
                elif isinstance(said, dict) and said.get("type") == "memory_created":
                    return
        reader = asyncio.create_task(read())
        began = time.monotonic()
        for sent in range(0, 10 * 2 * RATE, PIECE):
            await socket.send(audio[sent:sent + PIECE])
            await asyncio.sleep(max(0, began + (sent + PIECE) / (2 * RATE) - time.monotonic()))
        await socket.send('{"type":"finish"}')
        await asyncio.wait([reader], timeout=30)
    return segments


def words_of(segments):
    return [word for one in sorted(segments, key=lambda one: one["start"]) for word in normalise(one["text"])]


def run(args, check, folder):
    data, audio, receiver = os.path.join(folder, "data"), load(args.audio), Receiver()
    settings = {"HARKEN_ENGINES": "local", "HARKEN_WEBHOOK_ADDRESSES": "127.0.0.1"}
    server = Server(args.harken, data, settings)
    try:
        server.wait_until_ready(120)
        key = server.make_key()
        user = call(server, key, "GET", "/api/v1/users/me")["id"]
        call(server, key, "PATCH", "/api/v1/users/me/settings", {
            "name": "Ann", "webhook_conversation": receiver.url("/conversation?token=abc&uid=other"), "webhook_transcript": receiver.url("/live")})
        secret = call(server, key, "GET", "/api/v1/users/me/webhook-secret")["secret"]
        shown = asyncio.run(speak(server.url, key, audio))
        held = receiver.wait("/conversation", 1, 30)
        check("the completed conversation is sent", len(held) == 1, f"{len(held)} requests")
        live = receiver.wait("/live", 2, 30)
        time.sleep(1)
        live = receiver.to("/live")
        bodies = [json.loads(one["body"]) for one in live]
        check("segments come while somebody speaks", len(live) >= 2, f"{len(live)} requests with {sum(len(one['segments']) for one in bodies)} segments")
        check("each request has the user and the session, in the query and in the body", all(
            one["query"] == {"uid": user, "session_id": body["session_id"]} for one, body in zip(live, bodies)), str(live[0]["query"]) if live else "")
        last = {segment["id"]: segment for body in bodies for segment in body["segments"]}
        said = words_of([one for id_, one in last.items() if id_ in shown])
        check("the segments that came last have the words that the client was shown", said == words_of(shown.values()), " ".join(said))
        conversation = json.loads(held[0]["body"]) if held else {"transcript_segments": []}
        check("the conversation has these words", words_of(conversation["transcript_segments"]) == words_of(shown.values()))
        check("the conversation has a title, and its user in the query", bool(conversation.get("structured", {}).get("title"))
              and held[0]["query"] == {"token": "abc", "uid": user}, str(conversation.get("structured", {}).get("title")))
        check("every request is signed", all(is_signed(one, secret) for one in live + held), f"{len(live + held)} requests")

        server.kill()
        killed = time.monotonic()
        receiver.takes_conversations.set()
        server = Server(args.harken, data, settings)
        server.wait_until_ready(120)
        again = receiver.wait("/conversation", 2, REPEATED_WITHIN)
        check("a killed gateway's delivery comes again after the next start, with the same key", len(again) == 2
              and again[0]["key"] == again[1]["key"] and again[0]["body"] == again[1]["body"],
              f"{again[-1]['at'] - killed:.0f} s after the kill" if len(again) > 1 else "")
        check("the delivery is signed again", is_signed(again[-1], secret))
        time.sleep(12)
        check("an accepted delivery is not repeated", len(receiver.to("/conversation")) == 2)
        metrics = server.get("/metrics", key)[1].decode()
        check("the delivery is counted", 'harken_webhook_attempts_total{webhook="conversation",outcome="delivered"} 1' in metrics)

        receiver.answers = [(503, {"Retry-After": "20"}), (404, {})]
        asyncio.run(speak(server.url, key, audio))
        later = receiver.wait("/conversation", 4, REPEATED_WITHIN)[2:]
        check("a receiver that asks for 20 seconds is asked again then, with the same key", len(later) == 2
              and later[0]["key"] == later[1]["key"] and 19 <= later[1]["at"] - later[0]["at"] <= 40,
              f"{later[1]['at'] - later[0]['at']:.0f} s" if len(later) == 2 else f"{len(later)} requests")
        path = "/api/v1/users/me/webhook-deliveries"
        deadline, listed = time.monotonic() + 30, {"deliveries": []}
        while time.monotonic() < deadline and not listed["deliveries"]:
            listed = json.loads(server.get(path, key)[1])
            time.sleep(0.2)
        one = listed["deliveries"][0] if listed["deliveries"] else {}
        check("what a receiver refuses is listed with the status", one.get("cause") == "refused" and one.get("receiver_status") == 404, str(one.get("reason")))
        check("no list has an address", "token=abc" not in json.dumps(listed))
        call(server, key, "POST", path + "/resend", {"id": one.get("id")})
        sent = receiver.wait("/conversation", 5, 30)
        check("it is sent again on demand, with the same key", len(sent) == 5 and sent[4]["key"] == sent[3]["key"] and is_signed(sent[4], secret))
        log = "".join(server.lines)
        check("no log has an address or a secret", "token=abc" not in log and secret not in log)
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
