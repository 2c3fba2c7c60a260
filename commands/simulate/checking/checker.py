"""Holds the journal and the history against each other, record by record, and says what does not fit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct

from commands.simulate import history as h
from commands.simulate.checking import rules, tickets
from commands.simulate.checking.book import Book
from commands.simulate.checking.order import order
from commands.simulate.checking.persons import identity, persons
from commands.simulate.checking.returning import returning
from commands.simulate.checking.slots import slots
from commands.simulate.checking.transfers import transfers
from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.domain.record import Record

Check = Callable[[Book, Record], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    rules.sequence,
    rules.days,
    tickets.numbers,
    tickets.life,
    tickets.one_place,
    tickets.clerks,
    order,
    returning,
    rules.calling,
    rules.reservations,
    identity,
    persons,
    rules.matters,
    rules.green_channel,
    rules.hours,
    rules.ratings,
    rules.appointments,
    slots,
    transfers,
)

NOT_ABOUT_THE_COMMAND = ("clock_stepped_back", "clock_leapt")
"""Refusals that speak of the server: the same command may be asked again once it is mended."""

_encode = msgspec.json.Encoder().encode


class Violation(Struct, frozen=True, kw_only=True):
    """Something that must never be."""

    check: str
    text: str
    at: datetime  # the true time where it is known, else the record's
    seq: int | None = None


class Checker:
    """Hears everything in the order in which it happened. `violations` holds what it found."""

    def __init__(self, plan: HallPlan) -> None:
        self.violations: list[Violation] = []
        self._book = Book(plan)
        self._kept: dict[int, bytes] = {}
        self._answer_of: dict[str, int] = {}  # command: its last record
        self._sent: dict[str, m.AnyCommand] = {}
        self._told: dict[str, h.Answered | h.Refused] = {}  # command: what its sender was told first
        self._crashes = 0
        self._told_at_crash: dict[str, int] = {}  # command that was refused: crashes until then
        self._closed_on: date | None = None  # by the server's clock
        self._clock_right_since: datetime | None = None  # None: always so far
        self._is_clock_right = True
        self._capacities: dict[tuple[str, datetime], int] = {}

    def report(self, check: str, text: str, record: Record) -> None:
        """Note a fault that belongs to a record."""
        self._report(check, [text], record.at, record.seq)

    def follow(self, records: Sequence[Record]) -> None:
        """Take in records that the journal holds."""
        for record in records:
            self._carried_out(record)
            self._offers(record)
            if isinstance(record.event, m.DayClosed):
                self._closed_on = record.at.date()
            elif isinstance(record.event, m.DayReopened):
                self._closed_on = None
            for check in CHECKS:
                self._report(check.__name__, list(self._run(check, record)), record.at, record.seq)
            try:
                self._book.take(record)
            except KeyError as exc:
                self._report("life", [f"the record is about {exc}, which is not there"], record.at, record.seq)
            self._kept[record.seq] = _encode(record)
            self._answer_of[record.command_id] = record.seq

    def hear(self, entry: h.AnyEntry) -> None:
        """Take in a line of the history."""
        if isinstance(entry, h.Sent):
            if self._sent.setdefault(entry.command.command_id, entry.command) != entry.command:
                self._report("history", [f"{entry.sender} used {entry.command.command_id} twice"], entry.at)
        elif isinstance(entry, h.Answered):
            self._report("answers", list(self._answered(entry)), entry.at)
        elif isinstance(entry, h.Refused):
            first = self._told.setdefault(entry.command_id, entry)
            self._told_at_crash.setdefault(entry.command_id, self._crashes)
            if entry.code == "day_closed" and self._should_have_opened(entry.at):
                self._report("opening", [f"{entry.sender} was told that the day is over, a day later"], entry.at)
            if isinstance(first, h.Answered) and entry.code not in NOT_ABOUT_THE_COMMAND:
                self._report("answers", [f"{entry.command_id} was carried out, then refused: {entry.code}"], entry.at)
        elif isinstance(entry, h.SlotOffered):
            self._capacities[entry.item_key, entry.starts_at] = entry.capacity
        elif isinstance(entry, h.Happened):
            self._crashes += entry.what == "crash"
            if entry.what == "clock set":
                self._is_clock_right, self._clock_right_since = entry.detail == "right", entry.at

    def finish(self, everything: Iterable[Record], at: datetime) -> None:
        """Hold what was followed, and every answer, against the journal as it lies on the disk in the end."""
        final = {record.seq: _encode(record) for record in everything}
        for seq in sorted(final.keys() | self._kept.keys()):
            if final.get(seq) != self._kept.get(seq):
                self._report("durability", [f"the record {seq} is not what was kept"], at, seq)
        for told in self._told.values():
            if isinstance(told, h.Answered) and final.get(told.record.seq) != _encode(told.record):
                text = f"{told.sender} was told of record {told.record.seq}, which the journal does not have so"
                self._report("durability", [text], at, told.record.seq)

    def _run(self, check: Check, record: Record) -> Iterator[str]:
        try:
            yield from check(self._book, record)
        except KeyError as exc:
            yield f"the record is about {exc}, which is not there"

    def _answered(self, entry: h.Answered) -> Iterator[str]:
        record = entry.record
        if record.command_id != entry.command_id:
            yield f"{entry.command_id} was answered with a record of {record.command_id}"
        if self._kept.get(record.seq) != _encode(record):
            yield f"{entry.sender} was told of record {record.seq}, which was not kept so"
        elif self._answer_of[record.command_id] != record.seq:
            yield f"{entry.command_id} was answered with {record.seq}, not its last record"
        first = self._told.setdefault(entry.command_id, entry)
        if isinstance(first, h.Answered) and first.record != record:
            yield f"{entry.command_id} was answered with {first.record.seq}, then with {record.seq}"

    def _carried_out(self, record: Record) -> None:
        """A command is carried out once, and not after its sender was told no."""
        seq, told = self._answer_of.get(record.command_id), self._told.get(record.command_id)
        if seq is not None and seq != record.seq - 1:
            self.report("answers", f"{record.command_id} was carried out at {seq}, and again", record)
        if not isinstance(told, h.Refused) or told.code in NOT_ABOUT_THE_COMMAND:
            return
        if self._told_at_crash[record.command_id] == self._crashes:
            text = f"{told.sender} was refused {record.command_id} ({told.code}); then it was carried out"
            self.report("answers", text, record)

    def _should_have_opened(self, now: datetime) -> bool:
        """Whether a hall that was closed by hand ought to be open again: its clock is right, and tomorrow has come."""
        if self._closed_on is None or self._closed_on >= now.date() or not self._is_clock_right:
            return False
        day_began = now.replace(hour=0, minute=0, second=0, microsecond=0)
        right_since = max(self._clock_right_since or day_began, day_began)
        return now - right_since > timedelta(hours=1)  # time for somebody to confirm it, and for late messages

    def _offers(self, record: Record) -> None:
        """No more people in a matter's slot than the page said it takes, under the rules that are in force."""
        event = record.event
        if isinstance(event, m.RulesAdopted):
            self._capacities.clear()
        if not isinstance(event, m.AppointmentBooked | m.AppointmentMoved):
            return
        known = self._book.appointments.get(event.appointment_no)
        item_key = known.item_key if known else getattr(event, "item_key", "")
        capacity = self._capacities.get((item_key, event.starts_at))
        there = sum(
            other.item_key == item_key
            and (other.starts_at, other.ends_at) == (event.starts_at, event.ends_at)
            and other.state in ("booked", "checked_in")
            and other is not known
            for other in self._book.appointments.values()
        )
        if capacity is not None and there >= capacity:
            text = f"slot {item_key} {event.starts_at:%d %H:%M} takes {capacity} people and has {there + 1}"
            self.report("offers", text, record)

    def _report(self, check: str, texts: Sequence[str], at: datetime, seq: int | None = None) -> None:
        self.violations += [Violation(check=check, text=text, at=at, seq=seq) for text in texts]
