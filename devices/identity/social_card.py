"""The social security card: which commands to send it, and what its records mean. Pure: it knows no reader.

The card has an application of its own beside its bank applications, which are left alone. Records are tag, length,
value, with texts in GBK. Cards of the third generation keep part of it behind a security module that a kiosk does not
have. Sources: ISO 7816-4 for commands and status words; the application's name, its files and its tags as seen in
public implementations.
"""

from datetime import date

from devices.identity.apdu import DONE, NOT_ALLOWED, CardError, Transmit, exchange
from devices.identity.cross_checks import EXPIRED, number_warnings
from hall.identity import DocumentKind, IdentityDocument, Verification

DF_NAME = "sx1.sh.社会保障".encode("gbk")
SELECT_APPLICATION = b"\x00\xa4\x04\x00" + bytes([len(DF_NAME)]) + DF_NAME
CARD_FILE, HOLDER_FILE = 0xEF05, 0xEF06
VALID_FROM, VALID_TO = (0x05, 4), (0x06, 4)  # in CARD_FILE: tag, size of the value
NUMBER, NAME, NAME_2 = (0x08, 18), (0x09, 30), (0x4E, 20)  # in HOLDER_FILE
SEX, ETHNIC, BIRTH = (0x0A, 1), (0x0B, 1), (0x0D, 4)
SELECT_BY_NUMBER = (b"\x00", b"\x02")  # P1: by number anywhere, or beneath the application
MISSING = (0x6A82, 0x6A83, 0x6A88)
PADDING = b"\0 "  # never the last byte of a character in GB18030


class SocialCardError(CardError):
    """It is a social security card, and its holder cannot be read."""


class NotASocialCard(CardError):
    """The card does not know the application."""


def read_social_card(transmit: Transmit, today: date) -> IdentityDocument:
    """Read what a ticket needs: number, name, sex, ethnic group, birth and validity. The card's own number is not read.

    Args:
        transmit: sends one command to a card that has just been reset.
        today: for the checks of dates.

    Raises:
        NotASocialCard: another kind of card.
        SocialCardError: number or name missing, protected or not readable.
        CardError: it never finishes an answer.
    """
    _data, status = exchange(transmit, SELECT_APPLICATION)
    if status != DONE:
        raise NotASocialCard(f"no social security application on this card (status {status:04X})")
    valid_from = valid_to = None
    if _select_file(transmit, CARD_FILE, is_needed=False):
        valid_from = _bcd_date(_record(transmit, VALID_FROM))
        valid_to = _bcd_date(_record(transmit, VALID_TO))
    _select_file(transmit, HOLDER_FILE, is_needed=True)
    number = _ascii(_record(transmit, NUMBER, is_needed=True)).upper()
    name = _text(_record(transmit, NAME, is_needed=True).rstrip(PADDING) + _record(transmit, NAME_2))
    if not number.isalnum() or not name:
        raise SocialCardError("the number or the name on the card is empty or unreadable")
    sex = _sex(_record(transmit, SEX))
    birth = _bcd_date(_record(transmit, BIRTH))
    warnings = number_warnings(number, sex, birth, today)
    return IdentityDocument(
        kind=DocumentKind.SOCIAL_CARD,
        number=number,
        name=name,
        verification=Verification.READ_UNVERIFIED,
        sex=sex,
        ethnic=_bcd(_record(transmit, ETHNIC)),
        birth=birth,
        valid_from=valid_from,
        valid_to=valid_to,
        warnings=(*warnings, EXPIRED) if valid_to and valid_to < today else warnings,
    )


def _select_file(transmit: Transmit, file_id: int, *, is_needed: bool) -> bool:
    """Select by file number; cards that want it said in the other way of ISO 7816-4 are asked in that, too."""
    for how in SELECT_BY_NUMBER:
        _data, status = exchange(transmit, b"\x00\xa4" + how + b"\x00\x02" + file_id.to_bytes(2, "big"))
        if status == DONE:
            return True
    if is_needed:
        raise SocialCardError(f"file {file_id:04X} cannot be selected (status {status:04X})")
    return False


def _record(transmit: Transmit, wanted: tuple[int, int], *, is_needed: bool = False) -> bytes:
    """The value under a tag, b"" when the card does not have it or keeps it to itself."""
    tag, size = wanted
    data, status = exchange(transmit, bytes([0x00, 0xB2, tag, 0x00, size + 2]))
    if status == DONE and len(data) >= 2 and data[0] == tag and len(data) == 2 + data[1]:
        return data[2:]
    if status != DONE and (status in MISSING or status == NOT_ALLOWED) and not is_needed:
        return b""
    if status == NOT_ALLOWED:
        raise SocialCardError(f"record {tag:02X} is protected by the card's security module")
    raise SocialCardError(f"record {tag:02X} cannot be read (status {status:04X}, {len(data)} bytes)")


def _text(value: bytes) -> str:
    """GBK, read as GB18030, which contains it and also has the rare characters."""
    try:
        return value.rstrip(PADDING).decode("gb18030").strip()
    except UnicodeDecodeError:
        raise SocialCardError("a text on the card is not GBK") from None  # the cause would hold the bytes


def _ascii(value: bytes) -> str:
    try:
        return value.decode("ascii").strip(" \0")
    except UnicodeDecodeError:
        raise SocialCardError("the number on the card is not ASCII") from None


def _bcd(value: bytes) -> str | None:
    return value.hex() if value and value.hex().isdigit() and any(value) else None


def _bcd_date(value: bytes) -> date | None:
    digits = _bcd(value)
    try:
        return date.fromisoformat(digits) if digits and len(digits) == 8 else None
    except ValueError:
        return None


def _sex(value: bytes) -> str | None:
    """One digit: as a character in most sources, as a number in some."""
    digit = value.decode("latin-1") if value[:1].isdigit() else str(value[0]) if value else ""
    return digit if digit in ("0", "1", "2", "9") else None
