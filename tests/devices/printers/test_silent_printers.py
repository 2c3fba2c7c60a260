"""Printers that cannot answer, printers behind files, and kiosks that stop in the middle of a ticket."""

import os
from pathlib import Path

import pytest
import zxingcpp

from devices.device_file import FileWire
from devices.errors import DeviceUnavailable, PaperOut
from devices.opening.printers import open_printer
from devices.printers.escpos_printer import EscposPrinter, PrintedJobs
from devices.printers.raster import preview, raster
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from devices.wire import TcpWire
from settings.devices.printers import FilePrinter, SerialPrinter, TcpPrinter, UsbPrinter
from tests.devices.printers.making import CHINESE, a_face, render
from tests.waiting import until

JOB = raster(render(a_face(), texts=CHINESE))
OTHER_JOB = raster(render(a_face(display_number="B007"), texts=CHINESE))


def test_a_printer_that_cannot_answer_prints_and_its_paper_is_never_called_well(connect, sim):
    sim.silent = True
    printer = connect(answers=False)

    assert printer.ready() == printer.check() == "paper_unknown"
    printer.print("job-1", JOB)
    printer.print("job-1", JOB)
    until(lambda: sim.is_idle() and sim.tickets)

    assert [ticket.tobytes() for ticket in sim.tickets] == [preview(JOB).tobytes()]


def test_a_printer_that_cannot_answer_is_noticed_when_its_port_is_gone(connect, sim, port):
    sim.silent = True
    printer = connect(answers=False)
    printer.ready()

    port.gone = True

    with pytest.raises(DeviceUnavailable):
        printer.ready()


def test_a_printer_that_should_answer_and_does_not_is_not_taken_for_one_that_cannot(connect, sim):
    sim.silent = True

    with pytest.raises(DeviceUnavailable, match="no reply"):
        connect().ready()


def test_what_a_file_got_is_what_a_printer_would_have_got(tmp_path, sim):
    path = tmp_path / "printed.bin"
    printer = open_printer(FilePrinter(kind="file", path=path), "K01.printer")

    assert printer.ready() == "paper_unknown"
    printer.print("job-1", JOB)
    printer.close()
    sim.receive(path.read_bytes(), lambda _data: None)
    until(lambda: sim.tickets)

    assert sim.tickets[0].tobytes() == preview(JOB).tobytes()


@pytest.mark.parametrize("kind", ["tcp", "serial", "usb"])
def test_each_kind_of_printer_is_opened_from_its_table(kind, sim, tmp_path):
    port = TcpPort(sim) if kind == "tcp" else PtyPort(sim, tmp_path / "printer")
    if isinstance(port, TcpPort):
        table: TcpPrinter | SerialPrinter | UsbPrinter = TcpPrinter(kind="tcp", host=port.host, port=port.port)
    elif kind == "usb":
        table = UsbPrinter(kind="usb", port=port.path)
    else:
        table = SerialPrinter(kind="serial", port=port.path)

    printer = open_printer(table, "K01.printer")
    assert printer.ready() is None
    mute = open_printer(table.model_copy(update={"answers": False}), "K01.printer") if kind == "usb" else None
    printer.close()
    if mute is not None:
        assert mute.ready() == "paper_unknown"
        mute.close()
    port.close()


@pytest.mark.parametrize("kind", ["tcp", "serial", "usb", "file"])
def test_a_printer_that_is_absent_at_start_is_unavailable(kind, tmp_path):
    nowhere = tmp_path / "no such folder" / "printer"
    tables = {
        "tcp": TcpPrinter(kind="tcp", host="127.0.0.1", port=9),
        "serial": SerialPrinter(kind="serial", port=str(nowhere)),
        "usb": UsbPrinter(kind="usb", port=str(nowhere)),
        "file": FilePrinter(kind="file", path=nowhere),
    }

    with pytest.raises(DeviceUnavailable, match=r"K01\.printer"):
        open_printer(tables[kind], "K01.printer")


