"""A simulated line of call pads by hand."""

from commands.sim.main import main
from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.messages import EvaluatorPressed, PadKey, PadPressed
from devices.wire import SerialWire
from tests.waiting import until


def test_a_person_presses_keys_and_sees_what_the_pads_show(tmp_path, capsys):
    by_id, heard = tmp_path / "line", []

    def typed():
        line = PadLine(SerialWire(str(by_id), baud=9600, timeout_s=WIRE_TIMEOUT_S), "L01")
        line.show(1, 12, 23)
        yield "spoil collisions 1\n"
        yield "press 1 call\n"
        yield "rate 11 3\n"
        until(lambda: heard.extend(line.poll()) or len(heard) == 2)
        yield "show\n"
        yield "silence 2\n"
        yield "press 2 recall\n"
        yield "wake 2\n"
        yield "scene two-at-once\n"
        until(lambda: heard.extend(line.poll()) or PadPressed(2, PadKey.CALL) in heard)
        line.close()
        for wrong in ("press 9 call", "press 1 dance", "rate 11 256", "spoil tea 1", "silence 9"):
            yield wrong + "\n"
        yield "unplug\n"
        assert not by_id.exists()
        yield "plug\n"
        yield "quit\n"

    assert main(["rs485", "--link", str(by_id), "--echo"], typed()) == 0

    said = capsys.readouterr().out
    assert {PadPressed(1, PadKey.CALL), EvaluatorPressed(11, 3)} <= set(heard)
    for text in (f'port = "{by_id}"', "pad 1: waiting 012, ticket 023, 0 beeps", "evaluator 11: dark", "pads are 1, 2"):
        assert text in said
    assert PadPressed(2, PadKey.RECALL) not in heard


def test_every_scene_can_be_played(capsys):
    typed = [f"scene {name}" for name in ("stuck-call-key", "two-at-once", "loose-wire", "one-pad-dead")]

    assert main(["rs485"], [*typed, "free", "help"]) == 0

    said = capsys.readouterr().out
    assert said.count("done") == 5
    assert "the first pad's call key sticks" in said
