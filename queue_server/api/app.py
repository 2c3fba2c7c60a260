"""The web application, put together from its routers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from queue_server.api import commands, pages, queries, refusals, streams

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(lifespan: Lifespan) -> FastAPI:
    """The application; `lifespan` sets `app.state.context` before the first request."""
    app = FastAPI(title="HallQ queue server", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    refusals.install(app)
    for router in (commands.router, queries.router, streams.router):
        app.include_router(router)
    pages.install(app)
    return app
