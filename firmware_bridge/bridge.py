"""A board's MQTT side: the states of its counters go in; texts shown, levels pressed and its health come out.

Each board has its own thread and its own connection to the broker: one that hangs stops no other, and the broker tells
of each one separately when the process dies.
"""

from devices.boards.link import WIRE_TIMEOUT_S, BoardLink
from devices.broker_link import BrokerAddress, BrokerLink
from devices.mends import MENDS
from devices.opening.presence import seen_at
from devices.supervisor import DeviceWatch, DeviceWorker
from devices.trials import outcome
from devices.wire import SerialWire
from firmware_bridge.board import Board
from firmware_bridge.news import News
from firmware_bridge.slots import Slots
from hall.clock import Clock
from hall.messages import CounterState, DeviceHealth, TryDevice
from settings.devices.boards import BoardTable

KIND = "board"
CHECK_EVERY_S = 1.0
TRIAL_S = 3.0
BRIDGE_STOPPED = "bridge_stopped"


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
        gone = _stopped(table.board_id)
        self._link = BrokerLink(hall_id, f"board-{table.board_id}", broker, clock, will=gone)
        self._link.hear(CounterState, self._news.put)
        self._link.hear(TryDevice, self._try_out)
        self._worker: DeviceWorker[Board] = DeviceWorker(
            table.board_id,
            KIND,
            self._open,
            self._link.tell,
            check_every_s=CHECK_EVERY_S,
            poll=Board.turn,
            poll_every_s=0.0,  # a turn waits for the line itself
            is_there=seen_at(table),
        )
        self._watch = DeviceWatch([self._worker])

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._link.is_connected

    def start(self) -> None:
        """Begin to connect to both sides; never waits."""
        self._worker.start()
        self._watch.start()
        self._link.start()

    def close(self) -> None:
        """Let the board go, say so, and say goodbye to the broker. Its bars keep what they show."""
        self._watch.close()
        self._worker.close()
        self._link.tell(_stopped(self._table.board_id))
        self._link.close()

    def _try_out(self, asked: TryDevice) -> None:
        """Ask the board how it is and tell what it said; other boards' trials are theirs."""
        if asked.device_id != self._table.board_id:
            return
        answer = self._worker.submit(Board.check, deadline_s=TRIAL_S)
        answer.add_done_callback(
            lambda done: self._link.tell(outcome(asked.device_id, asked.trial_id, done.exception()))
        )

    # ---- in the worker's thread -------------------------------------------------------------------------------

    def _open(self) -> Board:
        table = self._table
        wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=table.board_id)
        link = BoardLink(wire, table.board_id)
        return Board(link, self._slots, self._news.take, self._link.tell)


def _stopped(board_id: str) -> DeviceHealth:
    return DeviceHealth(
        device_id=board_id, kind=KIND, status="offline", cause=BRIDGE_STOPPED, mend=MENDS[BRIDGE_STOPPED]
    )
