"""Devices that the kernel offers as files, such as /dev/usb/lp0, and plain files that take what is printed.

Neither knows what the bytes mean. Source: Linux, drivers/usb/class/usblp.c: a write is refused with EAGAIN while the
printer is busy, a read gives EAGAIN or nothing unless the printer speaks, and both give ENODEV once it is unplugged.
"""

import contextlib
import fcntl
import os
import select
import stat
import sys
import time
from collections.abc import Callable

from devices.errors import DeviceUnavailable
from devices.wire import LONGEST_BACKLOG, WRITE_S

LPGETSTATUS = 0x060B
EMPTY_READ_S = 0.01  # usblp passes on the empty packets of idle printers: between two of them is time to wait


class _Descriptor:
    """An open file whose failures are a device's."""

    def __init__(self, path: str, flags: int, name: str) -> None:
        self.name, self.path = name, path
        try:
            self.fd: int | None = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o640)
        except (OSError, ValueError) as exc:
            raise DeviceUnavailable(name, f"cannot open {path}: {exc}") from exc

    def mode(self) -> int:
        """What kind of file it is."""
        return self.do("look", lambda fd: os.fstat(fd).st_mode)

    def do(self, what: str, call: Callable[[int], int]) -> int:
        """Call the system and translate what it says."""
        if self.fd is None:
            raise DeviceUnavailable(self.name, f"{what} failed: it is closed")
        try:
            return call(self.fd)
        except OSError as exc:
            raise DeviceUnavailable(self.name, f"{what} failed: {exc}") from exc

    def is_ready(self, *, to_write: bool, within_s: float) -> bool:
        """Wait until the file takes or has something; what an unplugged device has left to say is of no use."""

        def wait(fd: int) -> int:
            poll = select.poll()
            poll.register(fd, select.POLLOUT if to_write else select.POLLIN)
            return sum(events for _fd, events in poll.poll(max(0.0, within_s) * 1000))

        events = self.do("wait", wait)
        if events & select.POLLHUP:
            raise DeviceUnavailable(self.name, f"{self.path} was unplugged")
        return bool(events)

    def write(self, data: bytes) -> None:
        """Send all of it; a device that takes nothing for `WRITE_S` is stuck."""
        rest = memoryview(data)
        deadline = time.monotonic() + WRITE_S
        while rest:
            if not self.is_ready(to_write=True, within_s=deadline - time.monotonic()):
                raise DeviceUnavailable(self.name, f"write failed: it took nothing for {WRITE_S:g} s")
            if written := self._write_some(rest):
                rest, deadline = rest[written:], time.monotonic() + WRITE_S

    def _write_some(self, data: memoryview) -> int:
        """How much the device took; 0 where another wait is needed, because it is busy after all."""

        def write(fd: int) -> int:
            try:
                return os.write(fd, data)
            except BlockingIOError:
                return 0

        return self.do("write", write)

    def close(self) -> None:
        """Close it; twice is harmless."""
        fd, self.fd = self.fd, None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.close(fd)


class DeviceFileWire:
    """A character device, e.g. /dev/usb/lp0 or a link that udev makes to it: a `Wire`."""

    def __init__(self, path: str, *, timeout_s: float = 1.0, name: str = "") -> None:
        """Open it.

        Raises:
            DeviceUnavailable: it is not plugged in, is in use, may not be opened, or is no device.
        """
        self._timeout_s = timeout_s
        self._file = _Descriptor(path, os.O_RDWR, name or path)
        if not stat.S_ISCHR(self._file.mode()):
            self._file.close()
            raise DeviceUnavailable(self._file.name, f"{path} is no device")

    def read(self, size: int, /) -> bytes:
        """What arrives first, up to `size` bytes; b"" once the time-out has passed."""
        deadline = time.monotonic() + self._timeout_s
        while (left_s := deadline - time.monotonic()) > 0 and self._file.is_ready(to_write=False, within_s=left_s):
            if data := self._take(size):
                return data
            time.sleep(min(EMPTY_READ_S, max(0.0, deadline - time.monotonic())))
        return b""

    def write(self, data: bytes, /) -> None:
        """Send all of `data`."""
        self._file.write(data)

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read."""
        forgotten = 0
        while self._file.is_ready(to_write=False, within_s=0) and (data := self._take(4096)):
            forgotten += len(data)
            if forgotten > LONGEST_BACKLOG:
                raise DeviceUnavailable(self._file.name, "the device does not stop talking")

    def port_status(self) -> int | None:
        """What the port says of itself, beside the bytes: answered while the printer is busy, and by many mute ones.

        Returns:
            A byte as of a parallel port, e.g. 0x18 when all is well; None where there is no such answer.
            Source: USB Printing Devices 1.1, GET_PORT_STATUS; linux/lp.h, LPGETSTATUS.
        """
        status = bytearray(4)
        try:
            self._file.do("ask the port", lambda fd: fcntl.ioctl(fd, LPGETSTATUS, status))
        except DeviceUnavailable:
            return None
        return int.from_bytes(status, sys.byteorder)

    def close(self) -> None:
        """Give the device back."""
        self._file.close()

    def _take(self, size: int) -> bytes:
        found = b""

        def take(fd: int) -> int:
            nonlocal found
            with contextlib.suppress(BlockingIOError):
                found = os.read(fd, size)
            return len(found)

        self._file.do("read", take)
        return found


class FileWire:
    """A file that everything is added to, or a FIFO with a program behind it: a `Wire` that never answers."""

    def __init__(self, path: str, *, name: str = "") -> None:
        """Open it; a file is made if need be.

        Raises:
            DeviceUnavailable: its folder is not there or may not be written to, or nobody reads from the FIFO.
        """
        self._file = _Descriptor(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, name or path)

    def read(self, _size: int, /) -> bytes:
        """Nothing, at once: nobody could ever answer."""
        return b""

    def write(self, data: bytes, /) -> None:
        """Add all of `data`."""
        self._check()
        self._file.write(data)

    def reset_input_buffer(self) -> None:
        """Nothing to forget; a file that is gone is noticed."""
        self._check()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _check(self) -> None:
        """A file that was moved away or removed would swallow everything without a word."""
        if self._file.do("look", lambda fd: int(not _is_still(fd, self._file.path))):
            raise DeviceUnavailable(self._file.name, f"{self._file.path} was taken away")


def _is_still(fd: int, path: str) -> bool:
    return os.path.samestat(os.fstat(fd), os.stat(path))  # noqa: PTH116 (a path of bytes or text, as given)
