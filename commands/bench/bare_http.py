"""Bare FastAPI routes to measure against: one does nothing, one waits for a bare group commit.

`python -m commands.bench.bare_http DATABASE` says "ready http://…" like the hall's own server, and is served alike.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from commands.bench.bare import BareCommit
from queue_server.main import listen, serve


def make_app(database: Path) -> FastAPI:
    """POST /nothing and POST /number."""
    bare = BareCommit(database)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        bare.start()
        yield
        bare.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/nothing")
    async def nothing() -> dict[str, int]:
        return {"number": 1}

    @app.post("/number")
    async def number() -> dict[str, int]:
        return {"number": await bare.hand_over.ask(None)}

    return app


def main(database: Path) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(make_app(database), log_config=None, timeout_graceful_shutdown=1, timeout_keep_alive=30)
    asyncio.run(serve(uvicorn.Server(config), listen("127.0.0.1", 0)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