def stopped_in_the_middle(file: Path, sim: SimPrinter, port: TcpPort) -> None:
    """A process that ends after a third of a ticket: nothing of it is left but its file and the paper."""

    class Stops(TcpWire):
        sent = 0

        def write(self, data: bytes, /) -> None:
            if Stops.sent > len(JOB) // 3:
                raise KeyboardInterrupt
            Stops.sent += len(data)
            super().write(data)

    printer = EscposPrinter(Stops(port.host, port.port, timeout_s=0.1), "K01.printer", jobs=PrintedJobs(file))
    with pytest.raises(KeyboardInterrupt):
        printer.print("job-1", JOB)
    printer._wire.close()
    until(lambda: sim.is_idle() and sim._rows)


def test_a_kiosk_that_stopped_in_the_middle_prints_that_ticket_neither_again_nor_onto_the_next(tmp_path, sim):
    port, file = TcpPort(sim), tmp_path / "printed.json"
    stopped_in_the_middle(file, sim, port)

    again = EscposPrinter(TcpWire(port.host, port.port, timeout_s=0.1), "K01.printer", jobs=PrintedJobs(file))
    with pytest.raises(DeviceUnavailable, match="part may be on paper"):
        again.print("job-1", JOB)
    again.print("job-2", OTHER_JOB)
    again.close()
    port.close()

    assert len(sim.tickets) == 2  # the half that was cut off, and the next one whole
    assert sim.tickets[1].tobytes() == preview(OTHER_JOB).tobytes()
    assert zxingcpp.read_barcodes(sim.tickets[0].convert("L")) == []


def test_a_fifo_that_nobody_empties_is_given_up_and_the_job_counts_as_half_printed(tmp_path, monkeypatch):
    monkeypatch.setattr("devices.device_file.WRITE_S", 0.1)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    jobs = PrintedJobs()
    printer = EscposPrinter(FileWire(str(path)), jobs=jobs, answers=False)

    with pytest.raises(DeviceUnavailable, match="took nothing"):
        printer.print("job-1", JOB * 3)

    assert jobs.half_printed
    assert isinstance(jobs["job-1"], DeviceUnavailable)
    printer.close()
    os.close(reader)


class UsbPort:
    """A USB printer as its device file shows it: its port knows of paper, and it takes so many bytes without any."""

    def __init__(self, *, answers: bool = False) -> None:
        self.has_paper, self.left, self._answers = True, 0, answers
        self._inbox = b""

    def write(self, data: bytes, /) -> None:
        if not self.has_paper:
            self.left -= len(data)
            if self.left < 0:
                raise DeviceUnavailable("printer", "write failed: it took nothing for 2 s")
        if self._answers and data[:2] == b"\x10\x04":
            self._inbox += b"\x12"

    def read(self, size: int, /) -> bytes:
        data, self._inbox = self._inbox[:size], self._inbox[size:]
        return data

    def reset_input_buffer(self) -> None:
        self._inbox = b""

    def port_status(self) -> int | None:
        return 0x18 if self.has_paper else 0x38

    def close(self) -> None:
        pass


@pytest.mark.parametrize("answers", [True, False])
def test_a_usb_printer_s_port_knows_of_missing_paper_even_while_it_takes_no_bytes(answers):
    port, jobs = UsbPort(answers=answers), PrintedJobs()
    printer = EscposPrinter(port, jobs=jobs, answers=answers, finish_s=0)
    assert printer.ready() == (None if answers else "paper_unknown")

    port.has_paper, port.left = False, 20_000 if answers else 100
    with pytest.raises(PaperOut, match="no paper"):
        printer.print("job-1", JOB)
    with pytest.raises(PaperOut):
        printer.ready()

    port.has_paper = True
    assert printer.ready() == (None if answers else "paper_unknown")
    if answers:
        with pytest.raises(PaperOut):  # part of it is on paper
            printer.print("job-1", JOB)
    printer.print("job-2", OTHER_JOB)
