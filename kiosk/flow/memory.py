"""What a kiosk keeps of each event: facts for as long as it runs, a visit's data until the wipe."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from kiosk.flow import events as ev
from kiosk.flow.screens import Screen
from kiosk.flow.state import Attempt, State


def forgotten(state: State) -> State:
    """A state that knows the facts, the rules and the screen, and nothing of anybody."""
    return State(rules=state.rules, facts=state.facts, screen=state.screen, language=state.language)


def with_facts(state: State, event: ev.Event) -> State:
    """Keep what an event says about the server or a device, whatever the screen."""
    facts = state.facts
    match event:
        case ev.QueuesLoaded(queues=queues):
            facts = structs.replace(facts, server_answers=True, queues=queues, offline=())
        case ev.ServerLost(offline=offline):
            facts = structs.replace(facts, server_answers=False, offline=offline)
        case ev.DeviceChanged(role=role, status=status, cause=cause):
            others = tuple(d for d in facts.devices if d[0] != role)
            facts = structs.replace(facts, devices=tuple(sorted((*others, (role, status, cause)))))
    return state if facts == state.facts else structs.replace(state, facts=facts)


def with_data(state: State, event: ev.Event, new_id: str) -> State:
    """Keep what an accepted event adds to the visit."""
    keep = _KEPT.get(type(event))
    return keep(state, event, new_id) if keep else state


def _card(state: State, event: ev.CardRead, _new_id: str) -> State:
    """A card laid while a ticket is still shown is the next visitor's."""
    is_next_visitor = state.screen in (Screen.TICKET, Screen.TAKE_AWAY)
    return structs.replace(forgotten(state) if is_next_visitor else state, person=event.person)


def _queue(state: State, event: ev.QueueChosen, _new_id: str) -> State:
    return structs.replace(state, prefix=event.prefix, page=0)


def _matter(state: State, event: ev.MatterChosen, new_id: str) -> State:
    return structs.replace(state, attempt=Attempt(command_id=new_id, item_key=event.item_key), cause=None)


def _page(state: State, event: ev.PageTurned, _new_id: str) -> State:
    return structs.replace(state, page=max(0, event.page))


def _language(state: State, event: ev.LanguageSwitched, _new_id: str) -> State:
    return structs.replace(state, language=event.language)


def _back(state: State, _event: ev.WentBack, _new_id: str) -> State:
    return structs.replace(state, prefix=None, attempt=None, cause=None, page=0)


def _on_screen(state: State, _event: ev.TookOnScreen, _new_id: str) -> State:
    attempt = state.attempt
    return structs.replace(state, attempt=structs.replace(attempt, on_screen=True)) if attempt else state


def _drawn(state: State, event: ev.TicketDrawn, _new_id: str) -> State:
    return structs.replace(state, ticket=event.ticket)


def _refusal(state: State, event: ev.DrawRefused, _new_id: str) -> State:
    return structs.replace(state, cause=event.code)


def _fault(state: State, event: ev.PrinterRefused | ev.PrintFailed, _new_id: str) -> State:
    return structs.replace(state, cause=event.cause)


def _printed(state: State, _event: ev.TicketPrinted, _new_id: str) -> State:
    return structs.replace(state, cause=None)


def _silence(state: State, _event: ev.Tick, _new_id: str) -> State:
    """A printer that said nothing in time is unavailable; silence is not paper."""
    waits = state.screen in (Screen.CHECKING_PAPER, Screen.PRINTING)
    return structs.replace(state, cause="unavailable") if waits else state


_KEPT: dict[type[ev.Event], Callable[[State, Any, str], State]] = {
    ev.CardRead: _card,
    ev.QueueChosen: _queue,
    ev.MatterChosen: _matter,
    ev.PageTurned: _page,
    ev.LanguageSwitched: _language,
    ev.WentBack: _back,
    ev.TookOnScreen: _on_screen,
    ev.TicketDrawn: _drawn,
    ev.DrawRefused: _refusal,
    ev.PrinterRefused: _fault,
    ev.PrintFailed: _fault,
    ev.TicketPrinted: _printed,
    ev.Tick: _silence,
}
