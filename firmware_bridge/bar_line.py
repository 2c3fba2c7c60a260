"""One line or card of bars as a `Device`: each turn shows what its counters' newest states say."""

import logging
import time
from collections.abc import Callable, Iterable

from devices.errors import DeviceRefused
from devices.ports import CounterDisplay
from firmware_bridge.bars import Bars, Call, Idle, Message, Paused, face_of
from hall.messages import BarShown, CounterState
from hall.texts import Texts

logger = logging.getLogger(__name__)

REFRESH_S = 60.0  # a card that restarted between two checks shows nothing, and does not say so


class BarLine:
    """Bars that follow the counters' states."""

    def __init__(
        self,
        display: CounterDisplay,
        bars: Bars,
        take_states: Callable[[], Iterable[CounterState]],
        tell: Callable[[BarShown], None],
        texts: Texts,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over a display, which may show anything; the worker's thread owns it from here.

        Args:
            display: closed with the line.
            bars: outlives the display's connection.
            take_states: gives the states that came since it was last called.
            tell: hears of what can be read on a bar.
        """
        self.name = display.name
        self._display = display
        self._bars = bars
        self._take_states = take_states
        self._tell = tell
        self._texts = texts
        self._monotonic = monotonic
        self._refreshed_at = monotonic()
        bars.forget()

    def turn(self) -> None:
        """Show what is new.

        Raises:
            DeviceUnavailable, ProtocolError: the line failed.
        """
        for state in self._take_states():
            self._bars.want(state)
        for state in self._bars.due():
            self._show(state)

    def check(self) -> str | None:
        """Ask the display how it is, and now and then show everything again.

        Returns:
            None, or "device_refused" while a counter's state is refused.

        Raises:
            DeviceError: it cannot work.
        """
        if self._monotonic() - self._refreshed_at >= REFRESH_S:
            self._refreshed_at = self._monotonic()
            self._bars.forget()
        return self._display.check() or (DeviceRefused.code if self._bars.has_refusals else None)

    def close(self) -> None:
        """Give the port back; the bars keep what they show."""
        self._display.close()

    def _show(self, state: CounterState) -> None:
        try:
            text = self._put(state)
        except DeviceRefused as exc:
            logger.error("%s (counter %s)", exc, state.counter_no)
            self._bars.refused(state)
            return
        shown = self._bars.shown(state, text)
        if shown is not None:
            self._tell(shown)

    def _put(self, state: CounterState) -> str:
        counter_no = state.counter_no
        match face_of(state, self._texts):
            case Idle(text):
                return self._display.show_idle(counter_no, text)
            case Call(display_number, text):
                return self._display.show_call(counter_no, display_number, text)
            case Paused(text):
                return self._display.show_paused(counter_no, text)
            case Message(text):
                return self._display.show_message(counter_no, text)
