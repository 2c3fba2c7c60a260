"""A kiosk's real parts on a bad line, whose power may be cut: what the tests of offline numbers look at."""

import contextlib
import queue
import shutil
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hall import messages as m
from hall.catalogue import HallPlan
from hall.ticket import TicketState
from kiosk.adapters.hall_client import ServerFailed
from kiosk.adapters.hall_link import HallLink
from kiosk.adapters.lease_book import LeaseBook
from kiosk.adapters.offline_numbers import OfflineNumbers
from kiosk.flow import events as ev
from kiosk.flow.state import Ticket
from tests.kiosk.offline.lossy_hall import ITEM, LossyHall

MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ANSWER_S = 10.0


class Clock:
    """The hall's time and a kiosk's monotonic seconds."""

    def __init__(self) -> None:
        self.time = MORNING

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return (self.time - MORNING).total_seconds()

    def pass_(self, **passed: float) -> None:
        self.time += timedelta(**passed)


class PowerCut(Exception):
    """The kiosk has no current any more."""


class CutBook(LeaseBook):
    """The book of a kiosk whose power may be cut at two places: a number is on the disk, an answer is not."""

    cut: str | None = None

    def draw(self, *args: Any) -> m.MergeTicket:
        ticket = super().draw(*args)
        self._cut_at("drawn")
        return ticket

    def handed_in(self, ticket: m.MergeTicket) -> None:
        self._cut_at("handed in")
        super().handed_in(ticket)

    def _cut_at(self, place: str) -> None:
        if self.cut == place:
            self.cut = None
            raise PowerCut


class Kiosk:
    """A kiosk's real parts from the draw to the book's file, without a window."""

    def __init__(self, hall: LossyHall, plan: HallPlan, clock: Clock, folder: Path, kiosk_id: str = "K01") -> None:
        self.kiosk_id = kiosk_id
        self.skew = timedelta(0)
        self.shown: dict[str, Ticket] = {}  # by attempt: what its visitor saw
        self.told: list[m.DeviceHealth] = []
        self._hall, self._plan, self._clock, self._folder = hall, plan, clock, folder
        self._lives = count(1)
        self._ids = (f"{kiosk_id}-id-{n:05d}" for n in count(1))
        self.path = folder / f"{kiosk_id}.sqlite"
        self.start()

    def start(self) -> None:
        self.book = CutBook(self.path, hall_id="h", kiosk_id=self.kiosk_id)
        self.numbers = OfflineNumbers(
            self.book,
            self._hall,
            self._plan,
            self.kiosk_id,
            block=4,
            now=lambda: self._clock.now() + self.skew,
            public_url="http://hall/",
            tell=self.told.append,
            new_id=lambda: next(self._ids),
            seconds=self._clock.seconds,
        )
        self._outcomes: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        self.link = HallLink(self._hall, self.kiosk_id, self._outcomes.put, self.numbers)  # type: ignore[arg-type]

    def lose_power(self) -> None:
        """What is on the disk now is all that is left; it starts again on that."""
        left = self._folder / f"{self.kiosk_id} after cut {next(self._lives)}"
        left.mkdir()
        for file in self.path.parent.glob(f"{self.path.name}*"):
            shutil.copy(file, left)
        self.close()
        self.path = left / self.path.name
        self.start()

    def close(self) -> None:
        self.link.close()

    def top_up(self) -> None:
        self.numbers.hear(self._hall.queues())

    def hand_in(self) -> None:
        self.numbers.hand_in()

    def look(self) -> None:
        """What the link does every few seconds."""
        with contextlib.suppress(ServerFailed):
            self.hand_in()
        self.top_up()

    def heard(self) -> ev.Event:
        """What the flow hears next."""
        return self._outcomes.get(timeout=ANSWER_S)

    def draw(self, attempt: str, prefix: str = "A", **document: Any) -> ev.Event:
        """One visitor asks once; returns what the kiosk's screen hears."""
        known = (document.get(name) for name in ("identity_kind", "masked_number", "person", "age_years"))
        wish = ev.DrawNumber(attempt, ITEM[prefix], *known)
        self.link.draw(wish)
        outcome = self.heard()
        if isinstance(outcome, ev.TicketDrawn):
            assert self.shown.setdefault(attempt, outcome.ticket).display_number == outcome.ticket.display_number
        return outcome

    def number(self, attempt: str, prefix: str = "A") -> str:
        """The number that a visitor is shown."""
        outcome = self.draw(attempt, prefix)
        assert isinstance(outcome, ev.TicketDrawn), outcome
        return outcome.ticket.display_number


def waiting(hall: LossyHall, prefix: str = "A") -> list[str]:
    """Numbers in the order in which they would be called."""
    return [hall.day.tickets[place.ticket_id].display_number for place in hall.day.lines.places(prefix)]


def live(hall: LossyHall) -> list[str]:
    """Every number that somebody may still be called with."""
    over = (TicketState.CANCELLED, TicketState.EXPIRED, TicketState.COMPLETED, TicketState.MISSED)
    return sorted(t.display_number for t in hall.day.tickets.values() if t.state not in over)
