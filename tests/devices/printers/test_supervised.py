"""A supervised printer on a wire that comes and goes."""

import threading

import pytest

from devices.errors import DeviceUnavailable
from devices.opening.printers import open_printer
from devices.ports import TicketPrinter
from devices.printers.jobs import PrintedJobs
from devices.printers.raster import preview, raster
from devices.printers.sim_ports import PtyPort
from devices.printers.sim_printer import SimPrinter
from devices.supervisor import DeviceWorker
from hall.messages import DeviceHealth
from settings.devices.printers import Printer, SerialPrinter, UsbPrinter
from tests.devices.printers.making import CHINESE, a_face, render
from tests.waiting import until

JOB = raster(render(a_face(), texts=CHINESE))
OTHER_JOB = raster(render(a_face(display_number="B007"), texts=CHINESE))


def supervised(table: Printer, told: list[DeviceHealth], jobs: PrintedJobs) -> DeviceWorker[TicketPrinter]:
    return DeviceWorker(
        "K01.printer", "printer", lambda: open_printer(table, "K01.printer", jobs), told.append, check_every_s=0.1
    )


@pytest.mark.parametrize("kind", ["serial", "usb"])
def test_unplugged_in_the_middle_and_plugged_in_again_the_next_ticket_is_whole(kind, sim, tmp_path):
    link = tmp_path / "printer"
    table: Printer = (
        UsbPrinter(kind="usb", port=str(link)) if kind == "usb" else SerialPrinter(kind="serial", port=str(link))
    )
    told: list[DeviceHealth] = []
    worker = supervised(table, told, PrintedJobs(tmp_path / "printed.json"))
    worker.start()
    until(lambda: told and told[-1].status == "offline", what="the absent printer")  # not there at first
    port = PtyPort(sim, link)
    until(lambda: told[-1].status == "ok", what="the printer")

    def pull() -> None:
        port.gone = True
        sim.lose_power()  # it is fed by the same cable

    unplug = threading.Thread(target=pull)
    sim.row_s = 0.0005
    sim.after_rows(200, unplug.start)
    with pytest.raises(DeviceUnavailable):
        worker.submit(lambda printer: printer.print("job-1", JOB), deadline_s=10).result(timeout=15)
    unplug.join(timeout=5)
    sim.row_s = 0.0
    port.gone = False
    until(lambda: told[-1].status == "ok", what="the printer again")
    worker.submit(lambda printer: printer.print("job-2", OTHER_JOB), deadline_s=10).result(timeout=15)
    with pytest.raises(DeviceUnavailable):
        worker.submit(lambda printer: printer.print("job-1", JOB), deadline_s=10).result(timeout=15)
    worker.close()
    port.close()

    whole = [ticket.tobytes() for ticket in sim.tickets if ticket.size == preview(OTHER_JOB).size]
    assert whole[-1] == preview(OTHER_JOB).tobytes()
    assert preview(JOB).tobytes() not in [ticket.tobytes() for ticket in sim.tickets]


def test_a_printer_that_cannot_answer_is_a_warning_with_a_mend(tmp_path):
    sim = SimPrinter()
    sim.silent = True
    port, told = PtyPort(sim, tmp_path / "printer"), []
    worker = supervised(UsbPrinter(kind="usb", port=port.path, answers=False), told, PrintedJobs())

    worker.start()
    until(lambda: told and told[-1].status == "warning", what="the warning")
    worker.submit(lambda printer: printer.print("job-1", JOB), deadline_s=10).result(timeout=15)
    until(lambda: sim.tickets)
    worker.close()
    port.close()
    sim.close()

    assert (told[-1].cause, "look at its roll" in (told[-1].mend or "")) == ("paper_unknown", True)
