"""The web application, put together from its routers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI

from queue_server.api import (
    any_command,
    appointments,
    commands,
    devices,
    lists,
    pages,
    queries,
    refusals,
    streams,
    tablets,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(lifespan: Lifespan) -> FastAPI:
    """The application; `lifespan` sets `app.state.context` before the first request."""
    app = FastAPI(title="HallQ queue server", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    refusals.install(app)
    commands.install(app)
    for router in (
        any_command.router,
        queries.router,
        lists.router,
        appointments.router,
        devices.router,
        streams.router,
        tablets.router,
    ):
        app.include_router(router)
    pages.install(app)
    _describe_commands(app)
    return app


def _describe_commands(app: FastAPI) -> None:
    """Let the OpenAPI document hold the commands' schemas, which FastAPI does not know."""
    describe = app.openapi

    def with_commands() -> dict[str, Any]:
        document = describe()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(any_command.schemas() | commands.json_schemas() | lists.json_schemas())
        return document

    app.openapi = with_commands  # type: ignore[method-assign]
