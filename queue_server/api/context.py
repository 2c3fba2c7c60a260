"""What routes reach: made by main, handed in by FastAPI."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hall.catalogue import HallPlan
from hall.clock import Clock
from hall.messages import AnyCommand, Told
from hall.texts import Texts
from queue_server.domain.record import Record
from queue_server.service.audit import Audit
from queue_server.service.live_hall import LiveHall
from queue_server.service.tablets import Tablet, TabletSessions


@dataclass(frozen=True)
class Context:
    """One server's parts.

    Attributes:
        clock: the hall's time.
        speed: hall seconds in a real second, for the clocks on pages.
        tell: publishes a message to the hall's devices.
        tablets: evaluators that may connect.
        handle: has a command carried out; gives its answer, or raises its `Refusal` or `JournalUnavailable`.
    """

    plan: HallPlan
    live: LiveHall
    clock: Clock
    speed: float
    texts: Texts
    languages: tuple[Texts, ...]  # those in which a call's reason is given
    public_url: str
    incarnation: str  # the journal's
    handle: Callable[[AnyCommand], Awaitable[Record]]
    broker_connected: Callable[[], bool]
    tell: Callable[[Told], None]
    audit: Audit
    tablets: Mapping[str, Tablet] = field(default_factory=dict)  # by the hash of their token
    sessions: TabletSessions = field(default_factory=TabletSessions)


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(_context)]
