"""Visits to drive the flow with: a clock, ids that count, and every event by the step that it is."""

import itertools

from hall.identity import DocumentKind
from kiosk.flow import events as ev
from kiosk.flow.screens import Screen, Step
from kiosk.flow.state import Attempt, Person, QueueFacts, Rules, State
from kiosk.flow.visit import first_state, step
from tests.kiosk.gallery import PERSON, TICKET

RULES = Rules(idle_s=60)
QUEUES = ev.QueuesLoaded((QueueFacts(prefix="B", waiting=3, open_counters=2),))
OTHER_PERSON = Person(kind=DocumentKind.SOCIAL_CARD, masked_number="**************0021", masked_name="试**")


class Visit:
    """Drives the flow as a kiosk does, and keeps what it asked for."""

    def __init__(self, *events: ev.Event) -> None:
        self.now_s = 0.0
        self._ids = (f"id-{n}" for n in itertools.count(1))
        self.state = first_state(RULES, now_s=0)
        self.effects: list[ev.Effect] = []
        self.take(QUEUES, *events)

    def take(self, *events: ev.Event) -> "Visit":
        for event in events:
            self.state, effects = step(self.state, event, now_s=self.now_s, new_id=next(self._ids))
            self.effects += effects
        return self

    def after(self, seconds: float) -> "Visit":
        self.now_s += seconds
        return self.take(ev.Tick())

    def asked(self, kind: type[ev.Effect]) -> list[ev.Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def command_id(self) -> str:
        assert self.state.attempt is not None
        return self.state.attempt.command_id


def at_matter_choice() -> Visit:
    return Visit(ev.CardRead(PERSON), ev.QueueChosen("B"))


def while_paper_is_asked() -> Visit:
    return at_matter_choice().take(ev.MatterChosen("I012"))


def while_drawing() -> Visit:
    visit = while_paper_is_asked()
    return visit.take(ev.PaperReady(visit.command_id))


def while_printing() -> Visit:
    visit = while_drawing()
    return visit.take(ev.TicketDrawn(visit.command_id, TICKET))


def event_of(taken: Step, state: State) -> ev.Event:
    """An event that is this step in this state."""
    command_id = state.attempt.command_id if state.attempt else "c1"
    ticket = state.ticket or TICKET
    simple = {
        Step.LOADED: QUEUES,
        Step.SERVER_LOST: ev.ServerLost(),
        Step.GO_ON_ALONE: ev.ServerLost(offline=("A", "B")),
        Step.CARD_NOTICED: ev.CardNoticed(),
        Step.CARD_GONE: ev.CardGone(),
        Step.CARD_READ: ev.CardRead(OTHER_PERSON),
        Step.CARD_FAILED: ev.CardFailed(),
        Step.BEGIN: ev.Began(),
        Step.CHOOSE_QUEUE: ev.QueueChosen("A"),
        Step.CHOOSE_MATTER: ev.MatterChosen("I001"),
        Step.TURN_PAGE: ev.PageTurned(1),
        Step.SWITCH_LANGUAGE: ev.LanguageSwitched("en"),
        Step.GO_BACK: ev.WentBack(),
        Step.START_OVER: ev.StartedOver(),
        Step.STAY_AT_QUEUES: ev.Stayed(),
        Step.STAY_AT_MATTERS: ev.Stayed(),
        Step.PAPER_READY: ev.PaperReady(command_id),
        Step.PAPER_OUT: ev.PrinterRefused(command_id, "paper_out"),
        Step.COVER_OPEN: ev.PrinterRefused(command_id, "cover_open"),
        Step.PRINTER_GONE: ev.PrinterRefused(command_id, "cutter_fault"),
        Step.TAKE_ON_SCREEN: ev.TookOnScreen(),
        Step.TRY_AGAIN: ev.TriedAgain(),
        Step.DRAWN: ev.TicketDrawn(command_id, ticket),
        Step.DRAWN_FOR_SCREEN: ev.TicketDrawn(command_id, ticket),
        Step.REFUSED: ev.DrawRefused(command_id, "queue_full"),
        Step.UNANSWERED: ev.DrawUnanswered(command_id),
        Step.PRINTED: ev.TicketPrinted(ticket.ticket_id),
        Step.NOT_PRINTED: ev.PrintFailed(ticket.ticket_id, "paper_out"),
        Step.FINISH: ev.Finished(),
        Step.TIME_UP: ev.Tick(),
    }
    return simple[taken]


def state_for(screen: Screen, taken: Step) -> State:
    """A state of this screen in which the step can mean what it says."""
    return State(
        rules=RULES,
        screen=screen,
        ends_at_s=100.0,
        person=PERSON,
        prefix=None if taken is Step.STAY_AT_QUEUES else "B",
        attempt=Attempt(command_id="c1", item_key="I012", on_screen=taken is Step.DRAWN_FOR_SCREEN),
        ticket=TICKET,
    )
