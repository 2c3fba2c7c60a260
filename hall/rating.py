"""The five levels of a service rating, and the ways by which one reaches the hall."""

from enum import StrEnum


class RatingLevel(StrEnum):
    """The five levels, best first.

    Source: General Office of the State Council, document 51 of 2019, on the rating of government services.
    """

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


OPTION_LIST_VERSION = "levels-2019"
"""Which list a device shows: today the five levels alone, without the detail options below them."""


class RatingChannel(StrEnum):
    """How a rating reached the hall."""

    EVALUATOR = "evaluator"
    HALL_TABLET = "hall_tablet"
    KIOSK = "kiosk"
    TICKET_QR = "ticket_qr"
