"""Any command at any time: what a random day may ask of the small plan, mostly about things that exist."""

# ruff: noqa: ARG005 (the functions of a table all take the same)

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hall import messages as m
from hall.appointment import AppointmentRules
from hall.counter import CounterStatus
from hall.identity import DocumentKind
from hall.rating import RatingChannel, RatingLevel
from hall.rules import CallRules, ClockRules, HoldRules, MissedRules, OneTicket, PersonRules, TransferRules
from hall.ticket import OPEN_STATES, TicketState
from queue_server.domain.bans import ban_id_of
from queue_server.domain.decisions.appointments import slots_of
from queue_server.domain.hall_day import HallDay
from tests.queue_server.halls import small_plan

PLAN = small_plan(
    calls=CallRules(spacing_s=20.0, preview_s=30.0),
    missed=MissedRules(back_after=1, grace_s=30.0, least_calls=2, least_wait_s=5.0, void_is_final=True),
    hold=HoldRules(most_a_counter=2),
    persons=PersonRules(one_ticket=OneTicket.A_QUEUE, most_a_day=4),
    clock=ClockRules(step_back_s=60.0, longest_gap_days=3),
    transfers=TransferRules(paused_wait_min=0.5),
    appointments=AppointmentRules(book_days_ahead_min=0, no_shows_before_restriction=2),
)

STAFF = [f"T{number}" for number in range(1, 7)]
PEOPLE = ["p1", "p2", "p3"]
COUNTERS = list(PLAN.counters)
KINDS = sorted(m.AnyCommand.__args__, key=lambda kind: kind.__name__)

Pick = Callable[..., Any]
"""Draws one of some values; made-up ones are among them."""


def one_of(pick: Pick, known: Any, made_up: str = "nobody") -> Any:
    """Mostly something that exists."""
    known = list(known)
    return pick([*known * 5, made_up]) if known else made_up


def counter(hall: HallDay, pick: Pick, *statuses: CounterStatus) -> str:
    fitting = [c.counter_no for c in hall.counters.values() if c.status in statuses]
    return pick([*fitting * 9, *COUNTERS, "99"])


def at_counter(hall: HallDay, pick: Pick) -> dict[str, str]:
    return {"counter_no": counter(hall, pick, CounterStatus.CALLING, CounterStatus.SERVING)}


def free_counter(hall: HallDay, pick: Pick) -> dict[str, str]:
    return {"counter_no": counter(hall, pick, CounterStatus.IDLE, CounterStatus.RATING)}


def ticket(hall: HallDay, pick: Pick, *states: TicketState) -> dict[str, str]:
    fitting = [t.ticket_id for t in hall.tickets.values() if t.state in states]
    return {"ticket_id": one_of(pick, fitting or hall.tickets)}


def visitor(pick: Pick) -> dict[str, Any]:
    person = pick([None, None, *PEOPLE])
    return {
        "person": person,
        "identity_kind": pick([None, DocumentKind.RESIDENT]) if person is None else DocumentKind.RESIDENT,
        "age_years": pick([None, 30, 69, 70]),
        "green_group": pick([*[None] * 12, "soldier", "pregnant", "giants"]),
    }


def somebody(hall: HallDay, pick: Pick) -> dict[str, Any]:
    """A person as the desk or a kiosk names one."""
    return pick([{"person": pick(PEOPLE)}, {"person": pick(PEOPLE)}, ticket(hall, pick, *TicketState)])


def slot_start(hall: HallDay, pick: Pick, item_key: str, now: Any) -> Any:
    item = hall.plan.items.get(item_key, hall.plan.items["h1"])
    day = now.date() + timedelta(days=pick([0, 0, 1, 1, 2, 9]))
    starts = [slot.starts_at for slot, _left in slots_of(hall, item, day, now)]
    return pick(starts) if starts else now


