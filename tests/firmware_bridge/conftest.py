"""A bridge and all that it stands between: a real broker, a server's side of it, and simulated boards."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from devices.boards.sim_board import BoardSim
from devices.broker_link import BrokerLink
from firmware_bridge.bridge import BoardBridge
from hall.clock import HallClock
from hall.counter import CounterStatus
from hall.messages import BarShown, CounterState, DeviceHealth, DeviceTried, LevelPressed
from settings.devices.boards import BoardTable
from tests.mosquitto import Broker, running_broker

HALL = "test-hall"
CLOCK = HallClock(ZoneInfo("Asia/Shanghai"), time.time)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with running_broker(tmp_path) as broker:
        yield broker


class Server:
    """Tells states as the queue server does, all of them after each connect, and closes ratings that are given."""

    def __init__(self, broker: Broker, name: str = "server") -> None:
        self.link = BrokerLink(HALL, name, broker.address, CLOCK)
        self.shown: list[BarShown] = []
        self.pressed: list[LevelPressed] = []
        self.health: dict[str, DeviceHealth] = {}
        self._states: dict[str, CounterState] = {}
        self.link.hear(BarShown, self.shown.append)
        self.link.hear(LevelPressed, self._hear_press)
        self.link.hear(DeviceHealth, self._hear_health)
        self.tried: list[DeviceTried] = []
        self.link.hear(DeviceTried, self.tried.append)
        self.link.start()
        assert self.link.wait_connected(5)

    def tell(
        self,
        counter_no: str,
        revision: int,
        text: str,
        *,
        call_id: str | None = None,
        rating_id: str | None = None,
    ) -> None:
        state = CounterState(
            counter_no=counter_no,
            revision=revision,
            status=CounterStatus.RATING if rating_id else CounterStatus.CALLING,
            text=text,
            flashing=rating_id is None,
            call_id=call_id,
            rating_id=rating_id,
        )
        self._states[counter_no] = state
        self.link.tell(state)

    def _hear_press(self, press: LevelPressed) -> None:
        self.pressed.append(press)
        state = self._states.get(press.counter_no)
        if state is not None and state.rating_id == press.rating_id:
            self.tell(press.counter_no, state.revision + 1, state.text)

    def _hear_health(self, health: DeviceHealth) -> None:
        self.health[health.device_id] = health


@pytest.fixture
def new_server(broker: Broker) -> Iterator[Callable[..., Server]]:
    with contextlib.ExitStack() as stack:

        def start(name: str = "server") -> Server:
            server = Server(broker, name)
            stack.callback(server.link.close)
            return server

        yield start


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


@pytest.fixture
def sim() -> Iterator[BoardSim]:
    with BoardSim() as board:
        yield board


@pytest.fixture
def start_bridge(broker: Broker) -> Iterator[Callable[..., BoardBridge]]:
    with contextlib.ExitStack() as stack:

        def start(port: str, counters: tuple[int, ...] = (3, 4), board_id: str = "B01") -> BoardBridge:
            table = BoardTable(board_id=board_id, port=port, counters=counters)
            bridge = BoardBridge(HALL, table, broker.address, CLOCK)
            stack.callback(bridge.close)
            bridge.start()
            return bridge

        yield start
