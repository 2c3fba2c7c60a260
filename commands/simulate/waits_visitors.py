"""The visitors of a simulated hall: walk-ins by the half-hour, and booked people about their slots."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from commands.demo import profile
from commands.simulate.waits_plan import QUEUE_SHARES, item_weights
from hall import messages as m
from hall.catalogue import ServiceItem
from hall.hours import admission
from hall.identity import DocumentKind
from queue_server.domain.decisions.appointments import slots_of

if TYPE_CHECKING:
    from commands.simulate.waits_hall import WaitingHall

ZONE = ZoneInfo("Asia/Shanghai")
WEEKDAY_FACTORS = (1.25, 1.05, 0.95, 0.95, 0.80)
BOOKED, GREEN = 0.12, 0.08
FURTHER = (0.15, 0.04)  # shares of visitors with a second and with a third matter
SAYS_AT_ONCE = 0.5  # of those, how many tell the kiosk; the others tell the clerk
BOOKED_LATE, BOOKED_ABSENT = 0.05, 0.05
LATE_MIN, IN_TIME_MIN = (16.0, 40.0), (-30.0, 12.0, -10.0)  # about a slot's begin: from, to, and most often


class Visitors:
    """All of the hall's. `absent` holds the ticket ids of those who do not hear a call now."""

    def __init__(self, hall: "WaitingHall") -> None:
        self._hall = hall
        self._rng = hall.rng
        self.absent: set[str] = set()
        self._gone: set[str] = set()  # of those, the ones who never come

    def plan_day(self, today: date) -> None:
        """When each one comes."""
        self.absent.clear()
        self._gone.clear()
        tickets = round(self._hall.preset.tickets_a_day * WEEKDAY_FACTORS[today.weekday()] * (1 - BOOKED))
        for moment in profile.arrivals(self._rng, profile.Preset(tickets, 0), at(today, time(9))):
            self._hall.plan(moment, self._walk_in)
        for appointment in self._hall.day.appointments.values():
            slot = appointment.starts_at.astimezone(ZONE)
            if slot.date() == today and self._rng.random() >= BOOKED_ABSENT:
                is_late = self._rng.random() < BOOKED_LATE
                minutes = self._rng.uniform(*LATE_MIN) if is_late else self._rng.triangular(*IN_TIME_MIN)
                self._hall.plan(slot + timedelta(minutes=minutes), partial(self._check_in, appointment.appointment_no))

    def book(self, day: date) -> None:
        """A day's appointments, in the evening of the working day before."""
        for _ in range(round(self._hall.preset.tickets_a_day * WEEKDAY_FACTORS[day.weekday()] * BOOKED)):
            item = self.some_item()
            slots = [slot for slot, left in slots_of(self._hall.day, item, day, self._hall.now) if left > 0]
            if slots:
                command = m.BookAppointment(
                    command_id=self._hall.id(),
                    item_key=item.key,
                    starts_at=self._rng.choice(slots).starts_at,
                    person=self._hall.id(),
                    masked_name="*",
                    channel="online",
                )
                self._hall.attempt(command)

    def comes(self, ticket_id: str, chance: float) -> bool:
        """Whether an absent visitor hears a call after all; those who have gone never do."""
        if ticket_id in self._gone or self._rng.random() >= chance:
            return False
        self.absent.discard(ticket_id)
        return True

    def some_item(self) -> ServiceItem:
        """What somebody comes for."""
        prefix = self._rng.choices(tuple(QUEUE_SHARES), tuple(QUEUE_SHARES.values()))[0]
        return self._rng.choices(*item_weights(self._hall.day.plan, prefix))[0]

    def further(self, item: ServiceItem) -> tuple[str, ...]:
        """Keys of the matters that somebody brings besides the first, of the same queue; mostly none."""
        draw = self._rng.random()
        matters = sum(draw < share for share in FURTHER)
        return tuple(self._rng.choice(self._hall.day.plan.items_of(item.queue)).key for _ in range(matters))

    def _walk_in(self) -> None:
        item = self.some_item()
        day = self._hall.day
        if not admission(day.plan.hours_of(item.key), day.plan.calendar, self._hall.now, is_booked=False).is_open:
            return  # at noon, for a queue that nobody serves then
        is_green = self._rng.random() < GREEN
        self._take(
            m.IssueTicket(
                command_id=self._hall.id(),
                item_key=item.key,
                kiosk_id="K01",
                identity_kind=DocumentKind.RESIDENT,
                person=self._hall.id(),
                green_group=self._rng.choice(day.rules.order.green_groups).key if is_green else None,
                further_items=self.further(item) if self._rng.random() < SAYS_AT_ONCE else (),
            )
        )

    def _check_in(self, appointment_no: str) -> None:
        self._take(
            m.CheckIn(
                command_id=self._hall.id(),
                kiosk_id="K01",
                appointment_no=appointment_no,
                identity_kind=DocumentKind.RESIDENT,
            )
        )

    def _take(self, command: m.IssueTicket | m.CheckIn) -> None:
        """Draw a ticket, and know already whether its call will be heard."""
        issued = self._hall.attempt(command)
        if not isinstance(issued, m.TicketIssued):
            return
        if self._rng.random() < profile.FIRST_CALL_NO_SHOW:
            self.absent.add(issued.ticket_id)
            if self._rng.random() < profile.FINAL_NO_SHOW / profile.FIRST_CALL_NO_SHOW:
                self._gone.add(issued.ticket_id)
        self._hall.clerks.wake(issued.prefix)


def at(day: date, when: time, plus_s: float = 0.0) -> datetime:
    """An instant of a day."""
    return datetime.combine(day, when, ZONE) + timedelta(seconds=plus_s)
