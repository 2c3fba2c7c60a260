"""What the demo saw, held against the journal: what was lost, doubled or wrong, and how long things took.

Everything is seen from outside: numbers on kiosks' screens, codes on printed tickets, texts on displays and bars, files
of speech. The journal is read afterwards and must agree with all of it.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

import zxingcpp
from msgspec import Struct
from PIL import Image

from commands.demo.citizens import Visit
from commands.demo.clerks import Clicked
from commands.demo.devices import Shown
from commands.demo.watchers import SeenCall
from devices.printers.trial import TRIAL_CODE
from hall import messages as m
from hall.texts import Texts
from queue_server.domain.record import Record
from queue_server.domain.signs import call_text

MOST_NAMED = 10  # findings of one kind that the report spells out


class Latency(Struct, frozen=True):
    """Real milliseconds; None without a sample."""

    samples: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Report(Struct, frozen=True, kw_only=True):
    """The demo's figures, as `--report` writes them."""

    preset: str
    speed: float
    real_s: float
    hall_minutes: float
    visitors: int
    left_without_number: int
    in_line_at_closing: int  # before the kiosks, when the time was over
    issued: int
    printed: int
    called: int
    shown: int
    shown_on_bars: int
    spoken: int
    completed: int
    missed: int
    rated: int
    lost: int
    doubled: int
    wrong: int
    findings: list[str]
    call_to_display: Latency
    call_to_bar: Latency
    touch_to_print: Latency
    display_reconnects: int
    refused: dict[str, int]
    memory_mb: dict[str, float]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or shown wrong."""
        return not (self.lost or self.doubled or self.wrong)


LETS_GO = (m.TicketMissed, m.TicketHeld, m.TicketTransferred, m.TicketSentBack, m.MatterCompleted, m.TicketRequeued)


@dataclass
class Evidence:
    """What was seen from outside."""

    visitors: int  # who came to a kiosk's screen
    visits: Sequence[Visit]
    printed: dict[str, list[tuple[float, Image.Image]]]  # kiosk: when, and the picture
    clicked: Sequence[Clicked]
    seen: dict[str, SeenCall]
    shown: Sequence[Shown]
    barred: Set[str]  # counters that have a bar
    spoken: Set[str]  # call ids
    pressed: Sequence[str]  # rating ids


@dataclass
class Findings:
    """What does not agree."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def spelled_out(self) -> list[str]:
        """A few of each kind, in words."""
        kinds = (("lost", self.lost), ("doubled", self.doubled), ("wrong", self.wrong))
        return [f"{kind}: {finding}" for kind, found in kinds for finding in found[:MOST_NAMED]]


def printed_tickets(evidence: Evidence) -> list[tuple[str, float, str | None]]:
    """Every ticket that came out: (kiosk, when, the ticket id in its QR code or None when it cannot be read)."""
    found = []
    for kiosk_id, tickets in evidence.printed.items():
        for at, picture in tickets:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
            if codes and codes[0].text == TRIAL_CODE:
                continue  # somebody pressed a test button
            found.append((kiosk_id, at, codes[0].text.rsplit("/", 1)[-1] if codes else None))
    return found


def check(evidence: Evidence, journal: Sequence[Record], texts: Texts) -> Findings:
    """Hold what was seen against the journal."""
    findings = Findings()
    issued = [r.event for r in journal if isinstance(r.event, m.TicketIssued)]
    _check_visits(findings, evidence)
    _check_numbers(findings, evidence, issued)
    _check_paper(findings, evidence, journal, {event.ticket_id for event in issued})
    _check_calls(findings, evidence, journal, texts)
    _check_ratings(findings, evidence, journal)
    return findings


def _check_visits(findings: Findings, evidence: Evidence) -> None:
    findings.lost += ["a visitor's visit never ended"] * (evidence.visitors - len(evidence.visits))
    findings.lost += [
        f"a visitor left {visit.kiosk_id} without a number, at screen {visit.last_screen!r}"
        for visit in evidence.visits
        if visit.display_number is None
    ]


def _check_numbers(findings: Findings, evidence: Evidence, issued: Sequence[m.TicketIssued]) -> None:
    numbers = Counter(event.display_number for event in issued)
    findings.doubled += [f"number {number} was drawn {times} times" for number, times in numbers.items() if times > 1]
    on_screens = Counter(visit.display_number for visit in evidence.visits if visit.display_number)
    findings.doubled += [f"number {n} was on {times} screens" for n, times in on_screens.items() if times > 1]
    findings.lost += [f"number {n} was on a screen and is not in the journal" for n in on_screens if n not in numbers]


