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


def press(kernel: Machine, *codes: str) -> None:
    """Keys of QEMU's keyboard, pressed together."""
    for is_down, order in ((True, codes), (False, reversed(codes))):
        keys = [{"type": "key", "data": {"down": is_down, "key": {"type": "qcode", "data": code}}} for code in order]
        kernel.qmp("input-send-event", events=keys)
        time.sleep(KEY_S)


def scan(kernel: Machine, text: str) -> None:
    for character in text:
        press(kernel, *(["shift", character.lower()] if character.isupper() else [character]))
    press(kernel, "ret")


def test_a_usb_scanner_is_found_by_id_when_it_is_plugged_in_and_again_after_it_was_unplugged(kernel):
    def plug_and_pull(line: str) -> None:
        match list(json.loads(line)):
            case ["waiting"]:
                kernel.qmp("device_add", driver="usb-kbd", id="scanner", serial="HALLQ1")
            case ["opened"]:
                scan(kernel, CODE)
            case ["read"]:
                kernel.qmp("device_del", id="scanner")

    for _time in range(2):
        told = kernel.facts("/host/tests/guest/inside/read_until_unplugged.py", BY_ID, on_line=plug_and_pull)

        assert "there is: no keyboard" in told["waiting"]
        assert (told["opened"], told["read"]) == (BY_ID, CODE)
        assert "No such device" in told["unplugged"]
