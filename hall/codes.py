"""The hall's own codes, as they stand in QR codes and barcodes, and how they are told from everybody else's.

A scanner reads whatever is held under it. What is ours must never reach a platform for electronic credentials, whole or
damaged, and what is not ours may be somebody's credential: so the prefix decides first, the check characters second.

An own code is `HALLQ`, a letter for its kind, its value and two check characters over all that. Digits and letters
only, and capitals mean what small letters mean: so it survives a scanner that plays a keyboard with any layout's
shift or with caps lock on, and the QR code gets by with its smallest alphabet.

Worked example: appointment Y2603040001 → `HALLQA` + `Y2603040001` + `N1` → "HALLQAY2603040001N1".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from hall.check_characters import check_characters, is_intact

PREFIX = "HALLQ"
CHECK_SIZE = 2
DEFAULT_PORTS = {"http": 80, "https": 443}
APPOINTMENT_NO = re.compile(r"Y(\d{6})\d{4,6}", re.ASCII)  # the slot's day, then a count
RATING_TOKEN = re.compile(r"[0-9A-Z]{8,40}")
UUID_HEX = re.compile(r"[0-9A-F]{32}")
UUID_TEXT = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")


class CodeKind(StrEnum):
    """What an own code names."""

    TICKET = "ticket"
    APPOINTMENT = "appointment"
    RATING = "rating"


LETTERS = {"T": CodeKind.TICKET, "A": CodeKind.APPOINTMENT, "R": CodeKind.RATING}


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A code of this hall, whole. `repr` shows no value: a rating's is a secret."""

    kind: CodeKind
    value: str = field(repr=False)  # ticket_id, appointment_no or the rating's token


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody else's code, perhaps an electronic credential. `repr` shows nothing of it."""

    text: str = field(repr=False)


class DamagedCode(ValueError):
    """An own code that was not read whole: scan it again. The message says why and never repeats the code."""

    code = "damaged_code"


def encode(kind: CodeKind, value: str) -> str:
    """The text to put into a QR code or barcode.

    Args:
        value: a ticket's id (a UUID), an appointment's number, or a rating's token of 8 to 40 digits and capitals.

    Raises:
        ValueError: the value is not of its kind.
    """
    letter = next(letter for letter, its_kind in LETTERS.items() if its_kind is kind)
    body = value.replace("-", "").upper() if kind is CodeKind.TICKET else value
    if VALUES[kind](body) is None:
        raise ValueError(f"not a value for a code of kind {kind}")
    text = PREFIX + letter + body
    return text + check_characters(text)


def parse_code(text: str, public_url: str | None = None) -> OwnCode | Foreign:
    """Tell what was scanned.

    Codes that are told to people without check characters stay readable: an appointment's number alone, and a
    ticket's address (`public_url` + "/t/" + ticket_id).

    Args:
        text: as scanned; capitals or small letters, spaces round it allowed.
        public_url: the hall's own address, as in tickets; None: no address is ours.

    Raises:
        DamagedCode: it is ours and not whole, or holds one of ours among other things.
    """
    text = text.strip()
    capital = text.upper()
    if PREFIX in capital:
        return _marked(capital)
    if capital.startswith("Y") and capital[1:].isascii() and capital[1:].isdigit() and len(capital) > 7:
        return _appointment(capital)
    if public_url is not None:
        ticket = _ticket_at(text, public_url)
        if ticket is not None:
            return ticket
    return Foreign(text)


def _marked(capital: str) -> OwnCode:
    if not capital.startswith(PREFIX):
        raise DamagedCode("something stands before the hall's prefix: is the scanner set to send code ids?")
    if not is_intact(capital):
        raise DamagedCode("the check characters do not fit")
    kind = LETTERS.get(capital[len(PREFIX) : len(PREFIX) + 1])
    if kind is None:
        raise DamagedCode("it is of a kind that this release does not know")
    value = VALUES[kind](capital[len(PREFIX) + 1 : -CHECK_SIZE])
    if value is None:
        raise DamagedCode(f"its value is not one of kind {kind}")
    return OwnCode(kind, value)


def _appointment(capital: str) -> OwnCode:
    value = _appointment_no(capital)
    if value is None:
        raise DamagedCode("it begins like an appointment's number and is none")
    return OwnCode(CodeKind.APPOINTMENT, value)


def _ticket_at(text: str, public_url: str) -> OwnCode | None:
    """The ticket that an address of this hall names; None for what is not an address of this hall."""
    ours = urlsplit(public_url)
    prefix = f"{ours.path.rstrip('/')}/t/"
    path = _path_at(text, ours)
    if path is None:
        if f"{ours.netloc}{prefix}".lower() in text.lower():
            raise DamagedCode("a ticket's address stands in it among other things")
        return None
    ticket_id = path.upper().removeprefix(prefix.upper())
    if ticket_id == path.upper() or not UUID_TEXT.fullmatch(ticket_id):
        raise DamagedCode("an address of this hall, and not a ticket's")
    return OwnCode(CodeKind.TICKET, ticket_id.lower())


def _path_at(text: str, ours: SplitResult) -> str | None:
    """The path of an address at our host; None for another host, or no address at all."""
    try:
        found = urlsplit(text)
        return found.path if found.hostname and _place(found) == _place(ours) else None
    except ValueError:
        return None


def _place(url: SplitResult) -> tuple[str | None, int | None]:
    """Host and port; http and https on their own ports are one place, for a hall may turn the one into the other."""
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    return url.hostname, DEFAULT_PORTS["http"] if port == DEFAULT_PORTS["https"] else port


def _ticket_id(value: str) -> str | None:
    return str(UUID(hex=value)) if UUID_HEX.fullmatch(value) else None


def _appointment_no(value: str) -> str | None:
    found = APPOINTMENT_NO.fullmatch(value)
    if found is None:
        return None
    try:
        datetime.strptime(found[1], "%y%m%d")  # noqa: DTZ007 (only whether there is such a day)
    except ValueError:
        return None
    return value


def _rating_token(value: str) -> str | None:
    return value if RATING_TOKEN.fullmatch(value) else None


VALUES: dict[CodeKind, Callable[[str], str | None]] = {
    CodeKind.TICKET: _ticket_id,
    CodeKind.APPOINTMENT: _appointment_no,
    CodeKind.RATING: _rating_token,
}
"""What a kind's value reads as; None: it cannot be one."""
