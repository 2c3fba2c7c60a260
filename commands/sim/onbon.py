"""An Onbon font card above a counter, on the network or a serial line: see what it shows, let it refuse."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console, port
from commands.sim.on_a_line import line_scenes, line_verbs
from devices.counter_displays.sim_onbon import SimOnbon
from devices.sim_line import PtyLine, TcpLine

TABLE = "[[bars]], with a bars_id and its counter"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the card can be started."""
    parser.add_argument("--tcp", type=port, metavar="PORT", help="listen here; 0: a free port; else a serial line")
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the serial port at this path")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Power the card on."""
    card = SimOnbon(on_shown=lambda text, flashing: say(f"bar{' flashes' if flashing else ''}: {text}"))

    def bar(_words: list[str]) -> str:
        """say what the bar shows"""
        return card.text or "nothing"

    def refuses() -> None:
        """the card refuses every update, as one with another font or size does"""
        card.refuses = True

    def answers_lost() -> None:
        """the next two acknowledgements get lost"""
        card.lose_answers = 2

    line: PtyLine | TcpLine
    if options.tcp is not None:
        line = TcpLine(card, port=options.tcp)
        place = f'kind = "onbon"\nhost = "{line.host}"\nport = {line.port}'
    else:
        line = PtyLine(card, options.link)
        place = f'kind = "onbon_serial"\nport = "{line.port}"'
    scenes = line_scenes(line) | {"refuses": refuses, "answers-lost": answers_lost}
    return Console(place, {"bar": bar} | line_verbs(line), line.close, scenes)
