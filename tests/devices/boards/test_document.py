"""docs/protocol/board-link.md is what a firmware is written from: its bytes must be ours."""

import re
from pathlib import Path

import pytest

from devices.boards import sim_firmware
from devices.boards.frames import FrameDecoder, encode
from devices.boards.link_messages import MESSAGES, Ack, Hello, Key, Show, from_frame, to_frame

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocol" / "board-link.md"
EXAMPLES = re.findall(r"```hex\n(.*?)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
MEANT = [
    (Show(2, "请A001号到3号窗口", True), 7),
    (Ack(), 7),
    (Hello(1, (1, 0, 0), 258, 16), 1),
    (Key(2, 9, 5), 3),
]


def test_the_document_has_an_example_for_each_of_these():
    assert len(EXAMPLES) == len(MEANT)


@pytest.mark.parametrize(("example", "meant"), list(zip(EXAMPLES, MEANT, strict=True)))
def test_the_worked_examples_are_what_the_code_sends_and_understands(example, meant):
    message, seq = meant

    frames = list(FrameDecoder().feed(bytes.fromhex(example)))

    assert [(from_frame(f), f.seq) for f in frames] == [(message, seq)]
    assert encode(to_frame(message, seq)).hex(" ") == example


def test_the_simulated_board_understands_the_worked_show():
    answers: list[bytes] = []
    board = sim_firmware.SimFirmware(answers.append)

    board.receive(bytes.fromhex(EXAMPLES[0]), now=0.0)

    assert (board.texts[2], board.flashing[2]) == ("请A001号到3号窗口", True)
    assert [a.hex(" ") for a in answers] == [EXAMPLES[1]]


def test_the_table_of_kinds_is_complete():
    rows = re.findall(r"^\| `([0-9A-F]{2})` \| ([A-Z_]+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)

    documented = {name.replace("_", "").lower(): int(kind, 16) for kind, name in rows}

    assert documented == {m.__name__.lower(): m.KIND for m in MESSAGES}
