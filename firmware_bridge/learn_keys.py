"""Learning at installation which key of a button evaluator is which level: every key is pressed once, best first.

It knows what a key sent, and nothing of what that ought to be: there is no default for any model.
"""

import sys
import time
from collections.abc import Callable

from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.messages import EvaluatorPressed
from devices.errors import DeviceError
from devices.wire import SerialWire
from hall.rating import RatingLevel
from settings.site import Site

PRESS_WITHIN_S = 20.0
Say = Callable[[str], None]


def main(site: Site, line_id: str, address: str) -> int:
    """Learn the keys of one evaluator at the terminal and print them for the site file.

    Returns:
        0; 1 when the line cannot be used or no key was pressed; 2 when there is no such line or address.
    """
    table = next((line for line in site.lines if line.line_id == line_id), None)
    if table is None or not address.isdecimal() or int(address) > 255:
        known = ", ".join(line.line_id for line in site.lines) or "none"
        sys.stderr.write(f"--learn-keys LINE ADDRESS: lines are {known}; addresses are 0 to 255\n")
        return 2
    try:
        wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=line_id)
        line = PadLine(wire, line_id)
        try:
            keys = learn(line, int(address), _say)
        finally:
            line.close()
    except DeviceError as exc:
        sys.stderr.write(f"{exc}\nIs the bridge still running? It holds the line: stop it first.\n")
        return 1
    if not keys:
        sys.stderr.write(f"nothing came from address {address}: see that it is the evaluator's, and press again\n")
        return 1
    _say(f"\nWrite this into the site file, once for all evaluators of this model:\n\n{as_toml(keys)}")
    return 0


def learn(
    line: PadLine,
    address: int,
    say: Say,
    *,
    within_s: float = PRESS_WITHIN_S,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[RatingLevel, int]:
    """Ask for each level's key in turn.

    Args:
        within_s: how long to wait for each; a level whose key is not pressed has none.

    Returns:
        The value that each level's key sends. No two are alike: a key that was pressed already is asked for again.

    Raises:
        DeviceUnavailable: the port failed.
    """
    keys: dict[RatingLevel, int] = {}
    for level in RatingLevel:
        say(f"Press the key for {level.replace('_', ' ')!r}; without such a key, wait {within_s:.0f} s.")
        line.start_rating(address)
        ends = monotonic() + within_s
        while level not in keys and monotonic() < ends:
            for value in _values(line, address):
                taken = next((other for other, known in keys.items() if known == value), None)
                if taken is None:
                    keys[level] = value
                    say(f"  it sends {value}")
                    break
                say(f"  this is the key for {taken.replace('_', ' ')!r} (it sends {value}): press another")
    return keys


def as_toml(keys: dict[RatingLevel, int]) -> str:
    """What to write into the site file."""
    pairs = ", ".join(f"{level} = {value}" for level, value in keys.items())
    return f'[[evaluator_models]]\nmodel = "name-it"\nkeys = {{ {pairs} }}\n'


def _values(line: PadLine, address: int) -> list[int]:
    said = line.poll()
    return [one.value for one in said if isinstance(one, EvaluatorPressed) and one.address == address]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
