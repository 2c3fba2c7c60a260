"""Why a rating is not taken or not closed."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class RatingOver(Refusal):
    """The rating was given or closed before; one press a rating."""

    code = "rating_over"


class RatingRunning(RuleRefusal):
    """The visitor may still rate; a rating has its least time."""

    code = "rating_running"
