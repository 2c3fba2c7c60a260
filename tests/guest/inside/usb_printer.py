"""Inside the guest: our driver prints on a USB printer, which is unplugged and plugged in again.

Prints facts as lines of JSON; what they should be is for the host to say.
"""

import sys
import time

sys.path.append("/site")  # behind the guest's own packages; those below need it

from PIL import Image, ImageDraw

from devices.device_file import DeviceFileWire
from devices.errors import DeviceUnavailable
from devices.printers.escpos_printer import EscposPrinter, PrintedJobs
from devices.printers.raster import raster
from devices.printers.sim_printer import SimPrinter
from tests.guest.inside.telling import tell
from tests.guest.inside.usb_gadget import HOSTS_SIDE, UsbPrinter

APPEARS_S, PRINTS_S = 20.0, 20.0


def opened(jobs: PrintedJobs) -> EscposPrinter:
    """The driver, once the device file is there and the printer answers."""
    deadline = time.monotonic() + APPEARS_S
    while True:
        try:
            wire = DeviceFileWire(HOSTS_SIDE, name="K01.printer")
            printer = EscposPrinter(wire, "K01.printer", jobs=jobs, finish_s=PRINTS_S)
            tell(ready=printer.ready())
        except (OSError, DeviceUnavailable):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return printer


def picture() -> Image.Image:
    """Something that no accident prints."""
    image = Image.new("1", (576, 400), 1)
    draw = ImageDraw.Draw(image)
    for n in range(0, 400, 16):
        draw.ellipse((n, n // 2, n + 150, n // 2 + 150), outline=0, width=3)
    return image


def main() -> None:
    """Print, print the same again, unplug, plug in, and print another one."""
    image, sim, jobs = picture(), SimPrinter(), PrintedJobs()
    job = raster(image)
    with UsbPrinter(sim) as cable:
        printer = opened(jobs)
        began = time.monotonic()
        printer.print("job-1", job)
        tell(printed_in_s=round(time.monotonic() - began, 1), size=len(job))
        printer.print("job-1", job)
        tell(tickets=len(sim.tickets), is_whole=sim.tickets[0].crop((0, 0, *image.size)).tobytes() == image.tobytes())

        cable.unplug()
        try:
            tell(ready_without_cable=printer.ready())
        except DeviceUnavailable as exc:
            tell(unplugged=str(exc))
        printer.close()

        cable.plug()
        printer = opened(jobs)
        printer.print("job-2", job)
        printer.close()
        tell(tickets_in_the_end=len(sim.tickets))
    sim.close()


if __name__ == "__main__":
    main()
