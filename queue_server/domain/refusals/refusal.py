"""What a refusal is, and the two that belong to no one subject."""

Fact = str | int | bool | None


class Refusal(Exception):
    """A command that the rules do not allow.

    Attributes:
        code: stable, for programs and translations.
        facts: what a screen may need beyond the code, e.g. the number of the ticket that somebody already holds.
        is_rule: whether one of the hall's chosen rules said no; then the journal keeps it (`RuleApplied`).
    """

    code = "refused"
    is_rule = False

    def __init__(self, text: str, *, prefix: str | None = None, **facts: Fact) -> None:
        super().__init__(text)
        self.prefix = prefix
        self.facts = facts


class RuleRefusal(Refusal):
    """A rule that the hall has chosen says no."""

    code = "rule"
    is_rule = True


class NotAllowed(RuleRefusal):
    """The hall does not use this."""

    code = "not_allowed"


class CommandIdReused(Refusal):
    """The id belongs to another kind of command."""

    code = "command_id_reused"
