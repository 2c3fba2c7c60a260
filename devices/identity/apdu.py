"""Commands to a chip card and its answers, whatever card it is. Pure: it knows no reader. Source: ISO 7816-4."""

from collections.abc import Callable

DONE, NOT_ALLOWED = 0x9000, 0x6982
MORE, OTHER_SIZE = 0x61, 0x6C
LONGEST_CHAIN = 8  # follow-up commands for one answer

Transmit = Callable[[bytes], tuple[bytes, int]]  # command -> data and status word; library errors are the caller's


class CardError(Exception):
    """The card cannot be read; the message never repeats what it holds."""


def exchange(transmit: Transmit, command: bytes) -> tuple[bytes, int]:
    """Send one command and fetch all of its answer: 61xx means more to get, 6Cxx means ask again for xx bytes.

    Raises:
        CardError: the card never finishes.
    """
    data, status = transmit(command)
    for _follow_up in range(LONGEST_CHAIN):
        if status >> 8 == OTHER_SIZE:
            data, status = transmit(command[:4] + bytes([status & 0xFF]))
        elif status >> 8 == MORE:
            more, status = transmit(bytes([0x00, 0xC0, 0x00, 0x00, status & 0xFF]))  # GET RESPONSE
            data += more
        else:
            return data, status
    raise CardError("the card never finished its answer")
