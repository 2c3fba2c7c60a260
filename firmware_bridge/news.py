"""Where the newest states of counters wait until a board's worker takes them."""

import threading
from collections.abc import Collection

from hall.messages import CounterState


class News:
    """Keeps at most one state for each of a board's counters, however long the board is away. Any thread may use it."""

    def __init__(self, counters: Collection[str]) -> None:
        self._counters = frozenset(counters)
        self._lock = threading.Lock()
        self._waiting: dict[str, CounterState] = {}

    def put(self, state: CounterState) -> None:
        """Keep a state unless a newer one waits, or the counter is another board's."""
        if state.counter_no not in self._counters:
            return
        with self._lock:
            known = self._waiting.get(state.counter_no)
            if known is None or state.is_newer_than(known):
                self._waiting[state.counter_no] = state

    def take(self) -> Collection[CounterState]:
        """The states that came since the last time."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return taken.values()