BUILDERS: dict[type[m.Command], Callable[[HallDay, Pick, Any], dict[str, Any]]] = {
    m.StartDay: lambda hall, pick, now: {},
    m.CloseDay: lambda hall, pick, now: {
        "by": "M1",
        "confirmed_open": pick([0, sum(t.state in OPEN_STATES for t in hall.tickets.values())]),
    },
    m.ReopenDay: lambda hall, pick, now: {"by": "M1"},
    m.ConfirmClock: lambda hall, pick, now: {"by": "M1"},
    m.IssueTicket: lambda hall, pick, now: {
        "item_key": one_of(pick, hall.plan.items),
        "kiosk_id": "K01",
        "further_items": pick([(), (), (), (), (), (), ("a2",), ("b1", "r1"), ("a1",) * 5, ("x",)]),
        "party_size": pick([*[1] * 15, 3, 0, 21]),
        "is_representative": pick([*[False] * 9, True]),
        "principal": pick([*[None] * 15, *PEOPLE]),
        **visitor(pick),
    },
    m.CancelTicket: lambda hall, pick, now: {
        **ticket(hall, pick, TicketState.WAITING, TicketState.CALLED, TicketState.ON_HOLD),
        "by": "M1",
        "reason": "left",
    },
    m.ChangePriority: lambda hall, pick, now: {
        **ticket(hall, pick, TicketState.WAITING),
        "green_group": pick([None, "medic", "giants"]),
        "by": "M1",
    },
    m.MarkTicket: lambda hall, pick, now: {
        **ticket(hall, pick, *TicketState),
        "by": "M1",
        "note": pick([None, "deaf"]),
        "party_size": pick([None, 2, 0]),
    },
    m.RedirectTicket: lambda hall, pick, now: {
        **ticket(hall, pick, TicketState.WAITING),
        "by": "M1",
        "reason": "wrong matter",
        **pick(
            [
                {"item_key": pick([*hall.plan.items, "nothing"])},
                {"to_counter": pick([*COUNTERS, "99"])},
                {"to_staff": pick(STAFF)},
                {},
            ]
        ),
    },
    m.RequeueTicket: lambda hall, pick, now: {**ticket(hall, pick, TicketState.MISSED), "by": "M1"},
    m.ReturnHeld: lambda hall, pick, now: ticket(hall, pick, TicketState.ON_HOLD),
    m.ReleaseTicket: lambda hall, pick, now: {"ticket_id": one_of(pick, hall.aside or hall.tickets)},
    m.ReportPrint: lambda hall, pick, now: {**ticket(hall, pick, *TicketState), "printed": pick([True, False])},
    m.LeaseNumbers: lambda hall, pick, now: {
        "kiosk_id": pick(["K01", "K02"]),
        "prefix": one_of(pick, hall.plan.queues),
        "count": pick([1, 2, 50, 51, 0]),
    },
    m.MergeTicket: lambda hall, pick, now: lease(hall, pick, now),
    m.BookAppointment: lambda hall, pick, now: {
        "item_key": (item_key := pick(["h1", "h1", "n1", "a1", "nothing"])),
        "starts_at": slot_start(hall, pick, item_key, now),
        **somebody(hall, pick),
        "masked_name": "测*",
        "channel": "online",
    },
    m.CancelAppointment: lambda hall, pick, now: {
        "appointment_no": one_of(pick, hall.appointments),
        "person": pick([None, *PEOPLE]),
        "by": pick([None, "T1"]),
    },
    m.RebookAppointment: lambda hall, pick, now: {
        "appointment_no": one_of(pick, hall.appointments),
        "starts_at": slot_start(hall, pick, "h1", now),
        "person": pick([None, *PEOPLE]),
        "by": pick([None, "T1"]),
    },
    m.CheckIn: lambda hall, pick, now: {
        "kiosk_id": "K01",
        "appointment_no": pick([None, one_of(pick, hall.appointments)]),
        "person": pick([None, *PEOPLE]),
        "identity_kind": pick([None, DocumentKind.RESIDENT]),
        "age_years": pick([None, 80]),
    },
    m.BanPerson: lambda hall, pick, now: {
        **somebody(hall, pick),
        "until": now.date() + timedelta(days=pick([-1, 0, 2])),
        "reason": "quarrel",
        "by": "M1",
    },
    m.LiftBan: lambda hall, pick, now: {
        **pick([somebody(hall, pick), {"ban_id": one_of(pick, map(ban_id_of, hall.bans))}]),
        "reason": "sorry",
        "by": "M1",
    },
    m.OpenCounter: lambda hall, pick, now: {
        "counter_no": pick([*COUNTERS, "99"]),
        "staff_no": pick(STAFF),
        "take_over": pick([False, False, True]),
    },
    m.CloseCounter: lambda hall, pick, now: free_counter(hall, pick),
    m.PauseCounter: lambda hall, pick, now: {**free_counter(hall, pick), "reason": "tea"},
    m.ResumeCounter: lambda hall, pick, now: {"counter_no": counter(hall, pick, CounterStatus.PAUSED)},
    m.GrantAbility: lambda hall, pick, now: {
        "counter_no": pick(COUNTERS),
        "department": pick(["d1", "d2", "d3"]),
        "item_key": one_of(pick, hall.plan.items),
        "by": "M1",
    },
    m.RevokeAbility: lambda hall, pick, now: granted(hall, pick),
    m.PreviewNext: lambda hall, pick, now: free_counter(hall, pick),
    m.PutBack: lambda hall, pick, now: {
        "counter_no": one_of(pick, [c.counter_no for c in hall.counters.values() if c.preview_id]),
        "reason": "not mine",
        "if_over": pick([False, False, True]),
    },
    m.CallNext: lambda hall, pick, now: free_counter(hall, pick),
    m.CallTicket: lambda hall, pick, now: {
        **free_counter(hall, pick),
        **ticket(hall, pick, TicketState.WAITING, TicketState.ON_HOLD, TicketState.MISSED),
        "reason": "asked",
    },
    m.Recall: lambda hall, pick, now: at_counter(hall, pick),
    m.StartService: lambda hall, pick, now: at_counter(hall, pick),
    m.MarkMissed: lambda hall, pick, now: at_counter(hall, pick),
    m.HoldTicket: lambda hall, pick, now: {
        **at_counter(hall, pick),
        "reason": "form",
        "minutes": pick([None, 1, 5, 500, float("nan")]),
    },
    m.TransferTicket: lambda hall, pick, now: {
        **at_counter(hall, pick),
        "reason": "elsewhere",
        **pick(
            [
                {"item_key": pick([*hall.plan.items, "nothing"])},
                {"to_counter": pick([*COUNTERS, "99"])},
                {"to_staff": pick(STAFF)},
                {"to_staff": pick(STAFF), "to_counter": pick(COUNTERS)},
                {},
            ]
        ),
        "comes_back": pick([False, True]),
    },
    m.SendBack: lambda hall, pick, now: {**at_counter(hall, pick), "reason": "back"},
    m.AddMatter: lambda hall, pick, now: {**at_counter(hall, pick), "item_key": one_of(pick, hall.plan.items)},
    m.CompleteService: lambda hall, pick, now: at_counter(hall, pick),
    m.Rate: lambda hall, pick, now: {
        "rating_id": one_of(pick, hall.ratings),
        "level": pick(list(RatingLevel)),
        "channel": RatingChannel.EVALUATOR,
    },
    m.CloseRating: lambda hall, pick, now: {"rating_id": one_of(pick, hall.ratings)},
}


