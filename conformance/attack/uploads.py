"""Uploads that would fill the disk."""

import os
import threading
import time

import wire
from attempt import attack, close

MB = 1 << 20
SMALL = {"HARKEN_SPOOL_BYTES": str(48 * MB), "HARKEN_USER_SPOOL_BYTES": str(32 * MB), "HARKEN_UPLOAD_BYTES": str(48 * MB),
         "HARKEN_USER_UPLOAD_BYTES": str(32 * MB), "HARKEN_UPLOADS_PER_KEY": "8"}


@attack("announced-uploads", "M6")
def announced_uploads(attempt):
    """One key announces forty uploads of 2 GB each, and a stranger as many."""
    for who, key in (("a key", attempt.owner), ("a stranger", None)):
        begin = wire.request("POST", "/v1/listen", {**({"Authorization": "Token " + key} if key else {}), "Content-Type": "audio/wav",
                                                    "Content-Length": "1999999999", "Expect": "100-continue"}, host=attempt.host)
        made, statuses = attempt.connections(40, 1, begin), {}
        for one in made:
            one.settimeout(3)
            try:
                said = one.recv(4096)[9:12].decode()
            except OSError:
                said = "silence"
            statuses[said] = statuses.get(said, 0) + 1
        attempt.note(f"{who}: {statuses}")
        accepted = statuses.get("100", 0) + statuses.get("silence", 0)
        attempt.expect(accepted <= (16 if key else 0), f"{who} may begin {accepted} of 40 uploads of 2 GB")
        close(made)


@attack("chunked-uploads", "M6", settings=SMALL)
def chunked_uploads(attempt):
    """One key sends chunked uploads without end to a gateway whose spool may have 48 MB, and 32 MB of one user."""
    other = attempt.key("--user", "carol")
    most, over, made, statuses = [0], threading.Event(), [], {}

    def look():
        while not over.wait(0.05):
            most[0] = max(most[0], _size(os.path.join(attempt.server.data, "spool")) + _size(os.path.join(attempt.server.data, "uploads")))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    piece = b"%x\r\n" % MB + bytes(MB) + b"\r\n"
    targets = {"/v1/listen": "Token " + attempt.owner, "/v2/upload": attempt.owner}
    for number in range(20):
        target = list(targets)[number % 2]
        made += attempt.connections(1, 1, wire.request("POST", target, {"Authorization": targets[target], "Content-Type": "audio/wav",
                                                                        "Transfer-Encoding": "chunked"}, host=attempt.host))
    ends, sent, ended = time.monotonic() + attempt.seconds(8, 4), 0, set()
    for one in made:
        one.setblocking(False)
    rest = {one: b"" for one in made}
    while time.monotonic() < ends and sent < 400 * MB:
        for one in made:
            if one in ended:
                continue
            try:
                rest[one] = rest[one] or piece
                count = one.send(rest[one][:1 << 17])
                sent, rest[one] = sent + count, rest[one][count:]
            except BlockingIOError:
                pass
            except OSError:
                ended.add(one)
        time.sleep(0.002)
    # What came does not keep others out.
    body = bytes(200_000)
    status = attempt.status("POST", "/v1/listen?encoding=linear16&sample_rate=16000", {"Content-Type": "audio/raw"}, body, key=other, number=5)
    for one in made:
        one.settimeout(0.2)
        try:
            said = one.recv(4096)[9:12].decode() or "closed"
        except TimeoutError:
            said = "silence"
        except OSError:
            said = "reset"
        statuses[said] = statuses.get(said, 0) + 1
    over.set()
    looking.join()
    close(made)
    attempt.note(f"{sent / MB:.0f} MB sent, at most {most[0] / MB:.0f} MB in the folders, answers {statuses}, another user's recording {status}")
    attempt.expect(most[0] <= 64 * MB, f"{most[0] / MB:.0f} MB of one user's uploads are on the disk, 32 in the spool and 32 uploaded are allowed")
    attempt.expect(status not in (None, 413, 429, 503, 507), f"another user's recording is answered with {status}")
    attempt.sleep(1)
    left = _size(os.path.join(attempt.server.data, "spool"))
    attempt.expect(left < MB, f"{left / MB:.0f} MB stay in the spool when the clients are gone")


def _size(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                pass
    return total
