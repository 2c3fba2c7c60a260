"""A ticket printer on a TCP port or a serial line: it puts what it prints into pictures, and has everyday's faults."""

import argparse
import functools
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from commands.sim.console import Console, Misunderstood, Verb, port
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter

HOST = "127.0.0.1"
MIDDLE_ROWS = 300  # of a ticket that has 900 and more
SLOW_ROW_S = 0.005  # a ticket takes some 5 s
FOLDER = Path("printed")

TABLE = "[[kiosks]]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the printer can be started."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--tcp", type=port, metavar="PORT", help="listen as network printers do (0: any free port)")
    where.add_argument("--pty", type=Path, metavar="LINK", help="be a serial line, or a USB device file, at this link")
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--dots", type=int, default=576, choices=(384, 576), help="the head's width")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the pictures go (default: {FOLDER})")
    parser.add_argument("--silent", action="store_true", help="a printer that cannot answer")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Switch the printer on."""
    count = 0

    def printed(ticket: Image.Image) -> None:
        nonlocal count
        count += 1
        say(f"printed: {options.folder / f'ticket-{count:04d}.png'}, {ticket.width} x {ticket.height} dots")

    sim = SimPrinter(dots=options.dots, folder=options.folder, on_ticket=printed)
    sim.silent = options.silent
    try:
        port = _port(options, sim)
    except OSError:
        sim.close()
        raise
    return Console(_place(port, options), _verbs(sim, port), functools.partial(_close, sim, port), _scenes(sim, port))


def _port(options: argparse.Namespace, sim: SimPrinter) -> TcpPort | PtyPort:
    if options.tcp is not None:
        return TcpPort(sim, options.host, options.tcp)
    return PtyPort(sim, options.pty)


def _place(port: TcpPort | PtyPort, options: argparse.Namespace) -> str:
    rest = f"dots = {options.dots}" + (", answers = false" if options.silent else "")
    if isinstance(port, TcpPort):
        return f'printer = {{ kind = "tcp", host = "{port.host}", port = {port.port}, {rest} }}'
    return f'printer = {{ kind = "serial", port = "{port.path}", {rest} }}'


def _close(sim: SimPrinter, port: TcpPort | PtyPort) -> None:
    port.close()
    sim.close()


def _scenes(sim: SimPrinter, port: TcpPort | PtyPort) -> dict[str, Callable[[], None]]:
    def roll_ends() -> None:
        """the paper ends in the middle of the next ticket; then: load-roll"""
        sim.load_roll(MIDDLE_ROWS)

    def near_end() -> None:
        """the roll is nearly used up; then: load-roll"""
        sim.near_end = True

    def cover_opened() -> None:
        """somebody opens the cover in the middle of the next ticket; then: close"""
        sim.after_rows(MIDDLE_ROWS, lambda: setattr(sim, "cover_open", True))

    def cutter_jams() -> None:
        """the cutter sticks at the end of the next ticket; then: free"""
        sim.cutter_jams = True

    def silent() -> None:
        """it answers nothing any more, but prints; then: well"""
        sim.silent = True

    def nonsense() -> None:
        """every answer is 0xFF; then: well"""
        sim.nonsense = True

    def slow() -> None:
        """a ticket takes some seconds; then: well"""
        sim.row_s = SLOW_ROW_S

    def power_cut() -> None:
        """the power goes in the middle of the next ticket; then: on"""
        sim.after_rows(MIDDLE_ROWS, lambda: _switch_off(sim, port))

    return {
        "roll-ends-mid-ticket": roll_ends,
        "near-end": near_end,
        "cover-opened-mid-ticket": cover_opened,
        "cutter-jams": cutter_jams,
        "silent": silent,
        "nonsense": nonsense,
        "slow": slow,
        "power-cut": power_cut,
    }


def _switch_off(sim: SimPrinter, port: TcpPort | PtyPort) -> None:
    port.gone = True
    sim.lose_power()


def _verbs(sim: SimPrinter, port: TcpPort | PtyPort) -> dict[str, Verb]:
    def load_roll(words: list[str]) -> str:
        """[ROWS]: put in a new roll, with so many rows of dots; the rest of the old one is torn off"""
        if len(words) > 1 or not all(word.isdecimal() for word in words):
            raise Misunderstood("load-roll [ROWS]: how many rows of dots the new roll has; left out, plenty")
        sim.load_roll(*map(int, words))
        return "done"

    def set_open(_words: list[str]) -> str:
        """open the cover"""
        sim.cover_open = True
        return "done"

    def set_closed(_words: list[str]) -> str:
        """close the cover"""
        sim.cover_open = False
        return "done"

    def free(_words: list[str]) -> str:
        """free the cutter"""
        sim.cutter_fault = sim.cutter_jams = False
        return "done"

    def well(_words: list[str]) -> str:
        """answer, sensibly and fast"""
        sim.silent = sim.nonsense = False
        sim.row_s = 0.0
        return "done"

    def off(_words: list[str]) -> str:
        """switch it off, or pull its cable"""
        _switch_off(sim, port)
        return "done"

    def on(_words: list[str]) -> str:
        """switch it on again"""
        port.gone = False
        return "done"

    def status(_words: list[str]) -> str:
        """say how it is"""
        knobs = ("paper_out", "near_end", "cover_open", "cutter_fault", "silent", "nonsense")
        faults = [knob.replace("_", " ") for knob in knobs if getattr(sim, knob)]
        state = ["off"] if port.gone else faults or ["well"]
        return f"{', '.join(state)}; {len(sim.tickets)} printed"

    return {
        "load-roll": load_roll,
        "open": set_open,
        "close": set_closed,
        "free": free,
        "well": well,
        "off": off,
        "on": on,
        "status": status,
    }
