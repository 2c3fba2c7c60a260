"""What a board's slots should show, what they do show, and the next command that brings them closer.

Pure; knows neither threads nor ports. Only the newest state of a counter counts: what came between is never sent.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from devices.boards.link import Command
from devices.boards.link_messages import CloseRating, Key, OpenRating, Show, fitting
from firmware_bridge.evaluator import DARK, Accepted, Evaluator, Ignored
from firmware_bridge.presses import UnheardPress
from hall.messages import BarShown, CounterState, LevelPressed

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A command for the board, and the state that it comes from."""

    command: Command
    state: CounterState


@dataclass
class _Slot:
    counter_no: str
    evaluator: Evaluator = field(default_factory=Evaluator)
    wanted: CounterState | None = None
    shown: tuple[str, int] | None = None  # version of the state on the bar, as far as is known
    session: int = DARK  # open on the board, as far as is known
    told: CounterState | None = None  # the newest state whose text was told to be on the bar
    is_refused: bool = False
    unheard: UnheardPress = field(default_factory=UnheardPress)

    def next_job(self, slot: int) -> Job | None:
        if self.wanted is None:
            return None
        if self.session != self.evaluator.session:
            return Job(self._rating_command(slot), self.wanted)
        if self.shown != self.wanted.version:
            return Job(Show(slot, fitting(self.wanted.text), self.wanted.flashing), self.wanted)
        return None

    def _rating_command(self, slot: int) -> Command:
        session = self.evaluator.session
        return CloseRating(slot) if session == DARK else OpenRating(slot, session)

    def note(self, job: Job) -> None:
        """Remember that the board has a command, or will never have it."""
        match job.command:
            case Show():
                self.shown = job.state.version
            case OpenRating(session=session):
                self.session = session
            case CloseRating():
                self.session = DARK


class Slots:
    """A board's slots; slot 0 belongs to the first of its counters, and so on."""

    def __init__(self, counters: Sequence[str]) -> None:
        self._slots = [_Slot(counter_no) for counter_no in counters]
        self._of_counter = {slot.counter_no: slot for slot in self._slots}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def has_refusals(self) -> bool:
        """Whether the board refused what some slot's present state asks of it."""
        return any(slot.is_refused for slot in self._slots)

    def want(self, state: CounterState) -> None:
        """Follow a counter's state; an older one, and another board's, is ignored."""
        slot = self._of_counter.get(state.counter_no)
        if slot is None or (slot.wanted is not None and not state.is_newer_than(slot.wanted)):
            return
        slot.wanted, slot.is_refused = state, False
        slot.evaluator.follow(state)
        slot.unheard.follow(state)

    def forget(self) -> None:
        """The board has started anew: its bars are blank and its evaluators dark."""
        for slot in self._slots:
            slot.shown, slot.session, slot.is_refused = None, DARK, False

    def next_job(self) -> Job | None:
        """What to send next, or None when all is as it should be. Slots take turns."""
        for offset in range(len(self._slots)):
            number = (self._turn + offset) % len(self._slots)
            job = self._slots[number].next_job(number)
            if job is not None:
                self._turn = number + 1
                return job
        return None

    def done(self, job: Job) -> BarShown | None:
        """The board has carried out a command; what to tell of it, once for each revision."""
        slot, state = self._slots[job.command.slot], job.state
        slot.note(job)
        if not isinstance(job.command, Show) or (slot.told is not None and not state.is_newer_than(slot.told)):
            return None
        slot.told = state
        return BarShown(
            counter_no=state.counter_no,
            revision=state.revision,
            text=job.command.text,
            call_id=state.call_id,
        )

    def refused(self, job: Job) -> None:
        """The board will not carry out a command: it is not sent again before the state or the board changes."""
        slot = self._slots[job.command.slot]
        slot.note(job)
        slot.is_refused = True

    def press(self, key: Key, press_id: str) -> LevelPressed | Ignored:
        """Judge a key; `press_id` names the press should it count."""
        if key.slot >= len(self._slots):
            return Ignored.NO_RATING
        slot = self._slots[key.slot]
        verdict = slot.evaluator.press(key.session, key.key)
        if not isinstance(verdict, Accepted):
            return verdict
        press = LevelPressed(
            press_id=press_id, counter_no=slot.counter_no, rating_id=verdict.rating_id, level=verdict.level
        )
        slot.unheard.told(press)
        return press

    def presses_to_repeat(self) -> list[LevelPressed]:
        """The presses that were told before this was last called and still have not closed their rating."""
        return [press for slot in self._slots for press in slot.unheard.overdue()]
