"""A broker that takes messages and never says that it has them."""

import contextlib
import json
import socket
import threading


class Mute:
    """Just enough of MQTT 5 to take a connection, subscriptions and publications, and to acknowledge no publication.

    Source: MQTT 5.0, 3.1 to 3.9: fixed header, CONNACK, PUBLISH, SUBACK.
    """

    def __init__(self) -> None:
        self.statuses: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connection = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._listener.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join(5)
        self._listener.close()

    def hang_up(self):
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                self._connection, _ = self._listener.accept()
                with self._connection as connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
                    while head := stream.read(1):
                        self._take(head[0] >> 4, stream.read(_length(stream)), connection)

    def _take(self, kind, body, connection):
        if kind == 1:
            connection.sendall(b"\x20\x03\x00\x00\x00")
        elif kind == 8:
            count = body.count(b"hq/v1/")
            connection.sendall(bytes((0x90, 3 + count)) + body[:2] + b"\x00" + b"\x01" * count)
        elif kind == 3:
            self.statuses.append(json.loads(body[body.index(b"{") :])["data"]["status"])
        elif kind == 12:
            connection.sendall(b"\xd0\x00")


def _length(stream):
    value, shift = 0, 0
    while True:
        byte = stream.read(1)[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value
