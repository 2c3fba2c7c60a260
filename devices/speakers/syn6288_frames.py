"""Frames of the SYN6288 speech chip: encode commands, split sentences, read its answers. Knows no port.

`FD`, length (2 bytes, counts all behind it), command, its parameters, XOR of all bytes; 9600 8N1, text up to 200 bytes.
Each frame is answered `41` (understood) or `45` (not); a status query is answered `41` and then `4E` (speaking) or `4F`
(idle), and `4F` comes by itself when a text has been said; `4A` is said at power on. Sources: the chip's data sheet
(YuTone), and public drivers for it.
"""

from collections.abc import Iterator
from enum import Enum
from functools import reduce
from operator import xor

START = 0xFD
SPEAK, STOP, STATUS = 0x01, 0x02, 0x21
GBK = 0x01  # text coding, without background music
LONGEST_TEXT = 200  # bytes, tags included
LOUDEST, FASTEST = 16, 5
ENDS = "，。；：！？、,.;:!? "  # after one of these a sentence may be cut


class Answer(Enum):
    """What the chip says."""

    READY = 0x4A  # after power on
    UNDERSTOOD = 0x41
    NOT_UNDERSTOOD = 0x45
    SPEAKING = 0x4E
    IDLE = 0x4F


_ANSWERS = {answer.value: answer for answer in Answer}


def encode(command: int, parameters: bytes = b"") -> bytes:
    """One frame as it goes over the line."""
    body = bytes((START,)) + (len(parameters) + 2).to_bytes(2, "big") + bytes((command,)) + parameters
    return body + bytes((reduce(xor, body),))


def speak(text: bytes) -> bytes:
    """Say a text.

    Args:
        text: GBK, at most `LONGEST_TEXT` bytes; tags such as `[v10]` may stand in it.
    """
    return encode(SPEAK, bytes((GBK,)) + text)


def tagged(sentence: str, *, volume: int, speed: int) -> list[bytes]:
    """A sentence in pieces that the chip takes, each with its volume (0 to 16) and speed (0 to 5).

    It is cut behind punctuation where that is possible, else between two characters. What GBK lacks is left out, and so
    are brackets: what stands in them would be a command.
    """
    tags = f"[v{volume}][t{speed}]".encode()
    plain = sentence.replace("[", "").replace("]", "").encode("gbk", errors="ignore").decode("gbk")
    pieces: list[bytes] = []
    while plain:
        piece = _fitting(plain, LONGEST_TEXT - len(tags))
        pieces.append(tags + piece.encode("gbk"))
        plain = plain[len(piece) :]
    return pieces


def _fitting(text: str, room: int) -> str:
    """As much of a text as fits into `room` bytes of GBK."""
    size = 0
    for count, character in enumerate(text):
        size += len(character.encode("gbk"))
        if size > room:
            whole = text[:count]
            return whole[: max(map(whole.rfind, ENDS)) + 1] or whole
    return text


class AnswerDecoder:
    """Reads the chip's answers: each is one byte."""

    def feed(self, data: bytes) -> Iterator[Answer | int]:
        """Take what arrived; yield each answer, or the byte that is none. Never raises."""
        for byte in data:
            yield _ANSWERS.get(byte, byte)
