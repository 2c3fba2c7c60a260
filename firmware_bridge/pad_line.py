"""A line of pads and evaluators as a `Device`: each turn hears what was pressed, and says one thing that is new."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping

from devices.call_pads.line import PadLine
from devices.call_pads.messages import EvaluatorPressed, PadPressed
from firmware_bridge.evaluator import Ignored
from firmware_bridge.line_evaluators import LineEvaluators
from firmware_bridge.orders import Orders
from firmware_bridge.pad_keys import order_of
from firmware_bridge.pads import Pads
from hall.messages import CounterState, QueueState, Told

logger = logging.getLogger(__name__)


class CounterLine:
    """A `Device` whose pads and evaluators follow the counters' states."""

    def __init__(
        self,
        line: PadLine,
        pads: Pads,
        evaluators: LineEvaluators,
        orders: Orders,
        take_states: Callable[[], Iterable[CounterState | QueueState]],
        tell: Callable[[Told], None],
        note_heard: Callable[[Mapping[int, float]], None],
        new_id: Callable[[], object] = uuid.uuid4,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over an open line; the worker's thread owns it from here.

        Args:
            line: closed with the device.
            pads, evaluators, orders: outlive the line's connection.
            take_states: gives the states that came since it was last called.
            tell: hears of levels pressed.
            note_heard: hears at each check when each address was heard last, in `monotonic` seconds.
            new_id: makes the presses' ids.
            monotonic: seconds that never go back.
        """
        self.name = line.name
        self._line = line
        self._pads = pads
        self._evaluators = evaluators
        self._orders = orders
        self._take_states = take_states
        self._tell = tell
        self._note_heard = note_heard
        self._new_id = new_id
        self._monotonic = monotonic
        pads.forget()
        evaluators.forget()

    def turn(self) -> None:
        """Hear what was pressed, then say at most one thing; a quiet line keeps this for one read's time-out.

        Raises:
            DeviceUnavailable: the port failed.
        """
        for state in self._take_states():
            self._follow(state)
        for said in self._line.poll():
            if isinstance(said, PadPressed):
                self._obey(said)
            elif isinstance(said, EvaluatorPressed):
                self._judge(said)
        for outcome in self._orders.outcomes():
            if outcome.refusal is not None:
                self._refuse(outcome.address, f"{outcome.order}: {outcome.refusal}")
        self._say_next()

    def check(self) -> str | None:
        """Repeat presses that nobody has stored yet, and see whether the line makes sense.

        Returns:
            None, or "protocol_error" when much was heard and nothing understood.
        """
        for press in self._evaluators.presses_to_repeat():
            self._tell(press)
        self._note_heard(self._line.last_heard)
        return self._line.check()

    def close(self) -> None:
        """Give the port back."""
        self._line.close()

    def _follow(self, state: CounterState | QueueState) -> None:
        if isinstance(state, QueueState):
            self._pads.count(state)
        else:
            self._pads.follow(state)
            self._evaluators.follow(state)

    def _obey(self, pressed: PadPressed) -> None:
        place, status = self._pads.at(pressed.address), self._pads.status_at(pressed.address)
        order = order_of(pressed.key, status)
        if place is None:
            logger.warning("%s: key %s of address %d, which has no pad", self.name, pressed.key, pressed.address)
        elif order is None:
            self._refuse(pressed.address, f"{pressed.key}: the counter is {status or 'not known'}")
        else:
            self._orders.give(pressed.address, place.counter_no, order)

    def _refuse(self, address: int, why: str) -> None:
        logger.info("%s: pad %d beeps: %s", self.name, address, why)
        self._line.beep(address)

    def _judge(self, pressed: EvaluatorPressed) -> None:
        verdict = self._evaluators.press(pressed.address, pressed.value, str(self._new_id()))
        if isinstance(verdict, Ignored):
            level = logging.WARNING if verdict is Ignored.UNKNOWN_KEY else logging.INFO
            ignored = "%s: key %d of evaluator %d ignored: %s"
            logger.log(level, ignored, self.name, pressed.value, pressed.address, verdict.value)
        else:
            self._tell(verdict)

    def _say_next(self) -> None:
        address = self._evaluators.next_to_ask()
        if address is not None:
            self._line.start_rating(address)
            return
        show = self._pads.next_show(self._monotonic())
        if show is not None:
            self._line.show(show[0], show[1].waiting, show[1].ticket)
