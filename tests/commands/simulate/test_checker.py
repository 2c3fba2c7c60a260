"""The checker, on histories that were broken on purpose: each check bites, and only where something is wrong."""

import ast
from pathlib import Path

import pytest

from commands.simulate.checking import checker as checker_module
from commands.simulate.checking.checker import CHECKS
from tests.commands.simulate.histories import appointments, days, numbers, order, people, transfers, visits
from tests.commands.simulate.histories.allowed import RIGHT
from tests.commands.simulate.histories.pieces import a_day

WRONG = [
    (what, *check_and_story)
    for subject in (numbers, visits, order, people, appointments, transfers, days)
    for what, check_and_story in subject.WRONG.items()
]


def test_nothing_is_found_in_a_day_in_which_nothing_is_wrong():
    assert a_day().found() == set()


@pytest.mark.parametrize("build", RIGHT.values(), ids=RIGHT.keys())
def test_what_the_rules_allow_is_not_reported(build):
    assert build().found() == set()


@pytest.mark.parametrize(("check", "build"), [wrong[1:] for wrong in WRONG], ids=[wrong[0] for wrong in WRONG])
def test_a_history_that_was_broken_on_purpose_is_reported(check, build):
    assert check in build().found()


def test_every_check_has_been_seen_to_bite():
    assert {check for _what, check, _build in WRONG} == {check.__name__ for check in CHECKS}


def test_the_checker_does_not_know_the_rules_that_it_checks():
    folder = Path(checker_module.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("queue_server"):
                imported.add(node.module)

    assert imported == {"queue_server.domain.record"}
