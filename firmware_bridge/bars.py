"""What bars should show, what they do show, and the next state that is not on its bar yet.

Pure; knows neither threads nor ports. Only the newest state of a counter counts: what came between is never shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hall.counter import CounterStatus
from hall.messages import BarShown, CounterState
from hall.texts import Texts

CALL_TEXT, PAUSED_TEXT = "{number}, please", "Service paused"  # a bar has four to eight characters


@dataclass(frozen=True, slots=True)
class Idle:
    """Free, or not open: the window's number and business."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A number is called."""

    display_number: str
    text: str


@dataclass(frozen=True, slots=True)
class Paused:
    """Nobody is served for now."""

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """Anything else."""

    text: str


Face = Idle | Call | Paused | Message


def face_of(state: CounterState, texts: Texts) -> Face:
    """What a short bar makes of a counter's state."""
    match state.status:
        case CounterStatus.CALLING if state.display_number is not None:
            return Call(state.display_number, texts(CALL_TEXT, number=state.display_number))
        case CounterStatus.PAUSED:
            return Paused(texts(PAUSED_TEXT))
        case CounterStatus.IDLE | CounterStatus.CLOSED:
            return Idle(state.text)
        case _:
            return Message(state.text)


@dataclass
class _Bar:
    wanted: CounterState | None = None
    shown: tuple[str, int] | None = None  # version of the state on the bar, as far as is known
    told: CounterState | None = None  # the newest state that was told to be on the bar
    is_refused: bool = False


class Bars:
    """The bars of one line or card, by counter."""

    def __init__(self, counters: Iterable[str]) -> None:
        self._bars = {counter_no: _Bar() for counter_no in counters}

    @property
    def has_refusals(self) -> bool:
        """Whether some counter's present state was refused."""
        return any(bar.is_refused for bar in self._bars.values())

    def want(self, state: CounterState) -> None:
        """Follow a counter's state; an older one, and another line's, is ignored."""
        bar = self._bars.get(state.counter_no)
        if bar is not None and (bar.wanted is None or state.is_newer_than(bar.wanted)):
            bar.wanted, bar.is_refused = state, False

    def forget(self) -> None:
        """Nobody knows what the bars show."""
        for bar in self._bars.values():
            bar.shown = None

    def due(self) -> list[CounterState]:
        """The states that are not on their bars yet."""
        return [bar.wanted for bar in self._bars.values() if bar.wanted is not None and bar.wanted.version != bar.shown]

    def shown(self, state: CounterState, text: str) -> BarShown | None:
        """A state is on its bar, where `text` can be read; what to tell of it, once for each revision."""
        bar = self._bars[state.counter_no]
        bar.shown, bar.is_refused = state.version, False
        if bar.told is not None and not state.is_newer_than(bar.told):
            return None
        bar.told = state
        return BarShown(counter_no=state.counter_no, revision=state.revision, text=text, call_id=state.call_id)

    def refused(self, state: CounterState) -> None:
        """The device will not show a state: it is not sent again before the state or the device changes."""
        bar = self._bars[state.counter_no]
        bar.shown, bar.is_refused = state.version, True
