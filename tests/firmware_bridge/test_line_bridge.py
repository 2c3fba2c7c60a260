"""A line of pads and evaluators between a real broker, an HTTP server and a pseudo-terminal."""

import contextlib
import logging
import time

import pytest

from devices.call_pads.sim_line import PadLineSim
from firmware_bridge import pads
from firmware_bridge.line_bridge import LineBridge
from hall.counter import CounterStatus
from hall.messages import CounterState, QueueState
from hall.rating import RatingLevel
from settings.site import Site
from tests.firmware_bridge.conftest import CLOCK, HALL
from tests.firmware_bridge.counter_server import CounterServer
from tests.waiting import until


@pytest.fixture
def http():
    with contextlib.closing(CounterServer()) as http:
        yield http


@pytest.fixture
def line():
    with PadLineSim(pads=(1, 2), evaluators=(11, 12)) as line:
        yield line


@pytest.fixture
def start_line(broker, http):
    with contextlib.ExitStack() as stack:

        def start(port, line_id="L01", first=3):
            bridge = LineBridge(
                a_site(http.url, port, line_id, first), a_table(port, line_id, first), broker.address, CLOCK
            )
            stack.callback(bridge.close)
            bridge.start()
            return bridge

        yield start


def a_site(url, port, line_id, first):
    place = {"name": "甲", "name_en": "A"}
    return Site(
        catalogue="catalogue.toml",
        hall={"hall_id": HALL, **place},
        zones=[{"zone_id": "A", **place}],
        queues=[{"prefix": "A", "zone": "A", **place}],
        counters=[{"numbers": [3, 4, 5, 6], "kind": "comprehensive", "zone": "A", "queues": ["A"]}],
        server={"public_url": url},
        evaluator_models=[{"model": "four", "keys": {"very_satisfied": 0, "satisfied": 1, "dissatisfied": 3}}],
        lines=[
            {
                "line_id": line_id,
                "port": port,
                "pads": [{"address": 1, "counter": first}, {"address": 2, "counter": first + 1}],
                "evaluators": [{"address": 11 + n, "counter": first + n, "model": "four"} for n in (0, 1)],
            }
        ],
    )


def a_table(port, line_id, first):
    return a_site("http://x", port, line_id, first).lines[0]


@pytest.fixture
def joined(server, line, start_line):
    bridge = start_line(line.port)
    until(lambda: server.health.get("L01") and server.health["L01"].status == "ok")
    return bridge


def tell(server, counter_no="3", revision=1, status=CounterStatus.IDLE, number=None, rating_id=None):
    state = CounterState(
        counter_no=counter_no, revision=revision, status=status, text="", display_number=number, rating_id=rating_id
    )
    server._states[counter_no] = state
    server.link.tell(state)


def test_a_pad_shows_the_states_and_its_call_becomes_one_command(joined, server, http, line):
    server.link.tell(QueueState(prefix="A", revision=1, waiting=12))
    tell(server)
    until(lambda: line.shows(1) == ("012", "   "))

    line.press(1, "call")

    until(lambda: [c["type"] for c in http.done.values()] == ["CallNext"])
    tell(server, revision=2, status=CounterStatus.CALLING, number="A023")
    until(lambda: line.shows(1) == ("012", "023"))
    assert [c["counter_no"] for c in http.asked] == ["3"]
    assert line.pads[1].beeps == 0


def test_a_double_press_and_a_stuck_key_call_one_ticket(joined, server, http, line):
    tell(server)
    until(lambda: joined._pads.status_at(1) is CounterStatus.IDLE)
    line.press(1, "call")
    until(lambda: http.done)
    line.press(1, "call")
    line.pads[1].jam("call")
    until(lambda: line.pads[1].acknowledged >= 4, what="a stuck key's frames")

    assert len(http.asked) == 1


def test_a_slowly_stuck_key_is_refused_with_a_beep_once_the_visitor_is_called(joined, server, http, line):
    tell(server, status=CounterStatus.CALLING, number="A001")
    until(lambda: line.shows(1)[1] == "001")

    line.press(1, "call")

    until(lambda: line.pads[1].beeps == 1)
    assert http.asked == []


def test_a_refused_command_beeps(joined, server, http, line, caplog):
    caplog.set_level(logging.INFO, "firmware_bridge")
    http.refusal = "queue_empty"
    tell(server)
    until(lambda: joined._pads.status_at(1) is CounterStatus.IDLE)

    line.press(1, "call")

    until(lambda: line.pads[1].beeps == 1)
    assert "call_next: queue_empty" in caplog.text
    assert http.done == {}


