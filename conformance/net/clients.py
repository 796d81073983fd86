"""Drives a running server of the Net tests with clients that are in wide use: websockets, aiohttp, httpx.

Usage: clients.py PORT. The server echoes: `/ws` every WebSocket message, anything else the request's method, path and body.
Exits with 0 when every client saw what it must see, else with a traceback.
"""

import asyncio
import sys

import aiohttp
import httpx
import websockets

PORT = int(sys.argv[1])
HTTP = f"http://127.0.0.1:{PORT}"
SOCKET = f"ws://127.0.0.1:{PORT}/ws"


async def drive_websockets() -> None:
    """Fragmented messages, compression refused or agreed to, pings, close codes."""
    async with websockets.connect(SOCKET, subprotocols=["token", "key"], max_size=None) as socket:
        assert socket.subprotocol == "token", socket.subprotocol
        await socket.send("text")
        assert await socket.recv() == "text"
        big = bytes(range(256)) * 8192
        await socket.send(big)
        assert await socket.recv() == big
        await socket.send(["frag", "mented"])
        assert await socket.recv() == "fragmented"
        await asyncio.wait_for(await socket.ping(), 120)
        await socket.send("close 4404 gone")
        try:
            await socket.recv()
            raise AssertionError("still open")
        except websockets.ConnectionClosed as closed:
            assert (closed.rcvd.code, closed.rcvd.reason) == (4404, "gone"), closed.rcvd


async def drive_aiohttp() -> None:
    """Chunked uploads, kept connections, WebSockets, many at once."""

    async def pieces():
        for number in range(100):
            yield b"%d," % number

    async with aiohttp.ClientSession() as session:
        async with session.post(f"{HTTP}/chunked", data=pieces()) as answer:
            body = b",".join(b"%d" % number for number in range(100)) + b","
            assert await answer.read() == b"POST /chunked " + body
        async with session.post(f"{HTTP}/expect", data=b"x" * 100_000, expect100=True) as answer:
            assert answer.status == 200 and len(await answer.read()) == 100_000 + len("POST /expect ")
        async with session.ws_connect(SOCKET) as socket:
            await socket.send_str("hello")
            assert (await socket.receive_str()) == "hello"

        async def once(number: int) -> None:
            async with session.get(f"{HTTP}/{number}") as answer:
                assert await answer.text() == f"GET /{number} "

        await asyncio.gather(*(once(number) for number in range(200)))


def drive_httpx() -> None:
    """h11, which holds servers to the letter."""
    with httpx.Client() as client:
        for _ in range(3):
            assert client.get(f"{HTTP}/a%20b").text == "GET /a b "
        head = client.head(f"{HTTP}/h")
        assert head.status_code == 200 and head.content == b"" and int(head.headers["content-length"]) == len("HEAD /h ")
        assert client.post(f"{HTTP}/p", content=iter([b"one", b"two"])).text == "POST /p onetwo"
        assert client.post(f"{HTTP}/large", content=b"x" * 2_000_000).status_code == 413
        assert client.get(f"{HTTP}/after").text == "GET /after "


asyncio.run(drive_websockets())
asyncio.run(drive_aiohttp())
drive_httpx()
print("passed")
