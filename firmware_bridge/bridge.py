"""A board's MQTT side: the states of its counters go in; texts shown, levels pressed and its health come out."""

from devices.boards.link import WIRE_TIMEOUT_S, BoardLink
from devices.broker_link import BrokerAddress, BrokerLink
from devices.opening.presence import seen_at
from devices.supervisor import DeviceWorker
from devices.wire import SerialWire
from firmware_bridge.board import Board
from firmware_bridge.news import News
from firmware_bridge.owned import OwnedDevice, stopped
from firmware_bridge.slots import Slots
from hall.clock import Clock
from hall.messages import CounterState
from settings.devices.boards import BoardTable

KIND = "board"
CHECK_EVERY_S = 1.0


class BoardBridge:
    """Joins one board and the broker."""

    def __init__(
        self,
        hall_id: str,
        table: BoardTable,
        broker: BrokerAddress,
        clock: Clock,
    ) -> None:
        """Prepare; nothing is opened before `start()`.

        Args:
            hall_id: part of every topic.
            table: the board, its port and its counters.
            broker: where the broker is.
            clock: dates the messages.
        """
        self._table = table
        counters = [str(number) for number in table.counters]
        self._slots = Slots(counters)
        self._news = News(counters)
        gone = stopped(table.board_id, KIND)
        self._link = BrokerLink(hall_id, f"board-{table.board_id}", broker, clock, will=gone)
        self._link.hear(CounterState, self._news.put)
        worker: DeviceWorker[Board] = DeviceWorker(
            table.board_id,
            KIND,
            self._open,
            self._link.tell,
            check_every_s=CHECK_EVERY_S,
            poll=Board.turn,
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
        """Let the board go, say so, and say goodbye to the broker. Its bars keep what they show."""
        self._device.let_go()
        self._device.say_goodbye()

    # ---- in the worker's thread -------------------------------------------------------------------------------

    def _open(self) -> Board:
        table = self._table
        wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=table.board_id)
        link = BoardLink(wire, table.board_id)
        return Board(link, self._slots, self._news.take, self._link.tell)
