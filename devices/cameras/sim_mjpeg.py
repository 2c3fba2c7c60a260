"""A network camera on the loopback: MJPEG over HTTP, as such cameras stream. Ignorant of what is on its pictures.

Source of the form: RFC 2046, 5.1 (multipart), with the type `multipart/x-mixed-replace` that browsers and FFmpeg read.
"""

import contextlib
import logging
import random
import socket
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

BOUNDARY = "hallq-frame"
HEAD = (
    "HTTP/1.0 200 OK\r\nCache-Control: no-store\r\n"
    f"Content-Type: multipart/x-mixed-replace; boundary={BOUNDARY}\r\n\r\n"
)
SLOW_PIECE = 4096  # bytes at a time
WAIT_S = 0.02


class SimCamera:
    """Streams one picture again and again to any number of hosts. Knobs may be set from any thread.

    Attributes (knobs):
        picture: called for each picture of each host; gives a JPEG.
        fps: pictures a second, > 0.
        silent: it hangs: connections stay, nothing comes.
        nonsense: random bytes instead of pictures.
        half: the second half of every picture is missing.
        cut_after: so many more bytes, then the cable is pulled in mid-picture; None is never.
        bytes_per_s: how fast the line is; None is as fast as it can be.
        sent: pictures that went out whole.
    """

    def __init__(
        self, picture: Callable[[], bytes], *, host: str = "127.0.0.1", port: int = 0, fps: float = 25
    ) -> None:
        """Listen.

        Args:
            port: 0 asks the system for a free one; `url` tells which.

        Raises:
            OSError: the port is taken.
        """
        self.picture, self.fps = picture, fps
        self.silent = self.nonsense = self.half = False
        self.cut_after: int | None = None
        self.bytes_per_s: int | None = None
        self.sent = 0
        self._host, self._port = host, port
        self._random = random.Random(1)
        self._listener: socket.socket | None = None
        self._hosts: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.plug()

    @property
    def url(self) -> str:
        """What the site file names."""
        return f"http://{self._host}:{self._port}/video.mjpg"

    @property
    def hosts(self) -> int:
        """How many are connected."""
        with self._lock:
            return len(self._hosts)

    def plug(self) -> None:
        """Put the cable in; harmless when it is."""
        if self._listener is not None:
            return
        self._listener = socket.create_server((self._host, self._port))
        self._port = self._listener.getsockname()[1]
        self._spawn(self._accept, self._listener)

    def unplug(self) -> None:
        """Pull the cable: connections drop, new ones are refused; harmless when it is out."""
        with self._lock:
            listener, self._listener = self._listener, None
            ends = [*self._hosts, *([listener] if listener else [])]
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if listener is not None:
            listener.close()

    def close(self) -> None:
        """Take the camera away; closing twice is harmless."""
        self.unplug()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    def __enter__(self) -> "SimCamera":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # ---- in threads of its own ----------------------------------------------------------------------------------

    def _spawn(self, run: Callable[[socket.socket], None], end: socket.socket) -> None:
        thread = threading.Thread(target=run, args=(end,), name="simulated camera", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                host, _address = listener.accept()
            except OSError:
                return
            with self._lock:
                self._hosts.add(host)
            self._spawn(self._serve, host)

    def _serve(self, host: socket.socket) -> None:
        try:
            host.recv(4096)  # the request: whatever it asks for, there is one stream
            host.sendall(HEAD.encode())
            due = time.monotonic()
            while self._listener is not None:
                due = max(due + 1 / self.fps, time.monotonic())
                if self.silent:
                    time.sleep(WAIT_S)
                    continue
                self._send(host, self._part())
                time.sleep(max(0.0, due - time.monotonic()))
        except OSError as exc:
            logger.info("sim camera: a host is gone: %s", exc)
        finally:
            with self._lock:
                self._hosts.discard(host)
            host.close()

    def _part(self) -> bytes:
        data = self._random.randbytes(5000) if self.nonsense else self.picture()
        if self.half:
            data = data[: len(data) // 2]
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
        return head.encode() + data + b"\r\n"

    def _send(self, host: socket.socket, part: bytes) -> None:
        if self.cut_after is not None:
            part, self.cut_after = part[: self.cut_after], max(0, self.cut_after - len(part))
        if self.bytes_per_s is None:
            host.sendall(part)
        else:
            for at in range(0, len(part), SLOW_PIECE):
                host.sendall(part[at : at + SLOW_PIECE])
                time.sleep(SLOW_PIECE / self.bytes_per_s)
        self.sent += 1
        if self.cut_after == 0:
            self.cut_after = None
            self.unplug()
