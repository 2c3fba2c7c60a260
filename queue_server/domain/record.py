"""An event as the journal holds it."""

from datetime import datetime

from msgspec import Struct

from hall.messages import AnyEvent


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """An event, when it happened, and the command that caused it."""

    seq: int  # 1, 2, 3, … without a gap
    at: datetime  # aware, in the hall's zone
    command_id: str
    event: AnyEvent
