"""What a scanner brings: a code's text, or a line that was no code."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Scan:
    """One code. `repr` shows its length only: it may be a credential's token."""

    text: str = field(repr=False)  # without control characters, never empty

    def __repr__(self) -> str:
        return f"Scan({len(self.text)} characters)"

    __str__ = __repr__


class Why(StrEnum):
    """Why a line was dropped."""

    TOO_LONG = "too_long"  # longer than any code
    UNFINISHED = "unfinished"  # its end never came
    NOT_TEXT = "not_text"  # neither UTF-8 nor GB18030


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that is no code; nothing of it is kept."""

    why: Why
    size: int  # bytes so far
