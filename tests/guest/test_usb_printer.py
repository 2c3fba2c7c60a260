"""The ticket printer's driver on a real USB stack: printer gadget, usblp, a cable that is pulled."""

from typing import Any

import pytest

from tests.guest.machine import Machine

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def printed(machine: Machine) -> dict[str, Any]:
    return machine.facts("/host/tests/guest/inside/usb_printer.py")


def test_a_ticket_goes_over_usb_whole_and_the_same_job_only_once(printed):
    assert printed["ready"] is None
    assert (printed["tickets"], printed["is_whole"]) == (1, True)


def test_a_usb_printer_that_is_pulled_out_is_unavailable_and_prints_again_when_it_is_back(printed):
    assert "K01.printer" in printed["unplugged"]
    assert printed["tickets_in_the_end"] == 2
