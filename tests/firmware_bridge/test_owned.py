"""What the bridge owes every device it owns: a test button, and a watch that leaves a hanging driver behind."""

import threading

import pytest

from devices.broker_link import BrokerLink
from devices.errors import NoReply
from devices.supervisor import DeviceWorker
from firmware_bridge.owned import OwnedDevice, stopped
from hall.messages import TryDevice
from tests.firmware_bridge.conftest import CLOCK, HALL
from tests.waiting import until


class Toy:
    """A device that does as it is told."""

    name = "X01"

    def __init__(self, knobs: "Knobs") -> None:
        self._knobs = knobs

    def check(self) -> None:
        if self._knobs.hangs:
            self._knobs.released.wait(20)
        if self._knobs.is_silent:
            raise NoReply(self.name, "no answer")

    def close(self) -> None:
        if self._knobs.close_hangs:
            self._knobs.released.wait(20)


class Knobs:
    def __init__(self) -> None:
        self.hangs = self.is_silent = self.close_hangs = False
        self.released = threading.Event()
        self.opened = 0

    def open(self) -> Toy:
        self.opened += 1
        return Toy(self)


@pytest.fixture
def knobs():
    knobs = Knobs()
    yield knobs
    knobs.released.set()


@pytest.fixture
def owned(broker, knobs, server):
    link = BrokerLink(HALL, "toy-X01", broker.address, CLOCK, will=stopped("X01", "board"))
    worker = DeviceWorker("X01", "board", knobs.open, link.tell, check_every_s=0.05, longest_call_s=0.2)
    device = OwnedDevice(worker, link)
    device.start()
    until(lambda: server.health.get("X01") and server.health["X01"].status == "ok")
    yield device
    device.let_go()
    device.say_goodbye()


def test_its_test_button_is_answered_and_others_are_left_alone(owned, server, knobs):
    server.link.tell(TryDevice(device_id="X02", trial_id="t0"))
    server.link.tell(TryDevice(device_id="X01", trial_id="t1"))
    until(lambda: server.tried)

    assert [(tried.trial_id, tried.passed) for tried in server.tried] == [("t1", True)]


@pytest.mark.parametrize("knob", ["hangs", "close_hangs"])
def test_a_driver_that_hangs_is_left_behind_and_the_device_opened_anew(owned, server, knobs, knob):
    setattr(knobs, knob, True)
    knobs.is_silent = knob == "close_hangs"  # so that it is closed
    until(lambda: server.health["X01"].cause == "hanging", what="the hanging driver")

    setattr(knobs, knob, False)
    knobs.is_silent = False
    knobs.released.set()  # three threads at most are spent on it: they may all be stuck by now

    until(lambda: server.health["X01"].status == "ok", what="the device again")
    assert knobs.opened > 1


def test_that_nobody_watches_it_any_more_is_told(owned, server):
    owned.let_go()
    owned.say_goodbye()

    until(lambda: server.health["X01"].cause == "bridge_stopped")
