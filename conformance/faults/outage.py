"""One vendor's outage under many live sessions: all of them are reset in the same moment, and nothing but the local engine can repair.

Soniox fails, Deepgram takes over and takes no recordings. Every session must live on, and the gateway's loops must stay responsive.
"""

import asyncio
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

import aiohttp

import cell
from clients import RATE, stream
from count import Word, count
from gateway import Server
from matrix import ADDRESSES
from simulators import KEY, Simulator

SECONDS, OUTAGE_AT, SPREAD = 24.0, 10.0, 4.0
MOST_SLOW = 0.1  # seconds in which 99 of 100 are answered that GET /health


def run(sessions, recording, harken, folder):
    """What came of it, as JSON has it."""
    simulators = {"soniox": Simulator("soniox", recording.oracle), "deepgram": Simulator("deepgram", recording.oracle, ["recordings=503"])}
    server, status, said = None, 0, ""
    try:
        settings = {"HARKEN_ENGINES": "soniox,deepgram,local"}
        for vendor, simulator in simulators.items():
            settings[vendor.upper() + "_API_KEY"] = KEY
            settings |= {f"{vendor.upper()}_{name}": form.format(simulator.url) for name, form in ADDRESSES[vendor].items()}
        server = Server(harken, os.path.join(folder, "outage"), settings)
        cell.wait_for_all(server)
        found = asyncio.run(_storm(sessions, recording, server, simulators["soniox"]))
        found["processor_seconds"] = {"harken": processor(server.pid)} | {name: processor(simulator.pid) for name, simulator in simulators.items()}
        noted = simulators["deepgram"].violations
        found["violation_examples"] = noted[:5]
        violations = [f"{one['kind']}: {re.sub(r'[0-9.]+', 'N', one['detail'])}" for one in noted]
        found["violations"] = {one: violations.count(one) for one in set(violations)}
        found["log"] = sorted({re.sub(r"^\S+ |session.id=\S+|trace\S*=\S+", "", line).strip()[:160] for line in server.lines})[:40]
    finally:
        status = server.stop() if server else 0
        said = "".join(simulator.stop() for simulator in simulators.values())
    found["status"], found["simulators said"] = status, said
    # What the clients missed is a gap that they were told of, and stands in what is stored.
    found["passed"] = (found["ended_well"] == sessions and found["doubled"] == 0 and found["health"]["p99"] <= MOST_SLOW and status == 0
                       and found["unexplained"] == 0 and found["stored"] == {"incomplete": 0, "lost": 0, "doubled": 0})
    return found


