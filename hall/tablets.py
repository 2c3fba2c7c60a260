"""What an evaluator tablet and the hall's server say to each other, as JSON texts over a WebSocket.

The protocol is docs/protocol/tablet.md. Nothing here names a visitor.
"""

from datetime import datetime
from typing import Annotated

from msgspec import DecodeError, Meta, Struct, json

from hall.messages.fields import END
from hall.rating import RatingLevel

HEARTBEAT_S = 30.0
SILENT_S = 75.0  # two heartbeats may get lost

RateId = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[A-Za-z0-9._-]+" + END)]
CounterNo = Annotated[str, Meta(min_length=1, max_length=8)]

# ---- from the tablet ------------------------------------------------------------------------------------------------


class FromTablet(Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """Anything that a tablet says."""


class GetWindowList(FromTablet, frozen=True, kw_only=True):
    """Which windows may this tablet stand at? For its set-up."""


class Login(FromTablet, frozen=True, kw_only=True):
    """It stands at this window from now on. Who the clerk is, the server knows better."""

    counter_no: CounterNo


class RateSubmit(FromTablet, frozen=True, kw_only=True):
    """The visitor chose a level; the same rate id again is answered and not counted again."""

    rate_id: RateId
    level: RatingLevel


class HeartBeat(FromTablet, frozen=True, kw_only=True):
    """It is still there; every `HEARTBEAT_S`."""


# ---- from the server ------------------------------------------------------------------------------------------------


class FromServer(Struct, frozen=True, kw_only=True, tag=True):
    """Anything that the server says."""


class Window(Struct, frozen=True, kw_only=True):
    """A window that the tablet may stand at."""

    counter_no: str
    zone: str
    queues: tuple[str, ...]  # their names, the most preferred first


class WindowList(FromServer, frozen=True, kw_only=True):
    """The answer to `GetWindowList`."""

    windows: tuple[Window, ...]


class LoggedIn(FromServer, frozen=True, kw_only=True):
    """The answer to `Login`; a rating that is open already follows at once."""

    counter_no: str
    hall: str
    heartbeat_s: float = HEARTBEAT_S


class LevelLabel(Struct, frozen=True, kw_only=True):
    """A level and how the hall writes it."""

    level: RatingLevel
    label: str


class RateQuest(FromServer, frozen=True, kw_only=True):
    """Ask the visitor for a rating, until `RateClosed` comes."""

    rate_id: str
    counter_no: str
    staff_no: str
    business: str
    levels: tuple[LevelLabel, ...]  # best first
    option_list_version: str


class RateTaken(FromServer, frozen=True, kw_only=True):
    """The answer to `RateSubmit`: this is the level that counts, and the first one that came."""

    rate_id: str
    level: RatingLevel


class RateClosed(FromServer, frozen=True, kw_only=True):
    """The rating is over: given here or elsewhere, or not given in time."""

    rate_id: str
    is_given: bool


class Refused(FromServer, frozen=True, kw_only=True):
    """The server does not do what was asked."""

    code: str
    detail: str
    rate_id: str | None = None


class Alive(FromServer, frozen=True, kw_only=True):
    """The answer to `HeartBeat`, with the hall's time."""

    at: datetime


TabletSays = GetWindowList | Login | RateSubmit | HeartBeat
ServerSays = WindowList | LoggedIn | RateQuest | RateTaken | RateClosed | Refused | Alive
_decode = json.Decoder(TabletSays).decode
LARGEST_TEXT = 4096  # characters of a tablet's message


class MalformedMessage(ValueError):
    """A text that is no message of a tablet; it says what was expected where."""


def from_tablet(text: str) -> TabletSays:
    """Read what a tablet said.

    Raises:
        MalformedMessage: not one of its messages, or longer than `LARGEST_TEXT`.
    """
    if len(text) > LARGEST_TEXT:
        raise MalformedMessage(f"expected at most {LARGEST_TEXT} characters")
    try:
        said: TabletSays = _decode(text)
    except DecodeError as exc:
        raise MalformedMessage(str(exc)) from None
    except RecursionError:
        raise MalformedMessage("nested too deeply") from None
    return said
