"""Kills and stops `harken serve` while six sessions speak, starts it again, and judges each session by its exact words.

A vendor of this driver hears the sessions (counting_vendor.py): what each of them said is known word by word, at any speed and on any machine. Two
sessions speak Deepgram's protocol, two AssemblyAI's, and two are conversations over `/listen`. Audio goes as fast as the gateway takes it. Of every
second stream the vendor hears the first words only, so that words are left to the recovery on any machine. In turn the gateway

- is killed (`kill -9`) when every client has been shown its fifth word, and once more while the next one recognizes the missing audio;
- is stopped (SIGTERM) at the fifth word, while half of the clients go on speaking;
- is stopped, and ended at once by a second SIGTERM;
- is killed in the middle of a word while two clients of `/listen` speak that keep their audio: they come back to the next gateway, and have each word once,
  whether they have kept all of it or only the last words.

After each of them, the next gateway must have of each session every word that was shown, as it was shown, and every word of the audio that was taken,
once and in order, and no gap. The conversations go on, and are completed when their clients end them. At the end the journal is empty, and no key is in
a log.

With real speech and several engines, conformance/crash.py asks the same.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import threading
import uuid

import websockets
from aiohttp import web

HERE = os.path.dirname(os.path.abspath(__file__))

import counting_vendor
from counting_vendor import RATE, TURN, Stream
from crash import Judge, journalled, same_words, transcript, words_of
from gateway import Server, ServerError, make_key
from hang import HANG, wait_for_all, wait_for_fact

KEY = "the-vendor's-key"
FIFTH = 5  # words that every client is shown before the gateway ends
HEARD = TURN * -(-FIFTH // TURN)  # words that a deaf stream hears: AssemblyAI's protocol shows whole turns
SPOKEN = 12  # words that a client says before the gateway ends
MORE = 16  # words in all of a client that speaks on
WORD = 2 * (counting_vendor.WORD + counting_vendor.PAUSE)  # bytes of a word and the pause behind it
BITTEN = WORD // 5  # bytes of the next word, which the end of the audio cuts through
FRAME = RATE // 5  # bytes of a message: 100 ms
PROTOCOLS = ("deepgram", "assemblyai", "listen")
CODES = {"deepgram": 1001, "assemblyai": 3005, "listen": 1001}  # of sessions that a gateway ends because it goes down


class Vendor:
    """The counting vendor, in a thread of this process. It can hold back its answers to recordings, and turn a deaf ear to every second stream."""

    def __init__(self):
        self.asked, self.is_deaf, self.streams, self.strangers = threading.Event(), True, 0, 0
        self._loop = asyncio.new_event_loop()
        self._answers, started = asyncio.Event(), threading.Event()
        self._answers.set()

        def run():
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._start())
            started.set()
            self._loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        if not started.wait(HANG):
            raise ServerError("the counting vendor does not start")

    async def _start(self):
        app = web.Application(client_max_size=1 << 30)
        app.add_routes([web.get("/v1/listen", self._live), web.post("/v1/listen", self._recording)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=64).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def hold_back(self):
        """Holds answers to recordings back; `asked` is set when the next recording is there."""
        self._loop.call_soon_threadsafe(self._answers.clear)
        self.asked.clear()

    def answer(self):
        self._loop.call_soon_threadsafe(self._answers.set)

    def _know(self, request):
        if request.headers.get("Authorization") != "Token " + KEY:
            self.strangers += 1
            raise web.HTTPUnauthorized

    async def _live(self, request):
        self._know(request)
        socket = web.WebSocketResponse(compress=False, max_msg_size=0, timeout=HANG)
        await socket.prepare(request)
        self.streams += 1
        stream = Stream(socket, {"seconds": 0.0}, dict(request.query))
        if self.is_deaf and self.streams % 2 == 0:
            heard = stream.heard

            async def first(channel, word, *place):
                if word <= HEARD:
                    await heard(channel, word, *place)

            stream.heard = first
        try:
            await stream.run()
        except ConnectionError:
            pass
        return socket

    async def _recording(self, request):
        self._know(request)
        try:
            data, options = await request.read(), dict(request.query)
        except ConnectionError:
            raise web.HTTPBadRequest from None  # the gateway was killed
        self.asked.set()
        await self._answers.wait()
        found = counting_vendor.recorded(data, options)
        if found is None:
            raise web.HTTPBadRequest
        return web.json_response(counting_vendor.answer(*found, options))


class Client:
    """One session: what was sent, and every word that was shown as final."""

    def __init__(self, number, key, words=SPOKEN, first=0, device=None):
        self.number, self.key, self.dialect = number, key, PROTOCOLS[number % len(PROTOCOLS)]
        self.first, self.words, self.device = first, words, device or str(uuid.uuid4())
        self.audio = counting_vendor.audio(first + words + 1)[first * WORD:(first + words) * WORD + BITTEN]
        # Bytes that were sent, and bytes of them that came before the gateway was ended; samples that the gateway has of it, where that is known.
        self.sent, self.said, self.taken = 0, 0, None
        self.id, self.conversation, self.code, self.problem = None, None, None, None
        self.turns, self.segments, self.events = {}, {}, []
        self.changed = asyncio.Event()

    def __str__(self):
        return f"session {self.number} ({self.dialect}, {self.id}; sent {self.sent / WORD:.1f} words, shown {' '.join(self.shown_words) or 'none'})"

    @property
    def shown(self):
        """The words with their times and turns, as `same_words` of crash.py takes them."""
        return [word for _, turn in sorted(self.turns.items()) for word in turn]

    @property
    def shown_words(self):
        if self.dialect == "listen":
            return [word for one in sorted(self.segments.values(), key=lambda one: one["start"]) for word in one["text"].split()]
        return [word[0] for word in self.shown]

    def address(self, url):
        query = {
            "deepgram": f"/v1/listen?encoding=linear16&sample_rate={RATE}&punctuate=true&interim_results=true",
            "assemblyai": f"/v3/ws?sample_rate={RATE}&encoding=pcm_s16le&format_turns=true",
            "listen": f"/v4/listen?codec=pcm16&sample_rate={RATE}&source=desktop&device_id={self.device}&conversation_timeout=14400",
        }[self.dialect]
        return url.replace("http", "ws", 1) + query

    async def open(self, url):
        scheme = {"deepgram": "Token ", "assemblyai": "", "listen": "Bearer "}[self.dialect]
        self.socket = await websockets.connect(
            self.address(url), additional_headers={"Authorization": scheme + self.key}, max_size=None, proxy=None, open_timeout=HANG,
            ping_interval=None)
        self.id = self.socket.response.headers.get("X-Harken-Session")
        self.reader = asyncio.create_task(self.read())

    async def send(self, until):
        """Sends audio as fast as it is taken. Returns false when the session ended before."""
        try:
            while self.sent < until:
                piece = self.audio[self.sent:min(self.sent + FRAME, until)]
                await self.socket.send(piece)
                self.sent += len(piece)
        except websockets.ConnectionClosed:
            return False
        return True

    async def speak(self):
        """Says all its words. Afterwards the gateway has taken them: it answers a ping that came behind them."""
        await self.send(len(self.audio))
        await (await self.socket.ping())
        self.said = self.sent

    async def speak_on(self):
        """Says more words, until the gateway ends the session."""
        self.audio += counting_vendor.audio(MORE)[len(self.audio):]
        await self.send(len(self.audio))

    async def read(self):
        try:
            async for text in self.socket:
                if text != "ping":
                    self.take(json.loads(text))
                    self.changed.set()
            self.code = self.socket.close_code
        except websockets.ConnectionClosed as error:
            self.code = error.rcvd.code if error.rcvd else None
        except Exception as error:  # what else goes wrong is a finding
            self.problem = f"{type(error).__name__}: {error}"
        self.changed.set()

    def take(self, said):
        if isinstance(said, list):
            self.segments.update({one["id"]: one for one in said})
            return
        self.events.append(said)
        if said["type"] == "Results" and said["is_final"]:
            turn = sum(1 for one in self.events if one.get("speech_final")) - bool(said["speech_final"])
            words = said["channel"]["alternatives"][0]["words"]
            self.turns.setdefault(turn, []).extend((word["punctuated_word"], word["start"], word["end"], turn) for word in words)
        elif said["type"] == "Turn":
            # Each message has all words of its turn.
            turn = said["turn_order"]
            self.turns[turn] = [(word["text"], word["start"] / 1000, word["end"] / 1000, turn) for word in said["words"] if word["word_is_final"]]
        elif said["type"] == "conversation_session":
            self.conversation = said["conversation_id"]
        elif said["type"] == "segments_deleted":
            for id_ in said["segment_ids"]:
                self.segments.pop(id_, None)
        elif said["type"] == "Error" and said.get("error_code") != CODES[self.dialect]:
            self.problem = str(said)

    async def until(self, holds):
        while not holds() and not self.reader.done():
            self.changed.clear()
            await self.changed.wait()


class Keeper(Client):
    """A client of `/listen` that keeps its audio, and goes on with it after a kill in a new session."""

    def __init__(self, number, key, kept):
        super().__init__(number, key)
        # Samples before the end of what it has said that it still has.
        self.kept, self.answer, self.previous = kept, None, None

    def address(self, url):
        return super().address(url) + "&ack=true" + (f"&continues={self.previous}" if self.previous else "")

    def take(self, said):
        if isinstance(said, dict) and said["type"] == "session_expired":
            self.answer = said.get("samples")
        super().take(said)

    async def ask(self, url):
        """Comes back to the session that it had. Returns where the gateway lets it go on, in samples."""
        end, query = self.sent // 2, f"&session_id={self.id}&resume_from={self.sent // 2}"
        self.answer = None
        async with websockets.connect(
                self.address(url) + query + f"&kept_from={max(0, end - self.kept)}", additional_headers={"Authorization": "Bearer " + self.key},
                max_size=None, proxy=None, open_timeout=HANG, ping_interval=None) as socket:
            try:
                async for text in socket:
                    if text != "ping":
                        self.take(json.loads(text))
            except websockets.ConnectionClosed:
                pass
        return self.answer

    async def come_back(self, url):
        """Comes back twice, as if the first answer was lost."""
        asked = [await self.ask(url), await self.ask(url)]
        self.taken = asked[-1]
        if None in asked or len(set(asked)) > 1:
            self.problem = f"it was answered {asked}"

    async def go_on(self, url):
        """Goes on in a new session with what the gateway does not hear itself, and ends its conversation."""
        self.audio = counting_vendor.audio(MORE)
        self.sent, self.previous = 2 * self.taken, self.id
        await self.open(url)
        await self.send(len(self.audio))
        await self.socket.send('{"type": "finish"}')
        await self.reader


async def converse(url, clients, end, speak_on=False):
    """The clients say their words, and when each was shown its fifth, `end` ends the gateway."""
    await wait_for_all({client: client.open(url) for client in clients}, "the session")
    await wait_for_all({client: client.speak() for client in clients}, "the pong behind the audio")
    await wait_for_all({client: client.until(lambda client=client: len(client.shown_words) >= FIFTH) for client in clients}, "the fifth word")
    speaking = {client: client.speak_on() for client in clients[::2]} if speak_on else {}
    ending = asyncio.create_task(asyncio.to_thread(end))
    await wait_for_all(speaking, "the end of the session")
    await ending
    await wait_for_all({client: client.reader for client in clients}, "the close of the connection")


async def finish(url, clients):
    """The clients of conversations come back, say five more words and end their conversations."""
    async def one(client):
        await client.open(url)
        await client.speak()
        await client.socket.send('{"type": "finish"}')
        await client.reader
    await wait_for_all({client: one(client) for client in clients}, "the end of the conversation")


class Play:
    def __init__(self, args, folder, vendor):
        self.harken, self.vendor, self.data = args.harken, vendor, os.path.join(folder, "data")
        self.journal = os.path.join(self.data, "journal")
        self.settings = {
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_MODELS": "/nowhere",
            # The vendor's silence is no fault, however long it is waited for.
            "HARKEN_STALL_SECONDS": "0", "HARKEN_LOG": "debug"}
        self.verdict, self.report, self.servers = Judge(False), [], []
        self.key, self.other = (make_key(self.harken, self.data) for _ in range(2))

    def start(self, drain_seconds=3):
        server = Server(self.harken, self.data, self.settings, drain_seconds=drain_seconds)
        self.servers.append(server)
        server.wait_until_announced(HANG)
        return server

    def clients(self):
        return [Client(number, self.key) for number in range(6)]

    def api(self, server, path):
        status, body = server.get("/api/v1" + path, self.key)
        return json.loads(body) if status == 200 else {"status": status}

    def completed(self, label, server, clients, in_order=False):
        """Waits until all transcripts are complete, and judges them."""
        found = {}

        def incomplete():
            found.update({client: transcript(server, client.id, self.key) for client in clients})
            status = {client: said["status"] if isinstance(said, dict) else said for client, said in found.items()}
            return "; ".join(f"{client} is {status[client]}" for client in clients if status[client] != "complete")

        wait_for_fact(f"{label}: the complete transcript", incomplete)
        recovered = 0
        for client, said in found.items():
            if client.taken is None:
                client.taken = round(said["duration"] * RATE)
                self.verdict.expect(client.said <= 2 * client.taken <= client.sent,
                                    f"{label}: {client}: {client.taken / RATE} s are in its transcript")
            recovered += self.judge(label, client, said)
        for client in clients:
            if client.dialect == "listen":
                self.judge_segments(label, server, client, in_order)
        shown = sum(len(client.shown_words) for client in clients)
        self.report.append(f"{label}: {len(clients)} sessions, {shown} words shown, {recovered} recovered")
        return recovered

    def judge(self, label, client, said):
        """Judges one transcript. Returns how many of its words were recovered."""
        expect, words = self.verdict.expect, words_of(said)
        expect(not client.problem, f"{label}: {client}: {client.problem}")
        expect(not said["gaps"], f"{label}: {client} has the gaps {said['gaps']}")
        expect(abs(said["duration"] * RATE - client.taken) < 1, f"{label}: {client} has {said['duration']} s of {client.taken / RATE}")
        placed = counting_vendor.placed(2 * client.taken // WORD)
        expect([[text, round(start, 3), round(end, 3)] for text, start, end, _, _ in words] == placed,
               f"{label}: {client} has the words {' '.join(word[0] for word in words)}, at {[word[1:3] for word in words]}; of {len(placed)}")
        expect({segment["engine"] for segment in said["segments"]} == {"deepgram"}, f"{label}: {client} was heard by {said['engines']}")
        missing = same_words(client, said)
        expect(not missing, f"{label}: {client}: {missing} words do not stand as they were shown: {client.shown}")
        return sum(word[4] for word in words)

    def judge_segments(self, label, server, client, in_order):
        """The conversation has all words, and what its client was shown of it stands.

        - in_order: the gateway ended in order, so the segments are the ones that were shown. A killed one may not have stored the last of them yet:
          then their words are in the journal, and become part of other segments.
        """
        stored = []

        def lacking():
            said = self.api(server, f"/conversations/{client.conversation}")
            stored[:] = said.get("segments", [])
            words = [word for one in stored for word in one["text"].split()]
            wanted = counting_vendor.words(2 * client.taken // WORD)
            return "" if words == wanted else f"{client}: its conversation is {said['status']} and has {' '.join(words)}; expected {' '.join(wanted)}"

        # The words of a transcript are in the conversation soon after.
        wait_for_fact(f"{label}: the conversation with all words", lacking)
        placed = {word["text"]: word for one in stored for word in one["words"]}
        kept = {one["id"]: one for one in stored}
        for id_, one in client.segments.items():
            names = one["text"].split()
            where = placed[names[0]]["start"], placed[names[-1]]["end"]
            self.verdict.expect(where == (one["start"], one["end"]),
                                f"{label}: {client}: {one['text']} was shown at {one['start']} to {one['end']}, and is at {where}")
            if in_order:
                found = kept.get(id_, {"text": "", "speaker_id": None})
                self.verdict.expect(found["text"].startswith(one["text"]) and found["speaker_id"] == one["speaker_id"],
                                    f"{label}: {client}: the segment {one['text']} of speaker {one['speaker_id']} was shown, and {found['text']} of "
                                    f"{found['speaker_id']} stands")

    def take_journal(self, label, clients):
        """Says of each client what the ended gateway has of it: all that it had taken."""
        kept = journalled(self.journal)
        for client in clients:
            client.taken = kept.get(client.id, 0)
            self.verdict.expect(client.taken == client.sent // 2, f"{label}: {client}: the journal has {client.taken} samples of {client.sent // 2}")

    def kill(self):
        server, clients = self.start(), self.clients()
        asyncio.run(converse(server.url, clients, server.kill))
        self.take_journal("kill -9", clients)
        self.vendor.hold_back()
        server = self.start()
        if not self.vendor.asked.wait(HANG):
            raise ServerError(f"the recovery asked for no audio within {HANG} s")
        server.kill()
        self.vendor.answer()
        server = self.start()
        recovered = self.completed("kill -9", server, clients)
        self.verdict.expect(recovered >= 3 * (SPOKEN - HEARD), f"kill -9: {recovered} words were recovered")
        status = transcript(server, clients[0].id, self.other)
        self.verdict.expect(status == 404, f"another user's key is answered with {status}")
        self.verdict.expect(transcript(server, clients[0].id, None) == 401, "without a key a transcript is given")
        self.finish_conversations(server, [client for client in clients if client.dialect == "listen"])
        return server

    def finish_conversations(self, server, clients):
        self.vendor.is_deaf = False
        returned = [Client(client.number, self.key, words=FIFTH, first=client.words, device=client.device) for client in clients]
        asyncio.run(finish(server.url, returned))
        for before, client in zip(clients, returned):
            expect = self.verdict.expect
            expect(client.conversation == before.conversation,
                   f"{client} is in the conversation {client.conversation}, and was in {before.conversation}")
            expect(client.code == 1000 and any(one["type"] == "memory_created" for one in client.events),
                   f"{client}: its end came with {client.code}, and {[one['type'] for one in client.events]}")
            said = self.api(server, f"/conversations/{before.conversation}")
            words = [word for one in said.get("segments", []) for word in one["text"].split()]
            expect(said["status"] == "completed" and words == counting_vendor.words(before.words + client.words),
                   f"the conversation of {before} is {said['status']} with {' '.join(words)}")

    def come_back(self, server):
        """Clients of `/listen` that come back to the next gateway: no word is lost or doubled, also not the one in which the journal ends."""
        self.vendor.is_deaf = True
        # The vendor has heard the first words of one of them only.
        clients = [Keeper(2, self.key, kept=len(counting_vendor.audio(SPOKEN + 1)) // 2), Keeper(5, self.key, kept=3 * WORD // 2)]
        asyncio.run(converse(server.url, clients, server.kill))
        self.vendor.is_deaf = False
        server = self.start()
        asyncio.run(wait_for_all({client: client.come_back(server.url) for client in clients}, "the answer to a client that comes back"))
        for client in clients:
            if client.problem:
                raise ServerError(f"come back: {client}: {client.problem}")
            self.verdict.expect(client.taken < client.said // 2, f"come back: {client} goes on at {client.taken}, in the middle of a word")
            # Clients speak faster than people do, so the words of the former session must be there before those of the next one.
            self.await_words(server, client, 2 * (client.taken + counting_vendor.PAUSE) // WORD)
        asyncio.run(wait_for_all({client: client.go_on(server.url) for client in clients}, "the end of the conversation"))
        for client in clients:
            self.await_words(server, client, MORE)
        places = ", ".join(f"{2 * client.taken / WORD:.1f} of {client.said / WORD:.1f}" for client in clients)
        self.report.append(f"come back: {len(clients)} sessions went on at word {places}")
        return server

    def await_words(self, server, client, count):
        """Waits until a client's conversation has so many words, each once."""
        def lacking():
            stored = self.api(server, f"/conversations/{client.conversation}")
            words, wanted = [word for one in stored.get("segments", []) for word in one["text"].split()], counting_vendor.words(count)
            return "" if words == wanted else f"{client}: its conversation has {' '.join(words)}; expected {' '.join(wanted)}"

        wait_for_fact("come back: the conversation with each word once", lacking)

    def stop(self, server):
        """A gateway that goes down in order: its sessions are ended, and what it was sent before the signal is kept."""
        clients, status = self.clients(), []
        asyncio.run(converse(server.url, clients, lambda: status.append(server.terminate(HANG)), speak_on=True))
        self.verdict.expect(status == [0], f"SIGTERM: the gateway ended with {status}")
        for client in clients:
            self.verdict.expect(client.code == CODES[client.dialect], f"SIGTERM: {client} was closed with {client.code}")
        self.verdict.expect(journalled(self.journal) == {}, "SIGTERM: the journal still holds sessions")
        # The next one is never done with draining.
        server = self.start(drain_seconds=3600)
        self.completed("SIGTERM", server, clients, in_order=True)
        return server

    def stop_twice(self, server):
        """A gateway that has no time left."""
        clients, status = self.clients(), []
        self.vendor.is_deaf = True
        asyncio.run(converse(server.url, clients, lambda: status.append(server.terminate(HANG, twice=True))))
        self.verdict.expect(status == [130], f"two signals: the gateway ended with {status}")
        self.take_journal("two signals", clients)
        server = self.start()
        self.completed("two signals", server, clients)
        return server

    def run(self):
        server = self.come_back(self.stop_twice(self.stop(self.kill())))
        self.verdict.expect(server.stop() == 0, "the last gateway did not end well")
        self.verdict.expect(journalled(self.journal) == {}, "the journal still holds sessions that are complete")
        for key in (self.key, self.other, KEY):
            self.verdict.expect(not any(key in line for server in self.servers for line in server.lines), "harken serve wrote a key into its log")
        self.verdict.expect(self.vendor.strangers == 0, f"{self.vendor.strangers} requests came to the vendor without its key")


def main():
    parser = argparse.ArgumentParser(prog="scripts/play kill", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(os.path.dirname(HERE), ".build/release/harken"))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="harken-kill-") as folder:
        play = Play(args, folder, Vendor())
        try:
            play.run()
        except (ServerError, OSError, websockets.WebSocketException) as error:
            play.verdict.problems.append(f"{type(error).__name__}: {error}")
        finally:
            for server in play.servers:
                server.kill()
    for line in play.report:
        print(line)
    problems = play.verdict.problems
    for problem in problems[:20]:
        print("FAIL  " + problem)
    if problems and play.servers:
        said = [line for line in play.servers[-1].lines if not re.search("journal synced|info request", line)]
        print("harken serve said last:\n" + "".join(said[-60:]), file=sys.stderr)
    print(f"{'FAIL' if problems else 'PASS'}  kill")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
