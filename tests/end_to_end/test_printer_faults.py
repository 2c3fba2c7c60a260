"""Printers out of paper, open, silent and gone: before a number is drawn, and in the middle of printing it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from commands.demo.devices import KioskDevices
from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal
from tests.waiting import until

TCP, SERIAL = "K01", "K02"  # what the kiosks' printers hang on
SCREENS = {"paper_out": "out_of_paper", "cover_open": "cover_open", "silent": "printer_gone", "gone": "printer_gone"}
BEFORE = ((TCP, "paper_out"), (SERIAL, "cover_open"), (TCP, "silent"), (TCP, "gone"), (SERIAL, "gone"))
DURING = ((TCP, "paper_out"), (TCP, "cover_open"), (SERIAL, "silent"), (TCP, "gone"), (SERIAL, "gone"))
HALTED = ("paper_out", "cover_open")  # then nothing more is printed; a silent printer may finish what it has got
SLOW_ROW_S = 0.002  # a ticket of about 1,000 rows takes 2 s


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    with running_hall(folder, boards=lambda _boards: []) as trial:
        yield trial


@pytest.fixture
def trial(hall: Trial) -> Iterator[Trial]:
    """The hall with healthy printers and nobody at the kiosks."""
    for visitor in hall.visitors.values():
        visitor.leave()
    yield hall
    for devices in hall.hall.devices.kiosks.values():
        mend(devices)
    for name in hall.hall.processes:
        assert "Traceback" not in hall.log(name)


def spoil(devices: KioskDevices, fault: str) -> None:
    setattr(devices.port if fault == "gone" else devices.printer, fault, True)


def mend(devices: KioskDevices) -> None:
    devices.port.gone = False
    devices.printer.silent = devices.printer.cover_open = False
    devices.printer.row_s = 0.0
    devices.printer.load_roll()


def mend_and_wait(trial: Trial, kiosk_id: str, fault: str) -> None:
    """Mend a printer; one that could not be reached is looked for again some seconds later."""
    mend(trial.hall.devices.kiosks[kiosk_id])
    if fault not in HALTED:
        until(lambda: trial.health(f"{kiosk_id}.printer") == ("ok", None), within_s=15, what="the mended printer")


def issued(trial: Trial) -> list[m.TicketIssued]:
    return journal(trial.database, m.TicketIssued)


@pytest.mark.parametrize(("kiosk_id", "fault"), BEFORE)
def test_a_printer_that_cannot_print_costs_no_number(trial: Trial, kiosk_id: str, fault: str):
    visitor, devices = trial.visitors[kiosk_id], trial.hall.devices.kiosks[kiosk_id]
    before, papers = issued(trial), len(devices.printer.tickets)
    spoil(devices, fault)

    visitor.take_number_without_card()

    visitor.see(SCREENS[fault])
    assert issued(trial) == before
    assert len(devices.printer.tickets) == papers

    mend_and_wait(trial, kiosk_id, fault)
    visitor.touch("try_again")
    shown = visitor.see("ticket")
    assert [e.display_number for e in issued(trial)[len(before) :]] == [shown.display_number]
    until(lambda: len(devices.printer.tickets) == papers + 1, what="the ticket")


@pytest.mark.parametrize(("kiosk_id", "fault"), DURING)
def test_a_printer_that_fails_while_it_prints_leaves_the_number_on_the_screen(
    trial: Trial, kiosk_id: str, fault: str, pictures: Path
):
    visitor, devices = trial.visitors[kiosk_id], trial.hall.devices.kiosks[kiosk_id]
    before, papers = issued(trial), len(devices.printer.tickets)
    devices.printer.row_s = SLOW_ROW_S

    visitor.take_number_without_card()
    visitor.see("printing")
    until(lambda: not devices.printer.is_idle(), what="the first row")
    spoil(devices, fault)
    shown = visitor.see("no_paper_ticket", timeout_s=20)

    (drawn,) = issued(trial)[len(before) :]
    assert shown.display_number == drawn.display_number
    screen = visitor.photograph(pictures / f"{kiosk_id}-{fault}.png")
    with Image.open(screen) as picture:
        (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert code.text == f"{trial.hall.base_url}/t/{drawn.ticket_id}"
    (told,) = until(
        lambda: [e for e in journal(trial.database, m.TicketNotPrinted) if e.ticket_id == drawn.ticket_id],
        what="the report that there is no paper",
    )
    assert told.cause == (fault if fault in HALTED else "no_reply" if fault == "silent" else "unavailable")
    assert trial.http.get(f"/api/v1/tickets/{drawn.ticket_id}").json()["state"] == "waiting"

    mend_and_wait(trial, kiosk_id, fault)
    visitor.leave()
    visitor.take_number_without_card()
    visitor.see("ticket")
    (following,) = issued(trial)[len(before) + 1 :]
    codes = until(lambda: codes_on(devices, papers, following), what="the next visitor's ticket")
    late = [] if fault in HALTED else [drawn.ticket_id]
    assert codes in ([following.ticket_id], [*late, following.ticket_id])


def codes_on(devices: KioskDevices, papers: int, last: m.TicketIssued) -> list[str]:
    """The ticket ids in the codes on all papers since then; empty while the last one is not out."""
    found = [zxingcpp.read_barcodes(paper.convert("L")) for paper in devices.printer.tickets[papers:]]
    assert all(len(codes) <= 1 for codes in found), "two visitors' tickets came out on one paper"
    ids = [code.text.rpartition("/")[2] for codes in found for code in codes]
    return ids if last.ticket_id in ids else []
