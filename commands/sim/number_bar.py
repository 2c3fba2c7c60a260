"""Number bars on one serial line: see what each shows, switch one off, pull the cable."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console, Misunderstood, Verb
from commands.sim.on_a_line import line_scenes, line_verbs
from devices.counter_displays.sim_number_bar import SimNumberBars
from devices.sim_line import PtyLine

TABLE = '[[bars]], with kind = "number_bar", a bars_id and its addresses'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the bars can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Power the bars on."""
    bars = SimNumberBars(on_shown=lambda address, number: say(f"bar {address}: {number:03d}"))
    line = PtyLine(bars, options.link)
    return Console(f'port = "{line.port}"', _verbs(bars) | line_verbs(line), line.close, line_scenes(line))


def _verbs(bars: SimNumberBars) -> dict[str, Verb]:
    def show(_words: list[str]) -> str:
        """say what every bar shows"""
        return "\n".join(f"{address}: {number:03d}" for address, number in sorted(bars.numbers.items())) or "nothing"

    def off(words: list[str]) -> str:
        """ADDRESS: switch one bar off"""
        bars.dead.add(_address(words))
        bars.numbers.pop(_address(words), None)
        return "done"

    def on(words: list[str]) -> str:
        """ADDRESS: switch one bar on again; it shows nothing at first"""
        bars.dead.discard(_address(words))
        return "done"

    return {"bars": show, "off": off, "on": on}


def _address(words: list[str]) -> int:
    if len(words) != 1 or not words[0].isdecimal() or not 1 <= int(words[0]) <= 255:
        raise Misunderstood("an address is 1 to 255")
    return int(words[0])
