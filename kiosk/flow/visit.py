"""One step of a visit: `step(state, event)` gives the next state and what is to be done.

It knows no clock and no wire: time and fresh ids are arguments, effects are answered by events.
"""

import math
from collections.abc import Callable

from msgspec import structs

from kiosk.flow import events as ev
from kiosk.flow.memory import forgotten, with_data, with_facts
from kiosk.flow.screens import TABLE, Screen, Step
from kiosk.flow.state import Rules, State

WARNING_S = 15.0  # countdown before a visit is forgotten; a design value, as those below
ENDS_AFTER_S: dict[Screen, float] = {  # screens without an entry here or in `_stay_s` last
    Screen.STARTING: 8,
    Screen.READING: 8,
    Screen.CARD_ERROR: 15,
    Screen.CHECKING_PAPER: 6,
    Screen.OUT_OF_PAPER: 30,
    Screen.COVER_OPEN: 30,
    Screen.PRINTER_GONE: 30,
    Screen.ISSUING: 8,
    Screen.NO_ANSWER: 30,
    Screen.REFUSED: 20,
    Screen.PRINTING: 20,
    Screen.TICKET: 12,
    Screen.NO_PAPER_TICKET: 60,
    Screen.TAKE_AWAY: 5,
}
COUNTED = frozenset({Screen.STILL_THERE, Screen.TICKET, Screen.NO_PAPER_TICKET})
RESTING = frozenset({Screen.STARTING, Screen.IDLE, Screen.SERVER_AWAY})
"""Screens without a visitor."""

_STEPS: dict[type[ev.Event], Step] = {
    ev.QueuesLoaded: Step.LOADED,
    ev.CardNoticed: Step.CARD_NOTICED,
    ev.CardGone: Step.CARD_GONE,
    ev.CardRead: Step.CARD_READ,
    ev.CardFailed: Step.CARD_FAILED,
    ev.Began: Step.BEGIN,
    ev.QueueChosen: Step.CHOOSE_QUEUE,
    ev.MatterChosen: Step.CHOOSE_MATTER,
    ev.PageTurned: Step.TURN_PAGE,
    ev.LanguageSwitched: Step.SWITCH_LANGUAGE,
    ev.WentBack: Step.GO_BACK,
    ev.StartedOver: Step.START_OVER,
    ev.TookOnScreen: Step.TAKE_ON_SCREEN,
    ev.TriedAgain: Step.TRY_AGAIN,
    ev.Finished: Step.FINISH,
    ev.PaperReady: Step.PAPER_READY,
    ev.DrawRefused: Step.REFUSED,
    ev.DrawUnanswered: Step.UNANSWERED,
    ev.TicketPrinted: Step.PRINTED,
    ev.PrintFailed: Step.NOT_PRINTED,
}
_PRINTER_STEPS = {"paper_out": Step.PAPER_OUT, "cover_open": Step.COVER_OPEN}


def first_state(rules: Rules, *, now_s: float) -> State:
    """The state a kiosk starts in."""
    return _entered(State(rules=rules, language=rules.language), Screen.STARTING, Step.START_OVER, now_s)


def step(state: State, event: ev.Event, *, now_s: float, new_id: str) -> tuple[State, tuple[ev.Effect, ...]]:
    """Take one step.

    Args:
        state: left as it is.
        event: what happened.
        now_s: the caller's monotonic time in seconds.
        new_id: a fresh UUID, used if this step begins something that needs a name.

    Returns:
        The next state and the effects to run. A step that the table lacks changes nothing but the facts.
    """
    state = _counted(with_facts(state, event), now_s)
    taken = step_of(state, event, now_s=now_s)
    screen = TABLE[state.screen].get(taken) if taken else None
    if taken is None or screen is None:
        return state, ()
    after = _entered(with_data(state, event, new_id), screen, taken, now_s)
    entering = _ENTERING.get(after.screen)
    if entering is None or taken is Step.SWITCH_LANGUAGE:
        return after, ()
    return after, entering(after, new_id)


