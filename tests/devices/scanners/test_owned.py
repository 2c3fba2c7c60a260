"""A scanner in its worker's hands: absent at first, pulled out in the middle of a code, silent, and there again."""

import pytest

from devices.opening.scanners import open_scanner
from devices.scanners.scan import Scan
from devices.scanners.sim_scanner import ScannerSim
from devices.supervisor import DeviceWorker
from settings.devices.scanners import SerialScanner
from tests.waiting import until


class Owner:
    """A worker with what it has read and told."""

    def __init__(self, port):
        self.scans, self.health = [], []
        table = SerialScanner(kind="serial", port=port)
        self.worker = DeviceWorker(
            "K01.scanner",
            "scanner",
            lambda: open_scanner(table, "K01.scanner"),
            self.health.append,
            check_every_s=0.1,
            poll=self._poll,
            poll_every_s=0.05,
        )
        self.worker.start()

    def _poll(self, scanner):
        if (scan := scanner.poll()) is not None:
            self.scans.append(scan)

    @property
    def status(self):
        return self.health[-1].status if self.health else None

    def becomes(self, status):
        until(lambda: self.status == status, what=f"{status} after {self.status}")


@pytest.fixture
def owner(sim):
    sim.unplug()  # absent when the kiosk starts
    owned = Owner(sim.port)
    yield owned
    owned.worker.close()


def test_a_scanner_comes_and_goes_and_comes_back_without_anybodys_help(sim: ScannerSim, owner: Owner):
    owner.becomes("offline")
    assert owner.health[-1].cause == "unavailable"

    sim.plug()
    owner.becomes("ok")
    sim.scan("A012")
    until(lambda: owner.scans)
    sim.send(b"half a co")
    sim.unplug()
    owner.becomes("offline")

    sim.plug()
    owner.becomes("ok")
    sim.scan("A013")
    until(lambda: len(owner.scans) > 1)
    assert owner.scans == [Scan("A012"), Scan("A013")]


def test_nonsense_is_told_as_a_warning_and_the_next_good_code_takes_it_back(sim: ScannerSim, owner: Owner):
    sim.plug()
    owner.becomes("ok")

    sim.send(b"\xff\xfe\r" * 3)
    owner.becomes("warning")
    assert owner.health[-1].cause == "scans_unreadable"
    assert owner.health[-1].mend
    sim.scan("A012")

    owner.becomes("ok")
    assert owner.scans == [Scan("A012")]
