"""A live session as a well-behaved program has it, driven step by step."""

import contextlib
import json
import time

import websockets.sync.client

LIVE = "/v1/listen?encoding=linear16&sample_rate=16000"


class Speaker:
    """One session over Deepgram's protocol that sends silence, or what it is given, at the pace of speech."""

    def __init__(self, attempt, key=None, number=90, tls=None):
        source = attempt.source(number)
        self._socket = websockets.sync.client.connect(
            attempt.server.url.replace("http", "ws", 1) + LIVE, additional_headers={"Authorization": "Token " + key} if key else {}, proxy=None,
            ping_interval=None, ssl=tls, close_timeout=2, **({"source_address": (source, 0)} if source else {}))
        self.id = self._socket.response.headers.get("X-Harken-Session")
        self.code, self.said = None, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self._socket.close()

    def speak(self, seconds, pcm=None):
        began, sent = time.monotonic(), 0
        while sent < seconds * 32_000:
            self._socket.send(pcm[sent:sent + 3200] if pcm else bytes(3200))
            sent += 3200
            time.sleep(max(0.0, began + sent / 32_000 - time.monotonic()))

    def is_open(self, seconds=0.0):
        """Whether the gateway has not closed it, or does not within so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.said.append(json.loads(self._socket.recv(timeout=max(0.01, deadline - time.monotonic()))))
            except TimeoutError:
                return True
            except websockets.ConnectionClosed as closed:
                self.code = closed.rcvd.code if closed.rcvd else 1006
                return False

    def end(self):
        """Ends the stream in order; the code that the gateway closes with, None when it does not within 15 s."""
        with contextlib.suppress(websockets.ConnectionClosed):
            self._socket.send('{"type":"CloseStream"}')
        self.is_open(15)
        return self.code
