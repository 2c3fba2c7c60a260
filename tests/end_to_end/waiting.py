"""Waiting for something that other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], *, timeout_s: float = 10.0, what: str = "it") -> T:
    """Look until something is there; returns it."""
    ends = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < ends, f"{what} did not come in {timeout_s:g} s"
        time.sleep(0.02)
    return found
