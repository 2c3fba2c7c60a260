"""The machine-readable zone of travel documents: three lines of 30 (TD1), two of 36 (TD2) or two of 44 (TD3).

Source: ICAO 9303 parts 3 to 6: fields by position, `<` as filler, check digits with the weights 7 3 1. Reading a zone
verifies nothing: whoever can print can make one.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hall.identity import DocumentKind, IdentityDocument, InvalidNumber, Verification
from hall.numbers.kind import NumberKind

FILLER = "<"
VALUES = {FILLER: 0} | {character: int(character, 36) for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
WEIGHTS = (7, 3, 1)
SEXES = {"M": "1", "F": "2", "X": "9", FILLER: "9"}  # to GB/T 2261.1, where 9 is "not stated"
EXPIRY_REACH_YEARS = 50  # what seems to end later than this ended in the last century
BIRTH_UNREADABLE, VALIDITY_UNREADABLE, EXPIRED = "birth_unreadable", "validity_unreadable", "expired"


class _Format(NamedTuple):
    """Where things stand in the lines put end to end; a check digit follows number, birth and expiry at once."""

    name: slice
    number: slice
    birth: slice
    sex: int
    expiry: slice
    optional: slice  # the rest of a long number stands at its front
    composite: Sequence[slice]  # what the last digit covers
    composite_digit: int
    has_optional_digit: bool = False


FORMATS = {  # by the number of characters
    90: _Format(  # TD1
        name=slice(60, 90),
        number=slice(5, 14),
        birth=slice(30, 36),
        sex=37,
        expiry=slice(38, 44),
        optional=slice(15, 30),
        composite=(slice(5, 37), slice(38, 45), slice(48, 59)),
        composite_digit=59,
    ),
    72: _Format(  # TD2
        name=slice(5, 36),
        number=slice(36, 45),
        birth=slice(49, 55),
        sex=56,
        expiry=slice(57, 63),
        optional=slice(64, 71),
        composite=(slice(36, 46), slice(49, 56), slice(57, 71)),
        composite_digit=71,
    ),
    88: _Format(  # TD3
        name=slice(5, 44),
        number=slice(44, 53),
        birth=slice(57, 63),
        sex=64,
        expiry=slice(65, 71),
        optional=slice(72, 86),
        composite=(slice(44, 54), slice(57, 64), slice(65, 87)),
        composite_digit=87,
        has_optional_digit=True,
    ),
}


def check_digit(field: str) -> str:
    """The check digit of a field, `<` counting 0 and A to Z counting 10 to 35.

    Raises:
        InvalidNumber: a character that a machine-readable zone does not have.
    """
    try:
        return str(sum(VALUES[character] * WEIGHTS[at % 3] for at, character in enumerate(field)) % 10)
    except KeyError:
        raise InvalidNumber("a machine-readable zone has digits, capitals and '<' only") from None


def parse_mrz(text: str, today: date) -> IdentityDocument:
    """Read a zone as a scanner or a camera gives it.

    A date that makes no sense is left out with a warning: its check digit fits, so that is how it is printed.

    Args:
        text: the lines; line ends and spaces are dropped.
        today: tells the centuries of two-digit years apart.

    Returns:
        A travel document of any kind, as a passport that was read and not verified.

    Raises:
        InvalidNumber: another number of characters, a wrong check digit, no number, or no name.
    """
    zone = "".join(text.upper().split())
    layout = FORMATS.get(len(zone))
    if layout is None:
        raise InvalidNumber("a machine-readable zone has 3 lines of 30, 2 of 36 or 2 of 44 characters")
    number = _checked_number(zone, layout)
    birth, expiry = (_checked(zone, field) for field in (layout.birth, layout.expiry))
    if layout.has_optional_digit and zone[layout.optional.stop] != FILLER:  # an empty field may go without
        _checked(zone, layout.optional)
    _require("".join(zone[part] for part in layout.composite), zone[layout.composite_digit])
    born, valid_to = _birth(birth, today), _expiry(expiry, today)
    doubts = {
        BIRTH_UNREADABLE: born is None,
        VALIDITY_UNREADABLE: valid_to is None,
        EXPIRED: valid_to is not None and valid_to < today,
    }
    return IdentityDocument(
        kind=DocumentKind.PASSPORT,
        number=number,
        name=_name(zone[layout.name]),
        verification=Verification.READ_UNVERIFIED,
        sex=SEXES.get(zone[layout.sex]),
        birth=born,
        valid_to=valid_to,
        issuer=zone[2:5].replace(FILLER, "") or None,
        warnings=tuple(doubt for doubt, is_so in doubts.items() if is_so),
        number_kind=NumberKind.PASSPORT,
    )


def _require(field: str, digit: str) -> None:
    if check_digit(field) != digit:
        raise InvalidNumber("a check digit of the machine-readable zone does not fit")


def _checked(zone: str, field: slice) -> str:
    """A field whose check digit stands right behind it."""
    _require(zone[field], zone[field.stop])
    return zone[field]


def _checked_number(zone: str, layout: _Format) -> str:
    """The document's number; more than nine characters go on in the optional field, check digit last (TD1, TD2)."""
    number, digit = zone[layout.number], zone[layout.number.stop]
    rest = zone[layout.optional].partition(FILLER)[0]
    if digit == FILLER and rest and not layout.has_optional_digit:
        number, digit = number + rest[:-1], rest[-1]
    _require(number, digit)
    number = number.rstrip(FILLER)
    if not number or FILLER in number:
        raise InvalidNumber("the machine-readable zone holds no number")
    return number


def _name(field: str) -> str:
    """E.g. "ERIKSSON, ANNA MARIA"; a person with one name has no comma."""
    surname, _, given = field.partition(FILLER * 2)
    parts = [" ".join(part.replace(FILLER, " ").split()) for part in (surname, given)]
    name = ", ".join(part for part in parts if part)
    if not name:
        raise InvalidNumber("the machine-readable zone holds no name")
    return name


def _birth(digits: str, today: date) -> date | None:
    born = _date(digits, 2000)
    return _date(digits, 1900) if born is None or born > today else born


def _expiry(digits: str, today: date) -> date | None:
    ends = _date(digits, 2000)
    return _date(digits, 1900) if ends is None or ends.year > today.year + EXPIRY_REACH_YEARS else ends


def _date(digits: str, century: int) -> date | None:
    if not digits.isdigit():
        return None  # an unknown day or month is filled
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
