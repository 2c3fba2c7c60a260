"""The demo's report finds each thing that may go wrong in a hall, and nothing where nothing does."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
import segno
from PIL import Image, ImageOps

from commands.demo.citizens import Visit
from commands.demo.clerks import Clicked
from commands.demo.devices import Shown
from commands.demo.report import Evidence, Findings, call_to_bar, call_to_display, check, latency, touch_to_print
from commands.demo.watchers import SeenCall
from hall import messages as m
from hall.rating import RatingChannel, RatingLevel
from queue_server.domain.record import Record
from settings.locale import texts_in

TEXTS = texts_in("zh_CN")
NOW = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
NUMBERS = ("A001", "A002")


def paper(ticket_id: str) -> Image.Image:
    """A ticket whose code can be read, as a printer cuts it off."""
    rows = [[int(cell) for cell in row] for row in segno.make(f"http://127.0.0.1:8080/t/{ticket_id}").matrix]
    picture = Image.new("1", (len(rows), len(rows)))
    picture.putdata([255 * (1 - cell) for row in rows for cell in row])
    return ImageOps.expand(picture.resize((len(rows) * 6,) * 2), border=40, fill=255)


def events_of(n: int, number: str) -> list[m.AnyEvent]:
    """The life of the n-th ticket, at counter 3."""
    ticket, counter = f"ticket-{n}", {"counter_no": "3", "staff_no": "T0001"}
    issued = m.TicketIssued(
        ticket_id=ticket, display_number=number, business_day=date(2026, 1, 1), prefix="A", number=n,
        item_key="I001", kiosk_id="K01", ahead_count=0, wait_p50_s=None, wait_p90_s=None,
    )  # fmt: skip
    called = m.TicketCalled(
        call_id=f"call-{n}", ticket_id=ticket, display_number=number, call_count=1, waited_s=1.0, **counter
    )
    rating = {"rating_id": f"rating-{n}", "ticket_id": ticket}
    return [
        issued,
        m.TicketPrinted(ticket_id=ticket),
        called,
        m.ServiceCompleted(served_s=60.0, **rating, **counter),
        m.ServiceRated(level=RatingLevel.SATISFIED, channel=RatingChannel.EVALUATOR, **rating, **counter),
    ]


@dataclass
class Seen:
    """A hall's evidence and journal, to be spoilt by a test."""

    evidence: Evidence
    events: list[m.AnyEvent] = field(default_factory=list)

    @property
    def findings(self) -> Findings:
        records = [Record(seq=n, at=NOW, command_id=f"c{n}", event=e) for n, e in enumerate(self.events, 1)]
        return check(self.evidence, records, TEXTS)


@pytest.fixture
def seen() -> Seen:
    """Two visitors, served as they should be."""
    texts = {f"call-{n}": f"请{number}号到3号窗口办理" for n, number in enumerate(NUMBERS, 1)}
    evidence = Evidence(
        visitors=2,
        visits=[Visit("K01", number, 10.0 * n, "take_away") for n, number in enumerate(NUMBERS, 1)],
        printed={"K01": [(10.0 * n + 0.5, paper(f"ticket-{n}")) for n in (1, 2)]},
        clicked=[Clicked(f"call-{n}", number, "3", 30.0 + n) for n, number in enumerate(NUMBERS, 1)],
        seen={call: SeenCall(call, text, 31.1 + n) for n, (call, text) in enumerate(texts.items())},
        shown=[Shown("3", text, 31.2 + n) for n, text in enumerate(texts.values())],
        barred={"3"},
        spoken={"call-1", "call-2"},
        pressed=["rating-1", "rating-2"],
    )
    events = [event for n, number in enumerate(NUMBERS, 1) for event in events_of(n, number)]
    return Seen(evidence, events)


def test_where_everything_agrees_nothing_is_found(seen: Seen):
    assert seen.findings == Findings()


def drop(seen: Seen, event_type: type[m.Event]) -> None:
    """The journal lacks the last event of a type."""
    seen.events.remove([event for event in seen.events if isinstance(event, event_type)][-1])


def repeat(seen: Seen, event_type: type[m.Event], **changed: str) -> None:
    """The journal has the last event of a type twice."""
    from msgspec.structs import replace as changed_struct

    event = [event for event in seen.events if isinstance(event, event_type)][-1]
    seen.events.append(changed_struct(event, **changed))


