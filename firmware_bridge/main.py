"""The bridge's process, to boards and to lines of call pads: `python -m firmware_bridge.main --config FILE`."""

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
from devices.call_pads.sim_line import PadLineSim
from firmware_bridge import learn_keys
from firmware_bridge.bar_bridge import BarBridge
from firmware_bridge.bridge import BoardBridge
from firmware_bridge.line_bridge import LineBridge
from firmware_bridge.simulated_bars import simulated_bars
from settings.devices.lines import LineTable
from settings.load import SettingsError, hall_clock, read_site
from settings.locale import texts_in
from settings.logs import set_up_logs
from settings.show import printed
from settings.site import Site

logger = logging.getLogger(__name__)

Bridge = BoardBridge | BarBridge | LineBridge
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
    if arguments.learn_keys is not None:
        return learn_keys.main(site, *arguments.learn_keys)
    if not (site.boards or site.bars or site.lines):
        mend = "add one, or do not start the bridge"
        sys.stderr.write(f"{arguments.config}: no [[boards]], [[bars]] or [[lines]]: {mend}\n")
        return UNUSABLE
    set_up_logs("bridge")
    with ExitStack() as stack:
        _run(_simulated(site, stack) if arguments.simulate else site)
    return 0


def _run(site: Site) -> None:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    password = site.broker.password.get_secret_value() if site.broker.password else None
    broker = BrokerAddress(site.broker.host, site.broker.port, site.broker.username, password)
    clock, texts = hall_clock(site), texts_in(site.hall.language)
    bridges: list[Bridge] = [BoardBridge(site.hall.hall_id, table, broker, clock) for table in site.boards]
    bridges += [LineBridge(site, table, broker, clock) for table in site.lines]
    bridges += [BarBridge(site.hall.hall_id, table, broker, clock, texts) for table in site.bars]
    try:
        for bridge in bridges:
            bridge.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        stopping.wait()
    finally:
        with ThreadPoolExecutor(len(bridges)) as pool:  # a hanging board takes its time-out to close
            list(pool.map(lambda bridge: bridge.close(), bridges))


def _simulated(site: Site, stack: ExitStack) -> Site:
    """The same site, each board, line and bar on a simulated one's port."""
    boards = [board.model_copy(update={"port": stack.enter_context(BoardSim()).port}) for board in site.boards]
    lines = [line.model_copy(update={"port": stack.enter_context(_simulated_line(line)).port}) for line in site.lines]
    bars = simulated_bars(site.bars, stack)
    return site.model_copy(update={"boards": tuple(boards), "lines": tuple(lines), "bars": tuple(bars)})


def _simulated_line(table: LineTable) -> PadLineSim:
    return PadLineSim(pads=[p.address for p in table.pads], evaluators=[e.address for e in table.evaluators])


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hallq bridge", description="Join the hall's messages, its microcontroller boards and its call pads."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the hall's site file")
    parser.add_argument("--print-config", action="store_true", help="show what is in force, secrets masked")
    parser.add_argument("--simulate", action="store_true", help="put a simulated device under every driver")
    parser.add_argument(
        "--learn-keys",
        nargs=2,
        metavar=("LINE", "ADDRESS"),
        help="press every key of a button evaluator once, and print which is which; stop the bridge before",
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
