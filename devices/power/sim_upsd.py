"""A simulated UPS daemon, written from NUT's developer guide and not from the driver."""

from collections.abc import Callable


class SimUpsd:
    """A daemon with one UPS.

    Attributes:
        variables: what it tells of it.
        error: answer every question with this code, e.g. "DATA-STALE"; None: none.
        stops_in_list: the next list ends in the middle, for good.
    """

    def __init__(self, ups: str = "ups") -> None:
        self.ups = ups
        self.variables = {
            "device.type": "ups",
            "ups.model": 'Sim \\ 1000 "VA"',
            "ups.status": "OL",
            "battery.charge": "100",
            "battery.runtime": "1500",
        }
        self.error: str | None = None
        self.stops_in_list = False
        self._inbox = b""

    def mains_fail(self) -> None:
        """The lights go out."""
        self.variables |= {"ups.status": "OB DISCHRG", "battery.charge": "96", "battery.runtime": "1400"}

    def battery_runs_low(self) -> None:
        """Nobody came."""
        self.variables |= {"ups.status": "OB DISCHRG LB", "battery.charge": "8", "battery.runtime": "95"}

    def mains_return(self) -> None:
        """The lights go on again."""
        self.variables |= {"ups.status": "OL CHRG", "battery.charge": "60", "battery.runtime": "900"}

    def receive(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        """Take bytes from the connection; each line is a question."""
        self._inbox += data
        *lines, self._inbox = self._inbox.split(b"\n")
        for line in lines:
            answer(self._reply(line.decode(errors="replace").split()))

    def _reply(self, words: list[str]) -> bytes:
        if words[:2] not in (["LIST", "VAR"], ["GET", "VAR"]) or len(words) < 3:
            return b"ERR UNKNOWN-COMMAND\n"
        if words[2] != self.ups:
            return b"ERR UNKNOWN-UPS\n"
        if self.error is not None:
            return f"ERR {self.error}\n".encode()
        if words[0] == "GET":
            name = words[3] if len(words) == 4 else ""
            return self._variable(name) if name in self.variables else b"ERR VAR-NOT-SUPPORTED\n"
        lines = [self._variable(name) for name in self.variables]
        if self.stops_in_list:
            return b"BEGIN LIST VAR " + self.ups.encode() + b"\n" + lines[0]
        return b"".join([f"BEGIN LIST VAR {self.ups}\n".encode(), *lines, f"END LIST VAR {self.ups}\n".encode()])

    def _variable(self, name: str) -> bytes:
        value = self.variables[name].replace("\\", "\\\\").replace('"', '\\"')
        return f'VAR {self.ups} {name} "{value}"\n'.encode()
