"""The 256-byte text of a resident card and its three relatives. Pure: bytes to an `IdentityDocument` and back.

UTF-16 little endian, each field of a fixed number of bytes, filled with spaces. The character at byte 248 tells the
layout. Fields are cut by bytes and decoded afterwards, because a rare character takes four bytes.

Sources: GA 450 / GA/T 467 for the resident card; the three other layouts as seen in public implementations. Codes are
those of GB/T 2261.1 (sex) and GB/T 3304 (ethnic group).
"""

import re
from collections.abc import Mapping, Set
from datetime import date

from devices.identity.cross_checks import EXPIRED, NUMBER_FAILS_CHECK, number_warnings
from hall.identity import DocumentKind, IdentityDocument, LongTerm, Verification

BLOCK_SIZE = 256
TYPE_AT = 248
LONG_TERM = "长期"
LAYOUTS: Mapping[DocumentKind, Mapping[str, int]] = {  # field: bytes, in the order of the chip
    DocumentKind.RESIDENT: {
        "name": 30,
        "sex": 2,
        "ethnic": 4,
        "birth": 16,
        "address": 70,
        "number": 36,
        "issuer": 30,
        "valid_from": 16,
        "valid_to": 16,
        "reserved": 36,
    },
    DocumentKind.HMT_PERMIT: {
        "name": 30,
        "sex": 2,
        "reserved": 4,
        "birth": 16,
        "address": 70,
        "number": 36,
        "issuer": 30,
        "valid_from": 16,
        "valid_to": 16,
        "pass_number": 18,
        "issue_count": 4,
        "reserved_2": 6,
        "type": 2,
        "reserved_3": 6,
    },
    DocumentKind.FOREIGNER_2017: {
        "english_name": 120,
        "sex": 2,
        "number": 30,
        "nationality": 6,
        "name": 30,
        "valid_from": 16,
        "valid_to": 16,
        "birth": 16,
        "version": 4,
        "issuer": 8,
        "type": 2,
        "reserved": 6,
    },
    DocumentKind.FOREIGNER_2023: {
        "name": 30,
        "sex": 2,
        "renewal_count": 4,
        "birth": 16,
        "english_name": 70,
        "number": 36,
        "reserved": 30,
        "valid_from": 16,
        "valid_to": 16,
        "english_name_2": 22,
        "nationality": 6,
        "type": 2,
        "old_number": 6,
    },
}
ADDRESS_SIZE = 70
FOREIGNER_2017_NUMBER = re.compile(r"[A-Z]{3}[0-9]{12}")  # its check is not published
USED = frozenset(
    ("name", "english_name", "english_name_2", "sex", "ethnic", "birth", "number", "issuer", "valid_from", "valid_to")
)  # the rest is not even decoded: a ticket has no use for it
TYPES = {
    " ": DocumentKind.RESIDENT,
    "J": DocumentKind.HMT_PERMIT,
    "I": DocumentKind.FOREIGNER_2017,
    "Y": DocumentKind.FOREIGNER_2023,
}
TYPE_OF = {kind: letter for letter, kind in TYPES.items()}


class MalformedBlock(ValueError):
    """Not the text of an identity document; the message names the field and never repeats its content."""


