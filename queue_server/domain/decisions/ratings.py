"""Ratings: a level is given once; what ends a rating without one is kept as its cause."""

from datetime import datetime

from hall import messages as m
from hall.clock import seconds_between
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId
from queue_server.domain.hall_day import CounterDay, HallDay, Rating


def rate(hall: HallDay, command: m.Rate, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """A visitor chose a level."""
    rating = _open_rating(hall, command.rating_id)
    return [
        m.ServiceRated(
            rating_id=rating.rating_id,
            ticket_id=rating.ticket_id,
            counter_no=rating.counter_no,
            staff_no=rating.staff_no,
            level=command.level,
            channel=command.channel,
        )
    ]


def close_rating(hall: HallDay, command: m.CloseRating, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Its time is over."""
    return [_closed(_open_rating(hall, command.rating_id), "timeout")]


def end_rating(hall: HallDay, counter: CounterDay, cause: str, now: datetime) -> list[m.AnyEvent]:
    """End the counter's rating for something else that its clerk does; raises `RatingRunning` before its least time."""
    if counter.rating_id is None:
        return []
    rating = hall.ratings[counter.rating_id]
    left_s = hall.rules.ratings.least_s - seconds_between(rating.opened_at, now)
    if left_s > 0:
        raise no.RatingRunning(f"the visitor may rate for {left_s:.0f} s more")
    return [_closed(rating, cause)]


def _open_rating(hall: HallDay, rating_id: str) -> Rating:
    rating = hall.ratings.get(rating_id)
    if rating is None:
        raise no.UnknownRating(f"there is no rating {rating_id!r} today")
    if not rating.is_open:
        raise no.RatingOver("this rating is over")
    return rating


def _closed(rating: Rating, cause: str) -> m.RatingClosed:
    return m.RatingClosed(
        rating_id=rating.rating_id, ticket_id=rating.ticket_id, counter_no=rating.counter_no, cause=cause
    )
