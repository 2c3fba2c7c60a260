"""Cards in virtual readers that are no social security cards: what people lay on a reader all the same."""

from functools import reduce
from operator import xor

from devices.identity.pcsc_cards import ASK_CHIP_NUMBER, ASK_UID, SELECT_PASSPORT
from devices.identity.samv_sim import SamvCard
from devices.identity.text_block import encode_text_block
from devices.identity.virtual_card import VirtualCard

DONE, NO_FILE, LOCKED, UNKNOWN = b"\x90\x00", b"\x6a\x82", b"\x69\x82", b"\x6d\x00"
CHIP_NUMBER = bytes.fromhex("0011223344556677")
UID = bytes.fromhex("04a1b2c3d4e5f6")
PHOTO_PIECE_SIZES = (252, 256, 256, 256, 4)  # the first of them has a header of four bytes


def atr_of(historical: bytes) -> bytes:
    """How a contactless card with these historical bytes (up to 15) answers to power. Source: PC/SC part 3."""
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
    return b"\x3b" + body + bytes([reduce(xor, body)])


MODULE_ATR = atr_of(b"HALLQ SIM\x90\x00\x00\x00\x00")  # hexadecimal digits 26 to 29 are "9000"


class UidCardSim(VirtualCard):
    """A contactless card with a number and nothing else to say: a bus pass, a door key."""

    def __init__(self, port: int, uid: bytes = UID) -> None:
        super().__init__(port)
        self.uid = uid

    def _say(self, command: bytes) -> bytes:
        return self.uid + DONE if command == ASK_UID else NO_FILE


class ResidentCardSim(VirtualCard):
    """A resident identity card in a reader without a security module: its chip's number, and a closed door."""

    def _say(self, command: bytes) -> bytes:
        return CHIP_NUMBER + DONE if command == ASK_CHIP_NUMBER else UNKNOWN


class PassportSim(VirtualCard):
    """A passport's chip: its application can be selected, and gives nothing without its keys.

    Attributes:
        refuses_select: as those do that want PACE before anything else.
    """

    def __init__(self, port: int, *, refuses_select: bool = False) -> None:
        super().__init__(port)
        self.refuses_select = refuses_select

    def _say(self, command: bytes) -> bytes:
        if command == ASK_UID:  # a number made up anew each time
            return b"\x08\x01\x02\x03" + DONE
        if command == SELECT_PASSPORT:
            return NO_FILE if self.refuses_select else DONE
        return NO_FILE if command[1:2] == b"\xa4" else LOCKED


class CombinationCardSim(VirtualCard):
    """An identity card in a combination reader: the reader's security module answers in its place."""

    def __init__(self, port: int, card: SamvCard) -> None:
        super().__init__(port)
        self.atr = MODULE_ATR
        self._text = bytes(4) + encode_text_block(card.kind, card.fields)

    def _say(self, command: bytes) -> bytes:
        if len(command) != 5 or command[:2] != b"\xff\xb0":
            return UNKNOWN
        if command[2] == 0:
            return self._text + DONE
        if command[2] <= len(PHOTO_PIECE_SIZES):
            return bytes(PHOTO_PIECE_SIZES[command[2] - 1] + (4 if command[2] == 1 else 0)) + DONE
        return b"\x6b\x00"
