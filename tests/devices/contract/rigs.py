"""What the contract needs of each kind of device: how it is opened from its table, used, and simulated.

A new kind is one `Kind` in `KINDS`: the same tests then run on its simulator behind a bad wire and, with
`--hardware KIND=PLACE`, on the real thing. What has no wire of its own is held to the promises without one.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from devices.boards.link import WIRE_TIMEOUT_S, BoardLink
from devices.boards.sim_board import BoardSim
from devices.call_pads.line import WIRE_TIMEOUT_S as PAD_TIMEOUT_S
from devices.call_pads.line import PadLine
from devices.call_pads.sim_line import PadLineSim
from devices.cameras.sim_mjpeg import SimCamera
from devices.counter_displays.sim_number_bar import SimNumberBars
from devices.counter_displays.sim_onbon import SimOnbon
from devices.credentials.stub_platform import StubPlatform
from devices.credentials.token import CredentialToken
from devices.errors import CredentialRefused
from devices.identity.pcsc import PcscReader as DrivenPcsc
from devices.identity.private_pcscd import PrivatePcscd
from devices.identity.samv_sim import SamvSim
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from devices.opening.cameras import open_camera
from devices.opening.counter_displays import open_display
from devices.opening.credentials import open_resolver
from devices.opening.power import open_ups
from devices.opening.printers import open_printer
from devices.opening.readers import open_reader
from devices.opening.relays import open_switches
from devices.opening.scanners import open_scanner
from devices.opening.speakers import open_speaker
from devices.ports import CredentialResolver, Device
from devices.power.sim_upsd import SimUpsd
from devices.printers.raster import raster
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from devices.printers.trial import trial_slip
from devices.relays.sim_relays import SimLcus, SimModbusRelay
from devices.scanners.sim_scanner import ScannerSim
from devices.sim_line import PtyLine, SimulatedDevice, TcpLine
from devices.speakers.sim_syn6288 import SimSyn6288
from devices.wire import SerialWire
from hall.texts import ENGLISH
from settings.devices.bars import NumberBarLine, OnbonSerial, OnbonTcp
from settings.devices.cameras import Camera, StreamCamera, V4l2Camera
from settings.devices.credentials import HttpPlatform
from settings.devices.power import NutTable
from settings.devices.printers import SerialPrinter, TcpPrinter, UsbPrinter
from settings.devices.readers import PcscReader, SamvReader
from settings.devices.relays import LcusRelays, ModbusRelays
from settings.devices.scanners import SerialScanner
from settings.devices.speakers import Syn6288Table
from tests.devices.cameras.pictures import desk, jpeg
from tests.devices.contract.bad_wire import Place
from tests.waiting import until

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Kind:
    """One kind of device.

    Attributes:
        name: as in `--hardware NAME=PLACE`.
        simulate: puts a simulator on a wire and gives its place; takes what `on` names.
        open: opens the driver at a place; may raise `DeviceError`.
        use: what the device is there for, once; a number tells uses apart. May raise `DeviceError`.
        answers: whether the device answers what `use` asks; a mute one is not held to silence and nonsense.
        needs_hands: on hardware, `use` needs somebody to lay a card, scan a code or press a key.
        is_wired: whether a bad wire can stand before it; False: its own tests say what its failures are.
        on: the fixture that its simulator stands on: a folder for links, or the private pcscd.
        openings: how often it is opened in a row to look for leaks.
    """

    name: str
    simulate: Callable[[Any], AbstractContextManager[Place]]
    open: Callable[[Place], Device]
    use: Callable[[Any, int], object]
    answers: bool = True
    needs_hands: bool = False
    is_wired: bool = True
    on: str = "tmp_path"
    openings: int = 25


@contextlib.contextmanager
def _samv(_folder: Path) -> Iterator[Place]:
    with SamvSim() as sim:
        yield Path(sim.port)


@contextlib.contextmanager
def _tcp_printer(_folder: Path) -> Iterator[Place]:
    printer = SimPrinter()
    port = TcpPort(printer)
    yield port.host, port.port
    port.close()
    printer.close()


@contextlib.contextmanager
def _serial_printer(folder: Path) -> Iterator[Place]:
    printer = SimPrinter()
    port = PtyPort(printer, folder / "printer")
    yield folder / "printer"
    port.close()
    printer.close()


@contextlib.contextmanager
def _pcsc(pcscd: PrivatePcscd) -> Iterator[Place]:
    """The last reader, with a card in it: other tests take turns from the first one on."""
    pcscd.start()
    slot = pcscd.readers[-1]
    card = SocialCardSim(slot.port, card_files(synthetic_resident(Random(3), TODAY)))
    card.insert()
    looker = DrivenPcsc(slot.name, today=lambda: TODAY)
    until(looker.is_present)
    looker.close()
    yield Path(slot.name)
    card.remove()


@contextlib.contextmanager
def _camera(_folder: Path) -> Iterator[Place]:
    shown = jpeg(desk())
    with SimCamera(lambda: shown) as camera:
        address = urlsplit(camera.url)
        yield str(address.hostname), int(address.port or 0)


def _camera_table(place: Place) -> Camera:
    if isinstance(place, tuple):
        return StreamCamera(kind="stream", url="http://{}:{}/video.mjpg".format(*place))
    return V4l2Camera(kind="v4l2", path=str(place))


@contextlib.contextmanager
def _pad_line(_folder: Path) -> Iterator[Place]:
    with PadLineSim(pads=[1]) as line:
        yield Path(line.port)


def _open_pad_line(place: Place) -> PadLine:
    return PadLine(SerialWire(str(place), baud=9600, timeout_s=PAD_TIMEOUT_S, name="line"))


def _show_and_listen(line: PadLine, number: int) -> None:
    line.show(1, number % 100, number)
    line.poll()


@contextlib.contextmanager
def _platform(_folder: Path) -> Iterator[Place]:
    with StubPlatform() as platform:
        address = urlsplit(platform.url)
        yield str(address.hostname), int(address.port or 0)


def _open_platform(place: Place) -> CredentialResolver:
    host, port = place if isinstance(place, tuple) else (str(place), 80)
    return open_resolver(
        HttpPlatform(kind="http", url=f"http://{host}:{port}/resolve"), "credentials", "K01", lambda: TODAY
    )


def _ask_for_nobody(platform: CredentialResolver, number: int) -> None:
    """A code that no platform has issued: that it is refused is a sound answer."""
    with contextlib.suppress(CredentialRefused):
        platform.resolve(CredentialToken(f"nobody-{number}"))


@contextlib.contextmanager
def _board(_folder: Path) -> Iterator[Place]:
    with BoardSim() as board:
        yield Path(board.port)


class _GreetedBoard:
    """A board as the bridge uses it: greeted once, then asked for its uptime."""

    def __init__(self, place: Place) -> None:
        self.name = "board"
        self._link = BoardLink(SerialWire(str(place), timeout_s=WIRE_TIMEOUT_S, name=self.name), self.name)

    def check(self) -> str | None:
        self._link.greet()
        return None

    def ping(self) -> int:
        return self._link.ping()

    def close(self) -> None:
        self._link.close()


def _tcp(place: Place) -> dict[str, Any]:
    assert isinstance(place, tuple), "this kind wants HOST:PORT"
    return {"host": place[0], "port": place[1]}


@contextlib.contextmanager
def _scanner(folder: Path) -> Iterator[Place]:
    with ScannerSim(folder / "scanner") as scanner:
        yield Path(scanner.port)


def _on_a_line(make: Callable[[], SimulatedDevice]) -> Callable[[Path], AbstractContextManager[Place]]:
    """A simulator on a serial line of its own."""

    @contextlib.contextmanager
    def simulate(_folder: Path) -> Iterator[Place]:
        line = PtyLine(make())
        yield Path(line.port)
        line.close()

    return simulate


def _in_the_network(make: Callable[[], SimulatedDevice]) -> Callable[[Path], AbstractContextManager[Place]]:
    """A simulator with a socket."""

    @contextlib.contextmanager
    def simulate(_folder: Path) -> Iterator[Place]:
        line = TcpLine(make())
        yield line.host, line.port
        line.close()

    return simulate


KINDS = (
    Kind(
        "sam_v",
        _samv,
        lambda place: open_reader(SamvReader(kind="sam_v", port=str(place)), "reader", lambda: TODAY),
        lambda reader, _n: reader.poll(),
        needs_hands=True,
    ),
    Kind(
        "pcsc",
        _pcsc,
        lambda place: open_reader(PcscReader(kind="pcsc", reader=str(place)), "reader", lambda: TODAY),
        lambda reader, _n: reader.poll(),
        is_wired=False,  # pcscd stands between
        on="pcscd",
    ),
    Kind(
        "printer_tcp",
        _tcp_printer,
        lambda place: open_printer(TcpPrinter(kind="tcp", **_tcp(place)), "printer"),
        lambda printer, n: printer.print(f"job-{n}", raster(trial_slip("printer", ENGLISH, 576))),
    ),
    Kind(
        "printer_serial",
        _serial_printer,
        lambda place: open_printer(SerialPrinter(kind="serial", port=str(place)), "printer"),
        lambda printer, n: printer.print(f"job-{n}", raster(trial_slip("printer", ENGLISH, 576))),
    ),
    Kind(
        "printer_usb",
        _serial_printer,
        lambda place: open_printer(UsbPrinter(kind="usb", port=str(place)), "printer"),
        lambda printer, n: printer.print(f"job-{n}", raster(trial_slip("printer", ENGLISH, 576))),
    ),
    Kind("board", _board, _GreetedBoard, lambda board, _n: board.ping()),
    Kind(
        "scanner",
        _scanner,
        lambda place: open_scanner(SerialScanner(kind="serial", port=str(place)), "scanner"),
        lambda scanner, _n: scanner.poll(),
        answers=False,
        needs_hands=True,
    ),
    Kind(
        "number_bar",
        _on_a_line(SimNumberBars),
        lambda place: open_display(NumberBarLine(kind="number_bar", bars_id="L", port=str(place), addresses={5: 1})),
        lambda bars, n: bars.show_call("1", f"A{n:03d}", f"请A{n:03d}号"),
        answers=False,
    ),
    Kind(
        "onbon",
        _in_the_network(SimOnbon),
        lambda place: open_display(OnbonTcp(kind="onbon", bars_id="L", counter=1, **_tcp(place))),
        lambda bar, n: bar.show_call("1", f"A{n:03d}", f"请A{n:03d}号"),
    ),
    Kind(
        "onbon_serial",
        _on_a_line(SimOnbon),
        lambda place: open_display(OnbonSerial(kind="onbon_serial", bars_id="L", counter=1, port=str(place))),
        lambda bar, n: bar.show_call("1", f"A{n:03d}", f"请A{n:03d}号"),
    ),
    Kind(
        "syn6288",
        _on_a_line(SimSyn6288),
        lambda place: open_speaker(Syn6288Table(port=str(place)), "speaker"),
        lambda speaker, n: speaker.speak(f"请A{n:03d}号到3号窗口办理"),
    ),
    Kind(
        "relay_modbus",
        _on_a_line(lambda: SimModbusRelay(address=254)),
        lambda place: open_switches(ModbusRelays(kind="modbus", port=str(place)), "switches"),
        lambda switches, n: switches.set(1, on=bool(n % 2)),
    ),
    Kind(
        "relay_lcus",
        _on_a_line(SimLcus),
        lambda place: open_switches(LcusRelays(kind="lcus", port=str(place)), "switches"),
        lambda switches, n: switches.set(1, on=bool(n % 2)),
        answers=False,
    ),
    Kind(
        "ups",
        _in_the_network(SimUpsd),
        lambda place: open_ups(NutTable(kind="nut", ups="ups", **_tcp(place)), "ups"),
        lambda ups, _n: ups.read(),
    ),
    Kind("pad_line", _pad_line, _open_pad_line, _show_and_listen, answers=False),
    Kind(
        "camera",
        _camera,
        lambda place: open_camera(_camera_table(place), "camera"),
        lambda camera, _n: camera.preview(),
        is_wired=False,  # tests/devices/cameras: a picture byte by byte would take minutes
        openings=4,  # each starts a process
    ),
    Kind("credentials", _platform, _open_platform, _ask_for_nobody, is_wired=False),  # no question costs nothing
)
