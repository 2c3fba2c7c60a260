"""Ratings: a level that a visitor gives, or that nobody gave."""

from hall.messages.fields import Id
from hall.messages.message import Command, Event
from hall.rating import RatingChannel, RatingLevel

# ---- commands -------------------------------------------------------------------------------------------------------


class Rate(Command, frozen=True, kw_only=True):
    """A visitor chose a level."""

    rating_id: Id
    level: RatingLevel
    channel: RatingChannel


class CloseRating(Command, frozen=True, kw_only=True):
    """Nobody chose a level in time."""

    rating_id: Id


# ---- events ---------------------------------------------------------------------------------------------------------


class ServiceRated(Event, frozen=True, kw_only=True):
    """The visitor gave a level."""

    rating_id: str
    ticket_id: str
    counter_no: str
    staff_no: str
    level: RatingLevel
    channel: RatingChannel


class RatingClosed(Event, frozen=True, kw_only=True):
    """A rating ended without a level; that counts as not rated, never as satisfied."""

    rating_id: str
    ticket_id: str
    counter_no: str
    cause: str  # "timeout", "next_call", "counter_closed", "counter_paused"
