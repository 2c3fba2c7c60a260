"""What clerks and managers see: a counter's own page, the whole hall at a glance. Numbers are masked, names unknown."""

from collections.abc import Container, Iterable
from datetime import datetime
from statistics import fmean

from msgspec import Struct

from hall.counter import CounterKind, CounterStatus
from hall.messages import DeviceHealth, DeviceTried
from hall.priority import PriorityClass
from hall.rating import RatingLevel
from hall.texts import Texts
from hall.ticket import TicketState
from queue_server.domain.estimate import EstimateError, estimate_error
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.reasons import why_text
from queue_server.domain.signs import bar_text, name_of
from queue_server.domain.upcoming import sent_to, upcoming, waiting_for
from queue_server.service.desk_lists import since
from queue_server.service.views import QueueView, matter, queue_views

WAITING_SHOWN = 12  # tickets that a counter's page lists


class WaitingView(Struct, frozen=True):
    """A waiting ticket as the clerk sees it."""

    display_number: str
    matter: str
    waited_s: float
    priority: PriorityClass
    special_need: str | None
    ticket_id: str = ""
    is_sent_here: bool = False  # waits for this counter or its clerk alone


class AsideView(Struct, frozen=True):
    """A ticket that was at a counter and is held or missed now: its clerk may call it again."""

    ticket_id: str
    display_number: str
    matter: str
    since: datetime | None
    reason: str | None  # of the hold
    returns_at: datetime | None


class VisitorView(Struct, frozen=True):
    """The ticket at a counter as its clerk sees it."""

    ticket_id: str
    display_number: str
    matter: str
    masked_number: str | None
    state: TicketState
    call_count: int
    why: dict[str, str]  # language: the reason of its call
    priority: PriorityClass
    special_need: str | None
    note: str | None
    party_size: int
    is_representative: bool
    further_matters: list[str]
    arrived_at: datetime
    called_at: datetime | None
    started_at: datetime | None


class CounterView(Struct, frozen=True):
    """A counter's own page."""

    revision: int
    counter_no: str
    status: CounterStatus
    staff_no: str | None
    bar_text: str
    visitor: VisitorView | None
    rating_open: bool
    waiting_count: int  # whom this counter could call, those who were missed and let others pass among them
    waiting: list[WaitingView]  # in the order in which this counter would call them
    completed_today: int
    pause_reason: str | None
    last_rating: str | None  # of today's last visit: "open", "given", "not_given"; the level is not the clerk's to see
    kind: CounterKind
    preview: VisitorView | None = None  # the ticket that the clerk looks at before the call
    sent_here: list[WaitingView] = []  # who waits for this counter or its clerk alone, by arrival
    held: list[AsideView] = []  # who stepped aside from this counter
    missed: list[AsideView] = []  # whom this counter called last, and who is void unless called again


class CounterLine(Struct, frozen=True):
    """A counter as the manager sees it."""

    counter_no: str
    zone_id: str
    status: CounterStatus
    staff_no: str | None
    display_number: str | None
    completed_today: int
    kind: CounterKind


class ManagerQueue(Struct, frozen=True):
    """A queue as the manager sees it."""

    prefix: str
    name: str
    waiting: int
    open_counters: int
    longest_wait_s: float  # of those who wait now; 0 when nobody does
    mean_wait_s: float | None  # of those called today
    issued: int
    completed: int
    estimate_error: EstimateError | None  # None until an estimate has come true


class ManagerView(Struct, frozen=True):
    """The whole hall at a glance."""

    revision: int
    now: datetime
    waiting: int
    open_counters: int
    serving: int
    longest_wait_s: float
    mean_wait_s: float | None
    longest_wait_today_s: float | None
    issued: int
    completed: int
    missed: int
    not_printed: int
    queues: list[ManagerQueue]
    counters: list[CounterLine]
    ratings: dict[str, int]  # level: how many today
    not_rated: int  # ratings that ended without a level
    devices: list[DeviceHealth]
    tried: list[DeviceTried]
    broker_connected: bool
    comprehensive_share: float | None  # of the tickets called today, by comprehensive counters; None: none was called


def counter_view(
    hall: HallDay, texts: Texts, counter_no: str, now: datetime, languages: Iterable[Texts]
) -> CounterView:
    """One counter's page; the counter must exist."""
    counter = hall.counters[counter_no]
    visitor, looked_at = hall.tickets.get(counter.ticket_id or ""), hall.tickets.get(counter.preview_id or "")
    sent = sent_to(hall, counter)
    here = {ticket.ticket_id for ticket in sent}
    return CounterView(
        hall.seq,
        counter_no,
        counter.status,
        counter.staff_no,
        bar_text(texts, hall, counter_no),
        _visitor_view(hall, visitor, texts, languages) if visitor else None,
        counter.rating_id is not None,
        waiting_for(hall, counter),
        [_waiting_view(hall, t, texts, now, here) for t in upcoming(hall, counter, now, WAITING_SHOWN)],
        counter.completed,
        counter.pause_reason,
        _last_rating(hall, counter_no),
        hall.plan.counters[counter_no].kind,
        preview=_visitor_view(hall, looked_at, texts, languages) if looked_at else None,
        sent_here=[_waiting_view(hall, ticket, texts, now, here) for ticket in sent],
        held=_aside_views(hall, hall.held, counter_no, texts),
        missed=_aside_views(hall, hall.missed, counter_no, texts),
    )


