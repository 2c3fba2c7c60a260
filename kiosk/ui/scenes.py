"""From the state to the whole picture: one function a screen, nothing decided here."""

from collections.abc import Callable

from kiosk.flow.screens import Screen
from kiosk.flow.state import State
from kiosk.ui.choices import choose_matter, choose_queue
from kiosk.ui.elements import Key, Scene
from kiosk.ui.frame import frame
from kiosk.ui.notes import NOTES, idle, note, refused, still_there
from kiosk.ui.tickets import no_paper_ticket, take_away, ticket
from kiosk.ui.wording import Surroundings

_BODIES: dict[Screen, Callable[[State, Surroundings], Scene]] = {
    **dict.fromkeys(NOTES, note),
    Screen.IDLE: idle,
    Screen.CHOOSE_QUEUE: choose_queue,
    Screen.CHOOSE_MATTER: choose_matter,
    Screen.STILL_THERE: still_there,
    Screen.REFUSED: refused,
    Screen.TICKET: ticket,
    Screen.NO_PAPER_TICKET: no_paper_ticket,
    Screen.TAKE_AWAY: take_away,
}


def scene(state: State, at: Surroundings) -> Scene:
    """Everything that is on the screen."""
    return (*frame(state.screen, at), *_BODIES[state.screen](state, at))


def keys(shown: Scene) -> tuple[Key, ...]:
    """The parts of a scene that answer to touch."""
    return tuple(element for element in shown if isinstance(element, Key))


def shown_number(state: State) -> str | None:
    """The number that the screen shows now, if any."""
    shows = state.screen in (Screen.TICKET, Screen.NO_PAPER_TICKET)
    return state.ticket.display_number if shows and state.ticket else None
