"""The code of an organisation: GB 32100 outside, the organisation code of GB 11714 inside."""

from msgspec import Struct

from hall.identity import InvalidNumber

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters, without I O S V Z
WEIGHTS = tuple(pow(3, i, 31) for i in range(17))  # GB 32100: 1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, over digit values with A = 10 to Z = 35
BODIES = {"1": "机构编制", "5": "民政", "9": "市场监管", "Y": "其他"}
"""Who registers, by the first character; further letters exist, so an unknown one refuses nothing."""


class CreditCode(Struct, frozen=True):
    """A code that passed its check. It names an organisation; a sole trader's is as good as a person's number."""

    code: str
    body: str | None  # who registered it, None for a letter without a name here
    area: str  # GB/T 2260
    organisation: str  # nine characters
    organisation_fits: bool  # False: the inner check does not fit. A warning; the outer check does

    def __repr__(self) -> str:
        return f"CreditCode(**************{self.code[-4:]})"

    __str__ = __repr__


def check_credit_code(code: str) -> CreditCode:
    """Check form and check character. Letters may stand anywhere, also at the front.

    Args:
        code: 18 characters; small letters are made capital.

    Raises:
        InvalidNumber: wrong size, a character that is not used, or a wrong check character.
    """
    code = code.upper()
    if len(code) != 18:
        raise InvalidNumber("a unified social credit code has 18 characters")
    if not set(code) <= set(ALPHABET):
        raise InvalidNumber("a unified social credit code has digits and capitals without I, O, S, V and Z")
    if credit_check_character(code[:17]) != code[17]:
        raise InvalidNumber("the check character does not fit")
    organisation = code[8:17]
    return CreditCode(
        code=code,
        body=BODIES.get(code[0]),
        area=code[2:8],
        organisation=organisation,
        organisation_fits=organisation_check_character(organisation[:8]) == organisation[8],
    )


def credit_check_character(first17: str) -> str:
    """The 18th character for 17 of the alphabet. Source: GB 32100."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """The 9th character for eight digits or capitals. Source: GB 11714."""
    total = sum(int(character, 36) * weight for character, weight in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
