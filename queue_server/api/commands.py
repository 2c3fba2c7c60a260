"""Commands over HTTP, each on a path of its own: kiosks draw tickets, clerks work their counters."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from hall import messages as m
from queue_server.api import schemas as s
from queue_server.api.command_route import SCHEMAS, BadRequest, add_route
from queue_server.api.context import Context
from queue_server.domain.record import Record
from queue_server.domain.refusals import CommandIdReused

PREFIX = "/api/v1"
BODIES = (s.IssueTicketIn, s.ReportPrintIn, s.OpenCounterIn, s.PauseCounterIn, s.CounterActionIn, s.RateIn)
PERSONAL = (m.PersonBanned, m.BanLifted, m.AppointmentBooked)
"""Other events that hold the hash of who they are about."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": s.RefusalOut, "description": about}
    for status, about in (
        (403, "Not this person's to have"),
        (404, "There is no such thing today"),
        (409, "The hall's state or rules do not allow it"),
        (413, "Too large for a command"),
        (422, "Not a command: `facts.field` names what is wrong"),
        (503, "Nothing was done: send it again with the same `command_id`"),
    )
}


class CounterAction(StrEnum):
    """What a clerk can do without saying more."""

    CALL_NEXT = "call-next"
    RECALL = "recall"
    START = "start"
    MISSED = "missed"
    COMPLETE = "complete"
    RESUME = "resume"
    CLOSE = "close"


ACTIONS: dict[str, Callable[..., m.AnyCommand]] = {
    CounterAction.CALL_NEXT: m.CallNext,
    CounterAction.RECALL: m.Recall,
    CounterAction.START: m.StartService,
    CounterAction.MISSED: m.MarkMissed,
    CounterAction.COMPLETE: m.CompleteService,
    CounterAction.RESUME: m.ResumeCounter,
    CounterAction.CLOSE: m.CloseCounter,
}


def install(app: FastAPI) -> None:
    """Add the routes; before others, so that they are found first."""
    add = partial(add_route, app, refusals=REFUSALS)
    event = partial(add, answer=answer_to, status=200, out=s.AnswerOut)
    drawn = "Draw the next number of a matter's queue"
    add(f"{PREFIX}/tickets", s.IssueTicketIn, _issue, _ticket, about=drawn, status=201, out=s.TicketOut)
    with_body = f"{PREFIX}/counters/{{counter_no}}"
    event(f"{with_body}/open", s.OpenCounterIn, _with(m.OpenCounter), about="A clerk sits down at a counter")
    event(f"{with_body}/pause", s.PauseCounterIn, _with(m.PauseCounter), about="Serve nobody for a while")
    event(
        f"{with_body}/{{action}}",
        s.CounterActionIn,
        _act,
        about="Call, recall, start, mark missed, complete, resume or close",
        choices={"action": [action.value for action in CounterAction]},
    )
    event(
        f"{PREFIX}/tickets/{{ticket_id}}/print",
        s.ReportPrintIn,
        _with(m.ReportPrint),
        about="Say whether a ticket's paper came out",
    )
    event(f"{PREFIX}/ratings/{{rating_id}}", s.RateIn, _with(m.Rate), about="Give a level to a visit")


def json_schemas() -> dict[str, object]:
    """The schemas of what these routes get and give, for the OpenAPI document."""
    _refs, components = msgspec.json.schema_components(
        [*BODIES, s.TicketOut, s.AnswerOut], ref_template=SCHEMAS + "{name}"
    )
    return dict(components)


def answer_to(_context: Context, record: Record) -> s.AnswerOut:
    """A record as clients get it: who somebody is to the rules is the journal's alone to know."""
    event = record.event
    if isinstance(event, m.TicketIssued):
        event = msgspec.structs.replace(event, person=None, principal=None, wait_basis=None)
    elif isinstance(event, PERSONAL):
        event = msgspec.structs.replace(event, person="")
    return s.AnswerOut(record.seq, record.at, type(event).__name__, event)


def _with(command: Callable[..., m.AnyCommand]) -> Callable[[Struct, Mapping[str, str]], m.AnyCommand]:
    """Makes a command whose fields are the body's and the path's."""
    return lambda body, path: command(**msgspec.structs.asdict(body), **path)


def _issue(body: s.IssueTicketIn, _path: Mapping[str, str]) -> m.IssueTicket:
    return m.IssueTicket(
        command_id=body.command_id,
        item_key=body.item_key,
        kiosk_id=body.kiosk_id,
        identity_kind=body.identity_kind,
        masked_number=body.masked_number,
        person=body.person,
        age_years=body.age_years,
        green_group=body.green_group,
    )


def _ticket(context: Context, record: Record) -> s.TicketOut:
    event = record.event
    if not isinstance(event, m.TicketIssued):
        raise CommandIdReused("this command_id was used for another kind of command")
    return s.TicketOut(
        ticket_id=event.ticket_id,
        display_number=event.display_number,
        prefix=event.prefix,
        item_key=event.item_key,
        ahead_count=event.ahead_count,
        wait_p50_s=event.wait_p50_s,
        wait_p90_s=event.wait_p90_s,
        issued_at=record.at,
        status_url=f"{context.public_url}/t/{event.ticket_id}",
    )


def _act(body: s.CounterActionIn, path: Mapping[str, str]) -> m.AnyCommand:
    make = ACTIONS.get(path["action"])
    if make is None:
        raise BadRequest(f"action: expected one of {', '.join(CounterAction)}", field="action")
    return make(command_id=body.command_id, counter_no=path["counter_no"])
