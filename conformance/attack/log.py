"""Attacks on the log."""

import concurrent.futures
import time

import wire
from attempt import attack, close


# Wrong keys are not slowed here: it is their lines that are to come.
@attack("undrained-log", "M3", settings={"HARKEN_WRONG_KEY_SECONDS": "0"})
def undrained_log(attempt):
    """Nobody reads the log while a stranger shows wrong keys and methods of 15,000 letters."""
    server = attempt.server
    written = len(server.lines)
    server.leave_log()
    wrong = wire.request("GET", "/v2/transcript", {"Authorization": "wrong-key"}, host=attempt.host)
    long = wire.request("A" * 15_000, "/v2/transcript", host=attempt.host)
    refused = _pipeline(attempt, wrong, 2000)
    methods = _pipeline(attempt, long, attempt.count(600, 200))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answered = sum(pool.map(lambda _: attempt.status("GET", "/health", timeout=60, number=9) == 200, range(8)))
    attempt.expect(answered == 8, f"{8 - answered} of 8 new connections got no answer to /health while nobody read the log")
    server.read_log()
    attempt.sleep(1.5)
    lines = server.lines[written:]
    longest = max(map(len, lines), default=0)
    attempt.note(f"{refused} + {methods} requests answered, {len(lines)} lines of log, the longest has {longest} characters")
    attempt.expect(longest < 2000, f"a line of the log has {longest} characters")


@attack("long-methods", "M3")
def long_methods(attempt):
    """Requests with a method of 15,000 letters, and how much log each makes."""
    written, count = len(attempt.server.lines), 50
    for _ in range(count):
        attempt.status("A" * 15_000, "/v2/transcript")
    attempt.sleep(0.5)
    each = sum(map(len, attempt.server.lines[written:])) / count
    attempt.note(f"{each:.0f} characters of log for a request")
    attempt.expect(each < 1000, f"{each:.0f} characters of log for each request")


def _pipeline(attempt, asked, count):
    """How many of so many requests, sent on new connections in batches, were answered."""
    answered, sent, ends = 0, 0, time.monotonic() + 5
    while sent < count and time.monotonic() < ends:
        try:
            with attempt.connect(timeout=3) as connection:
                size = min(50, count - sent)
                sent += size
                connection.sendall(asked * size)
                answers = wire.Answers(connection)
                while size and (answer := answers.next()):
                    size, answered = size - 1, answered + 1
                    if answer.header("Connection") == "close":
                        break
        except OSError:
            pass
    return answered


@attack("wrong-keys", "L10")
def wrong_keys(attempt):
    """Wrong keys as fast as they are taken, on four connections."""
    asked, seconds = wire.request("GET", "/v2/transcript", {"Authorization": "wrong-key"}, host=attempt.host), attempt.seconds(6, 3)
    made = attempt.connections(4)
    for one in made:
        one.settimeout(1)
    answers, ends, buffered = {}, time.monotonic() + seconds, {}
    while made and time.monotonic() < ends:
        for one in list(made):
            try:
                one.sendall(asked * 20)
                data = one.recv(1 << 20)
                if not data:
                    raise OSError
                data = buffered.pop(one, b"") + data
                for part in data.split(b"HTTP/1.1 ")[1:]:
                    answers[part[:3].decode()] = answers.get(part[:3].decode(), 0) + 1
            except OSError:
                close([one])
                made.remove(one)
                made += attempt.connections(1)
    close(made)
    rate = answers.get("401", 0) / seconds
    attempt.note(f"{rate:.0f} wrong keys/s judged, answers {answers}")
    attempt.expect(set(answers) <= {"401", "429", "503"}, f"wrong keys were answered with {answers}")
    # A key that is right is served meanwhile, from another address.
    attempt.equal("a right key during and after", attempt.status("GET", "/v2/transcript", key=attempt.owner, number=7), 200)
    attempt.expect(rate <= 2000, f"{rate:.0f} wrong keys of one address are judged in a second: they are not slowed")
