"""What host and board say to each other, as types, and their byte layouts.

The layouts are those of docs/protocol/board-link.md, version 1. Integers are unsigned and big-endian.
"""

from enum import IntEnum
from typing import ClassVar, TypeVar

from msgspec import Struct

from devices.boards.frames import Frame

PROTOCOL_VERSION = 1
MAX_SLOTS = 16
MAX_TEXT_BYTES = 120
FLASHING = 0x01  # bit 0 of a SHOW's flags; the others are sent as 0 and not looked at
NO_SESSION = 0  # a KEY's session when no rating was open; sessions run 1 to 255

STARTED = 0  # a HELLO's `greeted` when the board has just started: it shows nothing

M = TypeVar("M", bound="LinkMessage")


class MalformedPayload(ValueError):
    """A frame whose CRC is right and whose content is not."""


class Refusal(IntEnum):
    """Why a board refuses a command."""

    UNKNOWN_KIND = 1
    BAD_LENGTH = 2
    BAD_SLOT = 3
    BAD_TEXT = 4
    BUSY = 5
    SLOT_FAULT = 6


class LinkMessage(Struct, frozen=True):
    """A message on the board link."""

    KIND: ClassVar[int]

    def payload(self) -> bytes:
        """The bytes after kind and sequence number."""
        return b""

    @classmethod
    def parse(cls: type[M], payload: bytes) -> M:
        """Read the payload.

        Raises:
            MalformedPayload: wrong length or value.
        """
        _check_length(cls, payload, 0)
        return cls()


class Hello(LinkMessage, frozen=True):
    """Board to host: I have started, or heard GREET; every rating is closed. Repeated until acknowledged."""

    protocol: int
    firmware: tuple[int, int, int]
    boot_count: int  # 0 to 65535
    slots: int  # 1 to MAX_SLOTS
    greeted: int = STARTED  # the sequence number of the GREET that this answers

    KIND: ClassVar[int] = 0x01

    def payload(self) -> bytes:
        """Protocol, firmware version in three bytes, boot count in two, slots, sequence number of GREET."""
        boots = self.boot_count.to_bytes(2, "big")
        return bytes((self.protocol, *self.firmware)) + boots + bytes((self.slots, self.greeted))

    @classmethod
    def parse(cls, payload: bytes) -> "Hello":
        """Read the payload; a later protocol's may be longer."""
        if len(payload) < 8:
            raise MalformedPayload(f"HELLO of {len(payload)} bytes")
        if not 1 <= payload[6] <= MAX_SLOTS:
            raise MalformedPayload(f"HELLO with {payload[6]} slots")
        version = (payload[1], payload[2], payload[3])
        return cls(payload[0], version, int.from_bytes(payload[4:6], "big"), payload[6], payload[7])


class Greet(LinkMessage, frozen=True):
    """Host to board: I have opened the line. The board closes ratings, drops keys not sent, and answers HELLO."""

    KIND: ClassVar[int] = 0x02


class Show(LinkMessage, frozen=True):
    """Host to board: put this text on a bar. `text` has at most `MAX_TEXT_BYTES` bytes of UTF-8."""

    slot: int
    text: str
    flashing: bool

    KIND: ClassVar[int] = 0x10

    def payload(self) -> bytes:
        """Slot, flags, text."""
        return bytes((self.slot, FLASHING if self.flashing else 0)) + self.text.encode()

    @classmethod
    def parse(cls, payload: bytes) -> "Show":
        """Read the payload."""
        if not 2 <= len(payload) <= 2 + MAX_TEXT_BYTES:
            raise MalformedPayload(f"SHOW of {len(payload)} bytes")
        try:
            text = payload[2:].decode()
        except UnicodeDecodeError as exc:
            raise MalformedPayload("SHOW with a text that is not UTF-8") from exc
        return cls(payload[0], text, bool(payload[1] & FLASHING))


