"""The bridge between a real broker and a board on a pseudo-terminal."""

import logging
import time

import pytest

from devices.boards.sim_board import BoardSim
from hall.messages import TryDevice
from hall.rating import RatingLevel
from tests.waiting import until


@pytest.fixture
def joined(server, sim, start_bridge):
    """A bridge that has said that its board works."""
    bridge = start_bridge(sim.port)
    until(lambda: server.health.get("B01") and server.health["B01"].status == "ok")
    return bridge


def test_a_call_reaches_the_bar_and_is_told_as_shown(joined, server, sim):
    server.tell("4", 1, "请A001号到4号窗口", call_id="c1")

    until(lambda: server.shown)
    assert (sim.texts[1], sim.flashing[1]) == ("请A001号到4号窗口", True)
    assert [(s.counter_no, s.revision, s.call_id) for s in server.shown] == [("4", 1, "c1")]
    assert sim.texts[0] == ""


def test_a_state_told_before_the_bridge_was_there_is_shown(server, sim, start_bridge):
    server.tell("3", 1, "暂停服务")

    start_bridge(sim.port)

    until(lambda: sim.texts[0] == "暂停服务")


def test_of_many_states_the_last_is_shown(joined, server, sim):
    for revision in range(1, 301):
        server.tell("3", revision, f"text {revision}")

    until(lambda: sim.texts[0] == "text 300")
    until(lambda: server.shown and server.shown[-1].revision == 300)
    revisions = [s.revision for s in server.shown]
    assert revisions == sorted(set(revisions))


def test_lost_acknowledgements_double_nothing(joined, server, sim):
    sim.drop_acks = 3
    server.tell("3", 1, "请A001号", call_id="c1")
    until(lambda: server.shown)
    server.tell("3", 2, "请评价", rating_id="r1")
    until(lambda: sim.rating_open[0])
    sim.firmware.deaf_to_acks = 3
    sim.press(0, 2)

    until(lambda: sim.firmware.waiting == 0)
    until(lambda: not sim.rating_open[0])
    assert [s.revision for s in server.shown if s.call_id] == [1]
    assert [p.level for p in server.pressed] == [RatingLevel.SATISFIED]


def test_a_board_reset_in_the_middle_of_a_command_gets_everything_again(joined, server, sim):
    server.tell("4", 1, "请评价", rating_id="r1")
    until(lambda: sim.rating_open[1] and sim.texts[1] == "请评价")

    sim.reset_after_bytes = 20
    server.tell("3", 2, "请A002号到3号窗口", call_id="c2")

    until(lambda: sim.boot_count == 2 and list(sim.texts[:2]) == ["请A002号到3号窗口", "请评价"])
    until(lambda: sim.rating_open[1])
    until(lambda: [s.call_id for s in server.shown if s.call_id] == ["c2"])


def test_a_reset_of_an_idle_board_is_mended_without_any_news(joined, server, sim):
    server.tell("3", 1, "3号窗口")
    until(lambda: sim.texts[0] == "3号窗口")

    sim.reset()

    until(lambda: sim.boot_count == 2 and sim.texts[0] == "3号窗口")
    assert server.health["B01"].status == "ok"


def test_a_press_outside_a_rating_is_ignored_and_logged(joined, server, sim, caplog):
    caplog.set_level(logging.INFO, "firmware_bridge")

    sim.press(0, 5)

    until(lambda: "key 5 of slot 0 ignored: no rating is open" in caplog.text)
    assert server.pressed == []


def test_presses_inside_a_rating_give_exactly_one_level(joined, server, sim, caplog):
    caplog.set_level(logging.INFO, "firmware_bridge")
    server.tell("3", 1, "请评价", rating_id="r1")
    until(lambda: sim.rating_open[0])

    for key in (9, 5, 1, 1):
        sim.press(0, key)

    until(lambda: server.pressed and not sim.rating_open[0])
    until(lambda: sim.firmware.waiting == 0 and caplog.text.count("ignored") == 3)
    assert [(p.counter_no, p.rating_id, p.level) for p in server.pressed] == [
        ("3", "r1", RatingLevel.VERY_DISSATISFIED)
    ]
    assert "key 9 of slot 0 ignored: the key has no level" in caplog.text


def test_after_the_broker_was_killed_the_bars_are_right_within_two_seconds_of_reconnecting(joined, broker, server, sim):
    server.tell("3", 1, "请A001号")
    server.tell("4", 2, "4号窗口")
    until(lambda: sim.texts[1] == "4号窗口")

    broker.kill()
    until(lambda: not joined.is_connected and not server.link.is_connected)
    server.health.clear()
    server.tell("3", 3, "请A002号")
    sim.reset()
    until(lambda: list(sim.texts[:2]) == ["请A001号", "4号窗口"])  # the board is served without a broker
    broker.start()
    until(lambda: joined.is_connected and server.link.is_connected)
    connected_at = time.monotonic()

    until(lambda: list(sim.texts[:2]) == ["请A002号", "4号窗口"])
    assert time.monotonic() - connected_at < 2.0
    until(lambda: server.shown and server.shown[-1].revision == 3)
    until(lambda: "B01" in server.health)  # it is told again: the broker has forgotten it
    assert server.health["B01"].status == "ok"


