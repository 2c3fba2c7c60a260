"""Why nobody is called."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class QueueEmpty(Refusal):
    """Nobody is waiting for this counter."""

    code = "queue_empty"


class CannotServe(Refusal):
    """The counter does not handle this matter."""

    code = "cannot_serve"


class RecallTooSoon(RuleRefusal):
    """The ticket was called a moment ago."""

    code = "recall_too_soon"


class RecallLimit(RuleRefusal):
    """The ticket was called as often as the rules say: mark it missed."""

    code = "recall_limit"
