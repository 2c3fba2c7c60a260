"""Two check characters over digits and capital letters. Source: ISO/IEC 7064, system MOD 1271-36."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RADIX, MODULUS = len(ALPHABET), 1271
VALUE = {character: value for value, character in enumerate(ALPHABET)}


def check_characters(text: str) -> str:
    """The two characters that go behind a text, e.g. "3W" behind "ISO79".

    Every single wrong character and every swap of two neighbours is noticed; of anything worse, 1 in 1271 is not.

    Raises:
        ValueError: the text holds something else than digits and capital letters.
    """
    check = (1 - _remainder(text) * RADIX * RADIX) % MODULUS
    return ALPHABET[check // RADIX] + ALPHABET[check % RADIX]


def is_intact(text: str) -> bool:
    """Whether a text with its check characters behind it is as it was made; False for other characters."""
    try:
        return _remainder(text) == 1
    except ValueError:
        return False


def _remainder(text: str) -> int:
    remainder = 0
    for character in text:
        if character not in VALUE:
            raise ValueError("check characters are for digits and capital letters")
        remainder = (remainder * RADIX + VALUE[character]) % MODULUS
    return remainder
