"""What routes reach: made by main, handed in by FastAPI."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from hall.catalogue import HallPlan
from hall.clock import Clock
from hall.messages import AnyCommand
from hall.texts import Texts
from queue_server.domain.evolve import Record
from queue_server.service.live_hall import LiveHall


@dataclass(frozen=True)
class Context:
    """One server's parts."""

    plan: HallPlan
    live: LiveHall
    clock: Clock
    texts: Texts
    public_url: str
    handle: Callable[[AnyCommand], Awaitable[Record]]
    broker_connected: Callable[[], bool]


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(_context)]
