"""What is sent without end while nothing is read, and what is sent before anybody has shown a key."""

import time

import wire
from attempt import attack, close

OPEN_SOCKETS = ("/transcribe-websocket", "/ws/transcribe", "/v4/web/listen")  # that wait for a credential in a message


@attack("pipelined-requests", "H1")
def pipelined(attempt):
    """One connection asks for the same document again and again and reads no answer."""
    sent = 0
    for number, target in enumerate(("/api/v1/openapi.json", "/metrics", "/ready")):
        with attempt.connect(number, receive_buffer=4096) as connection:
            asked = wire.request("GET", target, host=attempt.host)
            sent += wire.flood(connection, asked * 1000, attempt.seconds(12, 4) if number == 0 else attempt.seconds(6, 2), most=60_000 * len(asked))
    attempt.note(f"{sent / 1e6:.1f} MB of requests taken")


@attack("pipelined-by-many", "H1", short=False)
def pipelined_by_many(attempt):
    """A hundred connections of as many addresses ask and read no answer."""
    made = attempt.connections(100, 100)
    asked, ends = wire.request("GET", "/api/v1/openapi.json", host=attempt.host) * 200, time.monotonic() + 15
    while made and time.monotonic() < ends:
        for one in made:
            one.setblocking(False)
            try:
                one.send(asked)
            except OSError:
                pass
        time.sleep(0.05)
    close(made)


@attack("unread-pings", "M1")
def unread_pings(attempt):
    """WebSocket pings before any credential, whose pongs are not read."""
    sent = 0
    for number, target in enumerate(OPEN_SOCKETS):
        connection, status = attempt.websocket(target, number=number, receive_buffer=4096)
        attempt.equal(f"{target} without a credential", status, 101, 401)
        sent += wire.flood(connection, wire.frame(wire.PING, bytes(125)) * 2000, attempt.seconds(5, 2), most=262_000_000)
        close([connection])
    attempt.note(f"{sent / 1e6:.0f} MB of pings taken")


@attack("unread-pings-of-a-session", "M1", short=False)
def unread_pings_of_a_session(attempt):
    """The same with a key, on a live session."""
    connection, status = attempt.websocket("/v1/listen?encoding=linear16&sample_rate=16000", key=attempt.owner, receive_buffer=4096)
    attempt.equal("a live session", status, 101)
    sent = wire.flood(connection, wire.frame(wire.PING, bytes(125)) * 2000, 5, most=262_000_000)
    close([connection])
    attempt.note(f"{sent / 1e6:.0f} MB of pings taken")


@attack("early-messages", "M2")
def early_messages(attempt):
    """Forty clients without a key send 15 MB of a message each."""
    _early(attempt, addresses=1)


@attack("early-messages-by-many", "M2", short=False)
def early_messages_by_many(attempt):
    """The same from forty addresses, in fragments."""
    _early(attempt, addresses=40, is_fragmented=True)


def _early(attempt, addresses, is_fragmented=False):
    size, piece = 15_000_000, b"x" * 65_536
    made, sent = [], 0
    for number in range(40):
        try:
            connection, status = attempt.websocket(OPEN_SOCKETS[number % len(OPEN_SOCKETS)], number=number % addresses)
        except OSError:
            continue
        if status == 101:
            if not is_fragmented:
                # The head of a frame of 16 MB, of which the last byte never comes.
                connection.sendall(b"\x81\xff" + (16_000_000).to_bytes(8, "big") + bytes(4))
            made.append(connection)
    ends, begun = time.monotonic() + attempt.seconds(8, 4), {id(one): 0 for one in made}
    pieces = {True: wire.frame(wire.TEXT, piece, is_final=False), False: wire.frame(0, piece, is_final=False)}
    for one in made:
        one.setblocking(False)
    while time.monotonic() < ends:
        for one in made:
            if begun[id(one)] >= size:
                continue
            try:
                # A frame that is sent in part breaks its connection: that is judged as held back.
                begun[id(one)] += one.send(pieces[begun[id(one)] == 0] if is_fragmented else piece)
            except BlockingIOError:
                pass
            except OSError:
                begun[id(one)] = size
        time.sleep(0.002)
        sent = sum(begun.values())
    attempt.note(f"{len(made)} clients, {sent / 1e6:.0f} MB sent or refused")
    close(made)


@attack("early-crowd", "M2", short=False)
def early_crowd(attempt):
    """Fifteen hundred clients without a key, of 250 addresses, that hold 60 KB of a message each."""
    made = []
    for number in range(1500):
        try:
            connection, status = attempt.websocket(OPEN_SOCKETS[number % len(OPEN_SOCKETS)], number=number % 250, timeout=3)
            if status == 101:
                connection.sendall(b"\x81\xfe" + (64_000).to_bytes(2, "big") + bytes(4) + b"x" * 60_000)
            made.append(connection)
        except OSError:
            pass
    attempt.note(f"{len(made)} clients")
    attempt.sleep(2)
    close(made)
