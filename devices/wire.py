"""Byte streams to devices: a serial line or a TCP connection, with library errors translated.

A driver needs four methods and cannot tell a port from a simulator. Reads wait for at most `timeout_s`.
"""

import contextlib
import select
import socket
import termios
from typing import Protocol

import serial

from devices.errors import DeviceUnavailable

WRITE_S = 2.0  # a busy machine may keep a line full for a moment; a line that is stuck stays full
TCP_WRITE_S = 5.0  # a network printer takes nothing while it cuts or lets its head cool down


class Wire(Protocol):
    """What a driver needs of a port."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; fewer, or b"", once the time-out has passed.

        Raises:
            DeviceUnavailable: the port failed.
        """
        ...

    def write(self, data: bytes, /) -> None:
        """Send all of `data`.

        Raises:
            DeviceUnavailable: the port failed.
        """
        ...

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read.

        Raises:
            DeviceUnavailable: the port failed.
        """
        ...

    def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        ...


# What pyserial lets through: termios.error (not an OSError) once a device was unplugged, TypeError once it was closed.
_SERIAL_ERRORS = (serial.SerialException, OSError, termios.error, TypeError)


class SerialWire:
    """A serial port (or a pseudo-terminal), held exclusively."""

    def __init__(self, port: str, *, baud: int = 115200, timeout_s: float = 1.0, name: str = "") -> None:
        """Open the port.

        Raises:
            DeviceUnavailable: it does not exist, is in use, or may not be opened.
        """
        self._name = name or port
        try:
            self._port = serial.Serial(port, baud, timeout=timeout_s, write_timeout=WRITE_S, exclusive=True)
        except (*_SERIAL_ERRORS, ValueError) as exc:
            raise DeviceUnavailable(self._name, f"cannot open {port}: {exc}") from exc

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes within the time-out."""
        try:
            return bytes(self._port.read(size))
        except _SERIAL_ERRORS as exc:
            raise DeviceUnavailable(self._name, f"read failed: {exc}") from exc

    def write(self, data: bytes, /) -> None:
        """Send all of `data`."""
        try:
            self._port.write(data)
            self._port.flush()
        except _SERIAL_ERRORS as exc:
            raise DeviceUnavailable(self._name, f"write failed: {exc}") from exc

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read."""
        try:
            self._port.reset_input_buffer()
        except _SERIAL_ERRORS as exc:
            raise DeviceUnavailable(self._name, f"port failed: {exc}") from exc

    def close(self) -> None:
        """Give the port back."""
        with contextlib.suppress(serial.SerialException, OSError):
            self._port.close()


LONGEST_BACKLOG = 1 << 20  # bytes; more than any device owes us: it never stops talking


class TcpWire:
    """A TCP connection, as network printers offer it on port 9100."""

    def __init__(self, host: str, port: int, *, timeout_s: float = 1.0, name: str = "") -> None:
        """Connect.

        Raises:
            DeviceUnavailable: nobody answers there.
        """
        self._name = name or f"{host}:{port}"
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as exc:
            raise DeviceUnavailable(self._name, f"cannot connect to {host}:{port}: {exc}") from exc

    def read(self, size: int, /) -> bytes:
        """What arrives first, up to `size` bytes; b"" once the time-out has passed."""
        try:
            data = self._socket.recv(size)
        except TimeoutError:
            return b""
        except OSError as exc:
            raise DeviceUnavailable(self._name, f"read failed: {exc}") from exc
        if not data:
            raise DeviceUnavailable(self._name, "the device closed the connection")
        return data

    def write(self, data: bytes, /) -> None:
        """Send all of `data`, within `TCP_WRITE_S`."""
        try:
            self._socket.settimeout(TCP_WRITE_S)
            try:
                self._socket.sendall(data)
            finally:
                self._socket.settimeout(self._timeout_s)
        except OSError as exc:
            raise DeviceUnavailable(self._name, f"write failed: {exc}") from exc

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read."""
        try:
            forgotten = 0
            while select.select([self._socket], [], [], 0)[0]:
                data = self._socket.recv(4096)
                if not data:
                    raise DeviceUnavailable(self._name, "the device closed the connection")
                forgotten += len(data)
                if forgotten > LONGEST_BACKLOG:
                    raise DeviceUnavailable(self._name, "the device does not stop talking")
        except (OSError, ValueError) as exc:
            raise DeviceUnavailable(self._name, f"port failed: {exc}") from exc

    def close(self) -> None:
        """Give the connection back."""
        with contextlib.suppress(OSError):
            self._socket.close()
