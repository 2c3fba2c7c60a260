"""The bridge between a real broker and bars on a pseudo-terminal or a TCP port."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from devices.counter_displays.sim_number_bar import SimNumberBars
from devices.counter_displays.sim_onbon import SimOnbon
from devices.errors import DeviceRefused
from devices.sim_line import PtyLine, TcpLine
from firmware_bridge.bar_bridge import BarBridge
from firmware_bridge.bar_line import REFRESH_S, BarLine
from firmware_bridge.bars import Bars
from firmware_bridge.simulated_bars import simulated_bars
from hall.counter import CounterStatus
from hall.messages import CounterState
from settings.devices.bars import NumberBarLine, OnbonSerial, OnbonTcp
from settings.locale import texts_in
from tests.firmware_bridge.conftest import CLOCK, HALL
from tests.waiting import until

CHINESE = texts_in("zh_CN")


def state(counter_no, revision, number=None, status=None, text=""):
    return CounterState(
        counter_no=counter_no,
        revision=revision,
        status=status or (CounterStatus.CALLING if number else CounterStatus.IDLE),
        text=text,
        flashing=number is not None,
        call_id=number and f"call-{number}",
        display_number=number,
    )


@pytest.fixture
def start_bars(broker) -> Iterator[Callable[..., BarBridge]]:
    with contextlib.ExitStack() as stack:

        def start(table) -> BarBridge:
            bridge = BarBridge(HALL, table, broker.address, CLOCK, CHINESE)
            stack.callback(bridge.close)
            bridge.start()
            return bridge

        yield start


@pytest.fixture
def number_bars(tmp_path):
    """Bars on a line, and their table: bar 5 above counter 3, bar 6 above counter 4."""
    bars = SimNumberBars()
    line = PtyLine(bars, tmp_path / "bars")
    table = NumberBarLine(kind="number_bar", bars_id="L01", port=str(tmp_path / "bars"), addresses={5: 3, 6: 4})
    with contextlib.closing(line):
        yield bars, line, table


@pytest.fixture
def card():
    """An Onbon card above counter 3, and its table."""
    card = SimOnbon()
    line = TcpLine(card)
    with contextlib.closing(line):
        yield card, line, OnbonTcp(kind="onbon", bars_id="L02", counter=3, host=line.host, port=line.port)


def test_calls_reach_their_bars_and_are_told_as_shown(number_bars, server, start_bars):
    bars, _line, table = number_bars
    start_bars(table)

    server.link.tell(state("3", 1, "A023"))
    server.link.tell(state("4", 2, "B007"))
    server.link.tell(state("9", 3, "C001"))

    until(lambda: bars.numbers == {5: 23, 6: 7})
    until(lambda: len(server.shown) == 2)
    assert [(s.counter_no, s.text, s.call_id) for s in server.shown] == [
        ("3", "23", "call-A023"),
        ("4", "7", "call-B007"),
    ]
    until(lambda: server.health.get("L01") and server.health["L01"].status == "ok")
    assert server.health["L01"].kind == "counter_display"


def test_a_card_shows_idle_call_pause_and_idle_again(card, server, start_bars):
    sim, _line, table = card
    server.link.tell(state("3", 1, text="3号窗口 企业开办"))  # before the bridge is there
    start_bars(table)
    until(lambda: (sim.text, sim.flashing) == ("3号窗口 企业开办", False))

    server.link.tell(state("3", 2, "A001", text="请A001号到3号窗口办理"))
    until(lambda: (sim.text, sim.flashing) == ("请A001号", True))
    server.link.tell(state("3", 3, status=CounterStatus.PAUSED, text="暂停服务，请到其他窗口办理"))
    until(lambda: (sim.text, sim.flashing) == ("暂停服务", False))
    server.link.tell(state("3", 4, text="3号窗口 企业开办"))

    until(lambda: sim.text == "3号窗口 企业开办")
    until(lambda: [s.revision for s in server.shown] == [1, 2, 3, 4])


def test_a_line_that_is_pulled_out_is_told_and_is_right_when_it_is_back(number_bars, server, start_bars):
    bars, line, table = number_bars
    start_bars(table)
    server.link.tell(state("3", 1, "A001"))
    until(lambda: bars.numbers.get(5) == 1)

    line.unplug()
    until(lambda: server.health.get("L01") and server.health["L01"].status == "offline")
    assert server.health["L01"].mend
    server.link.tell(state("3", 2, "A002"))
    bars.restart()
    line.plug()

    until(lambda: bars.numbers.get(5) == 2)
    until(lambda: server.health.get("L01") and server.health["L01"].status == "ok")


def test_a_card_that_is_switched_on_later_is_found_and_one_that_hangs_stops_no_other(
    card, number_bars, server, start_bars
):
    sim, line, table = card
    bars, _line, bars_table = number_bars
    line.unplug()
    start_bars(table)
    start_bars(bars_table)
    until(lambda: server.health.get("L02") and server.health["L02"].status == "offline")
    server.link.tell(state("3", 1, "A001"))
    until(lambda: bars.numbers.get(5) == 1, within_s=1.5)

    line.plug()
    until(lambda: sim.text == "请A001号")
    until(lambda: server.health.get("L02") and server.health["L02"].status == "ok")
    line.trouble.silent = True
    server.link.tell(state("3", 2, "A002"))
    until(lambda: bars.numbers.get(5) == 2, within_s=1.5)
    until(lambda: server.health.get("L02") and server.health["L02"].status == "offline")
    line.trouble.silent = False

    until(lambda: sim.text == "请A002号")


def test_a_card_that_refuses_is_a_warning_until_it_takes_the_next_state(card, server, start_bars):
    sim, _line, table = card
    sim.refuses = True
    start_bars(table)
    server.link.tell(state("3", 1, "A001"))

    until(lambda: server.health.get("L02") and server.health["L02"].status == "warning")
    assert server.health["L02"].cause == "device_refused"
    sim.refuses = False
    server.link.tell(state("3", 2, "A002"))

    until(lambda: sim.text == "请A002号")
    until(lambda: server.health.get("L02") and server.health["L02"].status == "ok")
    assert [s.revision for s in server.shown] == [2]


def test_a_bridge_that_is_closed_says_so_and_the_bars_keep_what_they_show(card, server, start_bars):
    sim, _line, table = card
    bridge = start_bars(table)
    server.link.tell(state("3", 1, "A001"))
    until(lambda: sim.text == "请A001号")

    bridge.close()

    until(lambda: server.health.get("L02") and server.health["L02"].cause == "bridge_stopped")
    assert sim.text == "请A001号"


def test_with_simulated_bars_every_kind_is_served(server, start_bars):
    tables = [
        NumberBarLine(kind="number_bar", bars_id="L01", port="/dev/none", addresses={5: 1}),
        OnbonTcp(kind="onbon", bars_id="L02", counter=2, host="192.0.2.1"),
        OnbonSerial(kind="onbon_serial", bars_id="L03", counter=3, port="/dev/none"),
    ]
    with contextlib.ExitStack() as stack:
        bridges = [start_bars(table) for table in simulated_bars(tables, stack)]
        for counter_no in ("1", "2", "3"):
            server.link.tell(state(counter_no, int(counter_no), f"A00{counter_no}"))

        until(lambda: {s.text for s in server.shown} == {"1", "请A002号", "请A003号"})
        for bridge in bridges:
            bridge.close()


class Display:
    """A `CounterDisplay` that keeps what it is told, forgets it, and refuses."""

    name = "L09"

    def __init__(self):
        self.shows = []
        self.refuses = False

    def show_idle(self, counter_no, text, /):
        if self.refuses:
            raise DeviceRefused(self.name, "no")
        self.shows.append((counter_no, text))
        return text

    def check(self):
        return None

    def close(self):
        pass


def test_now_and_then_everything_is_shown_again_and_told_once():
    display, told, now = Display(), [], [0.0]
    waiting = [state("3", 1, text="3号窗口")]

    def take():
        taken, waiting[:] = list(waiting), []
        return taken

    line = BarLine(display, Bars(["3"]), take, told.append, CHINESE, lambda: now[0])
    line.turn()
    line.turn()
    assert display.shows == [("3", "3号窗口")]

    now[0] += REFRESH_S
    assert line.check() is None
    line.turn()

    assert display.shows == [("3", "3号窗口")] * 2
    assert len(told) == 1
