"""The kiosk's end of a camera process: starts it, asks it, and ends it when it is silent or talks nonsense.

Knows frames and messages, and nothing of pictures: OpenCV is never imported into the kiosk.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

from devices.cameras import messages as m
from devices.cameras.framing import FrameDecoder, frame
from devices.errors import DeviceUnavailable, ProtocolError

COMMAND = (sys.executable, "-P", "-m", "devices.cameras.worker")
RECEIVE = 1 << 20
END_S = 1.0  # for a process that was hung up on to give the camera back by itself


class CameraProcess:
    """One process, from its start to its end; who needs another one makes another one.

    The thread that makes it must live as long: the kernel ends the process with that thread.
    """

    def __init__(self, name: str, command: Sequence[str] = COMMAND) -> None:
        """Start it.

        Args:
            name: of the camera, for the errors.
            command: gets the number of its socket and our process id behind it.

        Raises:
            DeviceUnavailable: it cannot be started.
        """
        self._name = name
        self._decoder = FrameDecoder(name)
        self._socket, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            try:
                self._process = subprocess.Popen(
                    [*command, str(number), str(os.getpid())],
                    pass_fds=[number],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            except OSError as exc:
                self._socket.close()
                raise DeviceUnavailable(name, f"the camera process cannot be started: {exc}") from exc

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask(self, request: m.Request, payload: bytes = b"", *, deadline_s: float) -> tuple[m.Reply, bytearray]:
        """Ask and wait for the answer; see `send` and `receive`."""
        ends = time.monotonic() + deadline_s
        self.send(request, payload, deadline_s=deadline_s)
        return self.receive(deadline_s=max(ends - time.monotonic(), 0.001))

    def send(self, request: m.Request, payload: bytes = b"", *, deadline_s: float) -> None:
        """Ask.

        Raises:
            DeviceUnavailable: the process is gone, or does not listen; it was ended.
        """
        try:
            self._socket.settimeout(deadline_s)
            self._socket.sendall(frame(m.encode(request), payload))
        except OSError as exc:
            raise self._gone("does not listen" if isinstance(exc, TimeoutError) else self._ending()) from exc

    def receive(self, *, deadline_s: float) -> tuple[m.Reply, bytearray]:
        """Wait for an answer.

        Raises:
            DeviceUnavailable: the process is gone or silent; it was ended.
            ProtocolError: it talks nonsense; it was ended.
        """
        ends = time.monotonic() + deadline_s
        try:
            while True:
                self._socket.settimeout(max(ends - time.monotonic(), 0.001))
                data = self._socket.recv(RECEIVE)
                if not data:
                    raise self._gone(self._ending())
                for message, payload in self._decoder.feed(data):
                    return m.decode_reply(message, self._name), payload
        except TimeoutError as exc:
            raise self._gone(f"gave no answer within {deadline_s:g} s") from exc
        except OSError as exc:
            raise self._gone(self._ending()) from exc
        except ProtocolError as exc:
            self.close(0)
            raise ProtocolError(self._name, f"the camera process talks nonsense: {exc.cause}") from exc

    def close(self, patience_s: float = END_S) -> None:
        """Hang up, and end the process unless it ends by itself; closing twice is harmless."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._decoder.wipe()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
            return
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel's driver: left to the kernel
            self._process.wait(END_S)

    def _gone(self, how: str) -> DeviceUnavailable:
        self.close(0)
        return DeviceUnavailable(self._name, f"the camera process {how}")

    def _ending(self) -> str:
        """How it ended, once it has hung up."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(END_S)
            return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return "hung up"
