"""A bar line's MQTT side: the states of its counters go in; what can be read on the bars and its health come out."""

import threading

from devices.broker_link import BrokerAddress, BrokerLink
from devices.opening.counter_displays import open_display
from devices.opening.presence import seen_at
from devices.supervisor import DeviceWorker
from firmware_bridge.bar_line import BarLine
from firmware_bridge.bars import Bars
from firmware_bridge.news import News
from firmware_bridge.owned import OwnedDevice, stopped
from hall.clock import Clock
from hall.messages import CounterState
from hall.texts import Texts
from settings.devices import bars as tables

KIND = "counter_display"
CHECK_EVERY_S = 2.0
TURN_EVERY_S = 0.5  # news wakes the worker; this is for what came while it was busy


class BarBridge:
    """Joins one line or card of bars and the broker."""

    def __init__(self, hall_id: str, table: tables.Bars, broker: BrokerAddress, clock: Clock, texts: Texts) -> None:
        """Prepare; nothing is opened before `start()`.

        Args:
            hall_id: part of every topic.
            table: the bars, their port and their counters.
            broker: where the broker is.
            clock: dates the messages.
            texts: the site's language.
        """
        self._table = table
        self._texts = texts
        self._counters = [str(number) for number in table.counters]
        self._bars = Bars(self._counters)
        self._news = News(self._counters)
        self._is_woken = threading.Event()
        self._link = BrokerLink(hall_id, f"bars-{table.bars_id}", broker, clock, will=stopped(table.bars_id, KIND))
        self._link.hear(CounterState, self._heard)
        self._worker: DeviceWorker[BarLine] = DeviceWorker(
            table.bars_id,
            KIND,
            self._open,
            self._link.tell,
            check_every_s=CHECK_EVERY_S,
            poll=self._turn,
            poll_every_s=TURN_EVERY_S,
            is_there=seen_at(table),
        )
        self._device = OwnedDevice(self._worker, self._link)

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._device.is_connected

    def start(self) -> None:
        """Begin to connect to both sides; never waits."""
        self._device.start()

    def close(self) -> None:
        """Let the bars go, say so, and say goodbye to the broker. They keep what they show."""
        self._device.let_go()
        self._device.say_goodbye()

    def _heard(self, state: CounterState) -> None:
        """In the link's thread: keep a state, and wake the worker once for all that come together."""
        self._news.put(state)
        if state.counter_no in self._counters and not self._is_woken.is_set():
            self._is_woken.set()
            self._worker.submit(self._turn, deadline_s=TURN_EVERY_S)

    # ---- in the worker's thread -------------------------------------------------------------------------------

    def _turn(self, line: BarLine) -> None:
        self._is_woken.clear()  # first: what comes from now on wakes it again
        line.turn()

    def _open(self) -> BarLine:
        return BarLine(open_display(self._table), self._bars, self._news.take, self._link.tell, self._texts)