class OpenRating(LinkMessage, frozen=True):
    """Host to board: light a slot's evaluator; keys pressed from now on carry this session."""

    slot: int
    session: int  # 1 to 255

    KIND: ClassVar[int] = 0x11

    def payload(self) -> bytes:
        """Slot, session."""
        return bytes((self.slot, self.session))

    @classmethod
    def parse(cls, payload: bytes) -> "OpenRating":
        """Read the payload."""
        _check_length(cls, payload, 2)
        if payload[1] == NO_SESSION:
            raise MalformedPayload("OPEN_RATING without a session")
        return cls(payload[0], payload[1])


class CloseRating(LinkMessage, frozen=True):
    """Host to board: darken a slot's evaluator."""

    slot: int

    KIND: ClassVar[int] = 0x12

    def payload(self) -> bytes:
        """Slot."""
        return bytes((self.slot,))

    @classmethod
    def parse(cls, payload: bytes) -> "CloseRating":
        """Read the payload."""
        _check_length(cls, payload, 1)
        return cls(payload[0])


class Key(LinkMessage, frozen=True):
    """Board to host: a key of a slot's evaluator went down. Repeated until acknowledged."""

    slot: int
    session: int  # the session that was open on the board when the key went down, or NO_SESSION
    key: int  # as the key pad numbers it

    KIND: ClassVar[int] = 0x20

    def payload(self) -> bytes:
        """Slot, session, key."""
        return bytes((self.slot, self.session, self.key))

    @classmethod
    def parse(cls, payload: bytes) -> "Key":
        """Read the payload."""
        _check_length(cls, payload, 3)
        return cls(*payload)


class Ping(LinkMessage, frozen=True):
    """Host to board: are you there?"""

    KIND: ClassVar[int] = 0x30


class Pong(LinkMessage, frozen=True):
    """Board to host: the answer to PING, with its sequence number."""

    uptime_s: int  # seconds since the board started

    KIND: ClassVar[int] = 0x31

    def payload(self) -> bytes:
        """Uptime in four bytes."""
        return self.uptime_s.to_bytes(4, "big")

    @classmethod
    def parse(cls, payload: bytes) -> "Pong":
        """Read the payload."""
        _check_length(cls, payload, 4)
        return cls(int.from_bytes(payload, "big"))


class Ack(LinkMessage, frozen=True):
    """Either way: the frame with this sequence number was taken."""

    KIND: ClassVar[int] = 0x7E


class Nak(LinkMessage, frozen=True):
    """Board to host: the command with this sequence number is refused."""

    reason: int  # a Refusal, or a number that a later firmware knows

    KIND: ClassVar[int] = 0x7F

    def payload(self) -> bytes:
        """Reason."""
        return bytes((self.reason,))

    @classmethod
    def parse(cls, payload: bytes) -> "Nak":
        """Read the payload."""
        _check_length(cls, payload, 1)
        return cls(payload[0])


MESSAGES: tuple[type[LinkMessage], ...] = (
    Hello,
    Greet,
    Show,
    OpenRating,
    CloseRating,
    Key,
    Ping,
    Pong,
    Ack,
    Nak,
)
_BY_KIND = {message.KIND: message for message in MESSAGES}


def to_frame(message: LinkMessage, seq: int) -> Frame:
    """A message as a frame."""
    return Frame(message.KIND, seq, message.payload())


def from_frame(frame: Frame) -> LinkMessage:
    """The message in a frame.

    Raises:
        MalformedPayload: an unknown kind, or a content that its kind cannot have.
    """
    message_type = _BY_KIND.get(frame.kind)
    if message_type is None:
        raise MalformedPayload(f"no message has the kind {frame.kind:#04x}")
    return message_type.parse(frame.payload)


def fitting(text: str) -> str:
    """As much of a text as a SHOW carries, cut between two characters."""
    return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _check_length(message_type: type[LinkMessage], payload: bytes, length: int) -> None:
    if len(payload) != length:
        raise MalformedPayload(f"{message_type.__name__} of {len(payload)} bytes, expected {length}")