LOST: dict[str, tuple[Callable[[Seen], object], str]] = {
    "a visit that never ended": (lambda s: s.evidence.visits.pop(), "never ended"),
    "a visitor without a number": (
        lambda s: s.evidence.visits.append(Visit("K01", None, 0.0, "refused")) or setattr(s.evidence, "visitors", 3),
        "without a number, at screen 'refused'",
    ),
    "a number on a screen only": (lambda s: drop(s, m.TicketIssued), "A002 was on a screen and is not in the journal"),
    "a printed ticket of nobody": (lambda s: drop(s, m.TicketIssued), "ticket-2 was printed and is not in the journal"),
    "a paper that is not there": (lambda s: s.evidence.printed["K01"].pop(), "ticket-2 is said to be printed"),
    "a paper that nobody knows of": (lambda s: drop(s, m.TicketPrinted), "whether ticket ticket-2 was printed"),
    "a call that was answered": (lambda s: drop(s, m.TicketCalled), "A002 was called and is not in the journal"),
    "a call on the display": (lambda s: s.evidence.seen.pop("call-2"), "A002 was not shown"),
    "a call on the bar": (lambda s: s.evidence.shown.pop(), "A002 was not on the bar of counter 3"),
    "a call by voice": (lambda s: s.evidence.spoken.discard("call-2"), "A002 was not spoken"),
    "a rating": (lambda s: drop(s, m.ServiceRated), "rating-2 was pressed and is not stored"),
}


@pytest.mark.parametrize("what", LOST)
def test_what_is_lost_is_found(seen: Seen, what: str):
    spoil, sentence = LOST[what]

    spoil(seen)

    assert [finding for finding in seen.findings.lost if sentence in finding]


DOUBLED: dict[str, tuple[Callable[[Seen], object], str]] = {
    "a number": (lambda s: repeat(s, m.TicketIssued, ticket_id="ticket-3"), "number A002 was drawn 2 times"),
    "a number on screens": (
        lambda s: s.evidence.visits.append(s.evidence.visits[0]),
        "number A001 was on 2 screens",
    ),
    "a paper": (lambda s: s.evidence.printed["K01"].append((40.0, paper("ticket-1"))), "ticket-1 was printed 2 times"),
    "a call": (lambda s: repeat(s, m.TicketCalled, call_id="call-3", counter_no="4"), "was called to two counters"),
    "a rating": (lambda s: repeat(s, m.ServiceRated), "rating-2 was stored 2 times"),
}


@pytest.mark.parametrize("what", DOUBLED)
def test_what_is_doubled_is_found(seen: Seen, what: str):
    spoil, sentence = DOUBLED[what]

    spoil(seen)

    assert [finding for finding in seen.findings.doubled if sentence in finding]


def test_a_wrong_text_on_the_display_is_found(seen: Seen):
    seen.evidence.seen["call-2"] = replace(seen.evidence.seen["call-2"], text="请A002号到4号窗口办理")

    assert seen.findings.wrong == ["the display showed '请A002号到4号窗口办理' for A002"]


def test_a_wrong_text_on_a_bar_is_no_call_on_that_bar(seen: Seen):
    seen.evidence.shown[1] = replace(seen.evidence.shown[1], text="请A002号到4号窗口办理")

    assert seen.findings.lost == ["the call of A002 was not on the bar of counter 3"]


def test_a_call_on_the_bar_of_another_counter_is_found(seen: Seen):
    seen.evidence.shown[1] = replace(seen.evidence.shown[1], counter_no="4")

    assert seen.findings.lost == ["the call of A002 was not on the bar of counter 3"]


def test_a_ticket_whose_code_cannot_be_read_is_found(seen: Seen):
    at, picture = seen.evidence.printed["K01"][1]
    seen.evidence.printed["K01"][1] = (at, picture.crop((0, 0, picture.width, picture.height // 2)))

    assert seen.findings.wrong == ["a printed ticket's code cannot be read"]


def test_a_rating_of_no_visit_is_found(seen: Seen):
    repeat(seen, m.ServiceRated, rating_id="rating-9")

    assert seen.findings.wrong == ["rating rating-9 belongs to no visit"]


def test_each_kind_is_spelled_out_in_words_and_not_without_end():
    findings = Findings(lost=[f"thing {n}" for n in range(100)], wrong=["text"])

    said = findings.spelled_out()

    assert said[0] == "lost: thing 0"
    assert said[-1] == "wrong: text"
    assert len(said) == 11


def test_latencies_are_taken_from_click_to_sign_and_from_touch_to_paper(seen: Seen):
    assert call_to_display(seen.evidence).p50_ms == pytest.approx(100, abs=0.2)
    assert call_to_bar(seen.evidence, TEXTS).p50_ms == pytest.approx(200, abs=0.2)
    assert touch_to_print(seen.evidence).p50_ms == pytest.approx(500, abs=0.2)


def test_percentiles_without_a_sample_are_unknown_and_of_a_thousand_are_right():
    assert latency([]).p99_ms is None
    assert latency([0.25]).p50_ms == 250
    assert (latency(n / 1000 for n in range(1001)).p50_ms, latency(n / 1000 for n in range(1001)).p99_ms) == (500, 990)
