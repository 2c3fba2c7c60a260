"""The driver on real wires, a virtual printer at the other end."""

import random
import select
import time

import pytest
import zxingcpp
from PIL import Image, ImageChops

from devices.device_file import DeviceFileWire
from devices.errors import (
    CoverOpen,
    CutterFault,
    DeviceError,
    DeviceFault,
    DeviceUnavailable,
    PaperOut,
    ProtocolError,
)
from devices.printers.escpos_printer import FILLING, EscposPrinter, PrintedJobs
from devices.printers.raster import raster
from devices.wire import SerialWire, TcpWire, Wire
from tests.devices.printers.making import CHINESE, a_face, render
from tests.waiting import until

TICKET = render(a_face(), texts=CHINESE)
JOB = raster(TICKET)
OTHER_TICKET = render(a_face(display_number="B007", qr_url="http://127.0.0.1/t/other"), texts=CHINESE)
OTHER_JOB = raster(OTHER_TICKET)


def descriptor_of(wire: Wire) -> object:
    match wire:
        case TcpWire():
            return wire._socket
        case DeviceFileWire():
            return wire._file.fd
        case SerialWire():
            return wire._port


def differing_dots(one: Image.Image, other: Image.Image) -> int:
    assert one.size == other.size
    return sum(ImageChops.logical_xor(one, other).convert("L").point(bool).tobytes())


# ---- paper ---------------------------------------------------------------------------------------------------


def test_a_ticket_comes_out_as_it_was_drawn(printer, sim):
    printer.print("job-1", JOB)

    assert len(sim.tickets) == 1
    assert differing_dots(sim.tickets[0], TICKET) < 40  # single dots beside black ones, see raster.harmless
    assert [found.text for found in zxingcpp.read_barcodes(sim.tickets[0].convert("L"))] == [a_face().qr_url]


def test_a_printed_ticket_is_cut_when_print_returns(printer, sim):
    sim.row_s = 0.0001

    for number in range(3):
        printer.print(f"job-{number}", JOB)
        assert len(sim.tickets) == number + 1


def test_the_same_job_is_answered_and_not_printed_again(printer, sim):
    printer.print("job-1", JOB)
    printer.print("job-1", JOB)
    printer.print("job-2", JOB)

    assert len(sim.tickets) == 2


def test_old_jobs_are_forgotten_so_that_memory_stays_bounded():
    jobs = PrintedJobs()

    for number in range(100):
        jobs.remember(f"job-{number}", None)

    assert "job-99" in jobs
    assert "job-35" not in jobs


# ---- what can be wrong ---------------------------------------------------------------------------------------

FAULTS = [
    ("paper_out", PaperOut, "paper roll is empty"),
    ("cover_open", CoverOpen, "cover is open"),
    ("cutter_fault", CutterFault, "cutter is stuck"),
]


@pytest.mark.parametrize(("knob", "error", "words"), FAULTS)
def test_a_fault_is_reported_before_any_of_the_ticket_is_sent(printer, sim, knob, error, words):
    setattr(sim, knob, True)

    for ask in (printer.ready, printer.check, lambda: printer.print("job-1", JOB)):
        with pytest.raises(error, match=words):
            ask()
    setattr(sim, knob, False)
    printer.print("job-2", OTHER_JOB)

    assert len(sim.tickets) == 1
    assert differing_dots(sim.tickets[0], OTHER_TICKET) < 40


def test_a_job_that_was_refused_before_it_began_may_be_tried_again(printer, sim):
    sim.paper_out = True
    with pytest.raises(PaperOut):
        printer.print("job-1", JOB)
    sim.load_roll()

    printer.print("job-1", JOB)

    assert len(sim.tickets) == 1


def test_an_open_cover_is_told_from_an_empty_roll(printer, sim):
    sim.cover_open = sim.paper_out = True

    with pytest.raises(CoverOpen):
        printer.ready()


def test_a_roll_that_is_near_its_end_is_a_warning_and_prints(printer, sim):
    sim.near_end = True

    assert printer.ready() == "paper_near_end"
    printer.print("job-1", JOB)
    assert len(sim.tickets) == 1


def test_a_healthy_printer_is_ready(printer):
    assert printer.ready() is None
    assert printer.check() is None


