"""A clerk who works with a call pad alone, and visitors with a button evaluator: server, bridge and wires are real."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from devices.call_pads.line import SAME_PRESS_S
from devices.call_pads.sim_line import PadLineSim
from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal
from tests.end_to_end.people import Clerk
from tests.waiting import until

COUNTER = "1"
NOBODY = "   "
_ids = count(1)


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    table = {
        "line_id": "L01",
        "port": "/dev/null",
        "pads": [{"address": 1, "counter": 1}, {"address": 2, "counter": 2}],
        "evaluators": [{"address": 10 + n, "counter": n, "model": "four"} for n in (1, 2)],
    }
    keys = {"very_satisfied": 0, "satisfied": 1, "basically_satisfied": 2, "dissatisfied": 3}
    with running_hall(
        folder,
        kiosks=lambda _kiosks: [],
        boards=lambda boards: boards[:1],
        lines=lambda _lines: [table],
        evaluator_models=lambda _models: [{"model": "four", "keys": keys}],
    ) as trial:
        yield trial


@pytest.fixture(scope="module")
def line(hall: Trial) -> PadLineSim:
    line = hall.hall.devices.lines["L01"]
    line.echo = True
    return line


@pytest.fixture
def clerk(hall: Trial, line: PadLineSim) -> Iterator[Clerk]:
    clerk = Clerk(hall.http, COUNTER, "T0001")
    clerk.open()
    until(lambda: line.shows(1) == ("000", NOBODY), what="the open counter on the pad")
    yield clerk
    clerk.send_everybody_home()
    left_at = time.monotonic()
    until(lambda: line.shows(1) == (NOBODY, NOBODY), what="the closed counter on the pad")
    until(lambda: time.monotonic() - left_at > SAME_PRESS_S, what="the end of whatever was pressed")


def issue(hall: Trial) -> str:
    body = {"command_id": f"issue-{next(_ids):04d}", "item_key": "I001", "kiosk_id": "52"}
    answer = hall.http.post("/api/v1/tickets", json=body)
    assert answer.status_code == 201
    return answer.json()["display_number"]


def bar(hall: Trial) -> str:
    board, slot = hall.hall.devices.slots[COUNTER]
    return board.texts[slot]


def status(hall: Trial) -> str:
    return hall.http.get(f"/api/v1/counters/{COUNTER}").json()["status"]


def digits(display_number: str) -> str:
    return display_number[1:]


def test_a_visit_on_the_pad_alone_from_call_to_rating(hall: Trial, clerk: Clerk, line: PadLineSim):
    first, second = issue(hall), issue(hall)
    until(lambda: line.shows(1)[0] == "002", what="two who wait on the pad")
    line.rate(11, 0)  # outside a rating

    line.press(1, "call")
    pressed_at = time.monotonic()
    until(lambda: line.shows(1) == ("001", digits(first)), what="the called ticket on the pad")
    until(lambda: bar(hall) == f"请{first}号到{COUNTER}号窗口办理", what="the called ticket on the bar")
    line.press(1, "confirm")
    until(lambda: status(hall) == "serving", what="the visitor at the counter")
    line.press(1, "ask_rating")
    until(lambda: line.asks(11), what="the evaluator")
    rating_id = journal(hall.database, m.ServiceCompleted)[-1].rating_id
    line.rate(11, 3)
    until(lambda: not line.asks(11), what="the dark evaluator")
    until(lambda: status(hall) == "idle", what="the end of the rating")
    line.rate(11, 0)
    until(lambda: time.monotonic() - pressed_at > SAME_PRESS_S, what="a call that is not the first one's repetition")
    line.press(1, "call")
    until(lambda: line.shows(1) == ("000", digits(second)), what="the next ticket on the pad")

    rated = [event for event in journal(hall.database, m.ServiceRated) if event.rating_id == rating_id]
    assert [(event.level, event.counter_no, event.staff_no) for event in rated] == [("dissatisfied", "1", "T0001")]
    assert len(journal(hall.database, m.ServiceRated)) == 1
    assert line.pads[1].beeps == 0


def test_nobody_waiting_beeps_and_a_counter_without_a_clerk_too(hall: Trial, clerk: Clerk, line: PadLineSim):
    beeps = line.pads[1].beeps, line.pads[2].beeps

    line.press(1, "call")
    line.press(2, "call")

    until(lambda: (line.pads[1].beeps, line.pads[2].beeps) == (beeps[0] + 1, beeps[1] + 1), what="the beeps")
    assert line.shows(2) == (NOBODY, NOBODY)


def test_a_call_made_while_the_server_starts_anew_is_done_once(hall: Trial, clerk: Clerk, line: PadLineSim):
    number = issue(hall)
    until(lambda: line.shows(1)[0] == "001", what="who waits on the pad")
    hall.process("server").kill()

    line.press(1, "call")
    hall.hall.start_server()

    until(lambda: line.shows(1)[1] == digits(number), what="the called ticket on the pad")
    calls = [event for event in journal(hall.database, m.TicketCalled) if event.display_number == number]
    assert len(calls) == 1


def test_the_manager_sees_the_line_and_who_was_heard(hall: Trial, clerk: Clerk, line: PadLineSim):
    until(lambda: hall.health("L01") == ("ok", None), what="the line's health")
    line.unplug()
    until(lambda: hall.health("L01") == ("offline", "unavailable"), what="the missing line")
    line.plug()

    until(lambda: hall.health("L01") == ("ok", None), what="the line again")
    number = issue(hall)
    line.press(1, "call")
    until(lambda: line.shows(1)[1] == digits(number), what="the called ticket on the pad")


def test_a_stuck_call_key_calls_one_ticket(hall: Trial, clerk: Clerk, line: PadLineSim):
    first, _second = issue(hall), issue(hall)
    until(lambda: line.shows(1)[0] == "002", what="two who wait on the pad")
    before, frames = len(journal(hall.database, m.TicketCalled)), line.pads[1].acknowledged

    line.pads[1].jam("call")
    until(lambda: line.pads[1].acknowledged >= frames + 8, what="eight frames of the stuck key")
    line.pads[1].stuck = None

    until(lambda: line.shows(1) == ("001", digits(first)), what="the called ticket on the pad")
    assert len(journal(hall.database, m.TicketCalled)) == before + 1
