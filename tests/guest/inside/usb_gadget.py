"""Inside the guest: a USB printer made by the kernel itself, plugged into the same kernel (dummy_hcd).

Source: Linux, Documentation/usb/gadget_configfs.rst and gadget_printer.rst. The host's side appears as /dev/usb/lp0,
the printer's side is /dev/g_printer0. Needs root and the modules dummy_hcd, libcomposite, usb_f_printer and usblp.
"""

import contextlib
import errno
import os
import select
import subprocess
import threading
import time
from pathlib import Path
from typing import Self

from devices.printers.sim_printer import SimPrinter

CONFIGFS = Path("/sys/kernel/config")
GADGET = CONFIGFS / "usb_gadget" / "hallq"
CONTROLLER = "dummy_udc.0"
APPEARS_S = 20.0
HOSTS_SIDE, PRINTERS_SIDE = "/dev/usb/lp0", "/dev/g_printer0"
ATTRIBUTES = {
    "idVendor": "0x1d6b", "idProduct": "0x0104",  # the Linux Foundation's, for gadgets
    "strings/0x409/manufacturer": "HallQ", "strings/0x409/product": "simulated printer",
    "strings/0x409/serialnumber": "HALLQ1",
    "functions/printer.0/pnp_string": "MFG:HallQ;MDL:simulated printer;CLS:PRINTER;CMD:ESC/POS;",
}  # fmt: skip


class UsbPrinter:
    """A simulated printer on a USB cable; plugged in at first."""

    def __init__(self, printer: SimPrinter) -> None:
        """Make the gadget and plug it in."""
        subprocess.run(["modprobe", "-a", "dummy_hcd", "libcomposite", "usb_f_printer", "usblp"], check=True)
        if not CONFIGFS.is_mount():
            subprocess.run(["mount", "-t", "configfs", "none", str(CONFIGFS)], check=True)
        for folder in ("strings/0x409", "configs/c.1", "functions/printer.0"):
            (GADGET / folder).mkdir(parents=True, exist_ok=True)
        for name, value in ATTRIBUTES.items():
            (GADGET / name).write_text(value, encoding="ascii")
        (GADGET / "configs/c.1/printer.0").symlink_to(GADGET / "functions/printer.0")
        self._printer = printer
        self._end = -1
        self.plug()

    def plug(self) -> None:
        """Put the cable in; the printer's side appears with it."""
        (GADGET / "UDC").write_text(CONTROLLER, encoding="ascii")
        self._end = _opened(PRINTERS_SIDE)
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable; harmless when it is out."""
        if self._end >= 0:
            os.close(self._wake_in)
            self._thread.join()
            os.close(self._wake_out)
            os.close(self._end)
            self._end = -1
            (GADGET / "UDC").write_text("\n", encoding="ascii")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.unplug()

    def _run(self) -> None:
        while self._wake_out not in (ready := select.select([self._end, self._wake_out], [], [])[0]):
            if self._end in ready:
                with contextlib.suppress(BlockingIOError):
                    self._printer.receive(os.read(self._end, 8192), self._say)

    def _say(self, answer: bytes) -> None:
        try:
            os.write(self._end, answer)
        except OSError as exc:
            if exc.errno not in (errno.EAGAIN, errno.ENODEV, errno.ESHUTDOWN):
                raise


def _opened(path: str) -> int:
    """A descriptor, once the host has chosen the printer's interface: until then it is absent or ENODEV."""
    deadline = time.monotonic() + APPEARS_S
    while True:
        try:
            return os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
