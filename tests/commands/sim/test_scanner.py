"""The simulated scanner by hand: what a person types, and what a driver reads."""

from pathlib import Path

import pytest

from commands.sim.main import main
from commands.sim.scanner import SAMPLE
from devices.opening.scanners import open_scanner
from hall.codes import DamagedCode, parse_code
from settings.devices.scanners import SerialScanner
from tests.waiting import until


@pytest.fixture
def by_id(tmp_path):
    return tmp_path / "scanner"


@pytest.fixture
def play(by_id, capsys):
    """Type lines at the simulator; hand back the texts that a driver reads in between, and what was said."""

    def it(*typed, reads):
        texts = []

        def lines():
            scanner = open_scanner(SerialScanner(kind="serial", port=str(by_id)), "K01.scanner")
            for line in typed:
                yield line + "\n"
                if not by_id.exists() or "unplug" in line:
                    scanner.close()
                    scanner = open_scanner(SerialScanner(kind="serial", port=str(by_id)), "K01.scanner")
            texts.extend(until(scanner.poll).text for _text in range(reads))
            assert scanner.poll() is None
            scanner.close()

        assert main(["scanner", "--link", str(by_id)], lines()) == 0
        return texts, capsys.readouterr().out

    return it


def test_a_person_scans_and_sets_the_ending(play, by_id):
    texts, said = play("scan A 012", "ending crlf", "scan A013", "scan", "ending tab", "help", reads=3)

    assert texts == ["A 012", "A013", SAMPLE]
    assert f'port = "{by_id}"\n' in said
    assert "ending cr | lf | crlf | none" in said
    assert "scene half-code-then-unplug" in said


def test_a_mute_scanner_and_one_without_an_ending_are_not_heard(play):
    assert play("mute", "scan A012", "wake", "half A01", reads=0)[0] == []


@pytest.mark.parametrize(
    ("scene", "read"),
    [
        ("terminator-missing", []),
        ("half-code-then-unplug", []),
        ("twice-in-a-row", [SAMPLE]),
        ("code-left-lying", [SAMPLE]),
        ("label-in-gbk", ["样例市政务服务大厅"]),
        ("wrong-line-speed", []),
    ],
)
def test_what_goes_wrong_in_the_field_can_be_played(play, scene, read):
    assert play(f"scene {scene}", reads=len(read))[0] == read


def test_the_damaged_code_is_one_of_ours_and_damaged(play):
    (text,), _said = play("scene damaged-code", reads=1)

    with pytest.raises(DamagedCode):
        parse_code(text)


@pytest.mark.skipif(Path("/dev/uinput").exists(), reason="here a keyboard can be simulated")
def test_where_no_keyboard_can_be_simulated_the_mend_is_said(capsys):
    assert main(["scanner", "--keyboard"], []) == 2

    assert "modprobe uinput" in capsys.readouterr().err
