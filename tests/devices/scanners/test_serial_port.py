"""The serial driver and its simulator on the two ends of a pseudo-terminal."""

import random
import threading
from pathlib import Path

import pytest

from devices.errors import DeviceUnavailable
from devices.opening.scanners import open_scanner
from devices.scanners.reception import SCANS_UNREADABLE
from devices.scanners.scan import Scan
from devices.scanners.sim_scanner import ScannerSim
from settings.devices.scanners import HidScanner, SerialScanner
from tests.waiting import until

TICKET = "http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"
CYCLES = 200


@pytest.fixture
def open_it(sim):
    opened = []

    def it(repeat_s: float = 1.0):
        opened.append(open_scanner(SerialScanner(kind="serial", port=sim.port, repeat_s=repeat_s), "K01.scanner"))
        return opened[-1]

    yield it
    for scanner in opened:
        scanner.close()
        scanner.close()


def next_scan(scanner):
    return until(scanner.poll)


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_codes_come_through_with_any_ending(sim, open_it, ending):
    scanner, sim.ending = open_it(), ending

    sim.scan(TICKET)
    sim.scan("样例市·䶮")

    assert [next_scan(scanner), next_scan(scanner)] == [Scan(TICKET), Scan("样例市·䶮")]
    assert scanner.poll() is None


def test_labels_in_gb18030_come_through(sim, open_it):
    scanner, sim.encoding = open_it(), "gb18030"

    sim.scan("样例市·䶮")

    assert next_scan(scanner) == Scan("样例市·䶮")


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_code_in_pieces_is_one_code(sim, open_it, size):
    scanner, sim.piece_size, sim.pause_s = open_it(), size, 0.005
    sender = threading.Thread(target=sim.scan, args=[TICKET])
    sender.start()

    assert next_scan(scanner) == Scan(TICKET)
    sender.join()


def test_a_code_that_is_sent_again_and_again_is_given_once(sim, open_it):
    scanner, sim.times = open_it(), 20

    sim.scan(TICKET)
    sim.times = 1
    sim.scan("A012")

    assert [next_scan(scanner), next_scan(scanner)] == [Scan(TICKET), Scan("A012")]


def test_noise_before_a_code_costs_that_code_only(sim, open_it):
    scanner, sim.noise = open_it(), random.Random(1).randbytes(40)

    sim.scan("lost")
    sim.noise = b""
    sim.scan("A012")

    assert next_scan(scanner).text.endswith(("lost", "A012"))


def test_a_missing_ending_becomes_a_warning_and_the_right_one_takes_it_back(sim, open_it, caplog):
    scanner, sim.ending = open_it(), b""

    for number in (1, 2, 3):
        sim.scan("A012")
        until(lambda: scanner.poll() or caplog.text.count("a line of 4 bytes: unfinished") == number)  # noqa: B023
    assert scanner.check() == SCANS_UNREADABLE
    sim.ending = b"\r"
    sim.scan("A013")

    assert next_scan(scanner) == Scan("A013")
    assert scanner.check() is None


def test_a_silent_scanner_is_no_fault_for_nobody_may_have_held_a_code_under_it(sim, open_it):
    scanner, sim.silent = open_it(), True
    sim.scan("A012")

    assert scanner.poll() is None
    assert scanner.check() is None
    sim.silent = False
    sim.scan("A013")
    assert next_scan(scanner) == Scan("A013")


def test_a_scanner_that_is_not_there_is_unavailable(sim, open_it):
    sim.unplug()

    with pytest.raises(DeviceUnavailable, match=r"K01\.scanner: cannot open"):
        open_it()
    with pytest.raises(DeviceUnavailable, match=r"K01\.scanner: cannot open /dev/input/by-id/none-event-kbd"):
        open_scanner(HidScanner(kind="hid", device="/dev/input/by-id/none-event-kbd"), "K01.scanner")


def test_a_file_that_is_no_input_device_is_unavailable():
    with pytest.raises(DeviceUnavailable, match="cannot open /dev/null"):
        open_scanner(HidScanner(kind="hid", device="/dev/null"), "K01.scanner")


def test_half_a_code_before_the_cable_was_pulled_is_not_put_before_the_next_one(sim, open_it):
    scanner = open_it()
    sim.send(b"half a co")
    assert scanner.poll() is None
    sim.unplug()
    with pytest.raises(DeviceUnavailable, match=r"K01\.scanner: read failed"):
        until(scanner.poll)
    scanner.close()

    sim.plug()
    again = open_it()
    sim.scan("A012")

    assert next_scan(again) == Scan("A012")


def test_a_cable_that_is_pulled_and_put_back_many_times_leaves_no_file_open(sim, open_it):
    def cycle(number):
        scanner = open_it()
        sim.scan(f"A{number:03d}")
        assert next_scan(scanner) == Scan(f"A{number:03d}")
        sim.unplug()
        with pytest.raises(DeviceUnavailable):
            until(scanner.poll)
        scanner.close()
        sim.plug()

    cycle(0)
    before = files_open()
    for number in range(1, CYCLES + 1):
        cycle(number)

    assert files_open() == before


def files_open():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_simulator_keeps_its_link_and_may_be_unplugged_and_closed_twice(tmp_path):
    link = tmp_path / "scanner"
    with ScannerSim(link=link) as sim:
        assert sim.port == str(link)
        sim.unplug()
        sim.unplug()
        assert not link.is_symlink()
        sim.scan("nobody hears it")
        sim.plug()
        assert link.exists()
    sim.close()
    assert not link.is_symlink()
