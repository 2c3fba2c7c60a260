"""The one place where refusals become HTTP responses."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from queue_server.domain import refusals as no
from queue_server.service.ports import JournalUnavailable

STATUS: dict[type[no.Refusal], int] = {  # a test checks that none is missing
    no.UnknownItem: 404,
    no.UnknownTicket: 404,
    no.UnknownCounter: 404,
    no.UnknownRating: 404,
    no.QueueFull: 409,
    no.QueueEmpty: 409,
    no.CounterTaken: 409,
    no.CounterNotOpen: 409,
    no.CounterBusy: 409,
    no.NoVisitor: 409,
    no.RatingOver: 409,
    no.DayNotOver: 409,
    no.CommandIdReused: 409,
}


def install(app: FastAPI) -> None:
    """Answer refusals with their code and sentence."""
    app.add_exception_handler(no.Refusal, _refused)
    app.add_exception_handler(JournalUnavailable, _unavailable)


def _refused(_request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, no.Refusal)  # noqa: S101 (registered for it)
    return JSONResponse({"code": exc.code, "detail": str(exc)}, STATUS[type(exc)])


def _unavailable(_request: Request, _exc: Exception) -> JSONResponse:
    """The cause is in the server's log: it is for who runs it, not for who asked."""
    refusal = {"code": JournalUnavailable.code, "detail": "the journal cannot be written now; nothing was done"}
    return JSONResponse(refusal, 503, headers={"Retry-After": "1"})
