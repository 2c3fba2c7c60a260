"""A line's two sides: over MQTT come counters' and queues' states, and levels pressed and health go out; over HTTP go
the orders of pads.

Each line has its own thread, its own connection to the broker and its own threads for orders: one that hangs stops no
other.
"""

import time
from collections.abc import Mapping
from datetime import timedelta

from msgspec import structs

from devices.broker_link import BrokerAddress, BrokerLink
from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.opening.presence import seen_at
from devices.supervisor import DeviceWorker
from devices.wire import SerialWire
from firmware_bridge.line_evaluators import EvaluatorPlace, LineEvaluators
from firmware_bridge.line_news import LineNews
from firmware_bridge.orders import Orders
from firmware_bridge.owned import OwnedDevice, stopped
from firmware_bridge.pad_line import CounterLine
from firmware_bridge.pads import PadPlace, Pads
from firmware_bridge.server_link import ServerLink
from hall.clock import Clock
from hall.messages import CounterState, DeviceHealth, QueueState
from settings.devices.lines import LineTable
from settings.site import Site

KIND = "pad_line"
CHECK_EVERY_S = 1.0


class LineBridge:
    """Joins one line, the broker and the server."""

    def __init__(self, site: Site, table: LineTable, broker: BrokerAddress, clock: Clock) -> None:
        """Prepare; nothing is opened before `start()`.

        Args:
            site: says what counters serve, which key of a model is which level, and where the server is.
            table: the line, its port, and what hangs on it.
            broker: where the broker is.
            clock: dates the messages.
        """
        self._table = table
        self._clock = clock
        pads, evaluators = pad_places(site, table), evaluator_places(site, table)
        self._addresses = sorted({pad.address for pad in pads} | {e.address for e in evaluators})
        self._pads, self._evaluators = Pads(pads), LineEvaluators(evaluators)
        self._orders = Orders(ServerLink(site.server.public_url))
        counters = [pad.counter_no for pad in pads] + [e.counter_no for e in evaluators]
        self._news = LineNews(counters, [prefix for place in pads for prefix in place.queues])
        self._link = BrokerLink(
            site.hall.hall_id, f"line-{table.line_id}", broker, clock, will=stopped(table.line_id, KIND)
        )
        self._link.hear(CounterState, self._news.put)
        self._link.hear(QueueState, self._news.put)
        self._health: DeviceHealth | None = None
        self._heard: str | None = None
        worker: DeviceWorker[CounterLine] = DeviceWorker(
            table.line_id,
            KIND,
            self._open,
            self._note_health,
            check_every_s=CHECK_EVERY_S,
            poll=CounterLine.turn,
            poll_every_s=0.0,  # a turn waits for the line itself
            is_there=seen_at(table),
        )
        self._device = OwnedDevice(worker, self._link)

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._device.is_connected

    def start(self) -> None:
        """Begin to connect to both sides; never waits."""
        self._device.start()

    def close(self) -> None:
        """Let the line go, say so, and say goodbye to the broker. Its pads keep what they show."""
        self._device.let_go()
        self._orders.close()
        self._device.say_goodbye()

    # ---- in the worker's thread -------------------------------------------------------------------------------------

    def _open(self) -> CounterLine:
        table = self._table
        wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=table.line_id)
        return CounterLine(
            PadLine(wire, table.line_id),
            self._pads,
            self._evaluators,
            self._orders,
            self._news.take,
            self._link.tell,
            self._note_heard,
        )

    def _note_health(self, health: DeviceHealth) -> None:
        self._health = health
        self._link.tell(structs.replace(health, detail=self._heard))

    def _note_heard(self, last_heard: Mapping[int, float]) -> None:
        """Tell when each address was heard last, to the minute; there is nothing else to know them by."""
        heard = self._in_words(last_heard)
        if heard != self._heard:
            self._heard = heard
            if self._health is not None:
                self._note_health(self._health)

    def _in_words(self, last_heard: Mapping[int, float]) -> str:
        """E.g. "1 09:12, 2 –": addresses, and the hall's time; a simulated clock may run faster than the minutes."""
        now, monotonic = self._clock.now(), time.monotonic()
        times = {a: f"{now - timedelta(seconds=monotonic - at):%H:%M}" for a, at in last_heard.items()}
        return ", ".join(f"{address} {times.get(address, '–')}" for address in self._addresses)


def pad_places(site: Site, table: LineTable) -> list[PadPlace]:
    """Where the pads of a line stand."""
    queues = {number: group.queues for group in site.counters for number in group.numbers}
    return [PadPlace(pad.address, str(pad.counter), queues[pad.counter]) for pad in table.pads]


def evaluator_places(site: Site, table: LineTable) -> list[EvaluatorPlace]:
    """Where the evaluators of a line stand, and what their keys stand for."""
    levels = {model.model: {value: level for level, value in model.keys.items()} for model in site.evaluator_models}
    return [EvaluatorPlace(e.address, str(e.counter), levels[e.model]) for e in table.evaluators]
