"""Waiting, for threads that speak."""

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    def wait(is_so: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < deadline_s, "it did not come about in time"
            time.sleep(0.005)

    return wait
