"""Waiting for what another thread or process does, without sleeping longer than it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(question: Callable[[], T], within_s: float = 10.0, *, what: str = "it") -> T:
    """Ask again and again until the answer is true, and give it; fail after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s:g} s"
        time.sleep(0.005)
    return answer
