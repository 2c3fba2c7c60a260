"""The lines of NUT's network protocol, as far as reading needs them. Knows no socket.

Source: Network UPS Tools developer guide, "Network protocol information": `LIST VAR ups`, `VAR ups name "value"`,
`ERR CODE`, values quoted with backslashes before quotes and backslashes; port 3493.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devices.power.state import Mains, PowerState

PORT = 3493
LONGEST_LINE = 1024

VAR = re.compile(r'VAR (\S+) (\S+) "((?:[^"\\]|\\.)*)"')
BEGIN = re.compile(r"BEGIN LIST VAR (\S+)")
END = re.compile(r"END LIST VAR (\S+)")
ERR = re.compile(r"ERR ([A-Z-]+)(?: .*)?")
QUOTED = re.compile(r"\\(.)")

ON_BATTERY, BATTERY_LOW, ONLINE = "OB", "LB", "OL"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of one UPS."""

    ups: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ListBegins:
    """A list of variables begins."""

    ups: str


@dataclass(frozen=True, slots=True)
class ListEnds:
    """A list of variables is complete."""

    ups: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The daemon will not answer."""

    code: str  # e.g. "UNKNOWN-UPS", "DATA-STALE"


@dataclass(frozen=True, slots=True)
class Nonsense:
    """A line that is none of these."""

    text: str


Line = Variable | ListBegins | ListEnds | Refused | Nonsense


class LineDecoder:
    """Cuts a byte stream into lines and says what each is."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._is_too_long = False

    def feed(self, data: bytes) -> Iterator[Line]:
        """Take what arrived; yield what each whole line says. Never raises."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._take(piece)
            line, is_too_long = bytes(self._begun), self._is_too_long
            self._begun.clear()
            self._is_too_long = False
            if is_too_long or line.strip():
                yield Nonsense("a line without end") if is_too_long else parse(line)
        self._take(rest)

    def _take(self, piece: bytes) -> None:
        self._is_too_long |= len(self._begun) + len(piece) > LONGEST_LINE
        if not self._is_too_long:
            self._begun += piece


def parse(line: bytes) -> Line:
    """One line without its end."""
    text = line.decode("utf-8", errors="replace").strip()
    if found := VAR.fullmatch(text):
        return Variable(found[1], found[2], QUOTED.sub(r"\1", found[3]))
    if found := BEGIN.fullmatch(text):
        return ListBegins(found[1])
    if found := END.fullmatch(text):
        return ListEnds(found[1])
    if found := ERR.fullmatch(text):
        return Refused(found[1])
    return Nonsense(text[:80])


def list_variables(ups: str) -> bytes:
    """Ask for everything that is known of a UPS."""
    return f"LIST VAR {ups}\n".encode()


def power_state(variables: Mapping[str, str]) -> PowerState:
    """What the variables of a UPS mean. `ups.status` is words: "OL CHRG", "OB DISCHRG LB"."""
    words = variables.get("ups.status", "").split()
    mains = Mains.UNKNOWN
    if BATTERY_LOW in words and ON_BATTERY in words:
        mains = Mains.BATTERY_LOW
    elif ON_BATTERY in words:
        mains = Mains.ON_BATTERY
    elif ONLINE in words:
        mains = Mains.ONLINE  # "OL LB" is a battery that charges after an outage
    return PowerState(mains, _number(variables.get("battery.charge")), _number(variables.get("battery.runtime")))


def _number(text: str | None) -> float | None:
    """A figure that is not negative; None for anything else."""
    return float(text) if text and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else None
