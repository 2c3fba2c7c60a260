"""Why a command was refused. A refusal changes nothing; its code is stable, its text is for people."""


class Refusal(Exception):
    """A command that the rules do not allow."""

    code = "refused"


class UnknownItem(Refusal):
    """The catalogue has no such service item."""

    code = "unknown_item"


class UnknownTicket(Refusal):
    """No such ticket today."""

    code = "unknown_ticket"


class UnknownCounter(Refusal):
    """The hall has no such counter."""

    code = "unknown_counter"


class UnknownRating(Refusal):
    """No such rating today."""

    code = "unknown_rating"


class QueueFull(Refusal):
    """The day's numbers of this queue are used up; they never wrap."""

    code = "queue_full"


class QueueEmpty(Refusal):
    """Nobody is waiting for this counter."""

    code = "queue_empty"


class CounterTaken(Refusal):
    """Another clerk is at this counter."""

    code = "counter_taken"


class CounterNotOpen(Refusal):
    """No clerk has opened this counter."""

    code = "counter_not_open"


class CounterBusy(Refusal):
    """The counter still has a visitor."""

    code = "counter_busy"


class NoVisitor(Refusal):
    """The counter has no visitor that this could be done for."""

    code = "no_visitor"


class RatingOver(Refusal):
    """The rating was given or closed before; one press a rating."""

    code = "rating_over"


class DayNotOver(Refusal):
    """The business day has not changed."""

    code = "day_not_over"


class CommandIdReused(Refusal):
    """The id belongs to another kind of command."""

    code = "command_id_reused"
