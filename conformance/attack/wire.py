"""HTTP and WebSocket as bytes: what no client library would send.

Every function takes an address, a pair of host and port, and where it says so the address that the connection comes from.
"""

import hashlib
import http.client
import os
import socket
import ssl
import struct
import time
from dataclasses import dataclass

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def header(self, name):
        return self.headers.get(name)


def connect(address, source=None, receive_buffer=None, timeout=10.0, tls=None):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            # The port is picked when the connection is made: many connections of one address.
            connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            connection.bind((source, 0))
        connection.settimeout(timeout)
        connection.connect(address)
        return tls.wrap_socket(connection, server_hostname="localhost") if tls else connection
    except BaseException:
        connection.close()
        raise


def trusting(**settings):
    """A TLS context that takes every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def request(method, target, headers=(), body=b"", host="127.0.0.1", length=True):
    """The bytes of a request; its Content-Length is added when there is a body and `length` says so."""
    headers = dict(headers)
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *(f"{name}: {value}" for name, value in headers.items())]
    if body and length and "Transfer-Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class Answers:
    """The answers that come on a connection, one after the other."""

    def __init__(self, connection):
        self._file = connection.makefile("rb")

    def makefile(self, *_):
        # An answer closes its file when it has been read, and the next one begins where it ended.
        return _Shared(self._file)

    def next(self):
        """The next answer; None when the connection ended or broke before it, or none came in time."""
        try:
            response = http.client.HTTPResponse(self)
            response.begin()
            return Answer(response.status, response.headers, b"" if response.status == 101 else response.read())
        except (OSError, http.client.HTTPException):
            return None


class _Shared:
    def __init__(self, file):
        self._file = file
        self.read, self.readline, self.readinto = file.read, file.readline, file.readinto

    def flush(self):
        pass

    def close(self):
        pass


def ask(address, method, target, headers=(), body=b"", source=None, host=None, timeout=15.0, tls=None):
    """The answer to one request on a connection of its own; None when there was none."""
    try:
        with connect(address, source, timeout=timeout, tls=tls) as connection:
            sent = request(method, target, {**dict(headers), "Connection": "close"}, body, host or f"{address[0]}:{address[1]}")
            try:
                connection.sendall(sent)
            except OSError:
                pass  # a server may answer before it has read all
            return Answers(connection).next()
    except OSError:
        return None


def open_websocket(address, target, headers=(), source=None, host=None, receive_buffer=None, timeout=10.0, tls=None):
    """A connection and the status of its handshake's answer; 101 is an open WebSocket. None stands for no answer."""
    connection = connect(address, source, receive_buffer, timeout, tls)
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **dict(headers)}
    connection.sendall(request("GET", target, handshake, host=host or f"{address[0]}:{address[1]}"))
    head = b""
    try:
        while b"\r\n\r\n" not in head:
            # One byte at a time: nothing of a frame that follows may be lost.
            piece = connection.recv(1)
            if not piece:
                return connection, None
            head += piece
    except OSError:
        return connection, None
    return connection, int(head.split(b" ", 2)[1])


def frame(opcode, payload=b"", is_final=True, length=None, compressed=False):
    """A client's frame, masked. `length` 16 or 64 writes the length in so many bits, whether it needs them or not."""
    first = (0x80 if is_final else 0) | (0x40 if compressed else 0) | opcode
    if length == 64 or (length is None and len(payload) > 0xFFFF):
        head = struct.pack(">BBQ", first, 0x80 | 127, len(payload))
    elif length == 16 or (length is None and len(payload) > 125):
        head = struct.pack(">BBH", first, 0x80 | 126, len(payload))
    else:
        head = struct.pack(">BB", first, 0x80 | len(payload))
    return head + bytes(4) + payload  # a mask of zeros changes nothing


def close_code(connection, timeout=10.0):
    """The code of the server's close frame; 1006 when the connection ended without one, None when it is open still."""
    connection.settimeout(timeout)
    data = b""
    try:
        while True:
            piece = connection.recv(65536)
            if not piece:
                return 1006
            data += piece
            while len(data) >= 2:
                size, start = data[1] & 0x7F, 2
                if size == 126:
                    if len(data) < 4:
                        break
                    size, start = struct.unpack(">H", data[2:4])[0], 4
                elif size == 127:
                    if len(data) < 10:
                        break
                    size, start = struct.unpack(">Q", data[2:10])[0], 10
                if len(data) < start + size:
                    break
                if data[0] & 15 == CLOSE:
                    return struct.unpack(">H", data[start:start + 2])[0] if size >= 2 else 1005
                data = data[start + size:]
    except TimeoutError:
        return None
    except OSError:
        return 1006


def flood(connection, data, seconds, most=None):
    """Sends `data` again and again for so long, at most so many bytes of it, and reads nothing; how many bytes the server's side took."""
    connection.setblocking(False)
    sent, offset, ends = 0, 0, time.monotonic() + seconds
    view = memoryview(data)
    while time.monotonic() < ends:
        if most is not None and sent >= most:
            time.sleep(0.05)
            continue
        try:
            count = connection.send(view[offset:offset + (1 << 18)])
            sent, offset = sent + count, (offset + count) % len(data)
        except BlockingIOError:
            time.sleep(0.005)
        except OSError:
            break
    return sent


def nonce():
    return hashlib.sha256(os.urandom(16)).hexdigest()
