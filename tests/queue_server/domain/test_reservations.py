"""Nothing is reserved for ever: who steps aside without a time comes back, and a look at the next ticket ends."""

import msgspec
import pytest

from hall import messages as m
from hall.rules import CallRules, HoldRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import dump, load
from tests.queue_server.halls import Hall, audit, refused, replayed, small_plan


@pytest.fixture
def hall() -> Hall:
    hall = Hall(small_plan(calls=CallRules(preview_s=60.0), hold=HoldRules(longest_min=30)))
    hall.open("1", "T1")
    hall.open("2", "T2")
    return hall


def hold(hall: Hall, **values: float) -> m.TicketHeld:
    hall.call("1")
    held: m.TicketHeld = hall.at("1", m.HoldTicket, reason="form", **values)
    return held


# ---- stepping aside -------------------------------------------------------------------------------------------------


def test_whoever_steps_aside_without_a_time_waits_again_after_the_longest_one(hall: Hall):
    ticket = hall.issue("a1")
    held = hold(hall)
    hall.clock.pass_(minutes=29.9)
    refused(hall, no.WrongState, m.ReturnHeld, ticket_id=ticket.ticket_id)
    hall.clock.pass_(minutes=0.1)

    hall.ask(m.ReturnHeld, ticket_id=ticket.ticket_id)

    assert (held.is_open_ended, held.returns_at) == (True, hall.clock.now())
    assert hall.serve("1") == "A001"


def test_when_the_counter_closes_only_they_come_back_at_once(hall: Hall):
    untimed, timed = hall.issue("a1"), hall.issue("a1")
    hold(hall)
    hold(hall, minutes=5)

    hall.at("1", m.CloseCounter)

    assert (hall.state(untimed), hall.state(timed)) == (TicketState.WAITING, TicketState.ON_HOLD)
    audit(hall.day)


def test_a_second_hold_with_a_time_is_no_longer_an_open_one(hall: Hall):
    ticket = hall.issue("a1")
    hold(hall)
    hall.call_ticket("1", ticket.ticket_id)
    hall.at("1", m.HoldTicket, reason="form", minutes=5)

    hall.at("1", m.CloseCounter)

    assert hall.state(ticket) is TicketState.ON_HOLD


def test_a_hold_without_an_end_in_an_old_journal_stays_what_it_was(hall: Hall):
    ticket = hall.issue("a1")
    hold(hall)
    records = list(hall.records)
    records[-1] = msgspec.structs.replace(
        records[-1], event=msgspec.structs.replace(records[-1].event, returns_at=None, is_open_ended=False)
    )

    old = replayed(hall.day.plan, records).tickets[ticket.ticket_id]

    assert (old.state, old.returns_at) == (TicketState.ON_HOLD, None)


# ---- looking before the call ----------------------------------------------------------------------------------------


def test_a_look_is_over_after_its_time_and_the_ticket_is_anybodys_again(hall: Hall):
    ticket = hall.issue("a1")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=59)
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="2")
    refused(hall, no.NoPreview, m.PutBack, counter_no="1", reason="preview_over", if_over=True)
    hall.clock.pass_(seconds=1)
    revision = hall.day.counters["1"].revision

    hall.at("1", m.PutBack, reason="preview_over", if_over=True)

    assert hall.call("2").ticket_id == ticket.ticket_id
    counter = hall.day.counters["1"]
    assert (counter.preview_id, counter.preview_at) == (None, None)
    assert counter.revision > revision  # the clerk's page is told
    audit(hall.day)


def test_a_clerk_puts_a_ticket_back_at_any_time(hall: Hall):
    hall.issue("a1")
    hall.at("1", m.PreviewNext)

    hall.at("1", m.PutBack, reason="not now")

    assert hall.call("2").display_number == "A001"


def test_another_look_has_its_time_anew(hall: Hall):
    hall.issue("a1")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=59)
    hall.at("1", m.PutBack, reason="not now")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=59)

    refused(hall, no.NoPreview, m.PutBack, counter_no="1", reason="preview_over", if_over=True)


def test_a_look_that_is_over_can_still_be_called_as_long_as_nobody_put_it_back(hall: Hall):
    hall.issue("a1")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(hours=1)

    assert hall.call("1").display_number == "A001"


def test_a_clock_that_was_set_back_leaves_a_look_the_rest_of_its_time(hall: Hall):
    hall.issue("a1")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=40)
    hall.issue("a1")
    hall.clock.pass_(hours=-1)
    hall.ask(m.ConfirmClock, by="M1")
    hall.clock.pass_(seconds=19)
    refused(hall, no.NoPreview, m.PutBack, counter_no="1", reason="preview_over", if_over=True)
    hall.clock.pass_(seconds=1)

    hall.at("1", m.PutBack, reason="preview_over", if_over=True)


def test_the_time_of_a_look_outlasts_a_restart(hall: Hall):
    hall.issue("a1")
    hall.at("1", m.PreviewNext)
    began_at = hall.clock.now()

    again = load(hall.day.plan, dump(hall.day)), replayed(hall.day.plan, hall.records)

    assert [each.counters["1"].preview_at for each in again] == [began_at] * 2


def test_in_a_hall_that_named_no_time_a_look_lasts_until_it_is_put_back():
    hall = Hall(small_plan())
    hall.open("1", "T1")
    hall.issue("a1")
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(hours=5)

    refused(hall, no.NoPreview, m.PutBack, counter_no="1", reason="preview_over", if_over=True)
