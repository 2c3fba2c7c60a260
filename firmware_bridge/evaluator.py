"""What a press on a five-key evaluator means: nothing, unless a rating is open and was not given yet.

Pure; knows neither board nor broker. A press that does not count is refused with its reason, never guessed.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from hall.counter import CounterStatus
from hall.messages import CounterState
from hall.rating import RatingLevel

KEYS_BEST_FIRST: Mapping[int, RatingLevel] = MappingProxyType(dict(enumerate(RatingLevel, start=1)))
"""Key values differ between makes of key pads; the reference board numbers its keys 1 to 5, best first."""

DARK = 0  # the session of an evaluator that is not lit
LAST_SESSION = 255


class Accepted(Struct, frozen=True):
    """The press counts."""

    rating_id: str
    level: RatingLevel


class Ignored(StrEnum):
    """Why a press does not count."""

    NO_RATING = "no rating is open"
    OLD_SESSION = "pressed in an earlier rating"
    ALREADY_RATED = "a level was pressed already"
    UNKNOWN_KEY = "the key has no level"


class Evaluator:
    """One counter's evaluator: which rating is open, and whether it was given."""

    def __init__(self, keys: Mapping[int, RatingLevel] = KEYS_BEST_FIRST) -> None:
        self._keys = keys
        self._rating_id: str | None = None
        self._rated_id: str | None = None
        self._session = DARK

    @property
    def session(self) -> int:
        """The session to light the evaluator with, 1 to 255; `DARK` when it should not be lit."""
        return DARK if self._rating_id is None or self._rating_id == self._rated_id else self._session

    def follow(self, state: CounterState) -> None:
        """Open a rating while the counter's state has one, close it otherwise. A new rating gets a new session."""
        rating_id = state.rating_id if state.status is CounterStatus.RATING else None
        if rating_id is not None and rating_id != self._rating_id:
            self._session = self._session % LAST_SESSION + 1
        self._rating_id = rating_id

    def press(self, session: int, key: int) -> Accepted | Ignored:
        """Judge a press; the first valid one closes the evaluator.

        Args:
            session: the one that the board had open when the key went down.
            key: the key pad's own number.
        """
        if self._rating_id is None or session == DARK:
            return Ignored.NO_RATING
        if session != self._session:
            return Ignored.OLD_SESSION
        if self._rating_id == self._rated_id:
            return Ignored.ALREADY_RATED
        level = self._keys.get(key)
        if level is None:
            return Ignored.UNKNOWN_KEY
        self._rated_id = self._rating_id
        return Accepted(self._rating_id, level)
