"""Where a virtual printer listens: a TCP port as network printers have, or a pseudo-terminal for serial ones."""

import contextlib
import logging
import os
import select
import socket
import threading
import tty
from pathlib import Path

from devices.printers.sim_printer import SimPrinter
from devices.sim_links import put_link, take_link

logger = logging.getLogger(__name__)


class TcpPort:
    """Port 9100 of a network printer: one host at a time, the next one waits."""

    def __init__(self, printer: SimPrinter, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen.

        Args:
            port: 0 asks the system for a free one; `port` tells which.

        Raises:
            OSError: the port is taken.
        """
        self._printer, self.host, self.port = printer, host, port
        self._listener: socket.socket | None = None
        self._hosts: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._open()

    @property
    def gone(self) -> bool:
        """Set it to switch the printer off (connections drop, new ones are refused) and on again."""
        return self._listener is None

    @gone.setter
    def gone(self, is_gone: bool) -> None:
        if is_gone:
            self.close()
        elif self._listener is None:
            self._open()

    def close(self) -> None:
        """Stop listening; closing twice is harmless."""
        thread, listener, self._listener = self._thread, self._listener, None
        for end in (listener, self._hosts):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        if thread is not None:
            thread.join(timeout=5)
        if listener is not None:
            listener.close()

    def _open(self) -> None:
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(self._listener,), daemon=True)
        self._thread.start()

    def _run(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                self._hosts = connection
                try:
                    self._serve(connection, listener)
                except OSError as exc:
                    logger.info("sim printer: the host is gone: %s", exc)
                self._hosts = None

    def _serve(self, connection: socket.socket, listener: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while self._listener is listener and (data := connection.recv(65536)):
            self._printer.receive(data, connection.sendall)


class PtyPort:
    """A serial line's other end. `path` is what the driver opens; a link keeps its name when it comes back."""

    def __init__(self, printer: SimPrinter, link: Path | None = None) -> None:
        """Open a pseudo-terminal.

        Args:
            link: a symbolic link to make to it; without one `path` changes whenever it comes back.
        """
        self._printer, self._link = printer, link
        self._master: int | None = None
        self.path = ""
        self._open()

    @property
    def gone(self) -> bool:
        """Set it to pull the cable out and to put it in again."""
        return self._master is None

    @gone.setter
    def gone(self, is_gone: bool) -> None:
        if is_gone:
            self.close()
        elif self._master is None:
            self._open()

    def close(self) -> None:
        """Close the line; closing twice is harmless."""
        if self._master is None:
            return
        wake, thread = self._wake, self._thread  # the line may come back before this one has ended
        self._master = None
        if self._link is not None:
            take_link(self._link)
        os.write(wake, b".")
        thread.join(timeout=5)
        os.close(wake)

    def _open(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        if self._link is not None:
            put_link(self._link, self.path)
            self.path = str(self._link)
        woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, args=(self._master, slave, woken), daemon=True)
        self._thread.start()

    def _run(self, master: int, slave: int, woken: int) -> None:
        """The thread that alone closes what it reads from; it keeps the slave open between hosts."""
        try:
            while woken not in (ready := select.select([master, woken], [], [])[0]):
                if master in ready:
                    self._printer.receive(os.read(master, 4096), lambda data: _write_all(master, data))
        except OSError as exc:
            logger.info("sim printer: the line is gone: %s", exc)
        finally:
            for end in (master, slave, woken):
                os.close(end)


def _write_all(master: int, data: bytes) -> None:
    while data:
        data = data[os.write(master, data) :]
