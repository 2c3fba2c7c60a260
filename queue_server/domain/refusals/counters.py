"""Why a counter, as it is now, cannot do this."""

from queue_server.domain.refusals.refusal import Refusal


class CounterTaken(Refusal):
    """Another clerk is at this counter."""

    code = "counter_taken"


class ClerkElsewhere(Refusal):
    """The clerk is signed in at another counter."""

    code = "clerk_elsewhere"


class CounterNotOpen(Refusal):
    """No clerk has opened this counter."""

    code = "counter_not_open"


class CounterBusy(Refusal):
    """The counter still has a visitor."""

    code = "counter_busy"


class NoVisitor(Refusal):
    """The counter has no visitor that this could be done for."""

    code = "no_visitor"


class NoPreview(Refusal):
    """The counter looks at no ticket."""

    code = "no_preview"
