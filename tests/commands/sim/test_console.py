"""A simulated device by hand: what a person types, and what comes of it."""

import os
import socket

import pytest

from commands.sim.main import kinds, main
from devices.boards.link import WIRE_TIMEOUT_S, BoardLink
from devices.boards.link_messages import Key, Show
from devices.wire import SerialWire
from tests.waiting import until


def test_a_person_sees_the_bars_and_presses_the_keys(tmp_path, capsys):
    by_id, heard = tmp_path / "board", []

    def typed():
        link = BoardLink(SerialWire(str(by_id), timeout_s=WIRE_TIMEOUT_S), "B01")
        link.greet()
        link.send(Show(1, "请A001号", flashing=True))
        yield "press 1 5\n"
        until(lambda: heard.extend(link.poll()) or heard)
        link.close()
        yield "\n"
        yield "press 16 5\n"
        yield "bars\n"
        yield "unplug\n"
        assert not by_id.exists()
        yield "plug\n"
        assert os.path.exists(by_id)  # noqa: PTH110 (follows the link)
        yield "dance\n"
        yield "scene fire\n"
        yield "quit\n"
        raise AssertionError("it should have ended")

    assert main(["board", "--link", str(by_id)], typed()) == 0

    said = capsys.readouterr().out
    assert heard == [Key(1, 0, 5)]
    for line in (f'port = "{by_id}"', "bar 1 flashes: 请A001号", "1: 请A001号"):
        assert line + "\n" in said
    for text in ("slots are 0 to 15, keys 0 to 255", "no verb 'dance'; there is: press", "no scene 'fire'"):
        assert text in said


@pytest.mark.parametrize("kind", kinds())
def test_every_simulator_says_how_it_is_started(kind, capsys):
    with pytest.raises(SystemExit) as ended:
        main([kind.replace("_", "-"), "--help"])

    assert ended.value.code == 0
    assert "--scene" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["printer", "--tcp", "80000"], ["ups", "--tcp", "x"], ["camera", "--http", ""]])
def test_a_port_that_is_none_is_refused_in_words(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_a_taken_port_is_said_with_its_mend(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["printer", "--tcp", str(taken.getsockname()[1])], ()) == 2

    assert "choose another one" in capsys.readouterr().err


def test_scenes_are_listed(capsys):
    assert main(["printer", "--tcp", "0"], ["scene\n", "help\n", "quit\n"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("# under [[kiosks]]\n")
    assert "scenes: " in said
    assert "scene roll-ends-mid-ticket  " in said
