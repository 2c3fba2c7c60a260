"""Driver and simulated board on the two ends of a pseudo-terminal."""

import random
import threading

import pytest

from devices.boards.link import WIRE_TIMEOUT_S, BoardLink, BoardRestarted
from devices.boards.link_messages import Key, OpenRating, Show
from devices.boards.sim_board import BoardSim
from devices.errors import DeviceUnavailable
from devices.wire import SerialWire
from tests.waiting import until


@pytest.fixture
def open_link():
    links = []

    def open_it(port):
        links.append(BoardLink(SerialWire(port, timeout_s=WIRE_TIMEOUT_S, name="B01"), "B01"))
        links[-1].greet()
        return links[-1]

    yield open_it
    for link in links:
        link.close()
        link.close()


def test_texts_reach_the_bars_and_keys_reach_the_host(sim, open_link):
    link, heard = open_link(sim.port), []

    for slot in range(16):
        link.send(Show(slot, f"请A{slot:03d}号到{slot}号窗口办理", flashing=slot % 2 == 0))
    link.send(OpenRating(4, 200))
    sim.press(4, 5)

    until(lambda: heard.extend(link.poll()) or heard)
    assert heard == [Key(4, 200, 5)]
    assert list(sim.texts) == [f"请A{slot:03d}号到{slot}号窗口办理" for slot in range(16)]
    assert list(sim.flashing) == [slot % 2 == 0 for slot in range(16)]
    assert [slot for slot, is_open in enumerate(sim.rating_open) if is_open] == [4]


def test_shown_texts_are_reported_from_the_boards_side(open_link):
    shown = []
    with BoardSim(on_shown=lambda *what: shown.append(what)) as sim:
        open_link(sim.port).send(Show(1, "暂停服务", flashing=False))

    assert shown == [(1, "暂停服务", False)]


def test_corrupt_and_lost_answers_are_overcome(sim, open_link):
    link = open_link(sim.port)

    sim.corrupt = 2
    link.send(Show(0, "one", flashing=False))
    sim.drop_acks = 2
    link.send(Show(0, "two", flashing=False))

    assert sim.texts[0] == "two"
    assert link.bad_frames >= 2


@pytest.mark.parametrize("after", [1, 5, 20, 30])
def test_a_reset_in_the_middle_of_a_command_is_seen_and_mended(sim, open_link, after):
    link = open_link(sim.port)
    sim.reset_after_bytes = after

    with pytest.raises(BoardRestarted):
        link.send(Show(0, "请A001号到3号窗口办理", flashing=True))
    link.send(Show(0, "请A001号到3号窗口办理", flashing=True))

    assert sim.texts[0] == "请A001号到3号窗口办理"
    assert sim.boot_count == 2


def test_a_hanging_board_is_unavailable_and_comes_back(sim, open_link):
    link = open_link(sim.port)
    sim.silent = True

    with pytest.raises(DeviceUnavailable):
        link.ping()
    link.close()
    sim.silent = False

    assert open_link(sim.port).ping() >= 0


def test_a_pulled_cable_is_unavailable_and_a_new_port_is_found_by_its_link(tmp_path, open_link):
    by_id = tmp_path / "board"
    with BoardSim(link=by_id) as sim:
        link = open_link(sim.port)

        sim.unplug()
        with pytest.raises(DeviceUnavailable):
            link.ping()
        with pytest.raises(DeviceUnavailable):
            open_link(str(by_id))
        sim.plug()

        open_link(str(by_id)).send(Show(0, "again", flashing=False))
        assert sim.texts[0] == "again"


def test_a_host_that_opens_again_closes_ratings_and_gets_no_old_keys(sim, open_link):
    link = open_link(sim.port)
    link.send(OpenRating(0, 3))
    link.close()
    for _ in range(3):
        sim.press(0, 1)

    again = open_link(sim.port)

    assert not any(sim.rating_open)
    assert [again.poll() for _ in range(30)] == [[]] * 30


def test_noise_on_the_line_hurts_nothing(sim, open_link):
    rng = random.Random(7)
    wire = SerialWire(sim.port, timeout_s=WIRE_TIMEOUT_S, name="noise")
    for _ in range(20):
        wire.write(rng.randbytes(300))
    wire.close()

    open_link(sim.port).send(Show(0, "x", flashing=False))

    assert sim.texts[0] == "x"


def test_a_boards_thread_ends_with_it():
    board = BoardSim()
    board.close()
    board.close()

    assert not [t for t in threading.enumerate() if t.name == "simulated board"]