def parse_text_block(block: bytes, today: date, *, with_address: bool = False) -> IdentityDocument:
    """Read the text of a card, of any of the four layouts.

    A date or code that makes no sense is left out with a warning (`birth_unreadable`, `validity_unreadable`,
    `sex_unreadable`, `ethnic_unreadable`, `name_cut`), as is what contradicts itself (`cross_checks`).

    Args:
        with_address: decode the address too, where the layout has one; a ticket has no use for it.

    Raises:
        MalformedBlock: another size or layout, text that is not UTF-16, no number, or no name.
    """
    kind, fields, warnings = _fields(block, USED | {"address"} if with_address else USED)
    number = fields["number"].upper()
    if not (number.isascii() and number.isalnum()):
        raise MalformedBlock("the field 'number' is empty or holds other than letters and digits")
    name = fields["name"] or (fields.get("english_name", "") + fields.get("english_name_2", ""))
    if not name:
        raise MalformedBlock("the field 'name' is empty")

    sex = fields["sex"] if fields["sex"] in ("0", "1", "2", "9") else None
    ethnic = _ethnic(fields.get("ethnic", ""))
    birth = _date(fields["birth"])
    valid_from = _date(fields["valid_from"])
    valid_to = LongTerm.LONG_TERM if fields["valid_to"] == LONG_TERM else _date(fields["valid_to"])

    doubts = {
        "sex_unreadable": sex is None,
        "ethnic_unreadable": kind is DocumentKind.RESIDENT and ethnic is None,
        "birth_unreadable": birth is None,
        "validity_unreadable": valid_from is None or valid_to is None,
        EXPIRED: isinstance(valid_to, date) and valid_to < today,
    }
    warnings += [doubt for doubt, is_so in doubts.items() if is_so]
    if kind is not DocumentKind.FOREIGNER_2017:
        warnings += number_warnings(number, sex, birth, today)
    elif not FOREIGNER_2017_NUMBER.fullmatch(number):
        warnings.append(NUMBER_FAILS_CHECK)
    return IdentityDocument(
        kind=kind,
        number=number,
        name=name,
        verification=Verification.SAM_VERIFIED,
        sex=sex,
        ethnic=ethnic,
        birth=birth,
        valid_from=valid_from,
        valid_to=valid_to,
        issuer=fields.get("issuer") or None,
        address=fields.get("address") or None,
        warnings=tuple(warnings),
    )


def parse_address(data: bytes) -> str:
    """The address of a card's addendum, which is newer than the one among the other texts.

    Raises:
        MalformedBlock: another size, text that is not UTF-16, or nothing at all.
    """
    if len(data) != ADDRESS_SIZE:
        raise MalformedBlock(f"the newest address has {len(data)} bytes, not {ADDRESS_SIZE}")
    address = _text("address", data)
    if not address:
        raise MalformedBlock("the newest address is empty")
    return address


def encode_address(address: str) -> bytes:
    """Lay out an address as the addendum holds it.

    Raises:
        ValueError: it is too long.
    """
    encoded = address.encode("utf-16-le")
    if len(encoded) > ADDRESS_SIZE:
        raise ValueError(f"an address holds {ADDRESS_SIZE} bytes, not {len(encoded)}")
    return encoded + b" \0" * ((ADDRESS_SIZE - len(encoded)) // 2)


def encode_text_block(kind: DocumentKind, fields: Mapping[str, str]) -> bytes:
    """Lay out a card's text as its chip holds it; what is not given stays blank.

    Raises:
        ValueError: a field that this layout does not have, or a value longer than its field.
    """
    layout = LAYOUTS[kind]
    if unknown := fields.keys() - layout.keys():
        raise ValueError(f"{kind} has no field {min(unknown)!r}")
    block = bytearray()
    for field, size in layout.items():
        text = TYPE_OF[kind] if field == "type" else fields.get(field, "")
        encoded = text.encode("utf-16-le")
        if len(encoded) > size:
            raise ValueError(f"the field {field!r} holds {size} bytes, not {len(encoded)}")
        block += encoded + b" \0" * ((size - len(encoded)) // 2)
    return bytes(block)


def _fields(block: bytes, used: Set[str]) -> tuple[DocumentKind, dict[str, str], list[str]]:
    """Cut the block into stripped texts; the third value is the warnings so far."""
    if len(block) != BLOCK_SIZE:
        raise MalformedBlock(f"the text has {len(block)} bytes, not {BLOCK_SIZE}")
    letter = block[TYPE_AT : TYPE_AT + 2].decode("utf-16-le", errors="replace")
    kind = TYPES.get(" " if letter == "\0" else letter)
    if kind is None:
        raise MalformedBlock("the layout is none of the four known ones")
    fields, warnings, start = {}, [], 0
    for field, size in LAYOUTS[kind].items():
        piece = block[start : start + size]
        start += size
        if field not in used:
            continue
        if field.endswith("name") and 0xD8 <= piece[-1] <= 0xDB:  # the issuer cut a long name inside a pair
            piece = piece[:-2]
            warnings.append("name_cut")
        fields[field] = _text(field, piece)
    return kind, fields, warnings


def _text(field: str, piece: bytes) -> str:
    try:
        return piece.decode("utf-16-le").strip(" \0")
    except UnicodeDecodeError:
        raise MalformedBlock(f"the field {field!r} is not UTF-16") from None  # the cause would hold the bytes


def _date(text: str) -> date | None:
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _ethnic(text: str) -> str | None:
    return text if len(text) == 2 and text.isascii() and text.isdigit() else None
