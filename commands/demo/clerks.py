"""Simulated clerks: each sits at a counter and works as the load model says, over the HTTP that a clerk's page uses."""

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from commands.demo import profile
from hall.catalogue import HallPlan

logger = logging.getLogger(__name__)

RATING_PATIENCE_S = 3.0  # real seconds
LOOK_EVERY_S = 0.2  # real seconds between two looks at who waits, shared by all clerks


class Evaluators(Protocol):
    """The evaluators as a visitor sees them."""

    def is_lit(self, counter_no: str) -> bool:
        """Whether the keys of a counter's evaluator are lit."""
        ...

    def press(self, counter_no: str, key: int) -> None:
        """Press a key, 1 to 5."""
        ...


@dataclass(frozen=True)
class Clicked:
    """A call that a clerk made and was answered."""

    call_id: str
    display_number: str
    counter_no: str
    clicked_at: float  # time.monotonic()


class Clerks:
    """All clerks of a hall, in one event loop."""

    def __init__(
        self,
        plan: HallPlan,
        counters: tuple[str, ...],
        base_url: str,
        *,
        speed: float,
        seed: int,
        evaluator: Evaluators,
    ) -> None:
        """Prepare.

        Args:
            counters: the counters with a clerk.
            speed: hall seconds in a real second.
            evaluator: the counters' evaluators, to look at and to press.
        """
        self.calls: list[Clicked] = []
        self.pressed: list[str] = []  # rating ids for which a visitor pressed a key
        self.refused: dict[str, int] = {}
        self._plan = plan
        self._counters = counters
        self._base_url = base_url
        self._speed = speed
        self._seed = seed
        self._evaluator = evaluator
        self._waiting: dict[str, int] = {}
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Work until `close`."""
        limits = httpx.Limits(max_connections=len(self._counters) + 4)
        http = httpx.AsyncClient(base_url=self._base_url, limits=limits, timeout=5.0)
        async with http, asyncio.TaskGroup() as group:
            group.create_task(self._watch(http))
            for number, counter_no in enumerate(self._counters, 1):
                group.create_task(self._work(http, counter_no, f"T{number:04d}"))

    def close(self) -> None:
        """Stop calling; from the loop's own thread."""
        self._closing.set()

    async def _watch(self, http: httpx.AsyncClient) -> None:
        while not self._closing.is_set():
            try:
                answer = await http.get("/api/v1/queues")
                self._waiting = {q["prefix"]: q["waiting"] for q in answer.json()["queues"]}
            except (httpx.HTTPError, ValueError):
                self._waiting = {}
            await self._pause(LOOK_EVERY_S)

    async def _work(self, http: httpx.AsyncClient, counter_no: str, staff_no: str) -> None:
        rng = random.Random(f"{self._seed} {counter_no}")
        await self._act(http, counter_no, "open", staff_no=staff_no)
        while not self._closing.is_set():
            if not any(self._waiting.get(prefix) for prefix in self._plan.counters[counter_no].queues):
                await self._pause(LOOK_EVERY_S)
                continue
            try:
                await self._serve_one(http, counter_no, rng)
            except httpx.HTTPError as exc:  # the server is away for a moment
                logger.info("counter %s: %s", counter_no, type(exc).__name__)
                await self._pause(LOOK_EVERY_S)

    async def _serve_one(self, http: httpx.AsyncClient, counter_no: str, rng: random.Random) -> None:
        clicked_at = time.monotonic()
        called = await self._act(http, counter_no, "call-next")
        if called is None:
            await self._pause(LOOK_EVERY_S)
            return
        self.calls.append(Clicked(called["call_id"], called["display_number"], counter_no, clicked_at))
        if rng.random() < profile.FIRST_CALL_NO_SHOW:
            await self._recall(http, counter_no)
            if rng.random() < profile.FINAL_NO_SHOW / profile.FIRST_CALL_NO_SHOW:
                await self._give_up(http, counter_no)
                return
        await self._hall_pause(rng.uniform(*profile.WALK_S))
        await self._act(http, counter_no, "start")
        view = await self._get(http, counter_no)
        item = next((i for i in self._plan.items.values() if view and i.name == view["visitor"]["matter"]), None)
        if item is not None:
            await self._hall_pause(profile.service_s(rng, item.time_class))
        done = await self._act(http, counter_no, "complete")
        if done is not None:
            await self._let_rate(done["rating_id"], counter_no, rng)

    async def _recall(self, http: httpx.AsyncClient, counter_no: str) -> None:
        await self._hall_pause(profile.RECALL_AFTER_S)
        await self._act(http, counter_no, "recall")

    async def _give_up(self, http: httpx.AsyncClient, counter_no: str) -> None:
        """Call as often, and wait as long, as the hall's rules ask; then mark the visitor missed."""
        rules = self._plan.rules
        for _ in range(2, min(rules.missed.least_calls, rules.calls.most_calls)):
            await self._recall(http, counter_no)
        await self._hall_pause(max(profile.RECALL_AFTER_S, rules.missed.least_wait_s))
        await self._act(http, counter_no, "missed")

    async def _let_rate(self, rating_id: str, counter_no: str, rng: random.Random) -> None:
        """The visitor looks for the lit keys, thinks, and presses one or walks away."""
        key = profile.level_key(rng)
        if key is not None and await self._until(lambda: self._evaluator.is_lit(counter_no)):
            await self._hall_pause(rng.uniform(*profile.RATING_AFTER_S))
            self._evaluator.press(counter_no, key)
            self.pressed.append(rating_id)
            await self._until(lambda: not self._evaluator.is_lit(counter_no))
        await self._hall_pause(rng.uniform(*profile.RATING_AFTER_S))

    async def _until(self, is_so: Callable[[], bool]) -> bool:
        """Wait for something, at most `RATING_PATIENCE_S`, whether or not the hall closes; returns whether it came."""
        deadline = time.monotonic() + RATING_PATIENCE_S
        while not is_so() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return is_so()

    async def _act(self, http: httpx.AsyncClient, counter_no: str, action: str, **values: str) -> dict[str, str] | None:
        """Do one thing at a counter; the same command id is sent again while no answer comes.

        Returns:
            The event; None when it was refused, or when no answer came before the hall closed.
        """
        body = {"command_id": str(uuid.uuid4())} | values
        while True:
            try:
                answer = await http.post(f"/api/v1/counters/{counter_no}/{action}", json=body)
            except httpx.TransportError:
                if self._closing.is_set():
                    return None
                await self._pause(LOOK_EVERY_S)
                continue
            if answer.status_code == 200:
                event: dict[str, str] = answer.json()["event"]
                return event
            code = _code_of(answer)
            self.refused[code] = self.refused.get(code, 0) + 1
            return None

    async def _get(self, http: httpx.AsyncClient, counter_no: str) -> dict[str, dict[str, str]] | None:
        answer = await http.get(f"/api/v1/counters/{counter_no}")
        view: dict[str, dict[str, str]] = answer.json()
        return view if view.get("visitor") else None

    async def _hall_pause(self, hall_s: float) -> None:
        await self._pause(hall_s / self._speed)

    async def _pause(self, real_s: float) -> None:
        """Wait; ends at once when the hall closes."""
        try:
            await asyncio.wait_for(self._closing.wait(), real_s)
        except TimeoutError:
            return


def _code_of(answer: httpx.Response) -> str:
    """Why something was refused: the server's code, or the status where the answer has none."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError):
        return str(answer.status_code)
