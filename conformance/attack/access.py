"""Who may do what: keys, scopes, pages, proxies."""

import json
import os
import re
import subprocess
import time

import websockets

import wire
from attempt import attack, close
from gateway import make_key
from speech import Speaker

GUIDE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs", "security.md")


@attack("device-key", "H2")
def device_key(attempt):
    """Keys of a device, good for live audio or reading alone, read and delete what their user has stored."""
    for scope, allowed in (("listen", ()), ("read", ("list", "read", "sentences"))):
        made = attempt.ask("POST", "/v2/transcript", {"Content-Type": "application/json"},
                           json.dumps({"audio_url": "https://example.com/a.wav"}).encode(), key=attempt.owner)
        if not attempt.expect(made and made.status == 200, f"the owner's order is answered with {made and made.status}"):
            return
        id_ = json.loads(made.body)["id"]
        key = attempt.key("--user", "ann", "--scope", scope)
        asked = {"list": ("GET", "/v2/transcript"), "read": ("GET", f"/v2/transcript/{id_}"), "sentences": ("GET", f"/v2/transcript/{id_}/sentences"),
                 "delete": ("DELETE", f"/v2/transcript/{id_}")}
        for what, (method, target) in asked.items():
            status = attempt.status(method, target, key=key)
            refused = status == 403
            attempt.expect(refused != (what in allowed), f"--scope {scope}: {what} is answered with {status}")
        kept = attempt.ask("GET", f"/v2/transcript/{id_}", key=attempt.owner)
        attempt.expect(kept and b"Deleted by user" not in kept.body, f"--scope {scope}: the owner's transcript is gone")


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "speech.example", "X-Forwarded-Proto": "https", "Forwarded": "for=203.0.113.9;proto=https",
             "X-Real-IP": "203.0.113.9", "Via": "1.1 proxy.example"}
LIVE = "/v1/listen?encoding=linear16&sample_rate=16000"


@attack("forwarded-headers", "M4", keys=False)
def forwarded_headers(attempt):
    """What a reverse proxy on the same machine passes on to a gateway without keys."""
    attempt.equal("without such headers", attempt.status("GET", "/v2/transcript"), 200)
    for name, value in FORWARDED.items():
        attempt.equal(f"GET with {name}", attempt.status("GET", "/v2/transcript", {name: value}), 401, 403)
        connection, status = attempt.websocket(LIVE, {name: value})
        attempt.equal(f"a WebSocket with {name}", status, 401, 403)
        close([connection])
    attempt.sleep(0.3)
    attempt.expect(any("roxy" in line or "orwarded" in line for line in attempt.server.lines), "the log does not say why")


@attack("pages", "M10", keys=False)
def pages(attempt):
    """A page of another site asks a gateway without keys, for /metrics and /ready too."""
    for target in ("/metrics", "/ready", "/v2/transcript", "/api/v1/openapi.json"):
        for headers, host in (({"Origin": "https://evil.example"}, None), ({}, "evil.example"), ({"Origin": "null"}, None)):
            if target == "/api/v1/openapi.json":
                continue
            attempt.equal(f"{target} with {headers or host}", attempt.status("GET", target, headers, host=host), 403)
        answer = attempt.ask("GET", target, {"Origin": "http://127.0.0.1:3000"})
        if target in ("/metrics", "/ready"):
            attempt.expect(answer and answer.header("Access-Control-Allow-Origin") is None, f"{target} has a CORS header")
    # What an <img> of a foreign page does.
    attempt.equal("Sec-Fetch-Site: cross-site without an Origin", attempt.status("GET", "/v2/transcript", {"Sec-Fetch-Site": "cross-site"}), 403)
    attempt.equal("Sec-Fetch-Site: same-origin", attempt.status("GET", "/v2/transcript", {"Sec-Fetch-Site": "same-origin"}), 200)


