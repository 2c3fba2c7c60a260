"""Pads' orders on their way to the server and back: one at a time for each counter, in threads of their own.

The line's thread hands them in and takes the outcomes, and never waits. An order that finds no server is sent again
with the same id for a few seconds and then given up: a call that comes minutes late would surprise everybody.
"""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from firmware_bridge.pad_keys import Order, command_of
from firmware_bridge.server_link import Refused, ServerAway, ServerLink
from hall.messages import AnyCommand

logger = logging.getLogger(__name__)

GIVE_UP_S = 10.0  # a server that starts anew is back by then
AGAIN_S = 0.5
MOST_AT_ONCE = 8
BUSY, SERVER_AWAY = "busy", "server_away"


class Outcome(Struct, frozen=True):
    """What became of an order; `refusal` is None when it was done."""

    address: int
    order: Order
    refusal: str | None


class Orders:
    """Has orders carried out. `give` and `outcomes` belong to the line's thread."""

    def __init__(self, server: ServerLink, new_id: Callable[[], object] = uuid.uuid4) -> None:
        self._server = server
        self._new_id = new_id
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="pad orders")
        self._under_way: set[str] = set()  # counters
        self._lock = threading.Lock()
        self._outcomes: deque[Outcome] = deque()
        self._stopping = threading.Event()

    def give(self, address: int, counter_no: str, order: Order) -> None:
        """Have an order carried out, unless the counter's last one is not answered yet."""
        with self._lock:
            if counter_no in self._under_way:
                self._outcomes.append(Outcome(address, order, BUSY))
                return
            self._under_way.add(counter_no)
        self._pool.submit(self._carry_out, address, counter_no, order)

    def outcomes(self) -> list[Outcome]:
        """What became of orders since the last time."""
        with self._lock:
            taken = list(self._outcomes)
            self._outcomes.clear()
        return taken

    def close(self) -> None:
        """Stop; orders under way are given up."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    # ---- in a thread of the pool ------------------------------------------------------------------------------------

    def _carry_out(self, address: int, counter_no: str, order: Order) -> None:
        try:
            refusal = self._ask(counter_no, order)
        except Exception:
            logger.exception("counter %s: %s failed in an unexpected way", counter_no, order)
            refusal = SERVER_AWAY
        with self._lock:
            self._under_way.discard(counter_no)
            self._outcomes.append(Outcome(address, order, refusal))

    def _ask(self, counter_no: str, order: Order) -> str | None:
        """Ask until there is an answer; the refusal's code, or None when it is done."""
        command: AnyCommand | None = None
        ends = time.monotonic() + GIVE_UP_S
        while True:
            try:
                if command is None:  # made once: the same id must not come to mean another ticket
                    held = self._server.longest_held(counter_no) if order is Order.CALL_HELD else ""
                    command = command_of(order, str(self._new_id()), counter_no, held)
                self._server.carry_out(command)
            except Refused as refused:
                logger.info("counter %s: %s refused: %s", counter_no, order, refused)
                return refused.code
            except ServerAway as exc:
                logger.warning("counter %s: %s: no answer: %s", counter_no, order, exc)
                if time.monotonic() >= ends or self._stopping.wait(AGAIN_S):
                    return SERVER_AWAY
            else:
                logger.info("counter %s: %s done", counter_no, order)
                return None
