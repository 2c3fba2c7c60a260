"""What leaves the kiosk about its visitor, by what the matter's queue asks."""

import pytest
from msgspec import structs

from hall.catalogue import Counter, HallPlan, IdentityPolicy, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.identity import DocumentKind
from kiosk.adapters.scarce_identity import draw_as_asked, print_as_asked
from kiosk.flow.events import DrawNumber, PrintTicket
from tests.kiosk.visits import TICKET

POLICIES = {"N": IdentityPolicy.NONE, "P": IdentityPolicy.OPTIONAL, "R": IdentityPolicy.REQUIRED}
PLAN = HallPlan.of(
    "h",
    "厅",
    "Hall",
    zones=[Zone("Z", "区", "Zone", 1)],
    queues=[Queue(prefix, prefix, prefix, "Z", identity=policy) for prefix, policy in POLICIES.items()],
    counters=[Counter("1", CounterKind.COMPREHENSIVE, "Z", tuple(POLICIES))],
    items=[ServiceItem(prefix, prefix, prefix, "D", prefix, prefix, TimeClass.CONSULT) for prefix in POLICIES],
)
NUMBER = "**************1234"


def wish(item_key: str) -> DrawNumber:
    return DrawNumber("attempt-1", item_key, DocumentKind.RESIDENT, NUMBER, "hash", 75)


def test_where_no_document_is_asked_only_the_age_is_passed_on():
    assert draw_as_asked(wish("N"), PLAN) == DrawNumber("attempt-1", "N", None, None, None, 75)


@pytest.mark.parametrize("item_key", ["P", "R", "unknown here"])
def test_elsewhere_the_wish_stays_as_it_is(item_key: str):
    assert draw_as_asked(wish(item_key), PLAN) == wish(item_key)


@pytest.mark.parametrize(("item_key", "printed"), [("N", None), ("P", NUMBER)])
def test_the_paper_has_the_masked_number_only_where_a_document_is_asked(item_key: str, printed: str | None):
    job = PrintTicket("job-1", structs.replace(TICKET, item_key=item_key), NUMBER, "zh_CN")

    assert print_as_asked(job, PLAN).masked_number == printed
