"""The demo's simulated devices: what the hall's drivers find at the other ends of their wires."""

import contextlib
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from PIL import Image

from devices.boards.sim_board import BoardSim
from devices.call_pads.sim_line import PadLineSim
from devices.identity.private_pcscd import PcscdError, PrivatePcscd
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from devices.sim_links import put_link
from firmware_bridge.simulated_bars import simulated_bars
from hall.rating import RatingLevel
from settings.devices.kiosks import KioskTable
from settings.devices.lines import LineTable
from settings.devices.printers import Printer, TcpPrinter
from settings.devices.readers import PcscReader
from settings.site import Site

logger = logging.getLogger(__name__)


@dataclass
class KioskDevices:
    """What hangs on one simulated kiosk."""

    kiosk_id: str
    reader: SamvSim
    reader_link: Path  # what the kiosk opens, as udev makes one by id: it leads to the reader that is plugged in now
    printer: SimPrinter
    port: TcpPort | PtyPort
    slot: tuple[str, int] | None = None  # the PC/SC reader's name and its card's port
    printed_at: list[tuple[float, Image.Image]] = field(default_factory=list)  # time.monotonic() and the picture

    def plug_in_reader(self) -> None:
        """Plug in a new reader in place of the one that is there, or was."""
        self.reader.close()
        self.reader = SamvSim()
        _link(self.reader_link, self.reader)

    def lay_resident_card(self, rng: random.Random, today: date) -> Callable[[], None]:
        """Lay somebody's resident card on the reader; returns what lifts it."""
        self.reader.lay(SamvCard.of(synthetic_resident(rng, today)))
        return self.reader.lift

    def insert_social_card(self, rng: random.Random, today: date) -> Callable[[], None]:
        """Put somebody's social security card in the slot; returns what takes it out."""
        assert self.slot is not None  # noqa: S101 (the caller looked)
        card = SocialCardSim(self.slot[1], card_files(synthetic_resident(rng, today)))
        card.insert()
        return card.remove


@dataclass(frozen=True)
class Shown:
    """One text that a simulated bar has put up."""

    counter_no: str
    text: str
    at: float  # time.monotonic()


@dataclass(frozen=True)
class Buttons:
    """A counter's evaluator on a simulated line of call pads."""

    counter_no: str
    line: PadLineSim
    address: int
    values: Mapping[RatingLevel, int]  # what each level's key sends

    @property
    def is_lit(self) -> bool:
        """Whether it asks for a rating."""
        return self.line.asks(self.address)

    def press(self, key: int) -> None:
        """Press the key of a level, 1 (best) to 5, if there is one."""
        value = self.values.get(list(RatingLevel)[key - 1])
        if value is not None:
            self.line.rate(self.address, value)


