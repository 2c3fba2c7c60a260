"""What HTTP clients send and get. These belong to the API; the domain does not know them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hall.identity import DocumentKind
from hall.rating import RatingChannel, RatingLevel

CommandId = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Short = Annotated[str, Field(min_length=1, max_length=64)]


class BodyIn(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command_id: CommandId


class IssueTicketIn(BodyIn):
    """Draw a number."""

    item_key: Short
    kiosk_id: Short
    identity_kind: DocumentKind | None = None
    masked_number: Annotated[str | None, Field(pattern=r"^\*+[0-9A-Z]{0,4}$", max_length=40)] = None


class ReportPrintIn(BodyIn):
    """What became of a ticket's paper."""

    printed: bool
    cause: Annotated[str | None, Field(max_length=40)] = None


class CounterActionIn(BodyIn):
    """An action at a counter."""


class OpenCounterIn(BodyIn):
    """A clerk sits down."""

    staff_no: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")]


class PauseCounterIn(BodyIn):
    """A pause and its reason."""

    reason: Annotated[str, Field(min_length=1, max_length=60)]


class RateIn(BodyIn):
    """A level given outside the evaluator."""

    level: RatingLevel
    channel: RatingChannel


class TicketOut(BaseModel):
    """A ticket as its kiosk prints it."""

    ticket_id: str
    display_number: str
    prefix: str
    item_key: str
    ahead_count: int
    wait_low_s: float | None
    wait_high_s: float | None
    issued_at: datetime
    status_url: str


class AnswerOut(BaseModel):
    """The event that answers a command."""

    seq: int
    at: datetime
    type: str
    event: dict[str, object]


class RefusalOut(BaseModel):
    """Why a command was refused: a stable code, and a sentence."""

    code: str
    detail: str


class HealthOut(BaseModel):
    """Whether the server can do its work."""

    status: str
    hall_id: str
    revision: int
    broker_connected: bool
