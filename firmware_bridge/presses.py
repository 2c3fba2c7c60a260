"""The press of one evaluator that was told and not stored yet: told again until its rating is closed. Pure."""

from hall.messages import CounterState, LevelPressed


class UnheardPress:
    """The broker does not keep a press for a server that is away; the same press again is harmless, by its id."""

    def __init__(self) -> None:
        self._press: LevelPressed | None = None
        self._is_overdue = False

    def told(self, press: LevelPressed) -> None:
        """A press was told now."""
        self._press, self._is_overdue = press, False

    def follow(self, state: CounterState) -> None:
        """Forget the press once its rating is closed."""
        if self._press is not None and self._press.rating_id != state.rating_id:
            self._press = None

    def overdue(self) -> list[LevelPressed]:
        """The press to tell again, if it was told before this was last called and its rating is still open."""
        was_overdue, self._is_overdue = self._is_overdue, True
        return [self._press] if self._press is not None and was_overdue else []
