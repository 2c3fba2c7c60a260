"""What the pads of a line should show, what they were shown, and which of them is next. Pure; time is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from hall.counter import CounterStatus
from hall.messages import CounterState, QueueState

SHOW_AGAIN_S = 10.0  # a pad does not say that it has understood, and may have been switched on since


class PadPlace(Struct, frozen=True):
    """Where a pad stands: its address, its counter, and the queues that the counter serves."""

    address: int
    counter_no: str
    queues: tuple[str, ...]


class Numbers(Struct, frozen=True):
    """What a pad's two rows show; None is dark."""

    waiting: int | None = None
    ticket: int | None = None


@dataclass
class _Pad:
    place: PadPlace
    state: CounterState | None = None
    shown: Numbers | None = None
    shown_at: float = 0.0


@dataclass
class Pads:
    """A line's pads."""

    places: Sequence[PadPlace]
    _pads: list[_Pad] = field(init=False)
    _counts: dict[str, QueueState] = field(default_factory=dict, init=False)
    _turn: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._pads = [_Pad(place) for place in self.places]

    def follow(self, state: CounterState) -> None:
        """Follow a counter's state; an older one, and that of a counter without a pad, is ignored."""
        for pad in self._pads:
            if pad.place.counter_no == state.counter_no and (pad.state is None or state.is_newer_than(pad.state)):
                pad.state = state

    def count(self, state: QueueState) -> None:
        """Take note of how many wait in a queue; older news is ignored."""
        known = self._counts.get(state.prefix)
        if known is None or known.incarnation != state.incarnation or state.revision > known.revision:
            self._counts[state.prefix] = state

    def at(self, address: int) -> PadPlace | None:
        """Where the pad of an address stands; None when the site file has none."""
        return next((pad.place for pad in self._pads if pad.place.address == address), None)

    def status_at(self, address: int) -> CounterStatus | None:
        """What the counter of a pad is doing; None before anybody has said."""
        return next((p.state.status for p in self._pads if p.place.address == address and p.state is not None), None)

    def next_show(self, now_s: float) -> tuple[int, Numbers] | None:
        """Which pad to tell next, by its address, and what; None when all show what they should. They take turns."""
        for offset in range(len(self._pads)):
            pad = self._pads[(self._turn + offset) % len(self._pads)]
            numbers = self._numbers(pad)
            if numbers != pad.shown or now_s - pad.shown_at >= SHOW_AGAIN_S:
                self._turn += offset + 1
                pad.shown, pad.shown_at = numbers, now_s
                return pad.place.address, numbers
        return None

    def forget(self) -> None:
        """The line is new: nobody knows what the pads show."""
        for pad in self._pads:
            pad.shown = None

    def _numbers(self, pad: _Pad) -> Numbers:
        if pad.state is None or pad.state.status is CounterStatus.CLOSED:
            return Numbers()
        counts = [self._counts[prefix].waiting for prefix in pad.place.queues if prefix in self._counts]
        return Numbers(sum(counts) if counts else None, _digits_of(pad.state.display_number))


def _digits_of(display_number: str | None) -> int | None:
    """A ticket's number without its queue's letters, for which a pad has no place."""
    digits = "".join(c for c in display_number or "" if c.isdecimal())
    return int(digits) if digits else None
