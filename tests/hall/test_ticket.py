"""A ticket's life as a table, and its number as people read it."""

import pytest

from hall.ticket import LIFE, OPEN_STATES, TicketState, TicketStep, display_number


def test_every_state_has_its_row_and_every_step_is_used():
    assert set(LIFE) == set(TicketState)
    used = {step for steps in LIFE.values() for step in steps}
    assert used == set(TicketStep)


def test_every_state_is_reached_from_waiting_and_a_waiting_ticket_never_skips_the_call():
    reached, found = {TicketState.WAITING}, {TicketState.WAITING}
    while found:
        found = {after for state in found for after in LIFE[state].values()} - reached
        reached |= found

    assert reached == set(TicketState)
    assert set(LIFE[TicketState.WAITING].values()).isdisjoint({TicketState.SERVING, TicketState.COMPLETED})


def test_every_open_ticket_ends_with_the_day():
    ends = {state for state, steps in LIFE.items() if TicketStep.EXPIRE in steps}

    assert ends == set(TicketState) - {TicketState.COMPLETED, TicketState.CANCELLED, TicketState.EXPIRED}
    assert ends - OPEN_STATES == {TicketState.MISSED}  # a missed visitor must come to the desk


@pytest.mark.parametrize(("number", "shown"), [(1, "A001"), (99, "A099"), (999, "A999"), (1000, "A1000")])
def test_a_number_is_written_with_three_digits_and_grows_a_fourth(number: int, shown: str):
    assert display_number("A", number) == shown
