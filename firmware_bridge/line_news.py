"""Where the newest states of counters and queues wait until a line's worker takes them."""

import threading
from collections.abc import Collection

from hall.messages import CounterState, QueueState


class LineNews:
    """Keeps at most one state for each counter and queue of a line. Any thread may use it.

    What is older is left for the worker to ignore: it knows what it has seen.
    """

    def __init__(self, counters: Collection[str], queues: Collection[str]) -> None:
        self._counters, self._queues = frozenset(counters), frozenset(queues)
        self._lock = threading.Lock()
        self._waiting: dict[str, CounterState | QueueState] = {}

    def put(self, state: CounterState | QueueState) -> None:
        """Keep a state, unless it is about another line's counter or queue."""
        is_ours = state.prefix in self._queues if isinstance(state, QueueState) else state.counter_no in self._counters
        if is_ours:
            name = f"queue {state.prefix}" if isinstance(state, QueueState) else f"counter {state.counter_no}"
            with self._lock:
                self._waiting[name] = state

    def take(self) -> Collection[CounterState | QueueState]:
        """The states that came since the last time."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return taken.values()
