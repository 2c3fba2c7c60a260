"""Bookable slots: how many visitors a queue may promise a time to, and when a promise can be made and kept.

Who has booked what is not known here; a slot's capacity is what the hours, the calendar and the counters allow.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from msgspec import Struct

from hall.appointment import AppointmentRules
from hall.calendar import DayKind, NoWorkingDay, WorkCalendar
from hall.hours import Period, PeriodKind, QueueHours

BOOKED_ONLY = (PeriodKind.FLEX_HOURS, PeriodKind.REST_DAY_BOOKING)
PARTS = 10**12  # of a second at a counter: in whole parts, 3 x 0.7 x 1800 s / 540 s is 7, and not 6.999999999999999


class Slot(Struct, frozen=True):
    """A stretch of time that `capacity` visitors may book; aware, in the hall's zone."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    kind: PeriodKind = PeriodKind.CORE  # of the period that it lies in


class BookingCause(StrEnum):
    """Why a day can be booked, or cannot."""

    BOOKABLE = "bookable"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


class Bookable(Struct, frozen=True):
    """The answer to "may this day be booked today?"; true or false as it stands in a condition."""

    cause: BookingCause

    def __bool__(self) -> bool:
        return self.cause is BookingCause.BOOKABLE


def slots_on(
    day: date,
    hours: QueueHours | None,
    calendar: WorkCalendar,
    rules: AppointmentRules,
    counters: Mapping[PeriodKind, int],
    mean_service_s: float,
    *,
    zone: tzinfo,
) -> tuple[Slot, ...]:
    """The slots of one matter on a day, earliest first; what is left of a period after its last whole slot is not used.

    A slot's capacity is what it holds while nothing else is booked; `slot_room` says what is left of it.

    While walk-ins are served too, a slot gets `rules.share` of what the counters can serve, and at least one visitor
    where the share is above 0. For example: 4 counters, 30 minutes, 9 minutes a visitor and a share of 0.3 make
    4 x 1800 x 0.3 / 540 = 4. Periods for booked people only give all that the counters can serve.

    Args:
        hours: its queue's; None, a queue that is always open, has no slots.
        counters: how many can serve the matter in each kind of period, >= 0.
        mean_service_s: seconds for one visitor, > 0.
        zone: the hall's.

    Raises:
        ValueError: `mean_service_s` is not above 0.
    """
    if mean_service_s <= 0:
        raise ValueError(f"serving a visitor takes longer than {mean_service_s} s")
    if hours is None or not hours.takes_appointments:
        return ()
    slots = []
    for kind, period in hours.periods_on(calendar.day_kind(day)):
        time = hours.counters_in(kind, counters[kind]) * rules.slot_min * 60 * bookable_parts(kind, rules)
        capacity = time and time // min(parts_of(mean_service_s), time)
        if capacity:
            slots += [Slot(begin, end, capacity, kind) for begin, end in _cut(day, period, rules.slot_min, zone)]
    return tuple(slots)


def bookable_parts(kind: PeriodKind, rules: AppointmentRules) -> int:
    """How much of each second a counter has for booked visitors in such a period; above 0 where the share is."""
    if kind in BOOKED_ONLY:
        return PARTS
    return max(round(rules.share * PARTS), 1) if rules.share > 0 else 0


def parts_of(seconds: float) -> int:
    """A stretch of a counter's time, at least one part."""
    return max(round(seconds * PARTS), 1)


def bookable(
    day: date, today: date, calendar: WorkCalendar, rules: AppointmentRules, *, has_rest_day_booking: bool = False
) -> Bookable:
    """Whether a day may be booked today.

    Args:
        today: the hall's business day.
        has_rest_day_booking: the queue serves booked people on weekends and holidays.
    """
    return Bookable(_booking_cause(day, today, calendar, rules, has_rest_day_booking=has_rest_day_booking))


def check_in_window(slot_start: datetime, rules: AppointmentRules) -> tuple[datetime, datetime]:
    """The first and the last instant at which a booked visitor can check in, in the slot's zone.

    It may begin before the hall's hours do: somebody booked for 08:00 comes at 07:40.
    """
    before, after = timedelta(minutes=rules.check_in_before_min), timedelta(minutes=rules.check_in_after_min)
    return _moved(slot_start, -before), _moved(slot_start, after)


def came_in_time(slot_start: datetime, came_at: datetime, rules: AppointmentRules) -> bool:
    """Whether somebody who came then keeps the right of the booked; who came too early is not asked here."""
    return came_at.timestamp() <= check_in_window(slot_start, rules)[1].timestamp()


def cancel_until(slot_start: datetime, rules: AppointmentRules) -> datetime:
    """The last instant at which a visitor can cancel, in the slot's zone."""
    return _moved(slot_start, -timedelta(minutes=rules.cancel_until_min))


def _cut(day: date, period: Period, slot_min: int, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Cut a period into slots. In UTC, so that a slot is as long as it says also when clocks are set."""
    begin, end = period.span_on(day, zone)
    length = timedelta(minutes=slot_min)
    while begin + length <= end:
        yield begin.astimezone(zone), (begin + length).astimezone(zone)
        begin += length


def _booking_cause(
    day: date, today: date, calendar: WorkCalendar, rules: AppointmentRules, *, has_rest_day_booking: bool
) -> BookingCause:
    kind = calendar.day_kind(day)
    if kind is DayKind.CLOSED:
        return BookingCause.CLOSURE
    if kind is not DayKind.WORKING and not has_rest_day_booking:
        return BookingCause.REST_DAY if kind is DayKind.REST else BookingCause.HOLIDAY
    if (day - today).days < rules.book_days_ahead_min:
        return BookingCause.TOO_SOON
    try:
        last_day = calendar.add_working_days(today, rules.working_days_ahead)
    except NoWorkingDay:  # a closure without an end in sight
        return BookingCause.TOO_FAR
    return BookingCause.BOOKABLE if day <= last_day else BookingCause.TOO_FAR


def _moved(instant: datetime, by: timedelta) -> datetime:
    """An instant so much real time later; plain addition would move the wall clock instead."""
    return (instant.astimezone(UTC) + by).astimezone(instant.tzinfo)
