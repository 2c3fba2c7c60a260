"""[rules.missed] and [rules.calls] of a site file: what holds when they say nothing, and how they go together."""

import pytest
from pydantic import ValidationError

from hall.appointment import AppointmentRules
from hall.rules import HallRules, MissedRules
from settings.rules import RulesTable, hall_rules


def rules_of(**tables: dict[str, object]) -> HallRules:
    return hall_rules(RulesTable.model_validate(tables), AppointmentRules())


def test_left_out_a_visitor_is_called_three_times_and_given_ninety_seconds_and_void_is_void():  # domain D7
    missed = rules_of().missed

    assert (missed.least_calls, missed.least_wait_s, missed.void_is_final) == (3, 90.0, True)


def test_a_journal_from_before_these_rules_says_that_there_were_none():
    assert (MissedRules().least_calls, MissedRules().least_wait_s, MissedRules().void_is_final) == (1, 0.0, False)


def test_left_out_a_look_lasts_a_minute():
    assert rules_of().calls.preview_s == 60.0


def test_more_calls_before_missed_than_there_may_be_are_refused():
    with pytest.raises(ValidationError, match="least_calls is 4, but a ticket is called 3 times at most"):
        rules_of(missed={"least_calls": 4})


def test_a_hall_that_calls_twice_and_says_no_more_marks_missed_after_two():
    assert rules_of(calls={"most_calls": 2}).missed.least_calls == 2
