"""The board bridge's process: `python -m firmware_bridge.main --config FILE`."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from devices.boards.sim_board import BoardSim
from devices.broker_link import BrokerAddress
from firmware_bridge.bar_bridge import BarBridge
from firmware_bridge.bridge import BoardBridge
from firmware_bridge.simulated_bars import simulated_bars
from settings.devices.boards import BoardTable
from settings.load import SettingsError, hall_clock, read_site
from settings.locale import texts_in
from settings.logs import set_up_logs
from settings.show import printed
from settings.site import Site

logger = logging.getLogger(__name__)

Bridge = BoardBridge | BarBridge
UNUSABLE = 2  # exit status: the command line or the site file cannot be used


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit status."""
    arguments = _arguments(argv)
    try:
        site = read_site(arguments.config)
    except SettingsError as exc:
        sys.stderr.write(f"{exc}\n")
        return UNUSABLE
    if arguments.print_config:
        sys.stdout.write(printed(site) + "\n")
        return 0
    if not (site.boards or site.bars):
        sys.stderr.write(f"{arguments.config}: no [[boards]] or [[bars]]: add one, or do not start the board bridge\n")
        return UNUSABLE
    set_up_logs("bridge")
    with ExitStack() as stack:
        if arguments.simulate:
            boards, bars = _simulated(site.boards, stack), simulated_bars(site.bars, stack)
            site = site.model_copy(update={"boards": boards, "bars": bars})
        _run(site)
    return 0


def _run(site: Site) -> None:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    password = site.broker.password.get_secret_value() if site.broker.password else None
    broker = BrokerAddress(site.broker.host, site.broker.port, site.broker.username, password)
    bridges: list[Bridge] = [BoardBridge(site.hall.hall_id, table, broker, hall_clock(site)) for table in site.boards]
    texts = texts_in(site.hall.language)
    bridges += [BarBridge(site.hall.hall_id, table, broker, hall_clock(site), texts) for table in site.bars]
    try:
        for bridge in bridges:
            bridge.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        stopping.wait()
    finally:
        with ThreadPoolExecutor(len(bridges)) as pool:  # a hanging board takes its time-out to close
            list(pool.map(lambda bridge: bridge.close(), bridges))


def _simulated(tables: Sequence[BoardTable], stack: ExitStack) -> list[BoardTable]:
    """The same boards, each on a simulated one's port."""
    boards = [stack.enter_context(BoardSim()) for _table in tables]
    return [table.model_copy(update={"port": board.port}) for table, board in zip(tables, boards, strict=True)]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hallq bridge", description="Join the hall's messages and its microcontroller boards."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the hall's site file")
    parser.add_argument("--print-config", action="store_true", help="show what is in force, secrets masked")
    parser.add_argument("--simulate", action="store_true", help="put a simulated board under every driver")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
