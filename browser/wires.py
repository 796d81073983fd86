"""A connection between two programs of this machine that a play can silence."""

import select
import socket
import threading


class Wire:
    """Carries connections to a port, and can be silent: nothing is refused, and nothing comes.

    `port` may change; connections that are there stay with the one before. `most`: bytes that one client sends until the wire falls silent by itself; None:
    any number. `links`: connections so far.
    """

    def __init__(self, port=None):
        self.speaks, self.port, self.most, self.links = threading.Event(), port, None, 0
        self.speaks.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self._listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.close()
                continue
            self.links += 1
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near, far):
        other, sent = {near: far, far: near}, 0
        try:
            while other:
                ready, _, _ = select.select(list(other), [], [])
                self.speaks.wait()
                for one in ready:
                    if data := one.recv(1 << 18):
                        other[one].sendall(data)
                        sent += len(data) if one is near else 0
                    else:
                        raise ConnectionError
                most = self.most
                if most is not None and sent > most:
                    self.most = None
                    self.speaks.clear()
        except OSError:
            pass
        for end in (near, far):
            end.close()
