"""Kiosks forget a day when the server says that a later one runs: it must say so only when its journal does."""

import asyncio
from pathlib import Path

from hall.catalogue import HallPlan
from tests.queue_server.api.server import Hall, issue


def test_the_day_that_is_told_is_the_journal_s_and_no_clock_alone_begins_another(plan: HallPlan, tmp_path: Path):
    hall = Hall(plan, tmp_path)

    async def days() -> list[str | None]:
        told = []
        async with hall.running() as http:
            for command_id in ("command-1", "command-2", None):
                told.append((await http.get("/api/v1/queues")).json()["business_day"])
                if command_id is not None:
                    (await http.post("/api/v1/tickets", json=issue(command_id))).raise_for_status()
                    hall.clock.pass_(days=1)
        return told

    assert asyncio.run(days()) == [None, "2026-03-03", "2026-03-04"]