class SimulatedDevices:
    """Every device of a site, simulated; `close` takes all of them away."""

    def __init__(self, site: Site, folder: Path) -> None:
        """Build them; pcscd is left out, with a word in the log, where it cannot run."""
        self.kiosks: dict[str, KioskDevices] = {}
        self.boards: dict[str, BoardSim] = {}
        self.slots: dict[str, tuple[BoardSim, int]] = {}  # counter: its board and slot
        self.shown: list[Shown] = []
        self._lock = threading.Lock()
        self._ends = contextlib.ExitStack()
        self.pcscd = self._start_pcscd(site)
        for table in site.kiosks:
            self.kiosks[table.kiosk_id] = self._kiosk(table, folder)
        self.lines = {table.line_id: self._line(table, folder) for table in site.lines}
        self.buttons = {place.counter_no: place for place in _buttons(site, self.lines)}
        for board in site.boards:
            self._board(board.board_id, tuple(str(number) for number in board.counters), folder)
        self.bars = simulated_bars(site.bars, self._ends)

    def is_lit(self, counter_no: str) -> bool:
        """Whether the keys of a counter's evaluator are lit; a counter without one has none to light."""
        if counter_no in self.buttons:
            return self.buttons[counter_no].is_lit
        if counter_no not in self.slots:
            return False
        board, slot = self.slots[counter_no]
        return board.rating_open[slot]

    def press(self, counter_no: str, key: int) -> None:
        """Press a key of a counter's evaluator, 1 (best) to 5; one that its model lacks is not there to be pressed."""
        if counter_no in self.buttons:
            self.buttons[counter_no].press(key)
            return
        board, slot = self.slots[counter_no]
        board.press(slot, key)

    def close(self) -> None:
        """Take every device away."""
        self._ends.close()

    def _start_pcscd(self, site: Site) -> PrivatePcscd | None:
        wanted = [k.kiosk_id for k in site.kiosks if any(isinstance(r, PcscReader) for r in k.readers)]
        if not wanted:
            return None
        pcscd = PrivatePcscd(len(wanted), label="HallQ")
        try:
            pcscd.start()
        except PcscdError as exc:
            logger.warning("no PC/SC readers in this demo: %s", exc)
            return None
        self._ends.callback(pcscd.stop)
        self._free_slots = list(pcscd.readers)
        return pcscd

    def _kiosk(self, table: KioskTable, folder: Path) -> KioskDevices:
        reader, reader_link = SamvSim(), folder / f"reader-{table.kiosk_id}"
        _link(reader_link, reader)
        printed: list[tuple[float, Image.Image]] = []
        printer = SimPrinter(
            dots=table.printer.dots if table.printer else 576,
            folder=folder / "tickets" / table.kiosk_id,
            on_ticket=lambda picture: printed.append((time.monotonic(), picture)),
        )
        self._ends.callback(printer.close)
        is_network = isinstance(table.printer, TcpPrinter)
        port = TcpPort(printer) if is_network else PtyPort(printer, folder / f"printer-{table.kiosk_id}")
        self._ends.callback(port.close)
        kiosk = KioskDevices(table.kiosk_id, reader, reader_link, printer, port, printed_at=printed)
        self._ends.callback(lambda: kiosk.reader.close())  # whichever is plugged in then
        if self.pcscd is not None and any(isinstance(r, PcscReader) for r in table.readers):
            slot = self._free_slots.pop(0)
            kiosk.slot = (slot.name, slot.port)
        return kiosk

    def _line(self, table: LineTable, folder: Path) -> PadLineSim:
        pads, evaluators = [p.address for p in table.pads], [e.address for e in table.evaluators]
        line = PadLineSim(pads=pads, evaluators=evaluators, link=folder / f"line-{table.line_id}")
        self._ends.callback(line.close)
        return line

    def _board(self, board_id: str, counters: tuple[str, ...], folder: Path) -> None:
        def shown(slot: int, text: str, _flashing: bool) -> None:
            if slot < len(counters):
                with self._lock:
                    self.shown.append(Shown(counters[slot], text, time.monotonic()))

        board = BoardSim(slots=len(counters), on_shown=shown, link=folder / f"board-{board_id}")
        self._ends.callback(board.close)
        self.boards[board_id] = board
        self.slots |= {counter_no: (board, slot) for slot, counter_no in enumerate(counters)}


def connected(site: Site, devices: SimulatedDevices) -> dict[str, object]:
    """The site file's tables with the simulators' ports in place of the real ones."""
    kiosks = []
    for table in site.kiosks:
        kiosk = devices.kiosks[table.kiosk_id]
        values = table.model_dump(mode="json", exclude_none=True)
        values["readers"] = [{"kind": "sam_v", "port": str(kiosk.reader_link)}]
        if kiosk.slot is not None:
            values["readers"].append({"kind": "pcsc", "reader": kiosk.slot[0]})
        values["printer"] = _printer(kiosk, table.printer)
        kiosks.append(values)
    boards = [
        board.model_dump(mode="json") | {"port": os.fspath(devices.boards[board.board_id].port)}
        for board in site.boards
    ]
    bars = [table.model_dump(mode="json") for table in devices.bars]
    lines = [
        line.model_dump(mode="json") | {"port": os.fspath(devices.lines[line.line_id].port)} for line in site.lines
    ]
    return {"kiosks": kiosks, "boards": boards, "bars": bars, "lines": lines}


def _buttons(site: Site, lines: Mapping[str, PadLineSim]) -> Iterator[Buttons]:
    models = {table.model: table.keys for table in site.evaluator_models}
    for table in site.lines:
        for place in table.evaluators:
            yield Buttons(str(place.counter), lines[table.line_id], place.address, models[place.model])


def _link(path: Path, reader: SamvSim) -> None:
    put_link(path, reader.port)


def _printer(kiosk: KioskDevices, table: Printer | None) -> dict[str, object]:
    looks = {} if table is None else table.model_dump(mode="json", include={"dots", "mode", "scripts"})
    if isinstance(kiosk.port, TcpPort):
        return {"kind": "tcp", "host": kiosk.port.host, "port": kiosk.port.port, **looks}
    return {"kind": "serial", "port": kiosk.port.path, **looks}