def _check_paper(findings: Findings, evidence: Evidence, journal: Sequence[Record], issued: set[str]) -> None:
    printed = Counter(ticket_id for _kiosk, _at, ticket_id in printed_tickets(evidence))
    findings.wrong += ["a printed ticket's code cannot be read"] * printed.pop(None, 0)
    findings.doubled += [f"ticket {i} was printed {times} times" for i, times in printed.items() if times > 1]
    findings.lost += [f"ticket {i} was printed and is not in the journal" for i in printed if i not in issued]
    said = {r.event.ticket_id for r in journal if isinstance(r.event, m.TicketPrinted)}
    findings.lost += [f"ticket {i} is said to be printed and is not" for i in said if i not in printed]
    told = said | {r.event.ticket_id for r in journal if isinstance(r.event, m.TicketNotPrinted)}
    findings.lost += [f"nobody knows whether ticket {i} was printed" for i in issued - told]


def _check_calls(findings: Findings, evidence: Evidence, journal: Sequence[Record], texts: Texts) -> None:
    calls = {r.event.call_id: r.event for r in journal if isinstance(r.event, m.TicketCalled)}
    findings.doubled += [f"ticket {ticket_id} was called to two counters" for ticket_id in _called_twice(journal)]
    findings.lost += [
        f"{click.display_number} was called and is not in the journal"
        for click in evidence.clicked
        if click.call_id not in calls
    ]
    on_bars = {(shown.counter_no, shown.text) for shown in evidence.shown}
    for call in calls.values():
        text = call_text(texts, call.display_number, call.counter_no)
        seen = evidence.seen.get(call.call_id)
        if seen is None:
            findings.lost.append(f"the call of {call.display_number} was not shown")
        elif seen.text != text:
            findings.wrong.append(f"the display showed {seen.text!r} for {call.display_number}")
        if call.counter_no in evidence.barred and (call.counter_no, text) not in on_bars:
            findings.lost.append(f"the call of {call.display_number} was not on the bar of counter {call.counter_no}")
        if call.call_id not in evidence.spoken:
            findings.lost.append(f"the call of {call.display_number} was not spoken")


def _called_twice(journal: Sequence[Record]) -> list[str]:
    """Tickets that were called anew although a counter had not let them go, as it does with one that was missed."""
    at_counter: set[str] = set()
    twice = []
    for record in journal:
        event = record.event
        if isinstance(event, m.TicketCalled) and event.call_count == 1:
            if event.ticket_id in at_counter:
                twice.append(event.ticket_id)
            at_counter.add(event.ticket_id)
        elif isinstance(event, LETS_GO):
            at_counter.discard(event.ticket_id)
    return twice


def _check_ratings(findings: Findings, evidence: Evidence, journal: Sequence[Record]) -> None:
    completed = {r.event.rating_id for r in journal if isinstance(r.event, m.ServiceCompleted)}
    rated = Counter(r.event.rating_id for r in journal if isinstance(r.event, m.ServiceRated))
    findings.doubled += [f"rating {i} was stored {times} times" for i, times in rated.items() if times > 1]
    findings.wrong += [f"rating {i} belongs to no visit" for i in rated if i not in completed]
    findings.lost += [f"rating {i} was pressed and is not stored" for i in evidence.pressed if i not in rated]


def latency(seconds: Iterable[float]) -> Latency:
    """Percentiles in milliseconds."""
    values = sorted(value * 1000 for value in seconds)
    if not values:
        return Latency(0, None, None, None)
    if len(values) == 1:
        return Latency(1, *(round(values[0], 1),) * 3)
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return Latency(len(values), *(round(cuts[p - 1], 1) for p in (50, 95, 99)))


def call_to_display(evidence: Evidence) -> Latency:
    """From a clerk's click to the text at a display."""
    seen = evidence.seen
    return latency(seen[c.call_id].at - c.clicked_at for c in evidence.clicked if c.call_id in seen)


def calls_on_bars(evidence: Evidence, journal: Sequence[Record], texts: Texts) -> int:
    """How many calls, recalls among them, were on their counter's bar."""
    on_bars = {(shown.counter_no, shown.text) for shown in evidence.shown}
    calls = [r.event for r in journal if isinstance(r.event, m.TicketCalled)]
    return sum((c.counter_no, call_text(texts, c.display_number, c.counter_no)) in on_bars for c in calls)


def call_to_bar(evidence: Evidence, texts: Texts) -> Latency:
    """From a clerk's click to the text on the counter's bar."""
    shown_at: dict[tuple[str, str], float] = {}
    for shown in evidence.shown:
        shown_at.setdefault((shown.counter_no, shown.text), shown.at)
    keys = {c.call_id: (c.counter_no, call_text(texts, c.display_number, c.counter_no)) for c in evidence.clicked}
    return latency(shown_at[keys[c.call_id]] - c.clicked_at for c in evidence.clicked if keys[c.call_id] in shown_at)


def touch_to_print(evidence: Evidence) -> Latency:
    """From the touch on a matter to the cut of its ticket."""
    spans = []
    for visit in evidence.visits:
        after = [at for at, _picture in evidence.printed.get(visit.kiosk_id, []) if at >= visit.touched_at]
        if visit.display_number and visit.touched_at and after:
            spans.append(min(after) - visit.touched_at)
    return latency(spans)
