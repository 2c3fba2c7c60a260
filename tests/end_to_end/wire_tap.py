"""A TCP relay on the wire between a kiosk and the server, which can keep the server's answers to itself."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

DRAWS_A_NUMBER = b"POST /api/v1/tickets "


class AnswerThief:
    """Set `steals`: then the answer to the next draw of a number is kept, and `stolen` holds it."""

    def __init__(self) -> None:
        self.steals = False
        self.stolen: bytes = b""
        self.draws: list[bytes] = []  # the requests for a number, as they came
        self.target: tuple[str, int] | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _v: BaseException | None, _b: TracebackType | None) -> None:
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                kiosk, _address = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target or ("127.0.0.1", 1), timeout=5)
            except OSError:
                kiosk.close()
                continue
            server.settimeout(None)
            self._ends += [kiosk, server]
            _Relay(self, kiosk, server).start()


class _Relay:
    """One connection, with a thread for each direction."""

    def __init__(self, thief: AnswerThief, kiosk: socket.socket, server: socket.socket) -> None:
        self._thief = thief
        self._kiosk, self._server = kiosk, server
        self._steals_here = False

    def start(self) -> None:
        threading.Thread(target=self._to_server, daemon=True).start()
        threading.Thread(target=self._to_kiosk, daemon=True).start()

    def _to_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._kiosk.recv(65536):
                if data.startswith(DRAWS_A_NUMBER):
                    self._thief.draws.append(data)
                    self._steals_here = self._thief.steals
                elif self._thief.draws and self._thief.draws[-1].endswith(b"\r\n\r\n"):
                    self._thief.draws[-1] += data  # the body, sent apart
                self._server.sendall(data)
        self._hang_up()

    def _to_kiosk(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                if self._steals_here:
                    self._thief.stolen += data
                    continue
                self._kiosk.sendall(data)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self._kiosk, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