def step_of(state: State, event: ev.Event, *, now_s: float) -> Step | None:
    """Which step an event is in this state; None when it answers a question nobody asks any more."""
    if not _is_current(state, event):
        return None
    match event:
        case ev.Tick():
            return Step.TIME_UP if state.ends_at_s is not None and now_s >= state.ends_at_s else None
        case ev.ServerLost(offline=offline):
            return Step.GO_ON_ALONE if offline else Step.SERVER_LOST
        case ev.Stayed():
            return Step.STAY_AT_QUEUES if state.prefix is None else Step.STAY_AT_MATTERS
        case ev.PrinterRefused(cause=cause):
            return _PRINTER_STEPS.get(cause, Step.PRINTER_GONE)
        case ev.TicketDrawn():
            on_screen = state.attempt is not None and state.attempt.on_screen
            return Step.DRAWN_FOR_SCREEN if on_screen else Step.DRAWN
    return _STEPS.get(type(event))


def _is_current(state: State, event: ev.Event) -> bool:
    command_id = getattr(event, "command_id", None)
    if command_id is not None and (state.attempt is None or state.attempt.command_id != command_id):
        return False
    ticket_id = getattr(event, "ticket_id", None)
    return ticket_id is None or (state.ticket is not None and state.ticket.ticket_id == ticket_id)


def _counted(state: State, now_s: float) -> State:
    if state.screen not in COUNTED or state.ends_at_s is None:
        return state
    remaining_s = max(0, math.ceil(state.ends_at_s - now_s))
    return state if remaining_s == state.remaining_s else structs.replace(state, remaining_s=remaining_s)


def _entered(state: State, screen: Screen, taken: Step, now_s: float) -> State:
    if screen in RESTING:
        language = state.language if taken is Step.SWITCH_LANGUAGE else state.rules.language
        state = structs.replace(forgotten(state), language=language)
    stay_s = _stay_s(state, screen)
    state = structs.replace(
        state, screen=screen, ends_at_s=None if stay_s is None else now_s + stay_s, remaining_s=None
    )
    return _counted(state, now_s)


def _stay_s(state: State, screen: Screen) -> float | None:
    warning_s = min(WARNING_S, state.rules.idle_s / 2)
    if screen in (Screen.CHOOSE_QUEUE, Screen.CHOOSE_MATTER):
        return state.rules.idle_s - warning_s
    if screen is Screen.STILL_THERE:
        return warning_s
    if screen in (Screen.IDLE, Screen.SERVER_AWAY) and state.language != state.rules.language:
        return state.rules.idle_s  # the next visitor reads the hall's language again
    return ENDS_AFTER_S.get(screen)


def _ask_paper(state: State, _new_id: str) -> tuple[ev.Effect, ...]:
    return (ev.AskPaper(state.attempt.command_id),) if state.attempt else ()


def _draw(state: State, _new_id: str) -> tuple[ev.Effect, ...]:
    if state.attempt is None:
        return ()
    person = state.person
    return (
        ev.DrawNumber(
            state.attempt.command_id,
            state.attempt.item_key,
            person.kind if person else None,
            person.masked_number if person else None,
            person.person if person else None,
            person.age_years if person else None,
        ),
    )


def _print(state: State, _new_id: str) -> tuple[ev.Effect, ...]:
    if state.ticket is None:
        return ()
    number = state.person.masked_number if state.person else None
    return (ev.PrintTicket(state.ticket.ticket_id, state.ticket, number, state.language),)


def _tell_printed(state: State, new_id: str) -> tuple[ev.Effect, ...]:
    return (ev.TellPrint(new_id, state.ticket.ticket_id, printed=True),) if state.ticket else ()


def _tell_not_printed(state: State, new_id: str) -> tuple[ev.Effect, ...]:
    if state.ticket is None:
        return ()
    return (ev.TellPrint(new_id, state.ticket.ticket_id, printed=False, cause=state.cause or "on_screen"),)


def _load(_state: State, _new_id: str) -> tuple[ev.Effect, ...]:
    return (ev.LoadQueues(),)


_ENTERING: dict[Screen, Callable[[State, str], tuple[ev.Effect, ...]]] = {
    Screen.IDLE: _load,
    Screen.CHECKING_PAPER: _ask_paper,
    Screen.ISSUING: _draw,
    Screen.PRINTING: _print,
    Screen.TICKET: _tell_printed,
    Screen.NO_PAPER_TICKET: _tell_not_printed,
}
