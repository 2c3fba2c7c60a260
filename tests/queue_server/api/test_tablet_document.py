"""docs/protocol/tablet.md is what others write their tablets from: its table and its examples must be ours."""

import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from hall import tablets as t

TEXT = (Path(__file__).parents[3] / "docs" / "protocol" / "tablet.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
ROWS = re.findall(r"^\| `(\w+)` \| (tablet|server) \| (.+?) \| .+ \|$", TEXT, re.MULTILINE)
SAYS = {"tablet": t.TabletSays, "server": t.ServerSays}


def test_the_table_has_every_message_and_its_fields():
    shown = {(name, side): set(re.findall(r"`(\w+)`", fields.partition(": each")[0])) for name, side, fields in ROWS}

    ours = {
        (kind.__name__, side): set(kind.__struct_fields__) for side, says in SAYS.items() for kind in get_args(says)
    }

    assert {key: fields - {"null"} for key, fields in shown.items()} == ours


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_what_is_said(example):
    kind = t.TabletSays if "RateSubmit" in example else t.ServerSays

    said = msgspec.json.decode(example, type=kind)

    assert json.loads(msgspec.json.encode(said)) == json.loads(example)


def test_the_times_of_the_page_are_those_of_the_code():
    assert f"here {t.HEARTBEAT_S:g}." in TEXT
    assert f"After {t.SILENT_S:g} s without" in TEXT