def test_a_press_made_while_the_broker_is_away_is_told_when_it_is_back(joined, broker, server, sim):
    server.tell("3", 1, "请评价", rating_id="r1")
    until(lambda: sim.rating_open[0])
    broker.kill()
    until(lambda: not joined.is_connected and not server.link.is_connected)

    sim.press(0, 1)
    until(lambda: not sim.rating_open[0])
    broker.start()

    until(lambda: server.link.is_connected and joined.is_connected)
    until(lambda: server.pressed, within_s=8)
    assert len({p.press_id for p in server.pressed}) == 1


def test_a_press_that_no_server_heard_is_told_again_when_one_is_there(joined, new_server, server, sim):
    server.tell("3", 1, "请评价", rating_id="r1")
    until(lambda: sim.rating_open[0])
    server.link.close()
    witness = new_server("witness")
    sim.press(0, 4)
    until(lambda: witness.pressed)  # the broker has had it, and nobody has stored it

    back = new_server()

    until(lambda: back.pressed)
    back.tell("3", 2, "3号窗口")
    until(lambda: sim.texts[0] == "3号窗口")
    assert set(back.pressed) == set(witness.pressed)
    assert [(p.rating_id, p.level) for p in set(back.pressed)] == [("r1", RatingLevel.DISSATISFIED)]


def test_a_silent_board_is_told_and_mended_while_its_neighbour_works(server, start_bridge):
    with BoardSim() as hanging, BoardSim() as working:
        start_bridge(hanging.port, (1, 2), "B01")
        start_bridge(working.port, (3, 4), "B02")
        until(lambda: [h.status for h in server.health.values()] == ["ok", "ok"])

        hanging.silent = True
        server.tell("1", 1, "请A001号")
        server.tell("3", 2, "请A002号")
        until(lambda: working.texts[0] == "请A002号", within_s=1.0)
        until(lambda: server.health["B01"].status == "offline")
        assert server.health["B01"].mend
        server.tell("4", 3, "请A003号")
        until(lambda: working.texts[1] == "请A003号", within_s=1.0)
        hanging.silent = False

        until(lambda: hanging.texts[0] == "请A001号" and server.health["B01"].status == "ok", within_s=10)
        assert server.health["B02"].status == "ok"


def test_a_board_that_is_plugged_in_later_is_found(server, start_bridge, tmp_path):
    server.tell("3", 1, "3号窗口")
    by_id = tmp_path / "board"
    start_bridge(str(by_id))
    until(lambda: "B01" in server.health)
    assert server.health["B01"].status == "offline"

    with BoardSim(link=by_id) as sim:
        until(lambda: sim.texts[0] == "3号窗口", within_s=8)
        sim.unplug()
        until(lambda: server.health["B01"].status == "offline")
        sim.plug()
        until(lambda: sim.texts[0] == "3号窗口" and server.health["B01"].status == "ok", within_s=8)


def test_a_board_with_too_few_slots_is_a_fault_that_says_what_to_do(server, start_bridge):
    with BoardSim(slots=1) as sim:
        start_bridge(sim.port, (3, 4))

        until(lambda: "B01" in server.health and server.health["B01"].status == "fault")
        assert server.health["B01"].cause == "too_few_slots"
        assert "fewer counters" in (server.health["B01"].mend or "")


def test_a_broken_bar_is_a_warning_and_its_neighbour_works(joined, server, sim):
    sim.firmware.broken_slots = {0}
    server.tell("3", 1, "请A001号")
    server.tell("4", 2, "请A002号")

    until(lambda: sim.texts[1] == "请A002号")
    until(lambda: server.health["B01"].status == "warning")
    assert server.health["B01"].cause == "command_refused"
    assert [s.counter_no for s in server.shown] == ["4"]
    assert sim.firmware.refused == 1  # it is not told again and again

    sim.firmware.broken_slots = set()
    server.tell("3", 3, "请A003号")
    until(lambda: sim.texts[0] == "请A003号" and server.health["B01"].status == "ok")


def test_a_board_of_another_protocol_is_a_fault(server, start_bridge):
    with BoardSim() as sim:
        sim.firmware.protocol = 9
        start_bridge(sim.port)

        until(lambda: "B01" in server.health and server.health["B01"].cause == "wrong_firmware")
        assert server.health["B01"].status == "fault"


def test_a_bridge_that_is_closed_says_so(joined, server):
    joined.close()

    until(lambda: server.health["B01"].status == "offline")
    assert server.health["B01"].cause == "bridge_stopped"


def test_a_port_is_held_by_one_bridge_only(joined, server, sim, start_bridge):
    start_bridge(sim.port, board_id="B02")

    until(lambda: "B02" in server.health)
    assert server.health["B02"].status == "offline"
    server.tell("3", 1, "3号窗口")
    until(lambda: sim.texts[0] == "3号窗口")


def test_a_boards_test_button_tells_whether_it_answers(joined, server, sim):
    server.link.tell(TryDevice(device_id="B01", trial_id="t1"))
    until(lambda: server.tried)

    sim.silent = True
    server.link.tell(TryDevice(device_id="B01", trial_id="t2"))
    server.link.tell(TryDevice(device_id="B02", trial_id="t3"))  # nobody's

    until(lambda: len(server.tried) == 2)
    assert [(tried.trial_id, tried.passed) for tried in server.tried] == [("t1", True), ("t2", False)]