def test_a_server_that_does_not_answer_keeps_no_other_pad_and_no_number_waiting(joined, server, http, line):
    http.gate.clear()
    tell(server)
    tell(server, "4", status=CounterStatus.CALLING, number="A002")
    until(lambda: line.shows(2)[1] == "002")
    line.press(1, "call")
    until(lambda: http.asked)

    tell(server, "4", 2, status=CounterStatus.CALLING, number="A003")
    line.press(2, "recall")

    until(lambda: line.shows(2)[1] == "003" and len(http.asked) == 2, within_s=2.0)
    http.gate.set()


def test_a_rating_is_asked_for_and_one_press_counts(joined, server, line, caplog):
    caplog.set_level(logging.INFO, "firmware_bridge")
    line.rate(11, 0)
    until(lambda: "ignored: no rating is open" in caplog.text)
    tell(server, status=CounterStatus.RATING, rating_id="r1")
    until(lambda: line.asks(11))
    assert not line.asks(12)

    line.rate(11, 2)
    until(lambda: "key 2 of evaluator 11 ignored: the key has no level" in caplog.text)
    line.rate(11, 3)
    until(lambda: server.pressed)
    line.rate(11, 1)

    until(lambda: caplog.text.count("ignored: no rating is open") == 2)
    assert [(p.rating_id, p.level) for p in server.pressed] == [("r1", RatingLevel.DISSATISFIED)]


def test_a_press_that_no_server_heard_is_told_again_when_one_is_there(joined, new_server, server, line):
    tell(server, status=CounterStatus.RATING, rating_id="r1")
    until(lambda: line.asks(11))
    server.link.close()
    witness = new_server("witness")
    line.rate(11, 0)
    until(lambda: witness.pressed)

    back = new_server()

    until(lambda: back.pressed)
    assert {p.press_id for p in back.pressed} == {p.press_id for p in witness.pressed}


def test_a_line_plugged_in_later_and_pulled_out_is_told_and_mended(server, start_line, tmp_path):
    tell(server, status=CounterStatus.CALLING, number="A023")
    start_line(str(tmp_path / "line"))
    until(lambda: "L01" in server.health)
    assert server.health["L01"].status == "offline"

    with PadLineSim(pads=(1, 2), evaluators=(11, 12), link=tmp_path / "line") as line:
        until(lambda: line.shows(1)[1] == "023", within_s=8)
        until(lambda: server.health["L01"].status == "ok")
        line.unplug()
        line.pads[1].ticket = "   "
        until(lambda: server.health["L01"].status == "offline")
        line.plug()

        until(lambda: line.shows(1)[1] == "023" and server.health["L01"].status == "ok", within_s=8)


def test_a_pad_switched_on_later_shows_its_numbers_when_they_are_shown_again(joined, server, line, monkeypatch):
    monkeypatch.setattr(pads, "SHOW_AGAIN_S", 0.5)
    line.pads[1].is_silent = True
    tell(server, status=CounterStatus.CALLING, number="A023")
    tell(server, "4", status=CounterStatus.CALLING, number="A024")
    until(lambda: line.shows(2)[1] == "024")
    line.pads[1].is_silent = False

    until(lambda: line.shows(1)[1] == "023", within_s=5)


def test_health_says_when_each_address_was_heard_last(joined, server, line):
    assert server.health["L01"].detail in (None, "1 –, 2 –, 11 –, 12 –")

    line.press(2, "notice")

    until(lambda: (server.health["L01"].detail or "").startswith("1 –, 2 "))
    until(lambda: server.health["L01"].detail != "1 –, 2 –, 11 –, 12 –")
    assert server.health["L01"].status == "ok"


def test_nonsense_is_a_warning_and_the_neighbour_line_works(joined, server, start_line, http, line):
    with PadLineSim(pads=(1, 2), evaluators=(11, 12)) as other:
        start_line(other.port, "L02", first=5)
        tell(server, "5", status=CounterStatus.CALLING, number="A005")
        ends = time.monotonic() + 10
        while server.health["L01"].status != "warning":
            assert time.monotonic() < ends
            line.babble(60)
            time.sleep(0.01)
        assert server.health["L01"].cause == "protocol_error"

        until(lambda: other.shows(1)[1] == "005", within_s=8)
        until(lambda: server.health["L01"].status == "ok")


def test_a_bridge_that_is_closed_says_so(joined, server):
    joined.close()

    until(lambda: server.health["L01"].status == "offline")
    assert server.health["L01"].cause == "bridge_stopped"
