"""A number that a visitor typed: whose document it is, and whether it can exist.

Forms, as on the documents: 18 characters with a check character (GB 11643; areas 81, 82 and 83 are residence permits
of Hong Kong, Macau and Taiwan, a leading 9 is a foreigner's card of 2023); 15 digits of the first generation; three
letters and 12 digits (foreigner's card of 2017); H or M and 8 digits, with or without the two of the issue count; 8
digits (Taiwan); C and 8 digits or C, a letter and 7 (exit permits); a passport's number. Only the first two can be
checked further than their form.
"""

import re
from datetime import date

from msgspec import Struct

from hall.identity import (
    DocumentKind,
    IdentityDocument,
    InvalidNumber,
    Verification,
    check_character,
    check_resident_number,
)
from hall.numbers.kind import NumberKind

FORMS = (  # the first that fits counts
    (NumberKind.FOREIGNER_2017, re.compile(r"[A-Z]{3}[0-9]{12}")),
    (NumberKind.HK_MACAU_PASS, re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")),
    (NumberKind.TAIWAN_PASS, re.compile(r"[0-9]{8}")),
    (NumberKind.EXIT_PERMIT, re.compile(r"C(?:[0-9]{8}|[A-Z][0-9]{7})")),
    (NumberKind.PASSPORT, re.compile(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6,9}")),
)
RESIDENT_FORM = re.compile(r"[0-9]{17}[0-9X]")
FIRST_GENERATION = re.compile(r"[0-9]{15}")
PERMIT_AREAS = ("81", "82", "83")
FOREIGNER = "9"
LONGEST = 64  # typed characters; a hand resting on the keyboard is refused before anybody looks closer
NO_NAME = ""


class TypedNumber(Struct, frozen=True):
    """A number in the form in which it is compared and kept. `repr` shows nothing of it."""

    kind: NumberKind
    number: str
    birth: date | None = None  # where the number itself tells

    def __repr__(self) -> str:
        return f"TypedNumber({self.kind})"

    __str__ = __repr__


def recognise(typed: str, today: date) -> TypedNumber:
    """Tell whose document a number is of; spaces and hyphens are forgiven, small letters made capital.

    A first-generation number becomes the 18 characters that the same person carries today.

    Args:
        today: a later birth date is refused.

    Raises:
        InvalidNumber: no form fits, or the check character or the date does not.
    """
    if len(typed) > LONGEST:
        raise InvalidNumber("that is far too long for the number of a document")
    number = typed.replace(" ", "").replace("-", "").upper()
    if FIRST_GENERATION.fullmatch(number):
        number = from_first_generation(number)
    if RESIDENT_FORM.fullmatch(number):
        return TypedNumber(eighteen_kind(number), number, check_resident_number(number, today))
    for kind, form in FORMS:
        if form.fullmatch(number):
            return TypedNumber(kind, number)
    raise InvalidNumber("no document has a number of this form")


def typed_document(typed: str, today: date) -> IdentityDocument:
    """What a ticket may be drawn on when nothing but a number was typed: there is no name, and nothing was verified.

    Raises:
        InvalidNumber: see `recognise`.
    """
    found = recognise(typed, today)
    return IdentityDocument(
        kind=DocumentKind.TYPED,
        number=found.number,
        name=NO_NAME,
        verification=Verification.TYPED,
        sex=sex_of(found.number) if found.birth else None,
        birth=found.birth,
        number_kind=found.kind,
    )


def eighteen_kind(number: str) -> NumberKind:
    """Whose document a number of 18 characters is of."""
    if number.startswith(FOREIGNER):
        return NumberKind.FOREIGNER_2023
    return NumberKind.HMT_PERMIT if number[:2] in PERMIT_AREAS else NumberKind.RESIDENT


def from_first_generation(number: str) -> str:
    """The 18 characters of a 15-digit number: the century 19 is put in, and the check character made.

    Raises:
        InvalidNumber: not 15 digits.
    """
    if not FIRST_GENERATION.fullmatch(number):
        raise InvalidNumber("a number of the first generation has 15 digits")
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_character(first17)


def sex_of(number: str) -> str:
    """The sex that a number of 18 characters tells (GB/T 2261.1): an odd sequence is a man's."""
    return "1" if int(number[16]) % 2 else "2"
