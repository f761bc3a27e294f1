"""The HTTP side of the emulator: sockets, connections that are kept open, bodies that break off."""

import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.github.answer import Answer, Call
from tests.github.clock import Clock, really_sleep

ENTERPRISE = "/api/v3"


class Server:
    """A server on loopback, running from its making until `close`."""

    def __init__(self, port: int, handle: Callable[[Call], Answer], after: Callable[[int], None], clock: Clock) -> None:
        self.handle, self.after, self.clock = handle, after, clock
        self.answered = 0
        self.connections: set[socket.socket] = set()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"emulated": self}))
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        """Stop, and end connections that clients keep open."""
        self._http.shutdown()
        for connection in list(self.connections):
            reset(connection)
        self._http.server_close()
        self._thread.join()


def reset(connection: socket.socket) -> None:
    """End a connection at once with a reset, so that no client takes half a body for a whole one."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    connection.close()


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open as long as the client likes."""

    emulated: Server
    protocol_version = "HTTP/1.1"
    server_version = "GitHub.com"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def setup(self) -> None:
        super().setup()
        self.emulated.connections.add(self.connection)

    def finish(self) -> None:
        self.emulated.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            # The client is gone, or `Server.close` ended the connection.
            self.close_connection = True

    def answer(self) -> None:
        """Answer one request of whatever method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = _call(self.command, self.path, {name.lower(): text for name, text in self.headers.items()}, body)
        self._send(self.emulated.handle(call) if call else Answer.of({"message": "Problems parsing JSON"}, 400))

    def _send(self, answer: Answer) -> None:
        # Others may ask meanwhile.
        really_sleep(answer.delay)
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(answer.body))}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: answer.cut])
        self.wfile.flush()
        if answer.cut is not None:
            reset(self.connection)
            self.close_connection = True
        self.emulated.answered += 1
        self.emulated.after(self.emulated.answered)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Write the header ``Date`` by the emulator's clock, from which clients learn GitHub's time."""
        return super().date_time_string(self.emulated.clock.now() if timestamp is None else timestamp)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: what came is in `Emulator.requests`."""


def _call(method: str, target: str, headers: dict[str, str], body: bytes) -> Call | None:
    """Return a request as a call, None where its body is no JSON object."""
    parts = urlsplit(target)
    prefix = ENTERPRISE if parts.path.startswith(f"{ENTERPRISE}/") else ""
    try:
        value = json.loads(body) if body else {}
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    path = unquote(parts.path.removeprefix(prefix))
    return Call(0, method, path, dict(parse_qsl(parts.query)), headers, value, prefix)
