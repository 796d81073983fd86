"""Connections that say nothing, little, or slowly, and too many of them."""

import contextlib
import time

import wire
from attempt import attack, close
from speech import LIVE, Speaker


@attack("silent-connections", "M7", network=True, settings={"HARKEN_MAX_CONNECTIONS": "200"}, shared=True)
def silent_connections(attempt):
    """More silent connections than there are places, of one address and then of many."""
    places = int(attempt.server.environment["HARKEN_MAX_CONNECTIONS"])
    for addresses in (1, 250):
        made = attempt.connections(places + 50, addresses)
        answered = sum(attempt.status("GET", "/health", number=400, timeout=5) == 200 for _ in range(8))
        attempt.expect(answered == 8, f"beside {len(made)} silent connections of {addresses} addresses, {8 - answered} of 8 new ones are not served")
        close(made)
        attempt.sleep(0.5)


@attack("unfinished-heads", short=False)
def unfinished_heads(attempt):
    """Three thousand requests of 28 KB without an end, from 250 addresses."""
    begin = b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(27))
    made = attempt.connections(3000, 250, begin)
    attempt.sleep(4)
    attempt.note(f"{len(made)} connections")
    close(made)


@attack("connection-flood")
def connection_flood(attempt):
    """Connections that are made and reset at once, as fast as that goes."""
    ends, count = time.monotonic() + attempt.seconds(6, 3), 0
    while time.monotonic() < ends:
        made = attempt.connections(50, 50, b"GET /health HT")
        close(made)
        count += len(made)
    attempt.note(f"{count} connections")


@attack("descriptors", "M8", descriptors=256, watched=1)
def descriptors(attempt):
    """Four hundred silent connections to a gateway that may open 256 files, beside a live session whose transcript must be there afterwards."""
    with Speaker(attempt, attempt.owner) as speaker:
        made = attempt.connections(300, 60)
        attempt.sleep(1)
        made += attempt.connections(100, 60)
        speaker.speak(2)
        attempt.expect(speaker.end() == 1000, f"the live session was closed with {speaker.code}")
    attempt.sleep(1)
    status = attempt.status("GET", f"/api/v1/sessions/{speaker.id}", key=attempt.owner, number=70)
    attempt.note(f"{len(made)} connections; the transcript meanwhile: {status}")
    close(made)
    deadline = time.monotonic() + attempt.seconds(40, 20)
    while status != 200 and time.monotonic() < deadline:
        attempt.sleep(0.5)
        status = attempt.status("GET", f"/api/v1/sessions/{speaker.id}", key=attempt.owner, number=70)
    attempt.equal("the transcript of the session, once the connections are gone", status, 200)


@attack("slow-head", short=False)
def slow_head(attempt):
    """A head of which one byte comes each half second."""
    _slowly(attempt, b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ", 0.5, 30)


@attack("slow-body", "M7", short=False)
def slow_body(attempt):
    """An upload of which one byte comes every two seconds."""
    _slowly(attempt, wire.request("POST", "/v1/listen", {"Authorization": "Token " + attempt.owner, "Content-Length": "1000000"}, host=attempt.host), 2, 100)


def _slowly(attempt, begin, every, most):
    began = time.monotonic()
    with attempt.connect() as connection:
        connection.sendall(begin)
        connection.settimeout(every)
        while time.monotonic() < began + most:
            try:
                said = connection.recv(4096)
                attempt.note(f"ended after {time.monotonic() - began:.0f} s with {said[:12].decode(errors='replace')!r}")
                return
            except TimeoutError:
                pass
            except OSError:
                attempt.note(f"reset after {time.monotonic() - began:.0f} s")
                return
            with contextlib.suppress(OSError):
                connection.send(b"x")
    attempt.expect(False, f"it is waited for longer than {most} s")


@attack("slow-reader", short=False)
def slow_reader(attempt):
    """Twenty connections ask a thousand times and read one piece every four seconds."""
    made = attempt.connections(20, 20, wire.request("GET", "/api/v1/openapi.json", host=attempt.host) * 1000)
    for _ in range(8):
        attempt.sleep(4)
        for one in made:
            one.settimeout(0.01)
            with contextlib.suppress(OSError):
                one.recv(1448)
    close(made)


@attack("sessions-of-a-key", "M7", short=False, shared=False)
def sessions_of_a_key(attempt):
    """One key opens as many live sessions as it can."""
    made = []
    for _ in range(130):
        with contextlib.suppress(OSError):
            connection, status = attempt.websocket(LIVE, key=attempt.owner)
            if status == 101:
                made.append(connection)
    attempt.sleep(1)
    live = sum(_lives(one) for one in made)
    close(made)
    attempt.note(f"{live} of 130 sessions live")
    # The watch has four of the same user's.
    attempt.expect(96 <= live <= 100, f"{live} live sessions of one key at a time, 100 are the limit")


def _lives(connection):
    try:
        connection.settimeout(2)
        connection.sendall(wire.frame(wire.PING, b"there?"))
        return b"there?" in connection.recv(4096)
    except OSError:
        return False
