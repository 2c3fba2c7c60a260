"""What frames on a line of call pads mean: keys of pads and evaluators one way, numbers, beeps and ratings the other.

Source: docs/protocol/call-pads.md. What is not there has no meaning here: it is `Unclear`, and never guessed.
"""

from enum import StrEnum

from msgspec import Struct

from devices.call_pads.frames import Frame

PAD, NUMBERS, BEEP = 0x01, 0x02, 0x03  # commands; to an evaluator 01 starts a rating and 02 shows stars
EVALUATOR_KEY = 0x11
ANSWER_TO_EVALUATOR = 0x01
START_RATING = 0x0B
BLANK = 0x0A  # a digit that stays dark
DIGITS = 3
HIGHEST = 10**DIGITS - 1
MOST_STARS = 5


class PadKey(StrEnum):
    """What a clerk's key asks for."""

    CALL = "call"
    RECALL = "recall"
    ASK_RATING = "ask_rating"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    GIVE_UP = "give_up"
    HOLD = "hold"
    CALL_BACK = "call_back"
    NOTICE = "notice"  # stay behind the one-metre line
    PAUSE = "pause"
    TRANSFER = "transfer"


KEYS: dict[bytes, PadKey] = {  # data of the pad's command 01; for the three in the middle a digit is typed first
    b"\x0c": PadKey.CALL,
    b"\x0d": PadKey.RECALL,
    b"\x0b": PadKey.ASK_RATING,
    b"\x0e": PadKey.CANCEL,
    b"\x0f": PadKey.CONFIRM,
    b"\x06\x0f": PadKey.GIVE_UP,
    b"\x00\x0f": PadKey.HOLD,
    b"\x03\x0f": PadKey.CALL_BACK,
    b"\x11": PadKey.NOTICE,
    b"\x12": PadKey.PAUSE,
    b"\x13": PadKey.TRANSFER,
}


class PadPressed(Struct, frozen=True):
    """A clerk pressed a key of a pad."""

    address: int
    key: PadKey


class EvaluatorPressed(Struct, frozen=True):
    """A visitor pressed a key of an evaluator; which level that is differs between models."""

    address: int
    value: int


class Unclear(Struct, frozen=True):
    """A sound frame whose meaning nobody has written down."""

    address: int
    command: int
    data: bytes


Said = PadPressed | EvaluatorPressed | Unclear


def meaning(frame: Frame) -> Said:
    """What a frame from a pad or an evaluator says."""
    if frame.command == PAD and frame.data in KEYS:
        return PadPressed(frame.address, KEYS[frame.data])
    if frame.command == EVALUATOR_KEY and len(frame.data) == 1:
        return EvaluatorPressed(frame.address, frame.data[0])
    return Unclear(frame.address, frame.command, frame.data)


def acknowledgement(frame: Frame) -> Frame:
    """What the host answers: the frame itself to a pad, and to an evaluator the same as command 01."""
    if frame.command == EVALUATOR_KEY:
        return Frame(frame.address, ANSWER_TO_EVALUATOR, frame.data)
    return frame


def numbers(address: int, waiting: int | None, ticket: int | None) -> Frame:
    """Show how many wait and which ticket is here; None leaves three digits dark.

    More than 999 people are shown as 999; a ticket's number that does not fit is not shown: part of it is another's.
    """
    shown_ticket = None if ticket is not None and ticket > HIGHEST else ticket
    shown_waiting = None if waiting is None else min(waiting, HIGHEST)
    return Frame(address, NUMBERS, _digits(shown_waiting) + _digits(shown_ticket))


def beep(address: int) -> Frame:
    """Let a pad beep once."""
    return Frame(address, BEEP)


def start_rating(address: int) -> Frame:
    """Light an evaluator's keys and let it ask for a rating."""
    return Frame(address, PAD, bytes((START_RATING,)))


def stars(address: int, count: int) -> Frame:
    """Show a clerk's stars on an evaluator, 0 to 5.

    Raises:
        ValueError: not as many.
    """
    if not 0 <= count <= MOST_STARS:
        raise ValueError(f"{count} stars, expected 0 to {MOST_STARS}")
    return Frame(address, NUMBERS, bytes((count,)))


def _digits(number: int | None) -> bytes:
    return bytes((BLANK,) * DIGITS) if number is None else bytes(map(int, f"{number:0{DIGITS}d}"))
