"""Identity documents and the resident identity number, with nothing kept that a ticket does not need."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from hall.numbers.kind import NumberKind

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, ISO 7064 MOD 11-2
CHECK_CHARACTERS = "10X98765432"
SHORTEST_KEY = 16  # bytes of the hall's secret
FINGERPRINT_OF, FINGERPRINT_DIGITS = b"fingerprint of a hall's key", 8


class DocumentKind(StrEnum):
    """What a visitor showed."""

    RESIDENT = "resident"
    HMT_PERMIT = "hmt_permit"
    FOREIGNER_2017 = "foreigner_2017"
    FOREIGNER_2023 = "foreigner_2023"
    SOCIAL_CARD = "social_card"
    PASSPORT = "passport"
    E_CREDENTIAL = "e_credential"
    TYPED = "typed"


class Verification(StrEnum):
    """How far a document can be trusted."""

    SAM_VERIFIED = "sam_verified"
    READ_UNVERIFIED = "read_unverified"
    TYPED = "typed"


class LongTerm(StrEnum):
    """A validity without an end, printed on cards of people over 46."""

    LONG_TERM = "long_term"


class IdentityDocument(Struct, frozen=True, kw_only=True):
    """What a reader gives. It lives in memory for one visit; `repr` shows no personal data."""

    kind: DocumentKind
    number: str
    name: str
    verification: Verification
    sex: str | None = None  # GB/T 2261.1: "0", "1", "2", "9"
    ethnic: str | None = None  # GB/T 3304: "01" to "98"
    birth: date | None = None
    valid_from: date | None = None
    valid_to: date | LongTerm | None = None
    issuer: str | None = None
    address: str | None = None  # only where the site file asks for it
    warnings: tuple[str, ...] = ()  # codes such as "sex_differs_from_number"; they never refuse a visitor
    number_kind: NumberKind | None = None  # whose number it is, where the document's own kind does not say

    def __repr__(self) -> str:
        return f"IdentityDocument({self.kind}, {masked_number(self.number)})"

    __str__ = __repr__


class InvalidNumber(ValueError):
    """Not a resident identity number; the message says why and never repeats the number."""


def check_character(first17: str) -> str:
    """The 18th character for 17 digits. Source: GB 11643, ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def check_resident_number(number: str, today: date) -> date:
    """Check form, check character and birth date; the area is never held against anyone.

    Args:
        number: 18 characters; a lower-case x is accepted.
        today: a later birth date is refused.

    Returns:
        The birth date.

    Raises:
        InvalidNumber: wrong form, check character or date.
    """
    number = number.upper()
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        raise InvalidNumber("a resident identity number has 17 digits and a check character")
    if check_character(number[:17]) != number[17]:
        raise InvalidNumber("the check character does not fit")
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as exc:
        raise InvalidNumber("the birth date does not exist") from exc
    if birth > today:
        raise InvalidNumber("the birth date lies in the future")
    return birth


def masked_number(number: str) -> str:
    """Keep the last four characters, e.g. "**************000X"; short numbers are hidden altogether."""
    keep = 4 if len(number) >= 8 else 0
    return "*" * (len(number) - keep) + number[len(number) - keep :]


def person_hash(key: bytes, number: str) -> str:
    """Names a person to the rules about people without saying who it is: 32 hex digits of HMAC-SHA-256.

    Resident cards and social security cards carry the same number, and so name the same person. Without the hall's key
    nobody can find a number by trying all of them.

    Args:
        key: the hall's secret, at least 16 bytes.
        number: the document's number as read.

    Raises:
        ValueError: the key is too short.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the hall's key has at least {SHORTEST_KEY} bytes")
    return hmac.new(key, number.strip().upper().encode(), hashlib.sha256).hexdigest()[:32]


def key_fingerprint(key: bytes) -> str:
    """Tells whether two kiosks have the same key: 8 hex digits of an HMAC-SHA-256 under it.

    It says nothing about the key, nor about anybody: a document's number is hashed in capitals, so never this label.
    """
    return hmac.new(key, FINGERPRINT_OF, hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]


def without_common_key(fingerprints: Mapping[str, str]) -> list[str]:
    """Who has another key than most: nobody where all are alike, everybody where no key is commoner than the others.

    Args:
        fingerprints: by who has the key.
    """
    counts = Counter(fingerprints.values()).most_common(2)
    if len(counts) < 2:
        return []
    (common, most), (_, next_most) = counts
    return sorted(who for who, found in fingerprints.items() if found != common or most == next_most)


def age_years(birth: date, today: date) -> int:
    """Whole years; somebody born on 29 February has the birthday on 1 March in other years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
