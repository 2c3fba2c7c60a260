"""A virtual printer, a port it listens on, and drivers that connect to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.device_file import DeviceFileWire
from devices.printers.escpos_printer import EscposPrinter
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from devices.wire import SerialWire, TcpWire, Wire


@pytest.fixture
def sim() -> Iterator[SimPrinter]:
    printer = SimPrinter()
    yield printer
    printer.close()


@pytest.fixture(params=["tcp", "serial", "usb"])
def port(request: pytest.FixtureRequest, sim: SimPrinter, tmp_path: Path) -> Iterator[TcpPort | PtyPort]:
    """The printer's end; a pseudo-terminal is a device file for the "usb" wire as it is a line for the serial one."""
    opened = TcpPort(sim) if request.param == "tcp" else PtyPort(sim, tmp_path / "printer")
    yield opened
    opened.close()


@pytest.fixture
def connect(port: TcpPort | PtyPort, request: pytest.FixtureRequest) -> Iterator[Callable[..., EscposPrinter]]:
    """Makes drivers on the port, as a worker does after each loss."""
    opened: list[EscposPrinter] = []

    def connect(**options: Any) -> EscposPrinter:
        timeout_s = options.pop("timeout_s", 0.1)
        wire: Wire
        if isinstance(port, TcpPort):
            wire = TcpWire(port.host, port.port, timeout_s=timeout_s, name="printer")
        elif request.node.callspec.params["port"] == "usb":
            wire = DeviceFileWire(port.path, timeout_s=timeout_s, name="printer")
        else:
            wire = SerialWire(port.path, timeout_s=timeout_s, name="printer")
        opened.append(EscposPrinter(wire, **options))
        return opened[-1]

    yield connect
    for printer in opened:
        printer.close()


@pytest.fixture
def printer(connect: Callable[..., EscposPrinter]) -> EscposPrinter:
    return connect()