def lease(hall: HallDay, pick: Pick, now: Any) -> dict[str, Any]:
    found = hall.leases.get(one_of(pick, hall.leases))
    items = hall.plan.items_of(found.prefix) if found else tuple(hall.plan.items.values())
    return {
        "lease_id": found.lease_id if found else "no lease",
        "kiosk_id": found.kiosk_id if found else "K01",
        "number": pick(range(found.first, found.last + 2)) if found else 1,
        "ticket_id": f"offline-{hall.seq}-{pick([1, 2])}",
        "arrived_at": now - timedelta(minutes=pick([-5, 0, 1, 10, 3000])),
        "item_key": pick(items).key,
        **visitor(pick),
    }


def granted(hall: HallDay, pick: Pick) -> dict[str, Any]:
    known = [(c.counter_no, *pair) for c in hall.counters.values() for pair in sorted(c.granted)]
    counter_no, department, item_key = pick(known) if known else ("1", "d1", "a1")
    return {"counter_no": counter_no, "department": department, "item_key": item_key, "by": "M1"}


WEIGHTS = {
    m.IssueTicket: 16,
    m.CallNext: 14,
    m.PreviewNext: 3,
    m.PutBack: 2,
    m.CallTicket: 4,
    m.StartService: 6,
    m.CompleteService: 8,
    m.MarkMissed: 5,
    m.HoldTicket: 4,
    m.TransferTicket: 6,
    m.RedirectTicket: 3,
    m.OpenCounter: 8,
    m.Recall: 3,
    m.CloseCounter: 0.5,
    m.PauseCounter: 0.5,
    m.CheckIn: 3,
    m.BookAppointment: 3,
    m.BanPerson: 0.3,
    m.StartDay: 0.2,
    m.CloseDay: 0.2,
    m.ConfirmClock: 0.5,
}
"""How often a random day asks for what; 1 where nothing is said."""
