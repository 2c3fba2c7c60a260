"""A relay board with inputs (Modbus-RTU) or without (LCUS): see what is switched, let somebody come and go."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console, Misunderstood, Verb
from commands.sim.on_a_line import line_scenes, line_verbs
from devices.relays.sim_relays import SimLcus, SimModbusRelay
from devices.sim_line import PtyLine

TABLE = "[kiosks.switches]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the board can be started."""
    parser.add_argument("--board", choices=("modbus", "lcus"), default="modbus")
    parser.add_argument("--channels", type=int, default=4, choices=range(1, 33), metavar="1-32")
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Power the board on."""

    def switched(channel: int, on: bool) -> None:
        say(f"relay {channel}: {'on' if on else 'off'}")

    board: SimLcus | SimModbusRelay
    if options.board == "lcus":
        board = SimLcus(options.channels, switched)
    else:
        board = SimModbusRelay(options.channels, on_switched=switched)
    line = PtyLine(board, options.link)
    verbs, scenes = {"relays": _relays(board)} | line_verbs(line), line_scenes(line)
    if isinstance(board, SimModbusRelay):
        verbs |= {"input": _input(board)}
        scenes |= _scenes(board)
    return Console(f'kind = "{options.board}"\nport = "{line.port}"', verbs, line.close, scenes)


def _relays(board: SimLcus | SimModbusRelay) -> Verb:
    def relays(_words: list[str]) -> str:
        """say which relays are on"""
        return ", ".join(str(n) for n, on in enumerate(board.relays, start=1) if on) or "none"

    return relays


def _input(board: SimModbusRelay) -> Verb:
    def put(words: list[str]) -> str:
        """CHANNEL on|off: what a sensor says, e.g. that somebody stands there"""
        match words:
            case [channel, ("on" | "off") as state] if channel.isdecimal() and 1 <= int(channel) <= len(board.inputs):
                board.inputs[int(channel) - 1] = state == "on"
                return "done"
        raise Misunderstood(f"input CHANNEL on|off: channels are 1 to {len(board.inputs)}")

    return put


def _scenes(board: SimModbusRelay) -> dict[str, Callable[[], None]]:
    def somebody_comes() -> None:
        """the sensor on input 1 sees somebody"""
        board.inputs[0] = True

    def everybody_leaves() -> None:
        """the sensor on input 1 sees nobody"""
        board.inputs[0] = False

    def board_restarts() -> None:
        """its power fails for a moment: every relay falls off"""
        board.restart()

    def refuses() -> None:
        """it answers everything with an exception, as a board with fewer channels does"""
        board.exception = 2

    def wrong_checksums() -> None:
        """noise: the next two answers are damaged"""
        board.wrong_crc = 2

    return {
        "somebody-comes": somebody_comes,
        "everybody-leaves": everybody_leaves,
        "board-restarts": board_restarts,
        "refuses": refuses,
        "wrong-checksums": wrong_checksums,
    }
