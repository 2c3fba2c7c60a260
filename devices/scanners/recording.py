"""Recorded input events, as `evtest` prints them: record a scanner in the field, and play it again in a test.

    evtest /dev/input/by-id/usb-…-event-kbd > scanner.evtest     (Debian package evtest; end it with Ctrl-C)

Scan made-up codes only: a recording holds what was scanned. Source: the source text of evtest 1.35, print_events().
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devices.scanners.keyboard import EV_SYN, SYN_DROPPED, InputEvent

EV_MSC = 4  # evtest prints its values in hexadecimal digits
SYN_REPORT = 0
LINE = re.compile(r"Event: time (?P<at>\d+\.\d+), (?P<what>.*)")
VALUE = re.compile(r"type (\d+) \([^)]*\), code (\d+) \([^)]*\), value (-?[0-9a-f]+)")
SYNS = {"SYN_REPORT": SYN_REPORT, "SYN_DROPPED": SYN_DROPPED}
SYN = re.compile(r"[->+]+ (\w+) [-<+]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and its time in seconds since the first one."""

    at_s: float
    event: InputEvent


class MalformedRecording(ValueError):
    """A line that begins like an event and is none; the message says which line."""


def parse_recording(text: str) -> list[Recorded]:
    """Read what evtest printed; its list of keys before the first event is passed over.

    Raises:
        MalformedRecording: an event that makes no sense.
    """
    found = list(_events(text))
    return [Recorded(at - found[0][0], event) for at, event in found]


def _events(text: str) -> Iterator[tuple[float, InputEvent]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("Event: time"):
            continue
        whole = LINE.fullmatch(line.strip())
        event = _event(whole["what"]) if whole else None
        if whole is None or event is None:
            raise MalformedRecording(f"line {number} is no event of evtest")
        yield float(whole["at"]), event


def _event(what: str) -> InputEvent | None:
    if found := VALUE.fullmatch(what):
        kind = int(found[1])
        try:
            return InputEvent(kind, int(found[2]), int(found[3], 16 if kind == EV_MSC else 10))
        except ValueError:
            return None
    if found := SYN.fullmatch(what):
        return InputEvent(EV_SYN, SYNS[found[1]], 0) if found[1] in SYNS else None
    return None
