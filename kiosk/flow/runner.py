"""Runs the flow: events come in from any thread, one thread takes the steps, effects go out, outcomes come back."""

import logging
import queue
import uuid
from collections.abc import Callable

from kiosk.flow.events import Effect, Event, Tick
from kiosk.flow.state import Rules, State
from kiosk.flow.visit import first_state, step

logger = logging.getLogger(__name__)


class FlowRunner:
    """Owns the state. Only `drain()`'s caller changes it."""

    def __init__(
        self,
        rules: Rules,
        run_effect: Callable[[Effect], None],
        on_state: Callable[[State], None],
        *,
        seconds: Callable[[], float],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """Prepare the flow.

        Args:
            run_effect: begins an effect and returns at once; its outcome is posted later.
            on_state: hears of every change of the state, in the draining thread.
            seconds: monotonic time.
            new_id: makes a fresh UUID.
        """
        self._run_effect = run_effect
        self._on_state = on_state
        self._seconds = seconds
        self._new_id = new_id
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.state = first_state(rules, now_s=seconds())
        self.revision = 0

    def post(self, event: Event) -> None:
        """Hand in an event; any thread may call."""
        self._events.put(event)

    def drain(self) -> None:
        """Take a step for every event so far, and one for the time that has passed."""
        before = self.state
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                break
            self._take(event)
        self._take(Tick())
        if self.state != before:
            self.revision += 1
            self._on_state(self.state)

    def _take(self, event: Event) -> None:
        before = self.state.screen
        self.state, effects = step(self.state, event, now_s=self._seconds(), new_id=self._new_id())
        if self.state.screen is not before:
            logger.info("screen %s after %s", self.state.screen, type(event).__name__)
        for effect in effects:
            self._run_effect(effect)
