"""The one place where refusals become HTTP responses."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from queue_server.api.command_route import BadRequest
from queue_server.domain import refusals as no
from queue_server.service.ports import JournalUnavailable

STATUS: dict[type[no.Refusal], int] = {  # whatever is not here is a conflict with the hall's state or rules
    no.UnknownItem: 404,
    no.UnknownQueue: 404,
    no.UnknownTicket: 404,
    no.UnknownCounter: 404,
    no.UnknownKiosk: 404,
    no.UnknownClerk: 404,
    no.UnknownRating: 404,
    no.UnknownGroup: 404,
    no.UnknownLease: 404,
    no.UnknownAppointment: 404,
    no.PersonIsBanned: 403,
    no.NotYours: 403,
    no.ClockSteppedBack: 503,
    no.ClockLeapt: 503,
}
CONFLICT = 409


def install(app: FastAPI) -> None:
    """Answer refusals with their code and sentence."""
    app.add_exception_handler(no.Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(JournalUnavailable, _unavailable)


def _refused(_request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, no.Refusal)  # noqa: S101 (registered for it)
    answer = {"code": exc.code, "detail": str(exc), "facts": exc.facts}
    return JSONResponse(answer, STATUS.get(type(exc), CONFLICT))


def _invalid(_request: Request, exc: Exception) -> Response:
    """A question whose address or parameters are wrong, in the form of every other refusal."""
    assert isinstance(exc, RequestValidationError)  # noqa: S101 (registered for it)
    first = exc.errors()[0]
    bad = BadRequest(f"{first['loc'][-1]}: {first['msg']}", field=str(first["loc"][-1]))
    return Response(bad.as_json(), bad.status, media_type="application/json")


def _unavailable(_request: Request, _exc: Exception) -> JSONResponse:
    """The cause is in the server's log: it is for who runs it, not for who asked."""
    refusal = {"code": JournalUnavailable.code, "detail": "the journal cannot be written now; nothing was done"}
    return JSONResponse(refusal, 503, headers={"Retry-After": "1"})
