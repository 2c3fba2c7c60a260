"""The visit: its table, its screens, and what it never does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json, structs

from hall.identity import DocumentKind
from kiosk.flow import events as ev
from kiosk.flow.screens import TABLE, Screen, Step
from kiosk.flow.state import State
from kiosk.flow.visit import COUNTED, ENDS_AFTER_S, RESTING, first_state, step, step_of
from tests.kiosk.gallery import PERSON, TICKET
from tests.kiosk.visits import (
    OTHER_PERSON,
    QUEUES,
    RULES,
    Visit,
    at_matter_choice,
    event_of,
    state_for,
    while_drawing,
    while_paper_is_asked,
    while_printing,
)

OFFLINE_TICKET = structs.replace(TICKET, ahead_count=None, wait_p50_s=None, wait_p90_s=None)

# ---- the table ------------------------------------------------------------------------------------------------


def test_every_screen_has_a_row_and_every_step_is_used():
    used = {taken for row in TABLE.values() for taken in row}

    assert set(TABLE) == set(Screen)
    assert used == set(Step)


def test_every_screen_can_be_reached_from_the_first_one():
    reached, edge = {Screen.STARTING}, [Screen.STARTING]
    while edge:
        edge = [s for screen in edge for s in TABLE[screen].values() if s not in reached]
        reached |= set(edge)

    assert reached == set(Screen)


@pytest.mark.parametrize("screen", sorted(set(Screen) - RESTING))
def test_every_screen_of_a_visit_ends_by_itself(screen: Screen):
    on_the_way = [screen]
    while on_the_way[-1] not in RESTING:
        on_the_way.append(TABLE[on_the_way[-1]][Step.TIME_UP])

        assert len(on_the_way) < len(Screen)


@pytest.mark.parametrize("taken", Step)
@pytest.mark.parametrize("screen", Screen)
def test_each_event_leads_where_the_table_says_or_changes_nothing(screen: Screen, taken: Step):
    before = state_for(screen, taken)
    event = event_of(taken, before)
    now_s = 100.0 if taken is Step.TIME_UP else 99.0

    after, effects = step(before, event, now_s=now_s, new_id="new")

    assert step_of(before, event, now_s=now_s) is taken
    if taken in TABLE[screen]:
        assert after.screen is TABLE[screen][taken]
    else:
        ignoring_facts = structs.replace(after, facts=before.facts, remaining_s=None)
        assert (ignoring_facts, effects) == (before, ())


# ---- a visit that goes well -----------------------------------------------------------------------------------


def test_a_visit_with_a_card_asks_for_paper_then_draws_then_prints_then_reports():
    visit = while_printing().take(ev.TicketPrinted(TICKET.ticket_id))

    attempt, (draw,), (paper,), (told,) = (
        visit.command_id,
        *map(visit.asked, (ev.DrawNumber, ev.PrintTicket, ev.TellPrint)),
    )
    assert visit.state.screen is Screen.TICKET
    assert visit.asked(ev.AskPaper) == [ev.AskPaper(attempt)]
    assert draw == ev.DrawNumber(attempt, "I012", DocumentKind.RESIDENT, PERSON.masked_number)
    assert paper == ev.PrintTicket(TICKET.ticket_id, TICKET, PERSON.masked_number, "zh_CN")
    assert (told.ticket_id, told.printed, told.cause) == (TICKET.ticket_id, True, None)


def test_a_visit_without_a_card_sends_nothing_about_a_person():
    visit = Visit(ev.Began(), ev.QueueChosen("B"), ev.MatterChosen("I012"))
    visit.take(ev.PaperReady(visit.command_id))

    assert visit.asked(ev.DrawNumber) == [ev.DrawNumber(visit.command_id, "I012", None, None)]


def test_a_double_tap_on_a_matter_draws_one_number():
    visit = while_paper_is_asked().take(ev.MatterChosen("I012"), ev.MatterChosen("I011"))

    visit.take(ev.PaperReady(visit.command_id), ev.PaperReady(visit.command_id), ev.MatterChosen("I012"))

    assert len(visit.asked(ev.DrawNumber)) == 1
    assert len(visit.asked(ev.AskPaper)) == 1


# ---- a visit that does not ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "screen"),
    [
        ("paper_out", Screen.OUT_OF_PAPER),
        ("cover_open", Screen.COVER_OPEN),
        ("cutter_fault", Screen.PRINTER_GONE),
        ("unavailable", Screen.PRINTER_GONE),
        ("protocol_error", Screen.PRINTER_GONE),
    ],
)
def test_no_number_is_burnt_when_the_printer_cannot_print(cause: str, screen: Screen):
    visit = while_paper_is_asked()

    visit.take(ev.PrinterRefused(visit.command_id, cause))

    assert visit.state.screen is screen
    assert visit.asked(ev.DrawNumber) == []


def test_a_silent_printer_is_not_ok():
    visit = while_paper_is_asked().after(ENDS_AFTER_S[Screen.CHECKING_PAPER])

    assert visit.state.screen is Screen.PRINTER_GONE
    assert visit.asked(ev.DrawNumber) == []


def test_a_late_yes_of_the_printer_draws_nothing_behind_the_visitors_back():
    visit = while_paper_is_asked().after(ENDS_AFTER_S[Screen.CHECKING_PAPER])

    visit.take(ev.PaperReady(visit.command_id))

    assert visit.asked(ev.DrawNumber) == []


def test_without_paper_the_visitor_may_have_the_number_on_the_screen():
    visit = while_paper_is_asked()
    visit.take(ev.PrinterRefused(visit.command_id, "paper_out"), ev.TookOnScreen())

    visit.take(ev.TicketDrawn(visit.command_id, TICKET))

    assert visit.state.screen is Screen.NO_PAPER_TICKET
    assert visit.asked(ev.PrintTicket) == []
    assert [(t.printed, t.cause) for t in visit.asked(ev.TellPrint)] == [(False, "paper_out")]


def test_paper_that_fails_after_the_draw_keeps_the_number_and_is_reported():
    visit = while_printing().take(ev.PrintFailed(TICKET.ticket_id, "paper_out"))

    assert visit.state.screen is Screen.NO_PAPER_TICKET
    assert visit.state.ticket == TICKET
    assert [(t.printed, t.cause) for t in visit.asked(ev.TellPrint)] == [(False, "paper_out")]


def test_a_printer_that_says_nothing_after_the_draw_counts_as_failed_until_it_speaks():
    visit = while_printing().after(ENDS_AFTER_S[Screen.PRINTING])
    assert visit.state.screen is Screen.NO_PAPER_TICKET

    visit.take(ev.TicketPrinted(TICKET.ticket_id))

    assert visit.state.screen is Screen.TICKET
    assert [(t.printed, t.cause) for t in visit.asked(ev.TellPrint)] == [(False, "unavailable"), (True, None)]


def test_asking_again_after_a_lost_answer_asks_for_the_same_number():
    visit = while_drawing()
    visit.take(ev.DrawUnanswered(visit.command_id), ev.TriedAgain(), ev.DrawUnanswered(visit.command_id))

    visit.take(ev.TriedAgain(), ev.TicketDrawn(visit.command_id, TICKET))

    assert {draw.command_id for draw in visit.asked(ev.DrawNumber)} == {visit.command_id}
    assert len(visit.asked(ev.DrawNumber)) == 3
    assert visit.state.screen is Screen.PRINTING


def test_an_answer_that_comes_late_is_taken_while_its_visitor_is_there():
    visit = while_drawing().after(ENDS_AFTER_S[Screen.ISSUING])
    assert visit.state.screen is Screen.NO_ANSWER

    visit.take(ev.TicketDrawn(visit.command_id, TICKET))

    assert visit.state.screen is Screen.PRINTING


def test_an_answer_for_a_visitor_who_left_is_not_shown_to_the_next_one():
    visit = while_drawing()
    earlier = visit.command_id
    visit.take(ev.DrawUnanswered(earlier), ev.StartedOver(), ev.CardRead(OTHER_PERSON), ev.QueueChosen("B"))
    visit.take(ev.MatterChosen("I012"))
    visit.take(ev.PaperReady(visit.command_id))

    visit.take(ev.TicketDrawn(earlier, TICKET))

    assert visit.state.screen is Screen.ISSUING
    assert visit.state.ticket is None


def test_a_refusal_leads_back_to_the_choice_and_the_next_wish_is_a_new_attempt():
    visit = while_drawing()
    first = visit.command_id
    visit.take(ev.DrawRefused(first, "queue_full"))
    assert (visit.state.screen, visit.state.cause) == (Screen.REFUSED, "queue_full")

    visit.take(ev.WentBack(), ev.QueueChosen("B"), ev.MatterChosen("I011"))

    assert visit.command_id != first
    assert visit.state.person == PERSON


def test_a_card_on_a_finished_visits_screen_begins_the_next_visit_without_a_trace():
    visit = while_printing().take(ev.TicketPrinted(TICKET.ticket_id), ev.CardRead(OTHER_PERSON))

    assert visit.state.screen is Screen.CHOOSE_QUEUE
    assert visit.state.person == OTHER_PERSON
    assert (visit.state.ticket, visit.state.attempt, visit.state.prefix) == (None, None, None)


# ---- server and time ------------------------------------------------------------------------------------------


def test_without_a_server_the_kiosk_says_so_and_comes_back_by_itself():
    visit = Visit(ev.ServerLost())
    assert visit.state.screen is Screen.SERVER_AWAY

    visit.take(ev.Began(), ev.CardRead(PERSON))
    assert visit.state.screen is Screen.SERVER_AWAY
    assert visit.state.person is None

    visit.take(QUEUES)
    assert visit.state.screen is Screen.IDLE


@pytest.mark.parametrize("before", [(), (ev.ServerLost(),)])
def test_without_a_server_a_kiosk_with_numbers_of_its_own_stays_open(before: tuple[ev.Event, ...]):
    visit = Visit(*before, ev.ServerLost(offline=("B",)))
    assert (visit.state.screen, visit.state.facts.is_offline) == (Screen.IDLE, True)

    visit.take(ev.Began(), ev.QueueChosen("B"), ev.MatterChosen("I012"))
    visit.take(ev.PaperReady(visit.command_id), ev.TicketDrawn(visit.command_id, OFFLINE_TICKET))
    visit.take(ev.TicketPrinted(OFFLINE_TICKET.ticket_id))

    assert visit.state.screen is Screen.TICKET
    assert visit.state.ticket == OFFLINE_TICKET


def test_a_kiosk_that_starts_without_a_server_opens_with_the_numbers_of_its_book():
    first = first_state(RULES, now_s=0)

    after, effects = step(first, ev.ServerLost(offline=("B",)), now_s=1, new_id="new")

    assert after.screen is Screen.IDLE
    assert effects == (ev.LoadQueues(),)


def test_a_kiosk_whose_last_number_is_gone_says_that_the_server_is_away():
    visit = Visit(ev.ServerLost(offline=("B",)), ev.ServerLost())

    assert (visit.state.screen, visit.state.facts.is_offline) == (Screen.SERVER_AWAY, False)


def test_a_server_that_is_back_tells_the_queues_again():
    visit = Visit(ev.ServerLost(offline=("B",)), QUEUES)

    assert (visit.state.screen, visit.state.facts.is_offline, visit.state.facts.offline) == (Screen.IDLE, False, ())


def test_a_server_that_is_lost_during_a_choice_does_not_end_it():
    visit = at_matter_choice().take(ev.ServerLost())

    assert visit.state.screen is Screen.CHOOSE_MATTER
    assert not visit.state.facts.server_answers


def test_an_idle_visitor_is_warned_with_a_countdown_and_then_forgotten():
    visit = at_matter_choice().after(RULES.idle_s - 15)
    assert (visit.state.screen, visit.state.remaining_s) == (Screen.STILL_THERE, 15)
    assert visit.after(4.5).state.remaining_s == 11

    visit.after(10.5)

    assert visit.state.screen is Screen.IDLE
    assert visit.state.person is None


def test_one_touch_in_the_warning_leads_back_to_where_the_visitor_was():
    visit = at_matter_choice().after(50).take(ev.Stayed())

    assert (visit.state.screen, visit.state.prefix, visit.state.person) == (Screen.CHOOSE_MATTER, "B", PERSON)
    assert visit.after(44).state.screen is Screen.CHOOSE_MATTER


def test_an_idle_kiosk_speaks_the_halls_language_again():
    visit = Visit(ev.LanguageSwitched("en"))
    assert visit.state.language == "en"

    assert visit.after(RULES.idle_s).state.language == "zh_CN"


def test_a_kiosk_left_alone_does_nothing_at_all():
    visit = Visit()
    before, asked = visit.state, len(visit.effects)

    for _ in range(100):
        visit.after(10)

    assert visit.state == before
    assert len(visit.effects) == asked


def test_only_screens_with_a_countdown_change_every_second():
    for screen in set(Screen) - COUNTED:
        before = structs.replace(state_for(screen, Step.TIME_UP), remaining_s=None)

        assert step(before, ev.Tick(), now_s=50.0, new_id="new") == (before, ())


# ---- whatever happens -----------------------------------------------------------------------------------------

EVENTS = st.sampled_from([*Step])
WAITS = st.sampled_from([0.0, 0.2, 3.0, 16.0, 70.0])


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.tuples(EVENTS, WAITS), max_size=60))
def test_whatever_happens_no_attempt_draws_twice_and_every_visit_ends_without_a_trace(happens):
    visit = Visit()
    numbers: dict[str, ev.DrawNumber] = {}
    for taken, wait_s in happens:
        chosen_before = visit.state.attempt
        visit.after(wait_s).take(event_of(taken, visit.state))
        if visit.state.screen in RESTING:
            assert_is_forgotten(visit.state)
        if chosen_before and visit.state.attempt and visit.state.attempt.command_id != chosen_before.command_id:
            assert taken is Step.CHOOSE_MATTER  # a new wish is always a touch on a matter
    for draw in visit.asked(ev.DrawNumber):
        assert numbers.setdefault(draw.command_id, draw) == draw  # the same id never asks for something else

    for _ in range(8):
        visit.after(100)

    assert visit.state.screen in RESTING
    assert_is_forgotten(visit.state)


def assert_is_forgotten(state: State) -> None:
    as_said = json.encode(state).decode()
    for secret in (PERSON.masked_name, OTHER_PERSON.masked_name, "000X", "0021", TICKET.display_number, "I012"):
        assert secret not in as_said
    assert state == State(
        rules=state.rules,
        facts=state.facts,
        screen=state.screen,
        language=state.language,
        ends_at_s=state.ends_at_s,
    )
