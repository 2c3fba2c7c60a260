"""The rules about one person, from the card on the reader to the kiosk's screen; nobody's number is kept anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.identity.samv_sim import SamvCard
from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal
from tests.end_to_end.people import PERSON
from tests.waiting import until


@pytest.fixture(scope="module")
def trial(folder: Path) -> Iterator[Trial]:
    rules = {"persons": {"one_ticket": "a_queue"}}
    with running_hall(
        folder, kiosks=lambda kiosks: kiosks[:1], boards=lambda _boards: [], rules=lambda _rules: rules
    ) as running:
        yield running


def test_a_second_number_in_the_same_queue_is_refused_and_the_rule_is_kept(trial: Trial):
    visitor, devices = trial.visitors["K01"], trial.hall.devices.kiosks["K01"]

    def come(then: str) -> None:
        devices.reader.lay(SamvCard.of(PERSON))
        visitor.choose("A", "I001")
        visitor.see(then)
        devices.reader.lift()
        visitor.leave()

    come("take_away")
    come("refused")

    (issued,) = until(lambda: journal(trial.database, m.TicketIssued), what="the one ticket")
    (refused,) = journal(trial.database, m.RuleApplied)
    assert (refused.rule, refused.place, refused.prefix) == ("has_ticket", "K01", "A")
    assert issued.person is not None
    assert PERSON.number not in trial.database.read_bytes().decode("latin-1")
    assert issued.priority == "ordinary"
