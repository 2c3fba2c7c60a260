"""The line speed of a SAM_V reader: finding the one it talks at, and setting another.

A reader keeps the speed that it was set to, and at any other speed it hears noise.
"""

from collections.abc import Callable

from devices.errors import DeviceError, DeviceUnavailable
from devices.identity.samv_frames import PREAMBLE, SET_BAUD, Command, Outcome
from devices.identity.samv_line import SamvLine
from devices.wire import Wire

ANSWER_S = 0.5
OpenWire = Callable[[int], Wire]  # bits a second -> the port, open at that speed


def find_baud(open_wire: OpenWire, name: str, *, preamble: bytes = PREAMBLE, answer_s: float = ANSWER_S) -> int:
    """The speed that a reader talks at: each is tried, the likeliest first.

    Args:
        answer_s: how long the reader may be silent at each speed; all of them together take at most ten times that.

    Raises:
        DeviceUnavailable: the port cannot be opened, or nobody answers at any speed.
    """
    for baud in SET_BAUD:
        if _answers(open_wire(baud), name, preamble, answer_s):
            return baud
    raise DeviceUnavailable(name, f"no answer at any of {', '.join(map(str, SET_BAUD))} baud")


def change_baud(
    open_wire: OpenWire, name: str, baud: int, *, preamble: bytes = PREAMBLE, answer_s: float = ANSWER_S
) -> int:
    """Have a reader talk at another speed, whatever it talks at now.

    Returns:
        The speed it had.

    Raises:
        DeviceUnavailable: nobody answers before, or nobody at the new speed afterwards.
        DeviceError: the reader refuses.
    """
    before = find_baud(open_wire, name, preamble=preamble, answer_s=answer_s)
    line = SamvLine(open_wire(before), name, preamble=preamble)
    try:
        answer = line.exchange(SET_BAUD[baud], answer_s)
    finally:
        line.close()
    if answer.outcome is not Outcome.OK:
        raise DeviceUnavailable(name, f"it does not change to {baud} baud: {answer.meaning}")
    if not _answers(open_wire(baud), name, preamble, answer_s):
        raise DeviceUnavailable(name, f"it was set to {baud} baud and does not answer at that speed")
    return before


def _answers(wire: Wire, name: str, preamble: bytes, answer_s: float) -> bool:
    line = SamvLine(wire, name, preamble=preamble)
    try:
        line.exchange(Command.STATUS, answer_s)
    except DeviceError:  # silence, or noise
        return False
    finally:
        line.close()
    return True
