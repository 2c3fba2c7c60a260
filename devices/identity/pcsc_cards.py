"""Which card lies in a PC/SC reader, and what it gives: the social security card, or why another one cannot be read.

Pure: it knows no reader. Combination readers for identity cards and passports have a security module and hand the
card's text out by commands of their own; what is known of them rests on a single public source, so they are asked in
this way only where the site file says that a reader is one.
"""

from datetime import date

from msgspec import structs

from devices.identity.apdu import DONE, CardError, Transmit, exchange
from devices.identity.social_card import NotASocialCard, read_social_card
from devices.identity.text_block import BLOCK_SIZE, MalformedBlock, parse_text_block
from hall.identity import IdentityDocument, Verification

ATR_MARK, ATR_MARK_AT = "9000", slice(26, 30)  # hexadecimal digits of the ATR, counted from 0
READ_TEXT = b"\xff\xb0\x00\x00\x00"
TEXT_HEADER_SIZE = 4
ASK_UID = b"\xff\xca\x00\x00\x00"  # PC/SC part 3, 3.2.2.1.3
ASK_CHIP_NUMBER = b"\x00\x36\x00\x00\x08"  # a resident card answers with eight bytes, whoever asks
CHIP_NUMBER_SIZE = 8
SELECT_PASSPORT = b"\x00\xa4\x04\x0c\x07\xa0\x00\x00\x02\x47\x10\x01"  # ICAO 9303 part 10
RANDOM_UID = 0x08  # ISO 14443-3: four bytes beginning so are made up anew each time


class NeedsModule(CardError):
    """A resident identity card in a reader without a security module."""


def read_card(transmit: Transmit, atr: bytes, today: date, *, combination: bool = False) -> IdentityDocument:
    """Read whatever card it is.

    Args:
        transmit: sends one command to a card that has just been powered.
        atr: how it answered to power.
        today: for the checks of dates.
        combination: the reader has a security module and the commands of its own.

    Raises:
        NeedsModule: a resident card, which opens to a security module only.
        CardError: another kind of card, or one that cannot be read; the message says which.
    """
    if combination and comes_from_module(atr):
        return read_combination(transmit, today)
    try:
        return read_social_card(transmit, today)
    except NotASocialCard:
        _explain(transmit)
        raise


def comes_from_module(atr: bytes) -> bool:
    """Whether a combination reader's security module speaks for the card."""
    return atr.hex()[ATR_MARK_AT] == ATR_MARK


def read_combination(transmit: Transmit, today: date) -> IdentityDocument:
    """Read the text of an identity card from a combination reader; its photo's five pieces are not asked for.

    The document counts as read and not as verified: unlike a SAM_V reader, nothing in the answer says what the
    security module found, and a card in a plain reader could give the same answer.

    Raises:
        CardError: no text, or none of the four layouts.
    """
    data, status = exchange(transmit, READ_TEXT)
    if status != DONE or len(data) != TEXT_HEADER_SIZE + BLOCK_SIZE:
        raise CardError(f"the combination reader gave no text (status {status:04X}, {len(data)} bytes)")
    try:
        document = parse_text_block(data[TEXT_HEADER_SIZE:], today)
    except MalformedBlock as exc:
        raise CardError(str(exc)) from exc
    return structs.replace(document, verification=Verification.READ_UNVERIFIED)


def read_uid(transmit: Transmit) -> bytes | None:
    """The number of a contactless chip, for telling whether the same one was put again, and for nothing else.

    Returns:
        None when the card has none (it has contacts), keeps it to itself, or makes it up each time.

    Raises:
        CardError: the card never finishes.
    """
    uid, status = exchange(transmit, ASK_UID)
    if status != DONE or not uid or (len(uid) == 4 and uid[0] == RANDOM_UID):
        return None
    return uid


def _explain(transmit: Transmit) -> None:
    """Find out what kind of card it is that is no social security card, and say why it cannot be read."""
    number, status = exchange(transmit, ASK_CHIP_NUMBER)
    if status == DONE and len(number) == CHIP_NUMBER_SIZE:
        raise NeedsModule("a resident identity card opens only to a reader with a security module")
    _data, status = exchange(transmit, SELECT_PASSPORT)
    if status == DONE:
        raise CardError("a passport's chip stays locked: its printed lines were not read")
