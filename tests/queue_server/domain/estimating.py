"""What a visitor would be told, in a few words."""

from hall.priority import PriorityClass
from queue_server.domain.ahead import ahead_count
from queue_server.domain.estimate import WaitEstimate, wait_estimate
from tests.queue_server.halls import Hall

MINUTE = 60.0


def told(hall: Hall, item_key: str, priority: PriorityClass = PriorityClass.ORDINARY) -> WaitEstimate | None:
    """What somebody who came now would be told."""
    item, now = hall.day.plan.items[item_key], hall.clock.now()
    return wait_estimate(hall.day, item, priority, ahead_count(hall.day, item.queue, priority, now), now)


def p50(hall: Hall, item_key: str, priority: PriorityClass = PriorityClass.ORDINARY) -> float:
    estimate = told(hall, item_key, priority)
    assert estimate is not None
    return estimate.p50_s


def busy(hall: Hall, counter_no: str, item_key: str = "a1") -> None:
    """Open a counter and let it serve somebody from now on."""
    hall.open(counter_no, f"T{counter_no}")
    issued = hall.issue(item_key)
    hall.call_ticket(counter_no, issued.ticket_id)
    hall.start(counter_no)


def lived(hall: Hall, *waits_s: float) -> None:
    """Let visitors of queue A be told something and wait so long, one after another, at counter 1."""
    for waited_s in waits_s:
        hall.issue("a1")
        hall.clock.pass_(seconds=waited_s)
        hall.serve("1")