@attack("answer-headers", "L9")
def answer_headers(attempt):
    """What answers lack that a browser needs to keep them to their user."""
    for target in ("/v2/transcript", "/api/v1/sessions/00000000-0000-4000-8000-000000000000", "/api/v1/conversations"):
        answer = attempt.ask("GET", target, key=attempt.owner)
        if attempt.expect(answer is not None, f"{target}: no answer"):
            attempt.expect(answer.header("X-Content-Type-Options") == "nosniff", f"{target}: X-Content-Type-Options is {answer.header('X-Content-Type-Options')}")
            attempt.expect("no-store" in (answer.header("Cache-Control") or ""), f"{target}: Cache-Control is {answer.header('Cache-Control')}")
    for target in ("/metrics", "/ready"):
        answer = attempt.ask("GET", target, {"Origin": "https://evil.example"})
        attempt.expect(answer and answer.header("Access-Control-Allow-Origin") is None, f"{target} has a CORS header")


@attack("first-key", "L3", keys=False, watched=0)
def first_key(attempt):
    """A session that was opened without a key goes on after the first key was made."""
    with Speaker(attempt) as speaker:
        speaker.speak(1)
        attempt.key()
        attempt.equal("a request without a key", attempt.status("GET", "/v2/transcript"), 401)
        began = time.monotonic()
        while time.monotonic() < began + 6 and speaker.is_open():
            try:
                speaker.speak(0.2)
            except websockets.ConnectionClosed:
                speaker.is_open()
                break
        attempt.expect(speaker.code is not None, "the session that was opened without a key is still there after 6 s")
        attempt.note(f"closed with {speaker.code} after {time.monotonic() - began:.1f} s")


@attack("keys-in-queries", "L12")
def keys_in_queries(attempt):
    """Keys in a query, right and wrong, must not be in the log."""
    wrong = "hk_" + wire.nonce()[:40]
    attempt.secrets.append(wrong)
    for key in (attempt.owner, wrong):
        for target in (f"/v3/ws?sample_rate=16000&token={key}", f"/v1/listen?token={key}", f"/v4/listen?ticket={key}", f"/{key}?{key}"):
            connection, status = attempt.websocket(target)
            close([connection])
            if not target.startswith(f"/{key}"):
                attempt.status("GET", target)
    attempt.status("GET", "/v2/transcript", {"Authorization": wrong, "X-Request-Id": "forged\tline"})


@attack("wrong-credentials", short=False, settings={"HARKEN_WRONG_KEY_SECONDS": "0"})
def wrong_credentials(attempt):
    """No key, a revoked one, one that has ended, and one cut short, on routes of every kind."""
    revoked, ended = attempt.key("--user", "ann"), attempt.key("--user", "ann", "--expires", "1h")
    listed = subprocess.run([attempt.context.harken, "keys", "list", "--json", "--data", attempt.server.data], capture_output=True, text=True, timeout=60)
    ids = [one["id"] for one in json.loads(listed.stdout)]
    subprocess.run([attempt.context.harken, "keys", "revoke", ids[1], "--data", attempt.server.data], capture_output=True, timeout=60)
    attempt.sleep(1.2)
    found = [key for key in (revoked, ended) if attempt.status("GET", "/v2/transcript", key=key) == 401]
    attempt.equal("keys that are refused after one was revoked", len(found), 1)
    for target in ("/v2/transcript", "/api/v1/conversations", "/v1/models", "/v3/token?expires_in_seconds=60"):
        for key in (None, *found, attempt.owner[:-1], attempt.owner.swapcase(), attempt.owner + "\0", "hk_" + "0" * 43):
            attempt.expect(attempt.status("GET", target, key=key) in (400, 401), f"{target} lets in {key and key[:6]!r}…")


# What a request to a route of the guide needs to be judged by its scope and not by what is wrong with it.
QUERIES = {"/v1/listen": "?encoding=linear16&sample_rate=16000", "/v2/listen": "?model=flux-general-en&encoding=linear16&sample_rate=16000",
           "/v3/ws": "?sample_rate=16000", "/v1/realtime": "?intent=transcription", "/v4/listen": "?codec=opus&sample_rate=16000", "/api/v1/search": "?q=moonlit",
           "/v3/token": "?expires_in_seconds=60"}
