"""The worked day as a page for people: whom each window called, why, and why not somebody else."""

from collections.abc import Iterator
from pathlib import Path

from commands.simulate.worked_day import Call, WorkedDay, work_the_day
from hall import messages as m
from hall.priority import RANK, Ground, PriorityClass
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.order import can_serve
from queue_server.domain.reasons import CLASSES, group_name, why_text
from queue_server.domain.signs import name_of
from settings.locale import texts_in

RULES = (
    "A window chooses among everybody whose matter it may handle today.",
    "Classes go one after the other: back after a missed call, green channel, booked and checked in in time, ordinary.",
    "Inside a class whoever came first is first. Being sent on, stepping aside and a second matter keep the arrival.",
    "After {most} calls of one window that passed a class over, it is the turn of that class.",
    "Who does not come when called lets {others} others pass and is then called again, once.",
    "A clerk may call somebody out of turn and has to say why. The reason is kept with the call.",
)

VISITORS = ("Ticket no.", "Came", "Came for", "Came as")
CALLS = (
    "Called at",
    "At window",
    "Ticket no.",
    "Reason of the call",
    "Who else waited, and why not they",
    "What came of it",
)
THEN: dict[type[m.Event], str] = {
    m.TicketMissed: "{time} did not come",
    m.TicketHeld: "{time} stepped aside",
    m.TicketTransferred: "{time} sent to another queue, and comes back",
    m.TicketSentBack: "{time} done here, sent back",
    m.MatterCompleted: "{time} first matter done, the second is in another queue",
    m.ServiceCompleted: "{time} done",
}


def worked_page(day: WorkedDay, texts: Texts, other_page: str) -> str:
    """The page as Markdown.

    Args:
        other_page: the file with the same page in the other language.
    """
    rules = day.plan.rules
    values = {"most": rules.order.most_in_a_row, "others": rules.missed.back_after}
    lines = [
        f"# {texts('A worked day: who was called, and why')}",
        "",
        texts("In Chinese: [{page}]({page})", page=other_page),
        "",
        texts("Invented, and carried out by the real rules. Windows 1 and 2 serve queue B, window 3 serves queue C."),
        texts("Every reason in the table is the one that the journal keeps with the call and that clerks see."),
        "",
        f"## {texts('The rules in short')}",
        "",
        *(f"- {texts(rule, **values)}" for rule in RULES),
        "",
        f"## {texts('Who came')}",
        "",
        *_table(texts, VISITORS, _visitors(day, texts)),
        "",
        f"## {texts('Who was called')}",
        "",
        *_table(texts, CALLS, _calls(day, texts)),
        "",
        texts("This page is written by `./hallq simulate worked-day`; a test sees that it is what the rules do today."),
    ]
    return "\n".join(lines) + "\n"


def _table(texts: Texts, heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(texts(head) for head in heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


# ---- who came -------------------------------------------------------------------------------------------------------


def _visitors(day: WorkedDay, texts: Texts) -> Iterator[tuple[str, ...]]:
    for record in day.records:
        if isinstance(record.event, m.TicketIssued):
            event = record.event
            items = [name_of(day.plan.items[key], texts) for key in (event.item_key, *event.further_items)]
            yield event.display_number, f"{record.at:%H:%M}", texts(", ").join(items), _as_what(day, texts, event)


def _as_what(day: WorkedDay, texts: Texts, event: m.TicketIssued) -> str:
    slot = None
    if event.appointment_no is not None:
        slot = f"{day.end.appointments[event.appointment_no].starts_at:%H:%M}"
    if event.priority is PriorityClass.GREEN:
        return texts("Green channel: {group}", group=group_name(texts, day.plan.rules, event.green_group or ""))
    if event.priority is PriorityClass.BOOKED:
        return texts("Booked for {slot}, in time", slot=slot)
    if slot is not None:
        return texts("Booked for {slot}, too late: ordinary from now on", slot=slot)
    return texts(CLASSES[event.priority])


# ---- who was called -------------------------------------------------------------------------------------------------


def _calls(day: WorkedDay, texts: Texts) -> Iterator[tuple[str, ...]]:
    for call in day.calls:
        event = call.event
        assert event.why is not None  # noqa: S101 (recalls are not in the list)
        why = why_text(texts, day.plan.rules, event.why)
        others = texts("; ").join(_others(call, texts)) or texts("nobody")
        then = _then(day, call, texts)
        yield f"{call.at:%H:%M}", event.counter_no, event.display_number, why, others, then


def _others(call: Call, texts: Texts) -> Iterator[str]:
    """Those who waited too, each reason once with everybody whom it holds for."""
    hall, called = call.before, call.before.tickets[call.event.ticket_id]
    waiting = [t for t in hall.tickets.values() if t.state == "waiting" and t is not called]
    by_reason: dict[str, list[str]] = {}
    for ticket in sorted(waiting, key=lambda ticket: ticket.seq):
        by_reason.setdefault(_why_not(hall, call, called, ticket, texts), []).append(
            texts("{number} ({time})", number=ticket.display_number, time=f"{ticket.arrived_at:%H:%M}")
        )
    for reason, shown in by_reason.items():
        yield texts("{numbers}: {reason}", numbers=texts(", ").join(shown), reason=reason)


def _why_not(hall: HallDay, call: Call, called: Ticket, other: Ticket, texts: Texts) -> str:
    """Why somebody who waited was not called instead."""
    counter, why = hall.counters[call.event.counter_no], call.event.why
    if other.for_counter not in (None, counter.counter_no):
        return texts("expected at window {counter}", counter=other.for_counter)
    if other.for_counter is None and not can_serve(hall, counter, hall.plan.items[other.item_key]):
        return texts("another queue")
    if other.back_at_call is not None:
        return texts("did not come when called, lets {count} more pass", count=hall.left_to_pass(other))
    if why is not None and why.ground is Ground.CHOSEN:
        return texts("the clerk chose")
    called_class = PriorityClass.RETURNING if called.back_at_call is not None else called.priority
    names = {"class": texts(CLASSES[other.priority]), "first": texts(CLASSES[called_class])}
    if RANK[other.priority] > RANK[called_class]:
        return texts("{class}, after: {first}", **names)
    if RANK[other.priority] < RANK[called_class]:
        return texts("{class}, but it was the turn of the others", **names)
    return texts("came later")


def _then(day: WorkedDay, call: Call, texts: Texts) -> str:
    """How the visit to the window ended."""
    for record in day.records:
        is_later = record.at > call.at and getattr(record.event, "ticket_id", None) == call.event.ticket_id
        if is_later and type(record.event) in THEN:
            return texts(THEN[type(record.event)], time=f"{record.at:%H:%M}")
    return ""


PAGES = {"en": "worked-day.md", "zh_CN": "worked-day.zh-CN.md"}
"""By language."""


def pages() -> dict[str, str]:
    """What each file says today."""
    written = {}
    for language, name in PAGES.items():
        texts = texts_in(language)
        other = next(other for other in PAGES.values() if other != name)
        written[name] = worked_page(work_the_day(texts), texts, other)
    return written


def write_pages(folder: Path) -> None:
    """Write them."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
