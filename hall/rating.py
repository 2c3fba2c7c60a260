"""The five levels of a service rating, and the codes other systems know them by."""

from enum import StrEnum


class RatingLevel(StrEnum):
    """The five levels, best first. Source: State Council opinion on service rating; domain glossary."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def is_negative(self) -> bool:
        """Whether this level starts a callback: the last two do."""
        return self in (RatingLevel.DISSATISFIED, RatingLevel.VERY_DISSATISFIED)


class RatingChannel(StrEnum):
    """How a rating reached the hall."""

    EVALUATOR = "evaluator"
    KIOSK = "kiosk"
    TICKET_QR = "ticket_qr"
