"""How good the wait estimates of a simulated hall are, beside the formula that everybody would write down first.

The formula is: people ahead x recent mean service time / open counters. Both are compared where both say something:
the formula says nothing while no counter is open. Waits are those of the first call; a ticket that is never called
has none.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean

from commands.simulate.waits_hall import WaitingHall
from commands.simulate.waits_plan import PRESETS
from hall import messages as m
from hall.counter import CounterStatus
from queue_server.domain.hall_day import HallDay
from queue_server.domain.pace import usual_service_s
from queue_server.domain.record import Record

FEWEST_SERVICES = 5  # below this many the formula uses the usual service time
PEAK_HOURS = (10, 11)  # the two busiest half-hours lie in them
MOST_ERROR = 1.0  # of the formula's
LEAST_INSIDE, MOST_INSIDE = 0.75, 0.85


@dataclass(frozen=True)
class Wait:
    """A wait that came true, in seconds, and what was said about it at the kiosk."""

    day: date
    prefix: str
    ahead: int
    waited_s: float
    p10_s: float
    p50_s: float
    p90_s: float
    formula_s: float | None


@dataclass(frozen=True)
class WaitFigures:
    """What a number of waits say about the estimates."""

    count: int
    mean_wait_s: float
    error_s: float  # mean absolute, of the middle of the range
    formula_error_s: float
    inside: float  # share of waits inside p10 to p90
    below: float
    above: float

    @classmethod
    def of(cls, waits: Iterable[Wait]) -> "WaitFigures | None":
        """The figures; None without a wait that the formula too said something about."""
        all_waits = list(waits)
        both = [(wait, wait.formula_s) for wait in all_waits if wait.formula_s is not None]
        if not both:
            return None
        return cls(
            len(all_waits),
            fmean(wait.waited_s for wait in all_waits),
            fmean(abs(wait.p50_s - wait.waited_s) for wait, _formula_s in both),
            fmean(abs(formula_s - wait.waited_s) for wait, formula_s in both),
            fmean(wait.p10_s <= wait.waited_s <= wait.p90_s for wait in all_waits),
            fmean(wait.waited_s < wait.p10_s for wait in all_waits),
            fmean(wait.waited_s > wait.p90_s for wait in all_waits),
        )


@dataclass(frozen=True)
class WaitReport:
    """The waits of some days of one preset. `issued` tickets were drawn, `told` of them with an estimate."""

    preset: str
    waits: list[Wait]
    issued: int
    told: int
    peak_busy: float  # share of the open counters' time with a visitor, from 10 to 12

    @property
    def whole(self) -> WaitFigures | None:
        """Of all waits."""
        return WaitFigures.of(self.waits)

    @property
    def is_met(self) -> bool:
        """Whether the estimate is at least as near as the formula, and 75 to 85 percent of waits are inside."""
        whole = self.whole
        return (
            whole is not None
            and whole.error_s <= MOST_ERROR * whole.formula_error_s
            and LEAST_INSIDE <= whole.inside <= MOST_INSIDE
        )

    def where(self, picked: Callable[[Wait], bool]) -> WaitFigures | None:
        """Of some waits."""
        return WaitFigures.of(wait for wait in self.waits if picked(wait))

    def rows(self) -> Iterator[tuple[str, WaitFigures | None]]:
        """Named figures: whole, the first day, the later ones, waits with nobody ahead and others, and every queue."""
        first = min((wait.day for wait in self.waits), default=None)
        yield "whole", self.whole
        yield "first day", self.where(lambda wait: wait.day == first)
        yield "later days", self.where(lambda wait: wait.day != first)
        yield "nobody ahead", self.where(lambda wait: wait.ahead == 0)
        yield "people ahead", self.where(lambda wait: wait.ahead > 0)
        for prefix in sorted({wait.prefix for wait in self.waits}):
            yield f"queue {prefix}", self.where(lambda wait, prefix=prefix: wait.prefix == prefix)  # type: ignore[misc]

    def table(self) -> str:
        """The figures for a person to read, in seconds and percent."""
        told = f"{self.issued} tickets, {self.told / max(self.issued, 1):.1%} with an estimate"
        lines = [
            f"{self.preset}: {told}; {self.peak_busy:.0%} of open counters busy from {PEAK_HOURS[0]} to 12 o'clock",
            f"{'':14}{'waits':>7}{'mean s':>9}{'error s':>9}{'formula s':>11}{'inside':>9}{'below':>8}{'above':>8}",
        ]
        for name, figures in self.rows():
            if figures is not None:
                lines.append(
                    f"{name:14}{figures.count:7}{figures.mean_wait_s:9.1f}{figures.error_s:9.1f}"
                    f"{figures.formula_error_s:11.1f}{figures.inside:9.1%}{figures.below:8.1%}{figures.above:8.1%}"
                )
        return "\n".join([*lines, "met" if self.is_met else "NOT met"])


class WaitWatch:
    """Notes what tickets are told and how long their visitors wait."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []
        self.issued = self.told = 0
        self._open: dict[str, tuple[m.TicketIssued, float | None]] = {}
        self._busy_s = self._open_s = 0.0
        self._last: datetime | None = None

    def __call__(self, hall: HallDay, record: Record) -> None:
        """See an event before the hall does."""
        self._count_busy(hall, record.at)
        event = record.event
        if isinstance(event, m.TicketIssued):
            self.issued += 1
            if event.wait_p50_s is not None:
                self.told += 1
                self._open[event.ticket_id] = event, formula_s(hall, event.prefix, event.ahead_count)
        elif isinstance(event, m.TicketCalled) and event.ticket_id in self._open:
            self._note(*self._open.pop(event.ticket_id), event.waited_s)

    @property
    def peak_busy(self) -> float:
        """Share of the open counters' time with a visitor at the peak."""
        return self._busy_s / self._open_s if self._open_s else 0.0

    def _note(self, issued: m.TicketIssued, formula: float | None, waited_s: float) -> None:
        if issued.wait_p10_s is None or issued.wait_p50_s is None or issued.wait_p90_s is None:
            return
        self.waits.append(
            Wait(
                issued.business_day,
                issued.prefix,
                issued.ahead_count,
                waited_s,
                issued.wait_p10_s,
                issued.wait_p50_s,
                issued.wait_p90_s,
                formula,
            )
        )

    def _count_busy(self, hall: HallDay, now: datetime) -> None:
        since, self._last = self._last, now
        if since is None or since.hour not in PEAK_HOURS or now.hour not in PEAK_HOURS or since.date() != now.date():
            return
        passed_s = (now - since).total_seconds()
        for counter in hall.counters.values():
            if counter.status not in (CounterStatus.CLOSED, CounterStatus.PAUSED):
                self._open_s += passed_s
                self._busy_s += passed_s * (counter.ticket_id is not None)


