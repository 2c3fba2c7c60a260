import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.rating import RatingChannel, RatingLevel
from hall.ticket import LAST_NUMBER, TicketState
from queue_server.domain import refusals as no
from queue_server.domain.decide import DECISIONS
from queue_server.domain.evolve import CHANGES, evolve
from queue_server.domain.hall_day import HallDay
from tests.queue_server.halls import Hall


@pytest.fixture
def hall(plan: HallPlan) -> Hall:
    return Hall(plan)


def test_every_command_has_a_decision_and_every_event_a_change():
    assert set(DECISIONS) == set(m.AnyCommand.__args__)
    assert set(CHANGES) == set(m.AnyEvent.__args__)


def test_numbers_count_up_within_each_prefix(hall: Hall):
    numbers = [hall.issue(item).display_number for item in ("I001", "I008", "I001", "I008")]

    assert numbers == ["A001", "B001", "A002", "B002"]


def test_numbers_start_again_on_the_next_business_day_and_open_tickets_expire(hall: Hall):
    left = hall.issue()
    hall.clock.pass_(days=1)

    hall.do(m.StartDay(command_id=hall.id()))

    assert hall.records[-1].event == m.DayStarted(day=hall.clock.now().date(), expired=(left.ticket_id,))
    assert hall.issue().display_number == "A001"


def test_a_day_cannot_start_twice_nor_when_the_clock_is_set_back(hall: Hall):
    hall.clock.pass_(days=-1)

    with pytest.raises(no.DayNotOver):
        hall.do(m.StartDay(command_id=hall.id()))


def test_after_999_numbers_get_a_fourth_digit_and_never_wrap(hall: Hall):
    hall.day.last_number["A"] = 999
    assert hall.issue().display_number == "A1000"

    hall.day.last_number["A"] = LAST_NUMBER
    with pytest.raises(no.QueueFull):
        hall.issue()


def test_an_unknown_matter_draws_no_number(hall: Hall):
    with pytest.raises(no.UnknownItem):
        hall.issue("I999")

    assert hall.day.tickets == {}


def test_the_earliest_arrival_is_called_first(hall: Hall):
    hall.open("3")
    first = hall.issue()
    hall.clock.pass_(minutes=1)
    hall.issue()
    hall.clock.pass_(minutes=4)

    called = hall.call("3")

    assert (called.ticket_id, called.counter_no, called.waited_s) == (first.ticket_id, "3", 300.0)


def test_two_counters_never_get_the_same_ticket(hall: Hall):
    hall.open("3")
    hall.open("4", "T0002")
    hall.issue()
    hall.issue()

    assert {hall.call("3").display_number, hall.call("4").display_number} == {"A001", "A002"}


def test_a_counter_calls_only_from_its_own_queues(hall: Hall):
    hall.open("9")
    hall.issue("I001")

    with pytest.raises(no.QueueEmpty):
        hall.call("9")


def test_a_counter_with_a_visitor_cannot_call_another(hall: Hall):
    hall.open("3")
    hall.issue()
    hall.issue()
    hall.call("3")

    with pytest.raises(no.CounterBusy, match="A001"):
        hall.call("3")


def test_a_second_clerk_cannot_take_an_occupied_counter(hall: Hall):
    hall.open("3", "T0001")

    with pytest.raises(no.CounterTaken, match="T0001"):
        hall.open("3", "T0002")


def test_a_recall_counts_and_keeps_the_visitor(hall: Hall):
    hall.open("3")
    hall.issue()
    hall.call("3")

    again = hall.do(m.Recall(command_id="again", counter_no="3"))

    assert isinstance(again, m.TicketCalled)
    assert (again.call_id, again.call_count) == ("again", 2)
    assert hall.day.counters["3"].status is CounterStatus.CALLING


def test_a_missed_visitor_frees_the_counter(hall: Hall):
    hall.open("3")
    ticket = hall.issue()
    hall.call("3")

    hall.do(m.MarkMissed(command_id=hall.id(), counter_no="3"))

    assert hall.day.tickets[ticket.ticket_id].state is TicketState.MISSED
    assert hall.day.counters["3"].status is CounterStatus.IDLE


