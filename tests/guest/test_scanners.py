"""Scanners that play a keyboard, on a real kernel: held alone, unplugged, found again by id."""

import json
import time
from typing import Any

import pytest

from tests.guest.machine import Machine

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]

CODE = "HALLQAY2603040001N1"
ADDRESS = "http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"
BY_ID = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_HALLQ1-event-kbd"
KEY_S = 0.03  # between two keys, as scanners do; QEMU's keyboard forgets what comes faster than its guest asks


@pytest.fixture(scope="module")
def kernel(machine: Machine) -> Machine:
    assert machine.run("modprobe", "uinput").code == 0
    return machine


@pytest.fixture(scope="module")
def grabbed(kernel: Machine) -> dict[str, Any]:
    return kernel.facts("/host/tests/guest/inside/grabbed_keys.py")


def test_while_a_scanner_is_held_its_keys_reach_the_driver_and_nobody_else(grabbed):
    assert grabbed["second_hears_before"] == len("before\r")  # so the second program can hear
    assert grabbed["second_hears_while_held"] == 0
    assert grabbed["second_hears_after"] == len("after\r")


def test_what_is_scanned_is_read_and_only_one_driver_can_hold_a_scanner(grabbed):
    assert grabbed["read"] == CODE
    assert "K02.scanner: cannot hold" in grabbed["held_twice"]


def test_a_long_code_that_came_while_nobody_polled_is_read_whole(grabbed):
    assert grabbed["read_late"] == ADDRESS  # the kernel keeps 64 events only


def test_a_scanner_that_vanishes_is_unavailable_and_leaves_no_file_open(grabbed):
    assert "K01.scanner: read failed" in grabbed["unplugged"]
    assert (grabbed["read_in_cycles"], grabbed["files_left_open"]) == (grabbed["cycles"], 0)


class Visitor:
    """Plugs the scanner in, holds a code under it until it is read as it is, and pulls the cable.

    Again, as a visitor would: an emulated machine that stands still for 0.2 s in the middle of a code loses it.
    """

    def __init__(self, kernel: Machine) -> None:
        self._kernel = kernel
        self._is_plugged = False

    def hear(self, line: str) -> None:
        """What the program inside says: facts, or a line of its log."""
        match json.loads(line) if line.startswith("{") else {"log": line}:
            case {"waiting": _}:
                self._kernel.qmp("device_add", driver="usb-kbd", id="scanner", serial="HALLQ1")
                self._is_plugged = True
            case {"read": text} if text == CODE and self._is_plugged:
                self._is_plugged = False
                self._kernel.qmp("device_del", id="scanner")
            case {"opened": _} | {"read": _} | {"log": _} if self._is_plugged:
                self._scan(CODE)

    def _scan(self, text: str) -> None:
        for character in text:
            self._press(*(["shift", character.lower()] if character.isupper() else [character]))
        self._press("ret")

    def _press(self, *codes: str) -> None:
        """Keys of QEMU's keyboard, pressed together."""
        for is_down, order in ((True, codes), (False, reversed(codes))):
            keys = [
                {"type": "key", "data": {"down": is_down, "key": {"type": "qcode", "data": code}}} for code in order
            ]
            self._kernel.qmp("input-send-event", events=keys)
            time.sleep(KEY_S)


@pytest.mark.parametrize("time_", ["first", "again"])
def test_a_usb_scanner_is_found_by_id_each_time_it_is_plugged_in(kernel, time_):
    told = kernel.facts("/host/tests/guest/inside/read_until_unplugged.py", BY_ID, on_line=Visitor(kernel).hear)

    assert "there is: no keyboard" in told["waiting"]
    assert (told["opened"], told["read"]) == (BY_ID, CODE)
    assert "No such device" in told["unplugged"]
