"""A scanner of QR codes behind a serial line, or as a keyboard: scan, half a code, wrong ending, unplug."""

import argparse
from collections.abc import Callable
from pathlib import Path

from commands.sim.console import Console, Misunderstood, NeedsMore, Verb
from devices.scanners.sim_scanner import ScannerSim
from devices.scanners.sim_uinput import UinputScanner
from hall.codes import CodeKind, encode

SAMPLE = encode(CodeKind.APPOINTMENT, "Y2603040001")
GBK_SAMPLE = "样例市政务服务大厅"
ENDINGS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}
TIMES_LYING = 5

TABLE = '[kiosks.scanner], kind = "serial", or "hid" for a keyboard'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the scanner can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")
    parser.add_argument("--keyboard", action="store_true", help="play a keyboard (needs root and /dev/uinput)")


def start(options: argparse.Namespace, _say: Callable[[str], None]) -> Console:
    """Plug the scanner in."""
    if options.keyboard:
        return _keyboard()
    scanner = ScannerSim(link=options.link)
    return Console(f'port = "{scanner.port}"', _verbs(scanner), scanner.close, _scenes(scanner))


def _keyboard() -> Console:
    try:
        keyboard = UinputScanner()
    except OSError as exc:
        raise NeedsMore(f"{exc}; be root and run: modprobe uinput") from exc
    return Console(f'device = "{keyboard.device}"', {"scan": _scanning(keyboard.scan)}, keyboard.close)


def _scanning(hold: Callable[[str], None]) -> Verb:
    def scan(words: list[str]) -> str:
        """TEXT: hold a code under it"""
        try:
            hold(" ".join(words) or SAMPLE)
        except KeyError as exc:
            raise Misunderstood("a keyboard of that kind has no such key") from exc
        return "done"

    return scan


def _verbs(scanner: ScannerSim) -> dict[str, Verb]:
    def half(words: list[str]) -> str:
        """TEXT: send it without its end"""
        scanner.send((" ".join(words) or SAMPLE[:9]).encode())
        return "done"

    def ending(words: list[str]) -> str:
        """cr, lf, crlf or none: what stands behind each code"""
        match words:
            case [name] if name in ENDINGS:
                scanner.ending = ENDINGS[name]
                return "done"
        raise Misunderstood(f"ending {' | '.join(ENDINGS)}")

    def mute(_words: list[str]) -> str:
        """read codes and say nothing"""
        scanner.silent = True
        return "done"

    def wake(_words: list[str]) -> str:
        """speak again"""
        scanner.silent = False
        return "done"

    def unplug(_words: list[str]) -> str:
        """pull the cable"""
        scanner.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the cable back"""
        scanner.plug()
        return "done"

    done = {"half": half, "ending": ending, "mute": mute, "wake": wake, "unplug": unplug, "plug": plug}
    return {"scan": _scanning(scanner.scan), **done}


def _scenes(scanner: ScannerSim) -> dict[str, Callable[[], None]]:
    def terminator_missing() -> None:
        """its codes have no end, as after a reset to other settings"""
        scanner.ending = b""
        scanner.scan(SAMPLE)

    def half_code_then_unplug() -> None:
        """the cable is pulled in the middle of a code, and put back"""
        scanner.send(SAMPLE[:9].encode())
        scanner.unplug()
        scanner.plug()

    def twice_in_a_row() -> None:
        """one code is held under it twice"""
        scanner.scan(SAMPLE)
        scanner.scan(SAMPLE)

    def code_left_lying() -> None:
        """a code lies under it, and it reads it again and again"""
        for _look in range(TIMES_LYING):
            scanner.scan(SAMPLE)

    def damaged_code() -> None:
        """one of the hall's own codes with a wrong character"""
        scanner.scan(SAMPLE[:-3] + "9" + SAMPLE[-2:])

    def label_in_gbk() -> None:
        """Chinese text from a label printer"""
        scanner.send(GBK_SAMPLE.encode("gbk") + scanner.ending)

    def wrong_line_speed() -> None:
        """the line speeds differ: noise instead of a code"""
        scanner.send(b"\xf8\x80\xf8\x78\x00\xff" * 4 + b"\r")

    scenes = (terminator_missing, half_code_then_unplug, twice_in_a_row, code_left_lying, damaged_code, label_in_gbk)
    return {scene.__name__.replace("_", "-"): scene for scene in (*scenes, wrong_line_speed)}
