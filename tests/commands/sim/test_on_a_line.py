"""Bars, speech module, relay board and UPS by hand: what their places say can be opened, and scenes are played."""

import contextlib
import tomllib

import pytest

from commands.sim.main import main
from devices.errors import BatteryLow, DeviceError, DeviceRefused, DeviceUnavailable
from devices.opening.counter_displays import open_display
from devices.opening.power import open_ups
from devices.opening.relays import open_fittings, open_switches, presence_of
from devices.opening.speakers import open_speaker
from devices.relays.presence import PresenceEvent
from settings.devices.bars import NumberBarLine, OnbonSerial, OnbonTcp
from settings.devices.power import NutTable
from settings.devices.relays import LcusRelays, ModbusRelays
from settings.devices.speakers import Syn6288Table
from tests.waiting import until


@pytest.fixture
def played(capsys):
    """Runs a simulator and plays with it: `played(arguments, play)`, where `play(place, heard)` yields what is typed.

    `place` is the table that it said to write into the site file, and `heard()` all that it has said so far.
    """

    def run(arguments, play):
        said = []

        def heard():
            said.append(capsys.readouterr().out)
            return "".join(said)

        def lines():
            yield from play(tomllib.loads(heard()), heard)

        assert main(arguments, lines()) == 0
        return heard()

    return run


def test_number_bars(played):
    def play(place, heard):
        table = NumberBarLine(kind="number_bar", bars_id="L01", addresses={5: 3}, **place)
        with contextlib.closing(open_display(table)) as bars:
            bars.show_call("3", "A023", "")
            until(lambda: "bar 5: 023" in heard())
            yield "bars\n"
            yield "off 5\n"
            yield "off 0\n"
            yield "bars\n"
            yield "on 5\n"
            yield "scene cable-pulled\n"
            with pytest.raises(DeviceUnavailable):
                until(lambda: bars.check())
        yield "plug\n"

    said = played(["number-bar"], play)

    for text in ("5: 023", "an address is 1 to 255", "nothing"):
        assert text in said


@pytest.mark.parametrize(("arguments", "kind"), [(["--tcp", "0"], OnbonTcp), ([], OnbonSerial)])
def test_an_onbon_card(played, arguments, kind):
    def play(place, heard):
        with contextlib.closing(open_display(kind(bars_id="L02", counter=3, **place))) as card:
            yield "scene answers-lost\n"
            card.show_call("3", "A001", "请A001号")
            yield "bar\n"
            yield "scene refuses\n"
            with pytest.raises(DeviceRefused):
                card.clear("3")

    said = played(["onbon", *arguments], play)

    assert "bar flashes: 请A001号" in said


def test_a_speech_module(played):
    def play(place, heard):
        with contextlib.closing(open_speaker(Syn6288Table(**place), "server.speaker")) as module:
            yield "scene misunderstands\n"
            module.speak("请A001号")
            yield "said\n"
            yield "hang\n"
            with pytest.raises(DeviceUnavailable):
                module.check()
            yield "wake\n"
            assert module.check() is None

    said = played(["syn6288"], play)

    assert "says: 请A001号" in said


def test_a_modbus_relay_board(played):
    def play(place, heard):
        table = ModbusRelays(door={"channel": 1}, sensor={"input": 1, "present_after_s": 0}, **place)
        with contextlib.closing(open_fittings(table, "K01.switches", presence_of(table))) as fittings:
            fittings.open_door()
            yield "relays\n"
            yield "scene somebody-comes\n"
            assert fittings.turn() == [PresenceEvent.PRESENT]
            yield "scene board-restarts\n"
            fittings.check()
            yield "scene wrong-checksums\n"
            fittings.close_door()
            yield "input 1 off\n"
            yield "input 9 on\n"
            yield "scene refuses\n"
            with pytest.raises(DeviceRefused):
                fittings.open_door()

    said = played(["relay"], play)

    for text in ("relay 1: on", "relay 1: off", "channels are 1 to 4"):
        assert text in said


def test_an_lcus_relay_board(played):
    def play(place, heard):
        with contextlib.closing(open_switches(LcusRelays(channels=2, **place), "K01.switches")) as switches:
            switches.set(2, on=True)
            until(lambda: "relay 2: on" in heard())
        until(lambda: "relay 2: off" in heard())
        yield "relays\n"

    said = played(["relay", "--board", "lcus", "--channels", "2"], play)

    assert 'kind = "lcus"' in said
    assert said.endswith("none\n")


def test_a_ups(played):
    def play(place, heard):
        with contextlib.closing(open_ups(NutTable(**place), "K01.ups")) as ups:
            assert ups.check() is None
            yield "scene mains-fail\n"
            assert ups.check() == "on_battery"
            yield "set battery.runtime 42\n"
            assert ups.read().runtime_s == 42
            yield "scene battery-low\n"
            with pytest.raises(BatteryLow):
                ups.check()
            yield "scene data-stale\n"
            with pytest.raises(DeviceUnavailable, match="lost the UPS"):
                ups.check()
            yield "scene mains-return\n"
            assert ups.check() is None
            yield "set nothing\n"
            yield "scene upsd-stops\n"
            with pytest.raises(DeviceError):
                ups.check()

    assert "set VARIABLE VALUE" in played(["ups"], play)
