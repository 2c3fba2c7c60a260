"""The virtual printer by itself, spoken to as any program might."""

import socket
import threading

import pytest
from PIL import Image, ImageOps

from devices.printers.escpos_decoder import CLEAR
from devices.printers.escpos_printer import EscposPrinter
from devices.printers.raster import raster
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from devices.wire import TcpWire
from tests.devices.printers.making import CHINESE, a_face, render
from tests.waiting import until

CUT = b"\x1dV\x42\x00"


class Host:
    """Somebody who sends and keeps the answers."""

    def __init__(self, sim: SimPrinter) -> None:
        self._sim = sim
        self.heard = bytearray()

    def send(self, data: bytes) -> None:
        self._sim.receive(data, self.heard.extend)

    def ask(self, which: int) -> int:
        del self.heard[:]
        self.send(bytes((0x10, 0x04, which)))
        return self.heard[0]


@pytest.fixture
def host(sim):
    return Host(sim)


@pytest.mark.parametrize(
    ("knobs", "answers"),
    [
        ((), (0x12, 0x12, 0x12, 0x12)),
        (("paper_out",), (0x1A, 0x32, 0x12, 0x7E)),  # the vector of the manual
        (("near_end",), (0x12, 0x12, 0x12, 0x1E)),
        (("cover_open",), (0x1A, 0x16, 0x12, 0x12)),
        (("cutter_fault",), (0x1A, 0x52, 0x1A, 0x12)),
    ],
)
def test_its_status_is_what_the_manual_says(sim, host, knobs, answers):
    for knob in knobs:
        setattr(sim, knob, True)

    assert tuple(host.ask(which) for which in (1, 2, 3, 4)) == answers


def test_text_in_gb18030_is_printed_and_larger_when_asked(sim, host):
    text = "请A001号䶮𠮷".encode("gb18030")

    host.send(b"\x1b@\x1c&\x1ba\x01" + text + b"\n" + CUT)
    host.send(b"\x1d!\x11" + text + b"\n" + CUT)
    until(lambda: len(sim.tickets) == 2)

    small, large = (ImageOps.invert(ticket).getbbox() for ticket in sim.tickets)
    assert large[2] - large[0] > 1.8 * (small[2] - small[0])
    assert abs((small[0] + small[2]) / 2 - 288) < 4  # centred


def test_a_question_in_turn_is_answered_after_what_came_before_it(sim, host):
    sim.row_s = 0.001
    host.send(raster(Image.new("1", (576, 100), 0)) + b"\x1dr\x01")

    assert host.ask(1) == 0x12  # at once
    assert len(sim._rows) < 100
    until(lambda: host.heard[1:] == b"\x00")
    assert len(sim._rows) == 100


def test_a_halted_printer_goes_on_where_it_stopped(sim, host):
    picture = Image.new("1", (576, 100), 0)
    picture.putpixel((3, 70), 255)
    sim.load_roll(40)
    host.send(raster(picture) + CUT)
    until(lambda: sim.paper_out)
    assert sim.tickets == []

    sim.paper_left_rows, sim.paper_out = None, False
    until(lambda: sim.tickets)

    assert sim.tickets[0].tobytes() == picture.tobytes()


def test_torn_paper_is_no_ticket(sim, host):
    host.send(raster(Image.new("1", (576, 10), 0)))
    until(lambda: len(sim._rows) == 10)

    sim.load_roll()
    host.send(CUT)
    until(sim.is_idle)

    assert (sim.tickets, [scrap.height for scrap in sim.scraps]) == ([], [10])


def test_clearing_is_acknowledged_and_forgets_a_half_sent_picture(sim, host):
    job = raster(Image.new("1", (576, 48), 0))
    host.send(job[:1000])
    host.send(CLEAR)
    assert host.heard == b"\x37\x25\x00"
    until(sim.is_idle)
    sim.load_roll()

    host.send(job + CUT)
    until(lambda: sim.tickets)

    assert sim.tickets[0].size == (576, 48)


def test_a_narrow_head_prints_what_it_has_dots_for(host):
    sim = SimPrinter(dots=384)
    image = render(a_face(), width_dots=384, texts=CHINESE)

    Host(sim).send(raster(image) + CUT)
    until(lambda: sim.tickets)
    sim.close()

    assert sim.tickets[0].size == image.size


def test_tickets_are_saved_told_and_only_the_newest_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("devices.printers.sim_printer.KEPT", 3)
    told: list[Image.Image] = []
    sim = SimPrinter(folder=tmp_path / "tickets", on_ticket=told.append)

    for height in range(1, 6):
        Host(sim).send(raster(Image.new("1", (576, height), 0)) + CUT)
    until(lambda: len(told) == 5)
    sim.close()

    assert sorted(path.name for path in (tmp_path / "tickets").iterdir()) == [
        "ticket-0003.png",
        "ticket-0004.png",
        "ticket-0005.png",
    ]
    assert [ticket.height for ticket in sim.tickets] == [3, 4, 5]
    with Image.open(tmp_path / "tickets" / "ticket-0005.png") as saved:
        assert saved.tobytes() == told[-1].tobytes()


def test_a_listener_that_breaks_does_not_stop_the_printer(caplog):
    def broken(_image: Image.Image) -> None:
        raise RuntimeError("listener")

    sim = SimPrinter(on_ticket=broken)
    for _ in range(2):
        Host(sim).send(raster(Image.new("1", (576, 5), 0)) + CUT)
    until(lambda: len(sim.tickets) == 2)
    sim.close()

    assert "failed" in caplog.text


def test_a_second_host_waits_until_the_first_has_gone(sim):
    port = TcpPort(sim)
    first = TcpWire(port.host, port.port, timeout_s=0.1)
    second = TcpWire(port.host, port.port, timeout_s=0.1)

    second.write(b"\x10\x04\x01")
    assert second.read(1) == b""
    first.close()
    until(lambda: second.read(1) == b"\x12")

    second.close()
    port.close()


def test_a_switched_off_printer_refuses_connections_and_keeps_its_port(sim):
    port = TcpPort(sim)
    number = port.port

    port.gone = True
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((port.host, number), timeout=1)
    port.gone = False

    assert (port.gone, port.port) == (False, number)
    socket.create_connection((port.host, number), timeout=1).close()
    port.close()
    port.close()


def test_ports_leave_no_thread_behind(tmp_path):
    before = threading.active_count()
    sim = SimPrinter()
    ports = [TcpPort(sim), PtyPort(sim, tmp_path / "line")]
    wire = TcpWire(ports[0].host, ports[0].port, timeout_s=0.1)
    assert EscposPrinter(wire).ready() is None

    for port in ports:
        port.close()
    sim.close()
    wire.close()

    assert threading.active_count() == before
