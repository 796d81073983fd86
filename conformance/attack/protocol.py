"""What breaks the rules of HTTP and WebSocket."""

import json
import os
import zlib

import wire
from attempt import attack, close

CHUNKED = {"Transfer-Encoding": "chunked", "Content-Type": "audio/wav"}


@attack("malformed-chunks", "L8")
def malformed_chunks(attempt):
    """Chunked bodies that are none."""
    for body in (b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"+3\r\nabc\r\n0\r\n\r\n", b"0x3\r\nabc\r\n0\r\n\r\n",
                 b"3;" + b"a" * 20_000 + b"\r\nabc\r\n0\r\n\r\n", b"ffffffffffffffff\r\nabc", b"3\nabc\n0\n\n", b"3 \r\nabc\r\n0\r\n\r\n"):
        for target in ("/v1/listen", "/v2/upload"):
            shown = "Token " + attempt.owner if target == "/v1/listen" else attempt.owner
            with attempt.connect(timeout=5) as connection:
                # A second request behind it must never be answered.
                connection.sendall(wire.request("POST", target, {**CHUNKED, "Authorization": shown}, host=attempt.host) + body
                                   + wire.request("GET", "/health", host=attempt.host))
                answers = wire.Answers(connection)
                answer, second = answers.next(), answers.next()
            attempt.equal(f"{target} with the chunk {body[:20]!r}", answer and answer.status, 400)
            attempt.expect(second is None, f"{target} with the chunk {body[:20]!r}: what follows is answered too")


@attack("two-lengths")
def two_lengths(attempt):
    """Requests with two readings of where they end."""
    for headers in ("Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
                    "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: 0x5", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked",
                    "Transfer-Encoding : chunked", "Content-Length: 5\r\n folded: 1", "Content-Length: 99999999999999999999"):
        with attempt.connect(timeout=5) as connection:
            connection.sendall(f"POST /v2/transcript HTTP/1.1\r\nHost: {attempt.host}\r\n{headers}\r\n\r\n0\r\n\r\n".encode()
                               + wire.request("GET", "/health", host=attempt.host))
            answers = wire.Answers(connection)
            answer, second = answers.next(), answers.next()
        attempt.expect(answer and 400 <= answer.status < 600 and answer.status != 401, f"{headers!r}: {answer and answer.status}")
        attempt.expect(second is None, f"{headers!r}: what follows is answered too")


@attack("long-lengths", "L7")
def long_lengths(attempt):
    """WebSocket lengths that are written longer than they need be."""
    for length, payload in ((64, b"hello"), (16, b"hello"), (64, b"x" * 300)):
        connection, status = attempt.websocket("/v1/listen?encoding=linear16&sample_rate=16000", key=attempt.owner)
        attempt.equal("a live session", status, 101)
        connection.sendall(wire.frame(wire.BINARY, payload, length=length))
        attempt.equal(f"{len(payload)} bytes with a length of {length} bits: the close code", wire.close_code(connection, 3), 1002)
        close([connection])


def _bombs(attempt, targets, key=None):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = (packer.compress(b"0" * (64 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    for target in targets:
        made = []
        for number in range(10):
            connection, status = attempt.websocket(
                target, {"Sec-WebSocket-Extensions": "permessage-deflate; client_no_context_takeover"}, key=key, number=number)
            attempt.equal(target, status, 101)
            try:
                connection.sendall(wire.frame(wire.TEXT, bomb, compressed=True))
            except OSError:
                pass
            made.append(connection)
        codes = {wire.close_code(one, 5) for one in made}
        attempt.expect(codes <= {1009, 1006, 1008, 1002}, f"{target}: closed with {codes}")
        close(made)


@attack("compression-bombs", settings={"HARKEN_COMPRESSION": "true"})
def compression_bombs(attempt):
    """Ten compressed messages of 64 KB that would be 64 MB, before a credential."""
    _bombs(attempt, ("/transcribe-websocket", "/v4/web/listen"))


# With a key, a message may have 16 MB, and whoever has one is no stranger.
@attack("compression-bombs-with-a-key", settings={"HARKEN_COMPRESSION": "true"}, short=False, growth=128, stall=0.5)
def compression_bombs_with_a_key(attempt):
    """The same on live sessions."""
    _bombs(attempt, ("/v1/listen?encoding=linear16&sample_rate=16000",), attempt.owner)


@attack("random-bytes")
def random_bytes(attempt):
    """Bytes of no protocol at all."""
    for number in range(attempt.count(300, 100)):
        try:
            with attempt.connect(number) as connection:
                connection.sendall(os.urandom(2000) if number % 2 else b"\x16\x03\x01\x02\x00" + os.urandom(512))
        except OSError:
            pass
    attempt.equal("/health", attempt.status("GET", "/health"), 200)


@attack("odd-first-messages", short=False)
def odd_first_messages(attempt):
    """First messages of no protocol, and JSON that is nested deeply, before any credential."""
    for number, text in enumerate((b"[" * 60_000, b'{"type":' * 8_000, b"null", b'"auth"', b"{}", b'{"type":"auth","token":' + b'"' + b"k" * 60_000 + b'"}',
                                   b"\xff\xfe", b'{"api_key":1e400}', b'{"api_key":{"a":[]}}', b'{"message":"StartRecognition"}')):
        for target in ("/transcribe-websocket", "/ws/transcribe", "/v4/web/listen"):
            connection, status = attempt.websocket(target, number=number)
            connection.sendall(wire.frame(wire.TEXT, text))
            code = wire.close_code(connection, 12)
            attempt.expect(code is not None and code != 1011, f"{target} told {text[:20]!r}: closed with {code}")
            close([connection])


@attack("webhook-headers", "L4")
def webhook_headers(attempt):
    """Orders whose webhook would carry a header that frames or routes it."""
    for name in ("Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization", "Expect",
                 "X-Harken-Signature", "a b", "a:b", "a\r\nb", ""):
        body = json.dumps({"audio_url": "https://example.com/a.wav", "webhook_url": "https://example.com/hook", "webhook_auth_header_name": name,
                           "webhook_auth_header_value": "5"}).encode()
        status = attempt.status("POST", "/v2/transcript", {"Content-Type": "application/json"}, body, key=attempt.owner)
        attempt.equal(f"webhook_auth_header_name {name!r}", status, 400)
