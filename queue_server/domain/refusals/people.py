"""Why a ban is not set or lifted."""

from queue_server.domain.refusals.refusal import Refusal


class NotBanned(Refusal):
    """There is no ban to lift."""

    code = "not_banned"


class NoPerson(Refusal):
    """The ticket was drawn without a document: nobody knows whose it is."""

    code = "no_person"


class UnclearPerson(Refusal):
    """A person is named in exactly one way."""

    code = "unclear_person"


class PastDay(Refusal):
    """The day has passed."""

    code = "past_day"