def formula_s(hall: HallDay, prefix: str, ahead: int) -> float | None:
    """People ahead x recent mean service time / open counters, in seconds; None while no counter is open."""
    open_counters = hall.open_counters(prefix)
    if not open_counters:
        return None
    recent = [s for item in hall.plan.items_of(prefix) for s in hall.service_s.get(item.key, ())]
    mean_s = fmean(recent) if len(recent) >= FEWEST_SERVICES else usual_service_s(hall.plan, prefix)
    return ahead * mean_s / open_counters


def run_waits(preset: str, days: int, seed: int) -> WaitReport:
    """Simulate some working days from a Monday on; the first one begins without any history.

    Args:
        preset: "county" or "city".
        days: >= 1.
    """
    watch = WaitWatch()
    WaitingHall(PRESETS[preset], seed, watch).run(days)
    return WaitReport(preset, watch.waits, watch.issued, watch.told, watch.peak_busy)


def pooled(reports: Iterable[WaitReport]) -> WaitReport:
    """Several seeds of one preset as one; at least one."""
    several = list(reports)
    return WaitReport(
        several[0].preset,
        [wait for report in several for wait in report.waits],
        sum(report.issued for report in several),
        sum(report.told for report in several),
        fmean(report.peak_busy for report in several),
    )
