"""A relay board and a UPS under supervision: doors, presence and power through every outage of their wires."""

import contextlib
import tempfile
import time
from pathlib import Path

import pytest

from devices.opening.watching import watch_fittings, watch_ups
from devices.power.sim_upsd import SimUpsd
from devices.relays.fittings import Fittings
from devices.relays.presence import PresenceEvent
from devices.relays.sim_relays import SimLcus, SimModbusRelay
from devices.sim_line import PtyLine, TcpLine
from settings.devices.power import NutTable
from settings.devices.relays import LcusRelays, ModbusRelays
from tests.waiting import until

DEADLINE_S = 2.0


class Told:
    """What a worker told, newest last."""

    def __init__(self):
        self.health, self.presence = [], []

    def is_now(self, status, cause=None):
        newest = self.health[-1] if self.health else None
        return newest is not None and (newest.status, newest.cause) == (status, cause)


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def board(tmp_path):
    sim = SimModbusRelay()
    with contextlib.closing(PtyLine(sim, tmp_path / "relays")) as line:
        yield sim, line


@pytest.fixture
def watched(board, told):
    """A worker on a Modbus board with a door, a light and a sensor; it works."""
    table = ModbusRelays(
        kind="modbus",
        port=str(board[1]._link),
        door={"channel": 1, "open_s": 0.5},
        light={"channel": 2},
        sensor={"input": 1, "present_after_s": 0, "left_after_s": 0.5},
    )
    worker = watch_fittings(table, "K01.switches", told.health.append, told.presence.append)
    worker.start()
    until(lambda: told.is_now("ok"))
    yield worker
    worker.close()


def test_a_door_closes_by_itself(watched, board):
    sim, _line = board

    watched.submit(Fittings.open_door, deadline_s=DEADLINE_S).result(timeout=5)

    assert sim.relays[0]
    until(lambda: not sim.relays[0], within_s=2)
    assert sim.history[-2:] == [(1, True), (1, False)]


def test_somebody_comes_to_the_light_and_leaves(watched, board, told):
    sim, _line = board

    sim.inputs[0] = True
    until(lambda: told.presence == [PresenceEvent.PRESENT] and sim.relays[1])
    sim.inputs[0] = False

    until(lambda: told.presence == [PresenceEvent.PRESENT, PresenceEvent.LEFT] and not sim.relays[1])


def test_a_cable_pulled_while_the_door_is_open_ends_with_a_closed_door(watched, board, told):
    sim, line = board
    sim.inputs[0] = True
    until(lambda: told.presence)
    watched.submit(Fittings.open_door, deadline_s=DEADLINE_S).result(timeout=5)

    line.unplug()
    until(lambda: told.is_now("offline", "unavailable"))
    assert sim.relays[0]  # nobody could tell it
    line.plug()

    until(lambda: not sim.relays[0])
    until(lambda: told.is_now("ok"))
    assert told.presence == [PresenceEvent.PRESENT]


def test_a_board_that_is_plugged_in_is_opened_without_waiting_for_the_next_try(told, monkeypatch):
    monkeypatch.setattr("devices.supervisor.term.FIRST_BACKOFF_S", 60.0)
    monkeypatch.setattr("devices.supervisor.term.LONGEST_BACKOFF_S", 60.0)
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm") as folder,
        contextlib.closing(PtyLine(SimModbusRelay(), Path(folder) / "relays")) as line,
    ):
        line.unplug()
        table = ModbusRelays(kind="modbus", port=str(line._link))
        worker = watch_fittings(table, "K01.switches", told.health.append, told.presence.append)
        worker.start()
        until(lambda: told.is_now("offline", "unavailable"))

        line.plug()

        until(lambda: worker.look(time.monotonic()) or told.is_now("ok"))
        worker.close()


def test_a_board_that_hangs_or_talks_nonsense_is_told_and_mended(watched, board, told):
    _sim, line = board

    line.trouble.silent = True
    until(lambda: told.is_now("offline", "no_reply"))
    line.trouble.silent = False
    until(lambda: told.is_now("ok"))
    line.trouble.nonsense = 6
    until(lambda: any(health.cause == "protocol_error" for health in told.health))

    until(lambda: told.is_now("ok"))


def test_a_board_that_is_closed_leaves_nothing_on(watched, board):
    sim, _line = board
    watched.submit(Fittings.open_door, deadline_s=DEADLINE_S).result(timeout=5)
    assert sim.relays[0]

    watched.close()

    assert sim.relays == [False] * 4


def test_an_lcus_board_lights_by_hours(tmp_path, told):
    sim, is_open = SimLcus(), [True]
    with contextlib.closing(PtyLine(sim, tmp_path / "relays")) as line:
        table = LcusRelays(kind="lcus", port=line.port, light={"channel": 1, "when": "hours"})
        worker = watch_fittings(table, "K01.switches", told.health.append, told.presence.append, lambda: is_open[0])
        worker.start()
        until(lambda: sim.relays[0])

        is_open[0] = False

        until(lambda: not sim.relays[0])
        worker.close()
        assert told.presence == []


def test_a_ups_warns_fails_and_recovers_and_so_does_its_daemon(told):
    daemon = SimUpsd()
    with contextlib.closing(TcpLine(daemon)) as line:
        line.unplug()
        table = NutTable(kind="nut", ups="ups", host=line.host, port=line.port)
        worker = watch_ups(table, "K01.ups", told.health.append, check_every_s=0.05)
        worker.start()
        until(lambda: told.is_now("offline", "unavailable"))  # absent at the start
        line.plug()
        until(lambda: told.is_now("ok"))

        daemon.mains_fail()
        until(lambda: told.is_now("warning", "on_battery"))
        daemon.battery_runs_low()
        until(lambda: told.is_now("fault", "battery_low"))
        assert told.health[-1].mend
        daemon.mains_return()
        until(lambda: told.is_now("ok"))
        daemon.error = "DATA-STALE"
        until(lambda: told.is_now("offline", "unavailable"))
        daemon.error = None
        until(lambda: told.is_now("ok"))
        daemon.ups = "other"
        until(lambda: told.is_now("fault", "unknown_ups"))

        worker.close()
