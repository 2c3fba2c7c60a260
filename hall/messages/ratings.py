"""Ratings: a level that a visitor gives, or that nobody gave."""

from hall.messages.message import Event
from hall.rating import RatingChannel, RatingLevel


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
