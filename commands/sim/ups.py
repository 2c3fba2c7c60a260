"""A UPS behind a NUT daemon: let the mains fail, the battery run low, the daemon stop."""

import argparse
from collections.abc import Callable

from commands.sim.console import Console, Misunderstood, Verb, port
from commands.sim.on_a_line import line_verbs
from devices.power.sim_upsd import SimUpsd
from devices.sim_line import TcpLine

TABLE = "[kiosks.ups]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the daemon can be started."""
    parser.add_argument("--tcp", type=port, default=0, metavar="PORT", help="listen here, as upsd does on 3493")
    parser.add_argument("--ups", default="ups", metavar="NAME")


def start(options: argparse.Namespace, _say: Callable[[str], None]) -> Console:
    """Start the daemon."""
    daemon = SimUpsd(options.ups)
    line = TcpLine(daemon, port=options.tcp)
    place = f'kind = "nut"\nups = "{daemon.ups}"\nhost = "{line.host}"\nport = {line.port}'
    return Console(place, {"set": _set(daemon)} | line_verbs(line), line.close, _scenes(daemon, line))


def _set(daemon: SimUpsd) -> Verb:
    def put(words: list[str]) -> str:
        """VARIABLE VALUE: e.g. set battery.charge 50"""
        if len(words) < 2:
            raise Misunderstood("set VARIABLE VALUE, e.g. set ups.status OL CHRG")
        daemon.variables[words[0]] = " ".join(words[1:])
        return "done"

    return put


def _scenes(daemon: SimUpsd, line: TcpLine) -> dict[str, Callable[[], None]]:
    def mains_fail() -> None:
        """the lights go out"""
        daemon.mains_fail()

    def battery_low() -> None:
        """nobody came, and the battery is nearly empty"""
        daemon.battery_runs_low()

    def mains_return() -> None:
        """the lights go on again"""
        daemon.error = None
        daemon.mains_return()

    def upsd_stops() -> None:
        """the daemon is gone"""
        line.unplug()

    def data_stale() -> None:
        """the cable between daemon and UPS is out"""
        daemon.error = "DATA-STALE"

    return {
        "mains-fail": mains_fail,
        "battery-low": battery_low,
        "mains-return": mains_return,
        "upsd-stops": upsd_stops,
        "data-stale": data_stale,
    }
