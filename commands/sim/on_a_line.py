"""What can be done to any simulated device on a line: pull its cable, silence it, make it slow or talk nonsense."""

from collections.abc import Callable

from commands.sim.console import Verb
from devices.sim_line import PtyLine, TcpLine

SLOW_S = 2.0
FEW = 5


def line_verbs(line: PtyLine | TcpLine) -> dict[str, Verb]:
    """Verbs for the cable."""

    def hang(_words: list[str]) -> str:
        """hear nothing and say nothing"""
        line.trouble.silent = True
        return "done"

    def wake(_words: list[str]) -> str:
        """answer again, at once and in full"""
        line.trouble.silent, line.trouble.slow_s = False, 0.0
        line.trouble.nonsense = line.trouble.halves = 0
        return "done"

    def unplug(_words: list[str]) -> str:
        """pull the cable"""
        line.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the cable back"""
        line.plug()
        return f"at {line.port}"

    return {"hang": hang, "wake": wake, "unplug": unplug, "plug": plug}


def line_scenes(line: PtyLine | TcpLine) -> dict[str, Callable[[], None]]:
    """What goes wrong with any of them."""

    def slow() -> None:
        """every answer takes two seconds"""
        line.trouble.slow_s = SLOW_S

    def nonsense() -> None:
        """the next answers are noise"""
        line.trouble.nonsense = FEW

    def half_answers() -> None:
        """the next answers end in the middle"""
        line.trouble.halves = FEW

    def cable_pulled() -> None:
        """somebody trips over the cable"""
        line.unplug()

    return {"slow": slow, "nonsense": nonsense, "half-answers": half_answers, "cable-pulled": cable_pulled}
