"""docs/guides/rules.md is what people run a hall by: its commands, addresses and refusals must be ours."""

import re
from contextlib import nullcontext
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from hall import messages as m
from queue_server.api.app import make_app
from queue_server.domain import refusals as no

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
ROW = re.compile(r"^\| `([a-z_]+)`(\\\*)? \|", re.MULTILINE)
BY_MACHINES = {
    m.CloseRating,
    m.LeaseNumbers,
    m.MergeTicket,
    m.ReleaseTicket,
    m.ReportPrint,
    m.ReturnHeld,
    m.StartDay,
}
ON_THE_CLERKS_PAGE = {
    m.CallNext,
    m.CloseCounter,
    m.CompleteService,
    m.MarkMissed,
    m.PauseCounter,
    m.Rate,
    m.Recall,
    m.ResumeCounter,
    m.StartService,
}


def refusals() -> dict[str, type[no.Refusal]]:
    found = (kind for kind in vars(no).values() if isinstance(kind, type) and issubclass(kind, no.Refusal))
    return {kind.code: kind for kind in found if kind not in (no.Refusal, no.RuleRefusal)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_a_command(example: str):
    msgspec.json.decode(example.replace("…", "0" * 36), type=m.AnyCommand)


def test_every_command_for_people_has_an_example():
    shown = {msgspec.json.decode(example)["type"] for example in EXAMPLES}

    wanted = set(get_args(m.AnyCommand)) - BY_MACHINES - ON_THE_CLERKS_PAGE
    assert {kind.__name__ for kind in wanted} <= shown


def test_every_address_that_it_names_is_served():
    named = set(re.findall(r"`GET (/api/v1/[^?`]*)", GUIDE))

    assert named
    assert named <= set(make_app(nullcontext).openapi()["paths"])


def test_every_refusal_is_explained_and_marked_if_it_is_a_rules():
    explained = {code: bool(mark) for code, mark in ROW.findall(GUIDE)}

    assert explained == {code: kind.is_rule for code, kind in refusals().items()}
