"""The button evaluators of a line: which of them should be asking, and what a pressed key means. Pure.

Frames carry no session, as a board's do; a press is judged by the rating that is open when it is heard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from firmware_bridge.evaluator import DARK, Accepted, Evaluator, Ignored
from firmware_bridge.presses import UnheardPress
from hall.messages import CounterState, LevelPressed
from hall.rating import RatingLevel


class EvaluatorPlace(Struct, frozen=True):
    """Where an evaluator stands, and what the keys of its model stand for."""

    address: int
    counter_no: str
    levels: Mapping[int, RatingLevel]  # by the key's value


@dataclass
class _Standing:
    place: EvaluatorPlace
    evaluator: Evaluator
    state: CounterState | None = None
    asked: int = DARK  # the session for which it was told to ask
    unheard: UnheardPress = field(default_factory=UnheardPress)


class LineEvaluators:
    """A line's evaluators."""

    def __init__(self, places: Sequence[EvaluatorPlace]) -> None:
        self._all = {place.address: _Standing(place, Evaluator(place.levels)) for place in places}

    def follow(self, state: CounterState) -> None:
        """Follow a counter's state; an older one, and that of a counter without an evaluator here, is ignored."""
        for one in self._all.values():
            if one.place.counter_no == state.counter_no and (one.state is None or state.is_newer_than(one.state)):
                one.state = state
                one.evaluator.follow(state)
                one.unheard.follow(state)

    def next_to_ask(self) -> int | None:
        """The address of an evaluator that should begin to ask for a rating; each is named once for each rating."""
        for address, one in self._all.items():
            session = one.evaluator.session
            if session != one.asked:
                one.asked = session
                if session != DARK:
                    return address
        return None

    def forget(self) -> None:
        """The line is new: let those ask again whose rating is open."""
        for one in self._all.values():
            one.asked = DARK

    def press(self, address: int, value: int, press_id: str) -> LevelPressed | Ignored:
        """Judge a key; `press_id` names the press should it count."""
        one = self._all.get(address)
        if one is None:
            return Ignored.NO_RATING
        verdict = one.evaluator.press(one.evaluator.session, value)
        if not isinstance(verdict, Accepted):
            return verdict
        press = LevelPressed(
            press_id=press_id,
            counter_no=one.place.counter_no,
            rating_id=verdict.rating_id,
            level=verdict.level,
        )
        one.unheard.told(press)
        return press

    def presses_to_repeat(self) -> list[LevelPressed]:
        """The presses that were told before this was last called and still have not closed their rating."""
        return [press for one in self._all.values() for press in one.unheard.overdue()]
