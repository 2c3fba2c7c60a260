"""Why a kiosk gets no block of numbers, or a number of it is not taken."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class LeaseTooLarge(RuleRefusal):
    """A larger block, or more blocks, than a kiosk may have."""

    code = "lease_too_large"


class NotInLease(Refusal):
    """The number is not one of the block's."""

    code = "not_in_lease"


class NumberUsed(Refusal):
    """Another ticket has this number."""

    code = "number_used"
