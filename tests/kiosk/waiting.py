"""Wait until something is so, rather than for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(found: Callable[[], T], *, timeout_s: float = 10.0, what: str = "it") -> T:
    """Ask again and again until the answer is true, and give it back."""
    ends = time.monotonic() + timeout_s
    while not (answer := found()):
        if time.monotonic() > ends:
            raise AssertionError(f"{what} did not happen within {timeout_s:g} s")
        time.sleep(0.01)
    return answer
