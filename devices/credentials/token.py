"""The string in a visitor's QR code. It opens a person's data, so nothing shows it unless it asks for it by name."""

from typing import Never

LONGEST = 2048  # characters; more than a QR code of the usual sizes holds


class InvalidToken(ValueError):
    """Not a token at all; the message never repeats it."""


class CredentialToken:
    """Holds a token. `repr`, `str`, formatting and pickling give nothing away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Wrap what a scanner read; spaces and line ends round it are dropped.

        Raises:
            InvalidToken: empty, too long, or with characters that no code has.
        """
        text = text.strip()
        if not 1 <= len(text) <= LONGEST:
            raise InvalidToken(f"a token has 1 to {LONGEST} characters")
        if not (text.isascii() and text.isprintable()):
            raise InvalidToken("a token has printable ASCII characters only")
        self._text = text

    def reveal(self) -> str:
        """The token itself, for the one request that carries it."""
        return self._text

    def __repr__(self) -> str:
        return "CredentialToken()"

    def __reduce__(self) -> Never:
        raise TypeError("a token is not stored")
