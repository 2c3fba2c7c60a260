"""A simulated board by hand: `python -m devices.boards.sim_console`, then `press 0 5`, `reset`, `hang`, `unplug`, ...

It prints the port to put into the site file, and every text that is put on a bar.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from devices.boards.sim_board import BoardSim

HELP = "press SLOT KEY | reset | hang | wake | unplug | plug | bars | quit"


def main(argv: Sequence[str] | None = None, lines: Iterable[str] = sys.stdin) -> int:
    """Run until the input ends or says quit; the exit status."""
    parser = argparse.ArgumentParser(description="A simulated board of counter bars and evaluators.")
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")
    parser.add_argument("--slots", type=int, default=16, choices=range(1, 17), metavar="1-16")
    arguments = parser.parse_args(argv)
    with BoardSim(slots=arguments.slots, link=arguments.link, on_shown=_show) as board:
        _say(f"port {board.port}\n{HELP}")
        for line in lines:
            words = line.split()
            if words == ["quit"]:
                break
            if words:
                _say(_do(board, words))
    return 0


def _do(board: BoardSim, words: Sequence[str]) -> str:
    commands: dict[str, Callable[[], object]] = {
        "reset": board.reset,
        "hang": lambda: setattr(board, "silent", True),
        "wake": lambda: setattr(board, "silent", False),
        "unplug": board.unplug,
        "plug": board.plug,
    }
    match words:
        case ["press", slot, key] if slot.isdecimal() and key.isdecimal():
            if int(slot) >= len(board.texts) or int(key) > 255:
                return f"slots are 0 to {len(board.texts) - 1}, keys 0 to 255"
            board.press(int(slot), int(key))
        case ["bars"]:
            return "\n".join(f"{slot}: {text}" for slot, text in enumerate(board.texts))
        case [word] if word in commands:
            commands[word]()
        case _:
            return HELP
    return "done"


def _show(slot: int, text: str, flashing: bool) -> None:
    _say(f"bar {slot}{' flashes' if flashing else ''}: {text}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