def manager_view(
    hall: HallDay,
    texts: Texts,
    now: datetime,
    devices: Iterable[DeviceHealth],
    tried: Iterable[DeviceTried],
    *,
    broker_connected: bool,
) -> ManagerView:
    """The whole hall at a glance."""
    tickets = list(hall.tickets.values())
    waits = [wait_s for t in tickets if (wait_s := _waited_s(t)) is not None]
    queues = [_manager_queue(hall, view, tickets, now) for view in queue_views(hall, texts, now)]
    levels = [rating.level for rating in hall.ratings.values()]
    closed = (CounterStatus.CLOSED, CounterStatus.PAUSED)
    return ManagerView(
        revision=hall.seq,
        now=now,
        waiting=sum(queue.waiting for queue in queues),
        open_counters=sum(counter.status not in closed for counter in hall.counters.values()),
        serving=_count(tickets, TicketState.SERVING) + _count(tickets, TicketState.CALLED),
        longest_wait_s=max((queue.longest_wait_s for queue in queues), default=0.0),
        mean_wait_s=fmean(waits) if waits else None,
        longest_wait_today_s=max(waits, default=None),
        issued=len(tickets),
        completed=_count(tickets, TicketState.COMPLETED),
        missed=_count(tickets, TicketState.MISSED),
        not_printed=sum(ticket.is_printed is False for ticket in tickets),
        queues=queues,
        counters=_counter_lines(hall, tickets),
        ratings={level.value: levels.count(level) for level in RatingLevel},
        not_rated=sum(not rating.is_open and rating.level is None for rating in hall.ratings.values()),
        devices=sorted(devices, key=lambda health: health.device_id),
        tried=list(tried),
        broker_connected=broker_connected,
        comprehensive_share=_comprehensive_share(hall, tickets),
    )


def _waiting_view(hall: HallDay, ticket: Ticket, texts: Texts, now: datetime, here: Container[str]) -> WaitingView:
    return WaitingView(
        ticket.display_number,
        matter(hall, ticket, texts),
        (now - ticket.arrived_at).total_seconds(),
        ticket.priority,
        ticket.special_need,
        ticket.ticket_id,
        ticket.ticket_id in here,
    )


def _aside_views(hall: HallDay, ticket_ids: Iterable[str], counter_no: str, texts: Texts) -> list[AsideView]:
    mine = [t for t in map(hall.tickets.__getitem__, ticket_ids) if t.counter_no == counter_no]
    return [
        AsideView(t.ticket_id, t.display_number, matter(hall, t, texts), since(t), t.held_reason, t.returns_at)
        for t in sorted(mine, key=lambda ticket: ticket.seq)
    ]


def _visitor_view(hall: HallDay, ticket: Ticket, texts: Texts, languages: Iterable[Texts]) -> VisitorView:
    return VisitorView(
        ticket.ticket_id,
        ticket.display_number,
        matter(hall, ticket, texts),
        ticket.masked_number,
        ticket.state,
        ticket.call_count,
        {language.language: why_text(language, hall.rules, ticket.why) for language in languages} if ticket.why else {},
        ticket.priority,
        ticket.special_need,
        ticket.note,
        ticket.party_size,
        ticket.is_representative,
        [name_of(hall.plan.items[key], texts) for key in ticket.further_items],
        ticket.arrived_at,
        ticket.called_at,
        ticket.started_at,
    )


def _last_rating(hall: HallDay, counter_no: str) -> str | None:
    newest_first = reversed(hall.ratings.values())
    rating = next((rating for rating in newest_first if rating.counter_no == counter_no), None)
    if rating is None:
        return None
    if rating.is_open:
        return "open"
    return "given" if rating.level else "not_given"


def _manager_queue(hall: HallDay, view: QueueView, tickets: list[Ticket], now: datetime) -> ManagerQueue:
    mine = [ticket for ticket in tickets if ticket.prefix == view.prefix]
    waits = [wait_s for t in mine if (wait_s := _waited_s(t)) is not None]
    first = hall.longest_waiting(view.prefix)
    return ManagerQueue(
        view.prefix,
        view.name,
        view.waiting,
        view.open_counters,
        (now - first).total_seconds() if first else 0.0,
        fmean(waits) if waits else None,
        len(mine),
        _count(mine, TicketState.COMPLETED),
        estimate_error(hall, view.prefix),
    )


def _counter_lines(hall: HallDay, tickets: list[Ticket]) -> list[CounterLine]:
    completed: dict[str | None, int] = {}
    for ticket in tickets:
        if ticket.state is TicketState.COMPLETED:
            completed[ticket.counter_no] = completed.get(ticket.counter_no, 0) + 1
    return [
        CounterLine(
            counter.counter_no,
            hall.plan.counters[counter.counter_no].zone_id,
            counter.status,
            counter.staff_no,
            hall.tickets[counter.ticket_id].display_number if counter.ticket_id else None,
            completed.get(counter.counter_no, 0),
            hall.plan.counters[counter.counter_no].kind,
        )
        for counter in hall.counters.values()
    ]


def _comprehensive_share(hall: HallDay, tickets: Iterable[Ticket]) -> float | None:
    """The indicator of the regional rules (at least 0.9 in a city or county): each ticket counts where it was last."""
    taken = [hall.plan.counters.get(ticket.counter_no or "") for ticket in tickets if ticket.called_at]
    kinds = [counter.kind for counter in taken if counter is not None]
    return kinds.count(CounterKind.COMPREHENSIVE) / len(kinds) if kinds else None


def _waited_s(ticket: Ticket) -> float | None:
    return (ticket.called_at - ticket.arrived_at).total_seconds() if ticket.called_at else None


def _count(tickets: Iterable[Ticket], state: TicketState) -> int:
    return sum(ticket.state is state for ticket in tickets)
