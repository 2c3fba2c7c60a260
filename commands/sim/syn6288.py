"""A SYN6288 speech module on a serial line: read what it says."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console
from commands.sim.on_a_line import line_scenes, line_verbs
from devices.sim_line import PtyLine
from devices.speakers.sim_syn6288 import SimSyn6288

S_PER_CHARACTER = 0.25  # as calm as a hall wants it

TABLE = '[speech.syn6288], and under [speech]: output = "syn6288"'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the module can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Power the module on."""
    module = SimSyn6288(on_said=lambda text: say(f"says: {text}"))
    module.s_per_character = S_PER_CHARACTER
    line = PtyLine(module, options.link)

    def said(_words: list[str]) -> str:
        """repeat everything it has said"""
        return "\n".join(module.said) or "nothing"

    def hangs_while_speaking() -> None:
        """it is busy for ever"""
        module.never_ends = True

    def misunderstands() -> None:
        """noise on the line: it does not understand the next two frames"""
        module.misunderstands = 2

    scenes = line_scenes(line) | {"hangs-while-speaking": hangs_while_speaking, "misunderstands": misunderstands}
    return Console(f'port = "{line.port}"', {"said": said} | line_verbs(line), line.close, scenes)
