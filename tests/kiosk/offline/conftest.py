"""A hall on a bad line and a kiosk of it that holds numbers; a book by itself."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hall.catalogue import HallPlan
from kiosk.adapters.lease_book import LeaseBook
from tests.kiosk.offline.books import a_book
from tests.kiosk.offline.lossy_hall import LossyHall, small_plan
from tests.kiosk.offline.offline_kiosk import Clock, Kiosk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def plan() -> HallPlan:
    return small_plan()


@pytest.fixture
def hall(plan: HallPlan, clock: Clock) -> LossyHall:
    return LossyHall(plan, clock.now)


@pytest.fixture
def new_kiosk(plan: HallPlan, hall: LossyHall, clock: Clock, tmp_path: Path) -> Iterator[Callable[[str], Kiosk]]:
    with contextlib.ExitStack() as opened:

        def make(kiosk_id: str) -> Kiosk:
            kiosk = Kiosk(hall, plan, clock, tmp_path, kiosk_id)
            opened.callback(kiosk.close)
            kiosk.top_up()
            return kiosk

        yield make


@pytest.fixture
def kiosk(new_kiosk: Callable[[str], Kiosk]) -> Kiosk:
    """A kiosk with numbers 1 to 4 of queues A and B; the server's own go on with 5."""
    return new_kiosk("K01")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "k01.sqlite"


@pytest.fixture
def book(path: Path) -> Iterator[LeaseBook]:
    with contextlib.closing(a_book(path)) as book:
        yield book
