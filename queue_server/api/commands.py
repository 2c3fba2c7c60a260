"""Commands over HTTP: kiosks draw tickets, clerks work their counters."""

from collections.abc import Callable
from enum import StrEnum

import msgspec
from fastapi import APIRouter

from hall import messages as m
from queue_server.api.context import Ctx
from queue_server.api.schemas import (
    AnswerOut,
    CounterActionIn,
    IssueTicketIn,
    OpenCounterIn,
    PauseCounterIn,
    RateIn,
    RefusalOut,
    ReportPrintIn,
    TicketOut,
)
from queue_server.domain.evolve import Record
from queue_server.domain.refusals import CommandIdReused

router = APIRouter(
    prefix="/api/v1",
    responses={404: {"model": RefusalOut}, 409: {"model": RefusalOut}, 503: {"model": RefusalOut}},
)


class CounterAction(StrEnum):
    """What a clerk can do without saying more."""

    CALL_NEXT = "call-next"
    RECALL = "recall"
    START = "start"
    MISSED = "missed"
    COMPLETE = "complete"
    RESUME = "resume"
    CLOSE = "close"


ACTIONS: dict[CounterAction, Callable[..., m.AnyCommand]] = {
    CounterAction.CALL_NEXT: m.CallNext,
    CounterAction.RECALL: m.Recall,
    CounterAction.START: m.StartService,
    CounterAction.MISSED: m.MarkMissed,
    CounterAction.COMPLETE: m.CompleteService,
    CounterAction.RESUME: m.ResumeCounter,
    CounterAction.CLOSE: m.CloseCounter,
}


@router.post("/tickets", status_code=201)
async def issue_ticket(body: IssueTicketIn, context: Ctx) -> TicketOut:
    """Draw the next number of a matter's queue. The same `command_id` again gives the same ticket."""
    record = await context.handle(m.IssueTicket(**body.model_dump()))
    event = record.event
    if not isinstance(event, m.TicketIssued):
        raise CommandIdReused("this command_id was used for another kind of command")
    return TicketOut(
        ticket_id=event.ticket_id,
        display_number=event.display_number,
        prefix=event.prefix,
        item_key=event.item_key,
        ahead_count=event.ahead_count,
        wait_low_s=event.wait_low_s,
        wait_high_s=event.wait_high_s,
        issued_at=record.at,
        status_url=f"{context.public_url}/t/{event.ticket_id}",
    )


@router.post("/tickets/{ticket_id}/print")
async def report_print(ticket_id: str, body: ReportPrintIn, context: Ctx) -> AnswerOut:
    """Say whether a ticket's paper came out."""
    return _answer(await context.handle(m.ReportPrint(ticket_id=ticket_id, **body.model_dump())))


@router.post("/counters/{counter_no}/open")
async def open_counter(counter_no: str, body: OpenCounterIn, context: Ctx) -> AnswerOut:
    """A clerk sits down at a counter."""
    return _answer(await context.handle(m.OpenCounter(counter_no=counter_no, **body.model_dump())))


@router.post("/counters/{counter_no}/pause")
async def pause_counter(counter_no: str, body: PauseCounterIn, context: Ctx) -> AnswerOut:
    """Serve nobody for a while."""
    return _answer(await context.handle(m.PauseCounter(counter_no=counter_no, **body.model_dump())))


@router.post("/counters/{counter_no}/{action}")
async def act(counter_no: str, action: CounterAction, body: CounterActionIn, context: Ctx) -> AnswerOut:
    """Call, recall, start, mark missed, complete, resume or close."""
    command = ACTIONS[action](command_id=body.command_id, counter_no=counter_no)
    return _answer(await context.handle(command))


@router.post("/ratings/{rating_id}")
async def rate(rating_id: str, body: RateIn, context: Ctx) -> AnswerOut:
    """Give a level to a visit."""
    return _answer(await context.handle(m.Rate(rating_id=rating_id, **body.model_dump())))


def _answer(record: Record) -> AnswerOut:
    event = msgspec.to_builtins(record.event)
    return AnswerOut(seq=record.seq, at=record.at, type=event["type"], event=event)