OPENINGS = {"/ws/transcribe": '{"type":"auth","token":"KEY"}', "/v4/web/listen": '{"type":"auth","token":"KEY"}',
            "/transcribe-websocket": '{"api_key":"KEY","model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}'}
BODIES = {"POST /api/v1/tickets": '{"path":"/v1/listen"}', "POST /v1/listen": "audio", "POST /v2/upload": "audio"}
SCOPES = ("listen", "transcribe", "read", "write", "admin")


def table_of_the_guide():
    """Each route of the guide's table, as its method and path, with the scopes that are good for it."""
    with open(GUIDE) as file:
        rows = re.findall(r"^\| (`(?:WS|GET|POST|PUT|PATCH|DELETE) [^|]*) \| ([^|]*) \|$", file.read(), re.MULTILINE)
    return {route: set(re.findall(r"`(\w+)`", scopes)) for routes, scopes in rows for route in re.findall(r"`([^`]+)`", routes)}


@attack("guide", alone=True)
def guide(attempt):
    """Settings that docs/security.md names stand in the tables of docs/configuration.md, where their meaning is said."""
    with open(GUIDE) as security, open(os.path.join(os.path.dirname(GUIDE), "configuration.md")) as reference:
        named, known = set(re.findall(r"`(HARKEN_\w+)", security.read())), reference.read()
    for name in sorted(named):
        attempt.expect(re.search(rf"^\|[^|]*`{name}`", known, re.MULTILINE), f"{name} is not in the tables of docs/configuration.md")
    attempt.note(f"{len(named)} settings")


@attack("scopes", "H2", alone=True)
def scopes(attempt):
    """Every route that docs/security.md names with a key of each scope, and every route of the API by what it says of itself."""
    server, table = attempt.start({"HARKEN_WRONG_KEY_SECONDS": "0"}), table_of_the_guide()
    attempt.expect(len(table) > 50, f"the guide's table has {len(table)} routes")
    keys, leavers = ({scope: make_key(attempt.context.harken, server.data, "--user", user(scope), "--scope", scope) for scope in SCOPES}
                     for user in (lambda scope: "ann", lambda scope: f"leaves-{scope}"))
    attempt.secrets += [*keys.values(), *leavers.values()]
    attempt.sleep(1.2)
    said = json.loads(attempt.ask("GET", "/api/v1/openapi.json").body)
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            route, wanted = f"{method.upper()} {path}", set(operation.get("x-scopes", ()))
            # Who may change may read.
            wanted |= {"write"} if "read" in wanted else set()
            if wanted:
                attempt.expect(table.get(route) == wanted, f"{route} is for {sorted(wanted)}; the guide says {sorted(table.get(route, ()))}")
    count = 0
    for route, wanted in table.items():
        method, path = route.split(" ")
        target = re.sub(r"\{provider\}", "deepgram", path)
        target = re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", target) + QUERIES.get(path, "")
        # The keys of a user who is deleted are revoked, so each of these keys has a user of its own.
        for scope, key in (leavers if route == "DELETE /api/v1/users/me" else keys).items():
            count += 1
            if method == "WS":
                refused, got = _socket_refuses(attempt, target, OPENINGS.get(path), key)
            else:
                got = attempt.status(method, target, {"Content-Type": "application/json"}, BODIES.get(route, "{}").encode() if method != "GET" else b"", key=key)
                refused = got == 403
            attempt.expect(got is not None and got != 401, f"{route} with --scope {scope}: {got}")
            attempt.expect(refused != (scope in wanted), f"{route} with --scope {scope}: {got}; the guide says {', '.join(sorted(wanted))}")
    attempt.note(f"{len(table)} routes, {count} requests")


def _socket_refuses(attempt, target, opening, key):
    """Whether a WebSocket is refused, and the status or close code."""
    connection, status = attempt.websocket(target, key=None if opening else key)
    try:
        if status != 101:
            return True, status
        if opening:
            connection.sendall(wire.frame(wire.TEXT, opening.replace("KEY", key).encode()))
        code = wire.close_code(connection, 0.7)
        return code is not None, code or 101
    finally:
        close([connection])
