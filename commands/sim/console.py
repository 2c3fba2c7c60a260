"""What every simulated device offers to the person at the terminal: where it is, what can be done to it, its scenes."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Verb = Callable[[list[str]], str]
"""Does something with the words behind it and says what came of it; raises `Misunderstood`."""


class Misunderstood(Exception):
    """The words behind a verb make no sense; the message says how they should read."""


@dataclass(frozen=True)
class Console:
    """A simulated device that is running.

    Attributes:
        place: what to write into the site file, e.g. `port = "/dev/pts/4"`.
        verbs: what can be done to it, by the word to type; the function's docstring is its help.
        scenes: what goes wrong in the field, by name: e.g. "roll-ends-mid-ticket".
        close: takes the device away; closing twice is harmless.
    """

    place: str
    verbs: Mapping[str, Verb]
    close: Callable[[], None]
    scenes: Mapping[str, Callable[[], None]] = field(default_factory=dict)


class Simulator(Protocol):
    """What a module of this folder has: its docstring's first line is its line in the list."""

    __doc__: str | None
    TABLE: str  # where in the site file the place belongs, e.g. "[kiosks.scanner]"

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        """Say how the device can be started."""
        ...

    @staticmethod
    def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
        """Start the device.

        Args:
            say: prints a line, from any thread: what the device does by itself.

        Raises:
            OSError: its port cannot be opened.
            NeedsMore: the machine lacks something; the message says what and how to mend it.
        """
        ...


def port(text: str) -> int:
    """A TCP port from the command line; 0 asks the system for a free one.

    Raises:
        ArgumentTypeError: not a number from 0 to 65535.
    """
    if not (text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


class NeedsMore(Exception):
    """The machine lacks something that the simulator needs; one sentence with the mend."""
