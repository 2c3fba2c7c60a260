"""A board of counter bars and evaluators behind a serial line: press, reset, hang, unplug."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console, Misunderstood, Verb
from devices.boards.sim_board import BoardSim

TABLE = "[[boards]], with a board_id and its counters"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the board can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")
    parser.add_argument("--slots", type=int, default=16, choices=range(1, 17), metavar="1-16")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Power the board on."""

    def shown(slot: int, text: str, flashing: bool) -> None:
        say(f"bar {slot}{' flashes' if flashing else ''}: {text}")

    board = BoardSim(slots=options.slots, link=options.link, on_shown=shown)
    return Console(f'port = "{board.port}"', _verbs(board), board.close)


def _verbs(board: BoardSim) -> dict[str, Verb]:
    def press(words: list[str]) -> str:
        """SLOT KEY: press a key of an evaluator"""
        match words:
            case [slot, key] if slot.isdecimal() and key.isdecimal():
                if int(slot) < len(board.texts) and int(key) <= 255:
                    board.press(int(slot), int(key))
                    return "done"
        raise Misunderstood(f"press SLOT KEY: slots are 0 to {len(board.texts) - 1}, keys 0 to 255")

    def bars(_words: list[str]) -> str:
        """say what every bar shows"""
        return "\n".join(f"{slot}: {text}" for slot, text in enumerate(board.texts))

    def reset(_words: list[str]) -> str:
        """start the board anew"""
        board.reset()
        return "done"

    def hang(_words: list[str]) -> str:
        """hear nothing and say nothing"""
        board.silent = True
        return "done"

    def wake(_words: list[str]) -> str:
        """answer again"""
        board.silent = False
        return "done"

    def unplug(_words: list[str]) -> str:
        """pull the cable"""
        board.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the cable back"""
        board.plug()
        return "done"

    return {"press": press, "bars": bars, "reset": reset, "hang": hang, "wake": wake, "unplug": unplug, "plug": plug}
