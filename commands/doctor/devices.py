"""Checks of the devices in a site file: each is asked through its own driver, unless a running HallQ has it."""

from collections.abc import Iterator, Set
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from commands.doctor.findings import Check, Finding, bad, ok, warn
from commands.doctor.holders import Holder, holder_of_connection, holder_of_file
from commands.doctor.site_devices import SiteDevice, devices_of

if TYPE_CHECKING:
    from settings.devices.boards import BoardTable
    from settings.site import Site

MEND_ABSENT = "plug it in and switch it on, or correct the port in the site file"
MEND_PCSCD = "apt install pcscd, then systemctl start pcscd.socket"
BY_CAUSE = {  # words of the system's or the driver's: a nearer mend than the code's
    "Permission denied": "add this user to the group dialout (video for a camera), or run the doctor as root",
    "exclusively lock": "another program has it: run the doctor as root to see which",
    "connect to pcscd": MEND_PCSCD,
    "Name or service not known": "correct the host in the site file, or this machine's DNS",
    "Temporary failure in name resolution": "write the host's address into the site file, or mend this machine's DNS",
    "Inappropriate ioctl": "correct the port in the site file: what is there is no serial line",
    "there is no file": "correct the path in the site file",
    "Is a directory": "correct the port in the site file: what is there is a folder",
    ":3493: ": "install and start the power daemon: apt install nut-server; or correct [kiosks.ups] in the site file",
}


def checks(site: "Site", only: Set[str] = frozenset()) -> list[Check]:
    """One check for each device.

    Args:
        only: ids of kiosks, boards, lines and bars, or "server"; empty means all of them.
    """
    found = [Check(d.name, partial(_device, d)) for d in devices_of(site) if not only or d.owner in only]
    boards = [b for b in site.boards if not only or b.board_id in only]
    return found + [Check(board.board_id, partial(_board, board)) for board in boards]


def known_ids(site: "Site") -> list[str]:
    """What `only` may name."""
    owners = [k.kiosk_id for k in site.kiosks] + [b.board_id for b in site.boards]
    return list(dict.fromkeys([*owners, *(device.owner for device in devices_of(site))]))


def _device(device: SiteDevice) -> Iterator[Finding]:
    """Ask a device through its own driver, unless it cannot be reached or somebody else has it."""
    table, name = device.table, device.name
    path, host = _path_of(table), getattr(table, "host", None)
    if _is_file_printer(table):
        yield _unopened(name, table.path)
    elif path is not None:
        yield _out_of_reach(name, path) or _asked(device, path)
    elif host is not None:
        held = _held(name, holder_of_connection(host, table.port))
        yield held or _asked(device, f"{host}:{table.port}")
    else:
        yield _asked(device, _place_of(table))


def _is_file_printer(table: object) -> bool:
    from settings.devices.printers import FilePrinter

    return isinstance(table, FilePrinter)


def _unopened(name: str, path: Path) -> Finding:
    """What can be seen of a file that takes a printer's jobs: opened, it would be made, or written into."""
    if not path.parent.is_dir():
        return bad(name, f"there is no folder {path.parent}", "make the folder, or correct the path in the site file")
    holder = holder_of_file(path)
    if holder is not None and not holder.is_hallq:  # whoever reads a FIFO has it open as a matter of course
        return ok(name, f"process {holder.pid} ({holder.command}) has {path} open; it cannot be asked")
    return _held(name, holder) or ok(name, f"the folder {path.parent} is there; a file cannot be asked")


def _path_of(table: object) -> str | None:
    """The file under /dev that a device hangs on; None where it has none."""
    paths = (getattr(table, name, None) for name in ("port", "device", "path"))
    return next((path for path in paths if isinstance(path, str)), None)


def _place_of(table: object) -> str:
    reader = getattr(table, "reader", None)
    return f"{reader} behind pcscd" if reader else str(getattr(table, "path", None) or getattr(table, "url", "it"))


def _board(table: "BoardTable") -> Iterator[Finding]:
    yield _out_of_reach(table.board_id, table.port) or _greeted(table)


def _greeted(table: "BoardTable") -> Finding:
    """Greet a board that nobody uses: its bars go dark, as at every start of the bridge."""
    from devices.boards.link import WIRE_TIMEOUT_S as BOARD_TIMEOUT_S
    from devices.boards.link import BoardLink
    from devices.errors import DeviceError
    from devices.wire import SerialWire

    name = table.board_id
    try:
        link = BoardLink(SerialWire(table.port, baud=table.baud, timeout_s=BOARD_TIMEOUT_S, name=name), name)
        try:
            hello, uptime_s = link.greet(), link.ping()
        finally:
            link.close()
    except DeviceError as exc:
        return bad(name, exc.cause, _mend(exc.code, exc.cause))
    if hello.slots < len(table.counters):
        text = f"{len(table.counters)} counters on a board with {hello.slots} slots"
        return bad(name, text, "give the board fewer counters in the site file, or fit one with more slots")
    firmware = ".".join(map(str, hello.firmware))
    return ok(name, f"{table.port} answers: firmware {firmware}, {hello.slots} slots, up for {uptime_s} s")


def _can_answer(table: object) -> bool:
    """Whether a device that is well says so; of the others only their port is known to be there."""
    from settings.devices.bars import NumberBarLine
    from settings.devices.lines import LineTable
    from settings.devices.relays import LcusRelays
    from settings.devices.scanners import HidScanner, SerialScanner

    is_mute = isinstance(table, NumberBarLine | LineTable | LcusRelays | SerialScanner | HidScanner)
    return not is_mute and bool(getattr(table, "answers", True))


def _asked(device: SiteDevice, place: str) -> Finding:
    """Open a device, ask it how it is, and give it back."""
    from devices.errors import DeviceError

    name = device.name
    try:
        opened = device.open()
        try:
            warning = opened.check()
        finally:
            opened.close()
    except DeviceError as exc:
        return bad(name, exc.cause, _mend(exc.code, exc.cause))
    if warning:
        return warn(name, warning.replace("_", " "), _mend(warning))
    return ok(name, f"{place} answers" if _can_answer(device.table) else f"{place} is there; it cannot be asked")


def _out_of_reach(name: str, port: str) -> Finding | None:
    """Why a serial port cannot be opened now; None when it can be tried."""
    if not Path(port).exists():
        return bad(name, f"nothing is plugged in at {port}", MEND_ABSENT)
    return _held(name, holder_of_file(Path(port)))


def _held(name: str, holder: Holder | None) -> Finding | None:
    """What is said of a device that another program has; None when none has."""
    if holder is None:
        return None
    who = f"process {holder.pid} ({holder.command})"
    if holder.is_hallq:
        return ok(name, f"in use by {who}, which watches it: the manager's page says how it is")
    return warn(name, f"not asked, since {who} has it", f"end that program if it should not: kill {holder.pid}")


def _mend(code: str, cause: str = "") -> str:
    from devices.mends import MENDS

    told = next((mend for words, mend in BY_CAUSE.items() if words in cause), None)
    return told or MENDS.get(code, MENDS["fault"])
