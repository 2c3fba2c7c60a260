"""What a counter is and what it is doing."""

from enum import StrEnum


class CounterKind(StrEnum):
    """What a counter is for, as the regional rules name them."""

    COMPREHENSIVE = "comprehensive"
    SPECIAL = "special"
    OUTLET = "outlet"
    PROBLEM = "problem"
    ASSISTANCE = "assistance"
    CROSS_REGION = "cross_region"
    ONE_THING = "one_thing"
    GUIDE = "guide"


class CounterStatus(StrEnum):
    """What a counter is doing now."""

    CLOSED = "closed"
    IDLE = "idle"
    CALLING = "calling"
    SERVING = "serving"
    RATING = "rating"
    PAUSED = "paused"