def processor(pid):
    """What a process has had of the processors, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)


def p99(seconds):
    return round(sorted(seconds)[int(len(seconds) * 0.99)], 4)


async def _storm(sessions, recording, server, failing):
    pcm = recording.pcm[:int(SECONDS * RATE) * 2]
    # A word at the cut is heard or not: it does not count.
    spoken = [word for word in recording.words if word.end < SECONDS - 0.5]
    began = time.monotonic()

    async def one(number):
        await asyncio.sleep(SPREAD * number / sessions)
        return await stream("deepgram", server.url, "any", pcm)

    async def outage():
        await asyncio.sleep(SPREAD + OUTAGE_AT)
        async with aiohttp.ClientSession() as session, session.post(failing.url + "/_outage?seconds=3600") as answer:
            return time.monotonic(), (await answer.json())["reset"]

    # In a process of its own: the clients' loop is busy.
    watch = subprocess.Popen([sys.executable, os.path.abspath(__file__), server.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    breaking = asyncio.create_task(outage())
    heard = await asyncio.gather(*(one(number) for number in range(sessions)))
    answers = json.loads(watch.communicate()[0])
    failed_at, reset = await breaking
    began_mending = time.monotonic()
    transcripts = await asyncio.to_thread(stored, server, [each.id for each in heard])
    mended = time.monotonic() - began_mending
    waits, lost, doubled, misheard, unexplained, problems = [], 0, 0, 0, 0, {}
    kept = {"incomplete": 0, "lost": 0, "doubled": 0}
    for each in heard:
        found = count(spoken, [word for word in each.words if word.start < SECONDS - 0.6])
        transcript = transcripts.get(each.id) or {"status": "absent", "segments": []}
        words = [Word(word["text"], word["start"], word["end"]) for segment in transcript["segments"] for word in segment["words"]]
        found_stored = count(spoken, [word for word in words if word.start < SECONDS - 0.6])
        kept["incomplete"] += transcript["status"] != "complete"
        kept["lost"] += len(found_stored.lost)
        kept["doubled"] += len(found_stored.doubled)
        recovered = [(segment["start"], segment["end"]) for segment in transcript["segments"] if segment["recovered"]]
        unexplained += sum(not any(start - 0.5 <= word.middle <= end + 0.5 for start, end in recovered) for word in found.lost)
        lost, doubled, misheard = lost + len(found.lost), doubled + len(found.doubled), misheard + len(found.misheard)
        for problem in each.problems:
            text = re.sub(r"[\d.]+", "N", problem)[:120]
            problems[text] = problems.get(text, 0) + 1
        after = [word.arrived - max(failed_at, each.began + word.end) for word in each.words if word.arrived > failed_at]
        waits.append(max(after, default=0.0))
    before, during = [seconds for asked, seconds in answers if asked < failed_at], [seconds for asked, seconds in answers if asked >= failed_at]
    with open(f"/proc/{server.pid}/status") as file:
        memory = int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) // 1024
    metrics = server.get("/metrics")[1].decode()
    return {
        "sessions": sessions, "reset": reset, "ended_well": sum(not each.problems for each in heard), "problems": problems,
        "spoken": len(spoken) * sessions, "lost": lost, "doubled": doubled, "misheard": misheard,
        # Words that a client missed and that were not in a gap; what is stored once all is mended, and how long that took.
        "unexplained": unexplained, "stored": kept, "mended_after": round(mended, 1),
        "wait": {"median": round(statistics.median(waits), 2), "worst": round(max(waits), 2)},
        "health": {"before_p99": p99(before), "before_worst": round(max(before), 4), "p99": p99(during), "worst": round(max(during), 4)},
        "memory_peak_mb": memory, "seconds": round(time.monotonic() - began, 1),
        "metrics": dict(line.rsplit(" ", 1) for line in metrics.splitlines() if re.match(r"harken_\w*(gap|repair|engine_stream)", line)),
    }


def stored(server, ids, seconds=240):
    """The stored transcripts, once all are complete, or when time is up."""
    deadline, found = time.monotonic() + seconds, {}
    while True:
        for one in ids:
            if one and found.get(one, {}).get("status") != "complete":
                status, body = server.get(f"/api/v1/sessions/{one}")
                if status == 200:
                    found[one] = json.loads(body)
        if time.monotonic() > deadline or all(found.get(one, {}).get("status") == "complete" for one in ids):
            return found
        time.sleep(0.5)


def show(found):
    wait, health = found["wait"], found["health"]
    print(f"\nan outage under {found['sessions']} live sessions, repairs local: {found['ended_well']} ended well; {found['lost']} of "
          f"{found['spoken']} words lost, {found['doubled']} doubled, {found['misheard']} misheard; longest wait for a final since the outage "
          f"{wait['worst']:.1f} s (median session {wait['median']:.1f} s); GET /health p99 {health['p99'] * 1000:.0f}, worst "
          f"{health['worst'] * 1000:.0f} ms (before the outage {health['before_p99'] * 1000:.0f}, {health['before_worst'] * 1000:.0f}); "
          f"{found['memory_peak_mb']} MB at most; load {found['load']:.1f}; {'ok' if found['passed'] else 'FAIL'}")
    kept = found["stored"]
    print(f"      of the words that clients missed, {found['unexplained']} were in no gap; stored after {found['mended_after']:.0f} s more: "
          f"{kept['incomplete']} transcripts incomplete, {kept['lost']} words lost, {kept['doubled']} doubled")
    print("      processor seconds: " + ", ".join(f"{name} {seconds}" for name, seconds in found["processor_seconds"].items()))
    for problem, times in sorted(found["problems"].items(), key=lambda item: -item[1])[:6]:
        print(f"      {times} × {problem}")
    for violation, times in found["violations"].items():
        print(f"      violation, {times} ×: {violation}")


def watch(url):
    """Asks for /health until standard input ends, and prints when it asked and how long each answer took."""
    over, answers = threading.Event(), []
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    asker = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
    while not over.is_set():
        asked = time.monotonic()
        asker.request("GET", "/health")
        asker.getresponse().read()
        answers.append((asked, time.monotonic() - asked))
        time.sleep(0.02)
    print(json.dumps(answers))


if __name__ == "__main__":
    watch(sys.argv[1])
