"""Waiting for what another thread or process does, without sleeping longer than it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(question: Callable[[], T], within_s: float = 5.0) -> T:
    """Ask again and again until the answer is true, and give it; fail after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < deadline, f"it did not happen within {within_s} s"
        time.sleep(0.005)
    return answer