def test_silence_is_never_taken_for_health(printer, sim):
    sim.silent = True

    with pytest.raises(DeviceUnavailable, match="no reply to status request 1"):
        printer.ready()
    with pytest.raises(DeviceUnavailable):
        printer.print("job-1", JOB)

    assert sim.tickets == []


def test_nonsense_is_a_protocol_error_with_the_bytes_in_it(printer, sim):
    sim.nonsense = True

    with pytest.raises(ProtocolError, match="not a status: ff"):
        printer.ready()


def test_a_printer_that_is_offline_without_a_cause_is_not_ready(printer, sim):
    sim._status = lambda which: 0x1A if which == 1 else 0x12

    with pytest.raises(DeviceFault, match="does not say why"):
        printer.ready()


def test_a_late_answer_to_an_older_question_is_not_taken_for_this_one(printer, sim):
    assert printer.ready() is None
    sim.paper_out = True
    wire = printer._wire
    wire.write(b"\x10\x04\x03")  # asked, and the answer left unread
    assert select.select([descriptor_of(wire)], [], [], 5)[0]

    with pytest.raises(PaperOut):
        printer.ready()


# ---- in the middle of a ticket -------------------------------------------------------------------------------


def test_a_roll_that_ends_in_the_middle_is_reported(printer, sim):
    sim.load_roll(400)

    with pytest.raises(PaperOut):
        printer.print("job-1", JOB)

    assert sim.tickets == []


@pytest.mark.parametrize("obeys_clear", [True, False], ids=["clears", "cannot clear"])
def test_the_rest_of_an_interrupted_ticket_is_not_part_of_the_next_visitor_s(printer, sim, obeys_clear):
    sim.obeys_clear = obeys_clear
    sim.load_roll(400)
    with pytest.raises(PaperOut):
        printer.print("job-1", JOB)

    sim.load_roll()
    until(sim.is_idle)
    printer.print("job-2", OTHER_JOB)

    codes = [[found.text for found in zxingcpp.read_barcodes(t.convert("L"))] for t in sim.tickets]
    assert codes[-1] == ["http://127.0.0.1/t/other"]
    assert differing_dots(sim.tickets[-1], OTHER_TICKET) < 40
    if obeys_clear:
        assert len(sim.tickets) == 1


def test_an_interrupted_job_is_answered_with_the_same_fault_and_not_printed_again(printer, sim):
    sim.load_roll(400)
    with pytest.raises(PaperOut):
        printer.print("job-1", JOB)
    sim.load_roll()

    with pytest.raises(PaperOut, match="paper roll is empty"):
        printer.print("job-1", JOB)

    assert sim.tickets == []


@pytest.mark.parametrize(("knob", "error"), [("paper_out", PaperOut), ("cover_open", CoverOpen)])
def test_what_stops_it_in_the_middle_is_said_and_the_next_ticket_is_whole_once_it_is_mended(printer, sim, knob, error):
    sim.row_s = 0.0003
    sim.after_rows(300, lambda: setattr(sim, knob, True))
    with pytest.raises(error):
        printer.print("job-1", JOB)
    for _ in range(3):  # asked again and again until somebody comes
        with pytest.raises(error):
            printer.check()

    sim.row_s = 0.0
    setattr(sim, knob, False)  # the cover is closed, the roll changed without tearing anything off
    assert printer.check() is None
    printer.print("job-2", OTHER_JOB)

    assert differing_dots(sim.tickets[-1], OTHER_TICKET) < 40
    assert len(sim.tickets) == 2  # what had hung out was cut off before


def test_a_cutter_that_jams_on_the_ticket_is_reported(printer, sim):
    sim.cutter_jams = True

    with pytest.raises(CutterFault):
        printer.print("job-1", JOB)


def test_a_printer_without_answers_in_turn_still_prints_and_is_waited_for_only_once(connect, sim, caplog):
    sim.answers_gs_r = False
    printer = connect(finish_s=0.3)

    printer.print("job-1", JOB)
    began = time.monotonic()
    printer.print("job-2", JOB)

    assert time.monotonic() - began < 1.0
    until(lambda: len(sim.tickets) == 2)
    assert "does not answer GS r" in caplog.text


def test_a_slow_printer_is_waited_for(connect, sim):
    sim.row_s = 0.0006  # half a second and more for the ticket, and several read time-outs
    printer = connect(timeout_s=0.1)

    printer.print("job-1", JOB)

    assert len(sim.tickets) == 1


