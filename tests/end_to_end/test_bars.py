"""Bars, evaluators and displays while the broker dies and boards start anew: no call and no rating is lost."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import BrokerTap, DisplayStream, journal
from tests.end_to_end.people import Clerk
from tests.waiting import until

RIGHT_WITHIN_S = 2.0  # of reconnecting
COUNTERS = ("1", "2")  # of queue A, on one board
_ids = count(1)


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    with running_hall(folder, kiosks=lambda _kiosks: [], boards=lambda boards: boards[:1]) as trial:
        yield trial


@pytest.fixture
def clerks(hall: Trial) -> Iterator[list[Clerk]]:
    """Two clerks at open counters, with nobody to serve before and afterwards."""
    clerks = [Clerk(hall.http, number, f"T000{number}") for number in COUNTERS]
    for clerk in clerks:
        clerk.open()
    yield clerks
    for clerk in clerks:
        clerk.send_everybody_home()


def issue(hall: Trial) -> str:
    body = {"command_id": f"issue-{next(_ids):04d}", "item_key": "I001", "kiosk_id": "52"}
    answer = hall.http.post("/api/v1/tickets", json=body)
    assert answer.status_code == 201
    return answer.json()["display_number"]


def bar(hall: Trial, counter_no: str) -> str:
    board, slot = hall.hall.devices.slots[counter_no]
    return board.texts[slot]


def connections(hall: Trial, name: str) -> int:
    return len(re.findall("broker: connected", hall.log(name)))


def test_calls_made_while_the_broker_is_dead_are_displayed_at_once_and_on_the_bars_when_it_is_back(
    hall: Trial, clerks: list[Clerk]
):
    numbers = [issue(hall), issue(hall)]
    before = {name: connections(hall, name) for name in ("server", "bridge")}
    with DisplayStream(hall.hall.base_url) as stream:
        until(lambda: stream.snapshots, what="the display")
        hall.process("mosquitto").kill()
        until(lambda: not hall.http.get("/api/v1/health").json()["broker_connected"], what="the lost broker")

        calls = [clerk.do("call-next") for clerk in clerks]

        texts = [f"请{n}号到{c}号窗口办理" for n, c in zip(numbers, COUNTERS, strict=True)]
        until(lambda: stream.texts == texts, within_s=1.0, what="the calls on the display")
        assert [bar(hall, c) for c in COUNTERS] != texts
        hall.hall.start_broker()
        until(
            lambda: all(connections(hall, name) > times for name, times in before.items()),
            what="the server and the bridge at the new broker",
        )
        until(lambda: [bar(hall, c) for c in COUNTERS] == texts, within_s=RIGHT_WITHIN_S, what="the calls on the bars")
        assert stream.texts == texts
    with BrokerTap(hall.hall.site.broker.port) as tap:
        until(lambda: len({state["counter_no"] for state in tap.of("CounterState")}) == 52, what="every counter")
        told = {state["call_id"] for state in tap.of("CounterState")} - {None}
    assert told == {call["call_id"] for call in calls}


def test_a_press_made_while_the_broker_is_dead_is_stored_when_it_is_back(hall: Trial, clerks: list[Clerk]):
    issue(hall)
    clerk = clerks[0]
    clerk.do("call-next")
    clerk.do("start")
    rating_id = clerk.do("complete")["rating_id"]
    until(lambda: hall.hall.devices.is_lit(COUNTERS[0]), what="the evaluator's light")
    hall.process("mosquitto").kill()

    hall.hall.devices.press(COUNTERS[0], 1)
    until(lambda: not hall.hall.devices.is_lit(COUNTERS[0]), what="the dark evaluator")
    hall.hall.start_broker()

    def stored() -> list[m.ServiceRated]:
        return [event for event in journal(hall.database, m.ServiceRated) if event.rating_id == rating_id]

    assert until(stored, what="the rating")[0].level == "very_satisfied"
    until(lambda: hall.http.get(f"/api/v1/counters/{COUNTERS[0]}").json()["last_rating"] == "given", what="the page")
    assert len(stored()) == 1


def test_a_board_reset_in_the_middle_of_a_command_shows_every_counter_again(hall: Trial, clerks: list[Clerk]):
    board, slot = hall.hall.devices.slots[COUNTERS[0]]
    number = issue(hall)
    sentence = f"请{number}号到{COUNTERS[0]}号窗口办理"
    until(lambda: bar(hall, COUNTERS[1]) == "2号窗口 企业开办与市场准入", what="the open counter's bar")
    texts, boots = list(board.texts), board.boot_count
    board.reset_after_bytes = 12

    clerks[0].do("call-next")

    until(lambda: board.boot_count == boots + 1, what="the reset")
    until(lambda: bar(hall, COUNTERS[0]) == sentence, what="the call on the bar")
    until(lambda: board.texts == (*texts[:slot], sentence, *texts[slot + 1 :]), what="the other counters' bars")
    assert "sending everything again" in hall.log("bridge")


def test_the_bridge_killed_and_started_again_puts_up_what_was_called_meanwhile(hall: Trial, clerks: list[Clerk]):
    number = issue(hall)
    hall.process("bridge").kill()

    clerks[1].do("call-next")
    hall.hall.start_bridge()

    until(lambda: bar(hall, COUNTERS[1]) == f"请{number}号到{COUNTERS[1]}号窗口办理", what="the call on the bar")


def test_the_server_killed_and_started_again_goes_on_with_the_same_visit(hall: Trial, clerks: list[Clerk]):
    number = issue(hall)
    called = clerks[0].do("call-next")
    until(lambda: number in bar(hall, COUNTERS[0]), what="the call on the bar")

    hall.process("server").kill()
    hall.hall.start_server()

    view = hall.http.get(f"/api/v1/counters/{COUNTERS[0]}").json()
    assert (view["status"], view["visitor"]["ticket_id"]) == ("calling", called["ticket_id"])
    clerks[0].do("start")
    until(lambda: bar(hall, COUNTERS[0]) == f"{number}号办理中", what="the served number on the bar")
