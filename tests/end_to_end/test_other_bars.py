"""Bars of other makers in a whole hall: a call that a clerk makes is on them, and the manager sees how they are."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import BrokerTap
from tests.end_to_end.people import Clerk
from tests.waiting import until

BARS = [
    {"kind": "number_bar", "bars_id": "L01", "port": "/dev/none", "addresses": {"5": 1}},
    {"kind": "onbon", "bars_id": "L02", "counter": 2, "host": "192.0.2.1"},
]
_ids = count(1)


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    with running_hall(folder, kiosks=lambda _k: [], boards=lambda _b: [], bars=lambda _b: BARS) as trial:
        yield trial


def issue(hall: Trial) -> str:
    body = {"command_id": f"issue-{next(_ids):04d}", "item_key": "I001", "kiosk_id": "52"}
    answer = hall.http.post("/api/v1/tickets", json=body)
    assert answer.status_code == 201
    number: str = answer.json()["display_number"]
    return number


def test_a_call_is_on_the_bar_in_the_bars_own_way(hall: Trial):
    clerks = [Clerk(hall.http, number, f"T000{number}") for number in ("1", "2")]
    numbers = [issue(hall), issue(hall)]
    with BrokerTap(hall.hall.site.broker.port) as tap:
        for clerk in clerks:
            clerk.open()
            clerk.do("call-next")

        def texts() -> dict[str, str]:
            return {shown["counter_no"]: shown["text"] for shown in tap.of("BarShown") if shown.get("call_id")}

        wanted = {"1": str(int(numbers[0][1:])), "2": f"请{numbers[1]}号"}
        until(lambda: texts() == wanted, what="the numbers on the bars")
    until(lambda: [hall.health(name) for name in ("L01", "L02")] == [("ok", None)] * 2, what="the bars' health")