def test_somebody_who_is_being_served_cannot_be_missed(hall: Hall):
    hall.open("3")
    hall.issue()
    hall.call("3")
    hall.do(m.StartService(command_id=hall.id(), counter_no="3"))

    with pytest.raises(no.NoVisitor):
        hall.do(m.MarkMissed(command_id=hall.id(), counter_no="3"))


def test_a_completed_service_opens_a_rating_that_takes_one_level(hall: Hall):
    hall.open("3", "T0007")
    ticket = hall.issue()
    hall.call("3")
    done = hall.complete("3")
    rate = m.Rate(
        command_id=hall.id(),
        rating_id=done.rating_id,
        level=RatingLevel.SATISFIED,
        channel=RatingChannel.EVALUATOR,
    )

    rated = hall.do(rate)

    assert isinstance(rated, m.ServiceRated)
    assert (rated.ticket_id, rated.counter_no, rated.staff_no) == (ticket.ticket_id, "3", "T0007")
    with pytest.raises(no.RatingOver):
        hall.do(rate)


def test_the_next_call_closes_an_open_rating_as_not_rated(hall: Hall):
    hall.open("3")
    hall.issue()
    hall.issue()
    hall.call("3")
    done = hall.complete("3")

    hall.call("3")

    closed = [r.event for r in hall.records if isinstance(r.event, m.RatingClosed)]
    assert [(c.rating_id, c.cause) for c in closed] == [(done.rating_id, "next_call")]
    assert hall.day.ratings[done.rating_id].level is None


def test_a_paused_counter_calls_nobody_until_it_resumes(hall: Hall):
    hall.open("3")
    hall.issue()
    hall.do(m.PauseCounter(command_id=hall.id(), counter_no="3", reason="lunch"))

    with pytest.raises(no.CounterNotOpen):
        hall.call("3")

    hall.do(m.ResumeCounter(command_id=hall.id(), counter_no="3"))
    assert hall.call("3").display_number == "A001"


def test_nothing_happens_at_a_closed_or_unknown_counter(hall: Hall):
    hall.issue()

    with pytest.raises(no.CounterNotOpen):
        hall.call("3")
    with pytest.raises(no.UnknownCounter):
        hall.call("99")


def test_the_wait_is_a_range_that_grows_with_the_line_and_unknown_while_nobody_serves(hall: Hall):
    assert hall.issue().wait_low_s is None
    hall.open("3")

    second, third = hall.issue(), hall.issue()

    assert (second.ahead_count, third.ahead_count) == (1, 2)
    assert second.wait_low_s is not None
    assert third.wait_low_s is not None
    assert third.wait_high_s is not None
    assert second.wait_low_s < third.wait_low_s < third.wait_high_s


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "open", "call", "recall", "start", "missed", "complete", "day"]), st.integers(0, 2)
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_happens_no_ticket_is_at_two_counters_and_the_journal_rebuilds_the_state(plan: HallPlan, steps):
    hall = Hall(plan)
    actions = {"recall": m.Recall, "start": m.StartService, "missed": m.MarkMissed, "complete": m.CompleteService}
    for step, which in steps:
        counter_no = ("1", "2", "3")[which]
        try:
            if step == "issue":
                hall.issue()
            elif step == "open":
                hall.open(counter_no, f"T{which}")
            elif step == "call":
                hall.call(counter_no)
            elif step == "day":
                hall.clock.pass_(days=1)
                hall.do(m.StartDay(command_id=hall.id()))
            else:
                hall.do(actions[step](command_id=hall.id(), counter_no=counter_no))
        except no.Refusal:
            pass
        at_counters = [c.ticket_id for c in hall.day.counters.values() if c.ticket_id]
        assert len(at_counters) == len(set(at_counters))
        waiting = {ticket_id for line in hall.day.waiting.values() for ticket_id in line}
        assert waiting.isdisjoint(at_counters)

    rebuilt = HallDay(plan)
    for record in hall.records:
        evolve(rebuilt, record)
    assert rebuilt == hall.day
