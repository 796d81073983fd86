"""The least that a Python relay can do: accept a WebSocket, open one to the vendor, copy messages both ways. `relay.py PORT VENDOR-PORT`."""
import asyncio
import sys

import aiohttp
from aiohttp import web

port, vendor = int(sys.argv[1]), int(sys.argv[2])


async def handle(request):
    client = web.WebSocketResponse(autoping=True)
    await client.prepare(request)
    async with request.app["session"].ws_connect(f"http://127.0.0.1:{vendor}{request.rel_url}", headers={"Authorization": request.headers["Authorization"]}) as engine:

        async def copy(source, sink):
            async for message in source:
                if message.type == aiohttp.WSMsgType.BINARY:
                    await sink.send_bytes(message.data)
                elif message.type == aiohttp.WSMsgType.TEXT:
                    await sink.send_str(message.data)
            await sink.close()

        await asyncio.gather(copy(client, engine), copy(engine, client))
    return client


async def start(app):
    app["session"] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


app = web.Application()
app.on_startup.append(start)
app.router.add_get("/{path:.*}", handle)
web.run_app(app, host="127.0.0.1", port=port, print=None, backlog=4096)
