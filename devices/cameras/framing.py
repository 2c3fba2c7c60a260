"""Frames between the kiosk and its camera process: a message and the bytes behind it. Ignorant of what they mean.

A frame is the length of the message and that of the payload (two unsigned 32-bit numbers, big endian), the message,
and the payload. A socket between two processes loses nothing, so there is no mark to find again: bytes that make no
sense mean that the other process has lost its mind. It is then replaced, and the new one begins with a new stream.
"""

import struct
from collections.abc import Iterator

from devices.errors import ProtocolError

LENGTHS = struct.Struct(">II")
LONGEST_MESSAGE = 65_536
LONGEST_PAYLOAD = 256 << 20  # a PDF of many pages; a length from thin air is above it 15 times in 16


def frame(message: bytes, payload: bytes | bytearray | memoryview = b"") -> bytes:
    """One frame.

    Raises:
        ValueError: longer than the other side would take.
    """
    if len(message) > LONGEST_MESSAGE or len(payload) > LONGEST_PAYLOAD:
        raise ValueError(f"a message of {len(message)} bytes with {len(payload)} bytes behind it")
    return b"".join((LENGTHS.pack(len(message), len(payload)), message, payload))


class FrameDecoder:
    """Finds frames in a stream, whatever the pieces in which it arrives."""

    def __init__(self, name: str) -> None:
        """Start before the first byte of a stream; `name` is for the errors."""
        self._name = name
        self._inbox = bytearray()

    def feed(self, data: bytes | memoryview) -> Iterator[tuple[bytes, bytearray]]:
        """Yield each whole frame as (message, payload).

        Raises:
            ProtocolError: not a frame; the stream is of no more use.
        """
        self._inbox += data
        while len(self._inbox) >= LENGTHS.size:
            message_length, payload_length = LENGTHS.unpack_from(self._inbox)
            if not 0 < message_length <= LONGEST_MESSAGE or payload_length > LONGEST_PAYLOAD:
                raise ProtocolError(self._name, f"not a frame: {self._inbox[:16].hex()}")
            middle = LENGTHS.size + message_length
            end = middle + payload_length
            if len(self._inbox) < end:
                return
            message, payload = bytes(self._inbox[LENGTHS.size : middle]), self._inbox[middle:end]
            del self._inbox[:end]
            yield message, payload

    def wipe(self) -> None:
        """Overwrite and forget what has arrived and is not whole."""
        self._inbox[:] = bytes(len(self._inbox))
        self._inbox.clear()