# ---- links ---------------------------------------------------------------------------------------------------


def test_a_printer_that_is_switched_off_is_unavailable_and_prints_again_once_reopened(connect, sim, port):
    jobs = PrintedJobs()
    printer = connect(jobs=jobs)
    printer.print("job-1", JOB)

    port.gone = True
    with pytest.raises(DeviceUnavailable):
        printer.ready()
    with pytest.raises(DeviceUnavailable):
        connect()
    printer.close()
    port.gone = False
    again = connect(jobs=jobs)
    again.print("job-1", JOB)
    again.print("job-2", OTHER_JOB)

    assert len(sim.tickets) == 2
    assert differing_dots(sim.tickets[-1], OTHER_TICKET) < 40


@pytest.mark.parametrize("obeys_clear", [True, False], ids=["clears", "cannot clear"])
def test_a_ticket_that_lost_its_link_half_way_leaves_no_dots_on_the_next(connect, sim, port, obeys_clear):
    sim.obeys_clear = obeys_clear
    jobs = PrintedJobs()
    printer = connect(jobs=jobs)
    printer.ready()
    printer._wire.write(JOB[:20_001])  # the middle of a band
    until(lambda: len(sim._rows) > 250)
    jobs.half_printed = True
    port.gone = True
    printer.close()

    port.gone = False
    again = connect(jobs=jobs)
    again.print("job-2", OTHER_JOB)

    assert differing_dots(sim.tickets[-1], OTHER_TICKET) < 40
    assert len(sim.tickets) == 2  # the half one was cut off first


def test_a_ticket_that_the_cutter_left_hanging_is_never_on_the_next_one_s_paper(connect, sim):
    jobs = PrintedJobs()
    sim.cutter_jams = True
    first = connect(jobs=jobs)
    with pytest.raises(CutterFault):
        first.print("job-1", JOB)
    first.close()
    for _ in range(2):  # a worker opens a faulty printer again and again
        again = connect(jobs=jobs)
        with pytest.raises(CutterFault):
            again.ready()
        again.close()

    sim.cutter_fault = False
    connect(jobs=jobs).print("job-2", OTHER_JOB)

    assert len(sim.tickets) == 2
    assert differing_dots(sim.tickets[-1], OTHER_TICKET) < 40


def test_closing_twice_is_harmless(printer):
    printer.close()
    printer.close()

    with pytest.raises(DeviceUnavailable):
        printer.ready()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_no_job_is_on_paper_twice_and_none_is_lost_in_silence(connect, sim, port, seed, tmp_path):
    rng, kept = random.Random(seed), tmp_path / "printed.json"
    jobs = PrintedJobs(kept)
    small = {n: Image.new("1", (576, 64), 1) for n in range(12)}
    for n, image in small.items():
        image.paste(0, (8 * n, 8, 8 * n + 8, 56))
    answers: dict[int, DeviceError | None] = {}
    printer: EscposPrinter | None = None

    for n, image in small.items():
        if rng.random() < 0.4:
            knob = rng.choice(["paper_left_rows", "cover_open", "cutter_jams", "gone"])
            if knob == "gone":
                port.gone = True
            else:
                setattr(sim, knob, rng.randrange(60) if knob == "paper_left_rows" else True)
        for _attempt in range(2):
            if rng.random() < 0.3:
                jobs, printer = PrintedJobs(kept), _closed(printer)  # the kiosk starts anew
            try:
                printer = printer or connect(jobs=jobs, timeout_s=0.05)
                printer.print(str(n), raster(image))
                answers[n] = None
            except DeviceError as exc:
                answers[n] = exc
                printer = _closed(printer)
        sim.cover_open = sim.cutter_fault = sim.cutter_jams = False
        sim.load_roll()
        port.gone = False

    until(sim.is_idle)
    printed = [
        n for n, image in small.items() for t in sim.tickets if t.size == image.size and not differing_dots(t, image)
    ]
    assert len(printed) == len(set(printed))
    assert {n for n, answer in answers.items() if answer is None} <= set(printed)


def _closed(printer: EscposPrinter | None) -> None:
    if printer is not None:
        printer.close()


def test_the_filling_ends_the_longest_band():
    assert len(FILLING) == 24 * 72
