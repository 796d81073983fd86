"""Live sessions with real speech, of which every word is counted: a process of its own, so that what attackers do does not delay it.

    python sessions.py '{"url": …, "key": …, "count": 50, "recording": FILE}'

So many sessions go on at a time, over four protocols in turn; where one ends the next begins. With the end of standard input no more begin, and when the last
has ended, what came of them is printed as JSON.
"""

import asyncio
import json
import os
import pickle
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
sys.path.append(os.path.join(os.path.dirname(HERE), "faults"))
sys.path.append(os.path.join(os.path.dirname(HERE), "vendors"))

from clients import CLIENTS, stream
from count import Word, count
from gateway import dies_with_us
from scenarios import UNTIMED


class Sessions:
    """That process, as the driver sees it."""

    def __init__(self, url, key, number, recording, folder):
        self.number, self.recording = number, recording
        place = os.path.join(folder, "recording.pickle")
        with open(place, "wb") as file:
            pickle.dump(recording, file)
        self._process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), json.dumps({"url": url, "key": key, "count": number, "recording": place})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_us)

    def finish(self):
        """What came of them, when all have ended."""
        return json.loads(self._process.communicate(timeout=self.recording.seconds + 120)[0])

    def stop(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def told(self, found):
        return (f"{self.number} sessions at a time, {found['sessions']} in all: {found['lost']} of {found['spoken']} words lost, {found['doubled']} doubled, "
                f"{found['misheard']} misheard, {found['invented']} invented; a final came {found['wait_p99']:.1f} s (p99) and {found['wait_worst']:.1f} s (worst) "
                f"after its last word")

    def problems(self, found, server, key):
        """What is wrong with them, as their clients had them and as they are stored."""
        problems = list(found["problems"])
        if found["lost"] or found["doubled"]:
            problems.append(f"{found['lost']} words were lost and {found['doubled']} doubled")
        if found["sessions"] < self.number:
            problems.append(f"only {found['sessions']} sessions came about")
        missing, lost, doubled = 0, 0, 0
        deadline = time.monotonic() + 60
        for one in found["ids"]:
            transcript = stored(server, one, key, deadline)
            if transcript is None:
                missing += 1
                continue
            words = [Word(word["text"], word["start"], word["end"]) for segment in transcript["segments"] for word in segment["words"]]
            fates = count(self.recording.words, words)
            lost, doubled = lost + len(fates.lost), doubled + len(fates.doubled)
        if missing or lost or doubled:
            problems.append(f"of {len(found['ids'])} stored transcripts {missing} are not there or not complete, {lost} words are lost in them and {doubled} doubled")
        return problems


def stored(server, session, key, deadline):
    """A session's transcript once it is complete; None when time is up."""
    while True:
        status, body = server.get(f"/api/v1/sessions/{session}", key)
        if status == 200 and json.loads(body)["status"] == "complete":
            return json.loads(body)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.2)


async def speak(told):
    with open(told["recording"], "rb") as file:
        recording = pickle.load(file)
    over, heard = asyncio.Event(), []
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)

    async def one(number):
        # Words without times of their own are counted less surely.
        protocols = sorted(set(CLIENTS) - set(UNTIMED))
        protocol = protocols[number % len(protocols)]
        await asyncio.sleep(recording.seconds * number / told["count"])
        while not over.is_set():
            heard.append((protocol, await stream(protocol, told["url"], told["key"], recording.pcm)))
            if heard[-1][1].problems:
                await asyncio.sleep(1)

    tasks = [asyncio.create_task(one(number)) for number in range(told["count"])]
    await lines.read()
    over.set()
    await asyncio.gather(*tasks)
    found = {"sessions": len(heard), "spoken": 0, "lost": 0, "doubled": 0, "misheard": 0, "invented": 0, "problems": {}, "ids": []}
    waits = []
    for protocol, each in heard:
        fates = count(recording.words, each.words)
        found["spoken"] += len(recording.words)
        for name in ("lost", "doubled", "misheard", "invented"):
            found[name] += len(getattr(fates, name))
        for problem in each.problems:
            found["problems"][f"{protocol}: {problem}"] = found["problems"].get(f"{protocol}: {problem}", 0) + 1
        if each.id:
            found["ids"].append(each.id)
        finals = {}
        for word in each.words:
            finals[word.arrived] = max(finals.get(word.arrived, 0.0), word.end)
        waits += [arrived - (each.began + end) for arrived, end in finals.items()]
    ordered = sorted(waits) or [0.0]
    found["wait_p99"], found["wait_worst"] = ordered[int(len(ordered) * 0.99)], ordered[-1]
    found["problems"] = [f"{times} × {text}" for text, times in sorted(found["problems"].items(), key=lambda item: -item[1])[:12]]
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(speak(json.loads(sys.argv[1])))
