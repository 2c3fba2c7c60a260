"""What HTTP clients send and get. These belong to the API; the domain does not know them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from pydantic import BaseModel

from hall.identity import DocumentKind
from hall.messages import AnyEvent
from hall.rating import RatingChannel, RatingLevel

END = r"(?!\n)$"  # Python's "$" alone also matches before a last line feed
NAME = r"^[A-Za-z0-9._-]+" + END

CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern=NAME)]
Short = Annotated[str, Meta(min_length=1, max_length=64)]
StaffNo = Annotated[str, Meta(min_length=1, max_length=32, pattern=NAME)]
MaskedNumber = Annotated[str, Meta(max_length=40, pattern=r"^\*+[0-9A-Z]{0,4}" + END)]
PersonHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32,64}" + END)]
Age = Annotated[int, Meta(ge=0, le=150)]
Cause = Annotated[str, Meta(max_length=40)]
Reason = Annotated[str, Meta(min_length=1, max_length=60)]


class BodyIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A request's body: unknown fields are refused."""

    command_id: CommandId


class IssueTicketIn(BodyIn, frozen=True, kw_only=True):
    """Draw a number."""

    item_key: Short
    kiosk_id: Short
    identity_kind: DocumentKind | None = None
    masked_number: MaskedNumber | None = None
    person: PersonHash | None = None
    age_years: Age | None = None
    green_group: Short | None = None


class ReportPrintIn(BodyIn, frozen=True, kw_only=True):
    """What became of a ticket's paper."""

    printed: bool
    cause: Cause | None = None


class CounterActionIn(BodyIn, frozen=True, kw_only=True):
    """An action at a counter."""


class OpenCounterIn(BodyIn, frozen=True, kw_only=True):
    """A clerk sits down."""

    staff_no: StaffNo
    take_over: bool = False  # signs out whoever sits there, and the clerk from another counter


class PauseCounterIn(BodyIn, frozen=True, kw_only=True):
    """A pause and its reason."""

    reason: Reason


class RateIn(BodyIn, frozen=True, kw_only=True):
    """A level given outside the evaluator."""

    level: RatingLevel
    channel: RatingChannel


class TicketOut(Struct, frozen=True, gc=False):
    """A ticket as its kiosk prints it."""

    ticket_id: str
    display_number: str
    prefix: str
    item_key: str
    ahead_count: int
    wait_p50_s: float | None
    wait_p90_s: float | None
    issued_at: datetime
    status_url: str


class AnswerOut(Struct, frozen=True, gc=False):
    """The event that answers a command, by its type; the fields are the event's own."""

    seq: int
    at: datetime
    type: str
    event: AnyEvent


class RefusalOut(BaseModel):
    """Why a command was refused: a stable code, a sentence, and what a screen may need beyond them."""

    code: str
    detail: str
    facts: dict[str, str | int | bool | None] = {}


class PlaceOut(BaseModel):
    """Where to come."""

    hall: str
    zone: str
    floor: int
    counters: list[str]  # that handle the matter; who comes is called to one of them


class ConfirmationOut(BaseModel):
    """What somebody who has booked is told."""

    masked_name: str
    starts_at: datetime
    ends_at: datetime
    place: PlaceOut
    appointment_no: str
    matter: str
    text: str  # all of it in a sentence, for a text message


class HealthOut(BaseModel):
    """Whether the server can do its work."""

    status: str
    hall_id: str
    revision: int
    broker_connected: bool
