"""Links to simulated ports: a link is replaced, and nobody's file is."""

import pytest

from devices.boards.sim_board import BoardSim
from devices.call_pads.sim_line import PadLineSim
from devices.identity.samv_sim import SamvSim
from devices.printers.sim_ports import PtyPort
from devices.printers.sim_printer import SimPrinter
from devices.scanners.sim_scanner import ScannerSim
from devices.sim_line import PtyLine
from devices.sim_links import put_link, take_link


def test_an_older_link_is_replaced_and_taken_away(tmp_path):
    link = tmp_path / "port"
    put_link(link, "/dev/pts/1")
    put_link(link, "/dev/pts/2")

    assert str(link.readlink()) == "/dev/pts/2"
    take_link(link)
    take_link(link)
    assert list(tmp_path.iterdir()) == []


MAKERS = {
    "board": lambda link: BoardSim(link=link),
    "samv": lambda link: SamvSim(link=link),
    "scanner": lambda link: ScannerSim(link=link),
    "rs485": lambda link: PadLineSim(pads=[1], evaluators=[], link=link),
    "printer": lambda link: PtyPort(SimPrinter(), link),
    "line": lambda link: PtyLine(SimPrinter(), link),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_no_simulator_takes_a_file_for_its_link(kind, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("mine")

    with pytest.raises(FileExistsError, match="choose another path"):
        MAKERS[kind](precious)

    assert precious.read_text() == "mine"
