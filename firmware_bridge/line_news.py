"""Where the newest states of counters and queues wait until a line's worker takes them."""

import threading
from collections.abc import Collection

from hall.messages import CounterState, QueueState


class LineNews:
    """Keeps at most one state for each counter and queue, however long the line is away. Any thread may use it."""

    def __init__(self, counters: Collection[str], queues: Collection[str]) -> None:
        self._counters, self._queues = frozenset(counters), frozenset(queues)
        self._lock = threading.Lock()
        self._counter_states: dict[str, CounterState] = {}
        self._queue_states: dict[str, QueueState] = {}

    def put(self, state: CounterState | QueueState) -> None:
        """Keep a state unless a newer one waits, or it is about another line's counter or queue."""
        with self._lock:
            if isinstance(state, QueueState):
                waiting = self._queue_states.get(state.prefix)
                if state.prefix in self._queues and (waiting is None or state.is_newer_than(waiting)):
                    self._queue_states[state.prefix] = state
            else:
                known = self._counter_states.get(state.counter_no)
                if state.counter_no in self._counters and (known is None or state.is_newer_than(known)):
                    self._counter_states[state.counter_no] = state

    def take(self) -> Collection[CounterState | QueueState]:
        """The states that came since the last time."""
        with self._lock:
            taken: list[CounterState | QueueState] = [*self._counter_states.values(), *self._queue_states.values()]
            self._counter_states, self._queue_states = {}, {}
        return taken
