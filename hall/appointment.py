"""An appointment's life as one table, and the rules that a hall sets for booking."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct


class AppointmentState(StrEnum):
    """Where an appointment is in its life."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"  # kept apart from a ticket that was missed


class AppointmentStep(StrEnum):
    """What can happen to an appointment."""

    CHECK_IN = "check_in"
    CANCEL = "cancel"
    MARK_NO_SHOW = "mark_no_show"


APPOINTMENT_LIFE: dict[AppointmentState, dict[AppointmentStep, AppointmentState]] = {
    AppointmentState.BOOKED: {
        AppointmentStep.CHECK_IN: AppointmentState.CHECKED_IN,
        AppointmentStep.CANCEL: AppointmentState.CANCELLED,
        AppointmentStep.MARK_NO_SHOW: AppointmentState.NO_SHOW,
    },
    AppointmentState.CHECKED_IN: {},
    AppointmentState.CANCELLED: {},
    AppointmentState.NO_SHOW: {},
}
"""What the table lacks is refused."""


class AppointmentRules(Struct, frozen=True, kw_only=True):
    """What a hall allows. No rule of the state says any of these numbers; they are one hall's practice."""

    slot_min: int = 30  # minutes, >= 1
    share: float = 0.5  # of the counters' capacity while walk-ins are served too, 0 to 1; 0: none then
    book_days_ahead_min: int = 1  # at least so many natural days before; 0: on the day itself
    working_days_ahead: int = 5  # at most so many working days before
    cancel_until_min: int = 120  # minutes before the slot
    check_in_before_min: int = 30  # minutes
    check_in_after_min: int = 15  # minutes; later, the visitor is an ordinary walk-in from then on
    one_per_person_and_day: bool = True
    no_shows_before_restriction: int = 3
    restriction_days: int = 30

    def __post_init__(self) -> None:
        if self.slot_min < 1:
            raise ValueError(f"a slot lasts at least a minute, not {self.slot_min}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"the share of appointments is 0 to 1, not {self.share}")


def restricted_until(no_show_days: Iterable[date], rules: AppointmentRules) -> date | None:
    """The last day on which somebody may not book, after too many no-shows; None if it never came to that.

    The restriction begins with the no-show that is one too many. After it the count starts again, and what was missed
    during it does not count: those were booked before. How long no-shows are remembered is the caller's to decide.
    """
    last_day: date | None = None
    count = 0
    for day in sorted(no_show_days):
        if last_day is not None and day <= last_day:
            continue
        count += 1
        if count == rules.no_shows_before_restriction:
            last_day, count = day + timedelta(days=rules.restriction_days), 0
    return last_day
