"""A door that never stays open, a light, a sensor: on both kinds of board, on a clock that the test moves."""

import pytest

from devices.errors import DeviceUnavailable
from devices.relays.fittings import LONGEST_OPEN_S, Fittings, LightWhen, Wiring
from devices.relays.modbus import WIRE_TIMEOUT_S, ModbusSwitches
from devices.relays.presence import Presence, PresenceEvent
from devices.relays.sim_relays import SimModbusRelay
from tests.devices.wires import SimWire

DOOR, LIGHT = 0, 1  # places in `relays`


class Site:
    """A kiosk's relay board with a door, a light and a sensor."""

    def __init__(self, **wiring):
        self.wire = SimWire(lambda _clock: SimModbusRelay(), timeout_s=WIRE_TIMEOUT_S)
        self.presence = Presence()
        self.is_open = True
        self._wiring = Wiring(**({"door": 1, "light": 2, "sensor": 1} | wiring))
        self.fittings = self.opened()

    def opened(self):
        switches = ModbusSwitches(self.wire, "K01.switches", 4, inputs=4, monotonic=self.wire.monotonic)
        return Fittings(switches, self._wiring, self.presence, lambda: self.is_open, self.wire.monotonic)

    @property
    def relays(self):
        return self.wire.device.relays

    def turns(self, seconds):
        """A turn every tenth of a second."""
        events, ends = [], self.wire.now + seconds
        while self.wire.now < ends:
            self.wire.now += 0.1
            events += self.fittings.turn()
        return events


@pytest.fixture
def site():
    return Site()


def test_a_door_opens_for_its_time_and_not_longer(site):
    site.fittings.open_door()
    assert site.relays[DOOR]

    site.turns(2.5)
    assert site.relays[DOOR]
    site.turns(1.0)

    assert not site.relays[DOOR]
    assert not site.fittings.is_door_open


def test_a_door_that_is_opened_again_has_its_time_anew(site):
    site.fittings.open_door()
    site.turns(2.5)
    site.fittings.open_door()
    site.turns(2.0)

    assert site.relays[DOOR]
    site.turns(1.5)
    assert not site.relays[DOOR]


def test_no_configuration_opens_it_for_longer_than_half_a_minute():
    site = Site(door_open_s=3600)
    site.fittings.open_door()

    site.turns(LONGEST_OPEN_S + 0.5)

    assert not site.relays[DOOR]


def test_a_door_whose_answer_got_lost_is_closed_all_the_same(site):
    site.wire.trouble.halves = 99  # it opens, and nobody hears that it did

    with pytest.raises(Exception, match="not an answer"):
        site.fittings.open_door()
    assert site.relays[DOOR]
    site.wire.trouble.halves = 0
    site.turns(3.5)

    assert not site.relays[DOOR]


def test_a_door_that_could_not_be_closed_is_tried_again_and_is_off_at_the_next_opening(site):
    site.fittings.open_door()
    site.wire.trouble.silent = True
    with pytest.raises(DeviceUnavailable):
        site.turns(4)
    assert site.relays[DOOR]
    site.fittings.close()  # as the worker does
    site.wire.trouble.silent = site.wire.is_closed = False

    site.fittings = site.opened()

    assert not site.relays[DOOR]


def test_after_a_crash_the_next_start_closes_the_door(site):
    site.fittings.open_door()  # and the process dies

    site.fittings = site.opened()

    assert not site.relays[DOOR]


def test_closing_leaves_nothing_on(site):
    site.wire.device.inputs[0] = True
    site.turns(1)
    site.fittings.open_door()
    assert site.relays[:2] == [True, True]

    site.fittings.close()

    assert site.relays == [False] * 4


def test_presence_lights_the_light_and_is_told_once(site):
    site.wire.device.inputs[0] = True
    assert site.turns(2) == [PresenceEvent.PRESENT]
    assert site.relays[LIGHT]

    site.wire.device.inputs[0] = False
    assert site.turns(4) == []
    assert site.relays[LIGHT]
    assert site.turns(2) == [PresenceEvent.LEFT]

    assert not site.relays[LIGHT]


def test_a_light_by_hours_burns_while_the_hall_is_open():
    site = Site(light_when=LightWhen.HOURS)
    site.turns(0.2)
    assert site.relays[LIGHT]

    site.is_open = False
    site.turns(0.2)

    assert not site.relays[LIGHT]


def test_a_pulled_cable_is_nobodys_leaving(site):
    site.wire.device.inputs[0] = True
    site.turns(1)
    site.wire.trouble.silent = True
    with pytest.raises(DeviceUnavailable):
        site.turns(1)
    site.wire.trouble.silent = False

    site.fittings = site.opened()

    assert site.turns(1) == []
    assert site.presence.is_present
    assert site.relays[LIGHT]  # as it was


def test_without_a_door_nothing_can_be_opened():
    site = Site(door=None, light=None, sensor=None)

    with pytest.raises(ValueError, match="no door"):
        site.fittings.open_door()
    assert site.turns(1) == []
    site.fittings.close_door()
