"""The contract itself: a driver that lies is found. Each control breaks one promise on purpose."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from devices.errors import DeviceError
from tests.devices.contract import test_contract as contract
from tests.devices.contract.bad_wire import BadWire
from tests.devices.contract.rigs import KINDS

SAMV = KINDS[0]
FAILED = (pytest.fail.Exception, AssertionError)


class Careless:
    """A driver round a sound one that keeps every trouble to itself."""

    name = "careless"

    def __init__(self, place: object) -> None:
        self._sound = SAMV.open(place)

    def check(self) -> None:
        try:
            self._sound.check()
        except DeviceError:
            return

    def poll(self) -> object:
        try:
            return self._sound.poll()
        except DeviceError:
            return None

    def close(self) -> None:
        self._sound.close()


class Leaky(Careless):
    """A driver that opens a file each time and never closes it."""

    def __init__(self, place: object) -> None:
        super().__init__(place)
        LEAKED.append(os.open("/dev/null", os.O_RDONLY))


LEAKED: list[int] = []


@pytest.fixture
def wire(tmp_path):
    with SAMV.simulate(tmp_path) as place, BadWire(place, tmp_path) as wire:
        yield wire


@pytest.mark.parametrize(
    "promise",
    [
        contract.test_silence_is_told_in_time_and_never_taken_for_health,
        contract.test_nonsense_is_told_and_afterwards_it_works,
        contract.test_a_plug_that_is_pulled_is_told_and_put_back_it_works,
    ],
)
def test_a_driver_that_keeps_trouble_to_itself_is_found(promise, wire, monkeypatch):
    monkeypatch.setattr(contract, "LONGEST_S", 1.0)
    with pytest.raises(FAILED):
        promise(replace(SAMV, open=Careless), wire)


def test_a_driver_that_leaks_files_is_found(tmp_path: Path):
    with SAMV.simulate(tmp_path) as place, pytest.raises(AssertionError):
        contract.test_opening_and_closing_leaves_no_file_and_no_thread_behind(replace(SAMV, open=Leaky), place)
    while LEAKED:
        os.close(LEAKED.pop())
