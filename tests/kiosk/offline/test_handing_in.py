"""When the server is back it gets what the kiosk gave out, by arrival; what it never takes is left to a person."""

from collections.abc import Callable

import pytest

from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import PriorityClass
from kiosk.adapters.hall_client import ServerAway
from tests.kiosk.offline.lossy_hall import LossyHall
from tests.kiosk.offline.offline_kiosk import MORNING, Clock, Kiosk, waiting

# ---- the server is back -------------------------------------------------------------------------------------------


def test_tickets_are_handed_in_by_arrival_and_before_the_next_number_of_their_queue(
    kiosk: Kiosk, hall: LossyHall, clock: Clock
):
    hall.away = True
    for n in range(3):
        clock.pass_(minutes=1)
        kiosk.number(f"attempt-{n}", "B" if n == 1 else "A")
    hall.away = False
    hall.asked.clear()

    assert kiosk.number("attempt-9") == "A005"

    assert [type(c).__name__ for c in hall.asked] == ["MergeTicket", "MergeTicket", "IssueTicket"]
    assert (waiting(hall), waiting(hall, "B")) == (["A001", "A002", "A005"], [])
    kiosk.hand_in()
    assert waiting(hall, "B") == ["B001"]


def test_two_kiosks_merge_by_arrival_whoever_hands_in_first(
    new_kiosk: Callable[[str], Kiosk], hall: LossyHall, clock: Clock
):
    one, two = new_kiosk("K01"), new_kiosk("K02")
    hall.away = True
    shown = []
    for n in range(6):
        clock.pass_(minutes=1)
        shown.append((one if n % 2 else two).number(f"attempt-{n}"))
    hall.away = False

    one.hand_in()
    two.hand_in()

    assert len(set(shown)) == 6
    assert waiting(hall) == shown


def test_handing_in_goes_on_where_it_was_interrupted(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    for n in range(3):
        kiosk.number(f"attempt-{n}")
    hall.away, hall.line = False, ["ok", "unheard"]
    with pytest.raises(ServerAway, match="the connection ended"):
        kiosk.hand_in()
    assert waiting(hall) == ["A001", "A002"]

    kiosk.hand_in()

    assert waiting(hall) == ["A001", "A002", "A003"]


def test_what_is_known_of_a_visitor_goes_with_the_ticket(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.draw(
        "attempt-1", identity_kind=DocumentKind.RESIDENT, masked_number="*****000X", person="ab" * 16, age_years=81
    )
    on_disk = b"".join(file.read_bytes() for file in kiosk.path.parent.glob("K01*"))
    assert b"ab" * 16 in on_disk
    assert b'"age_years":8' not in on_disk
    hall.away = False

    kiosk.hand_in()

    (ticket,) = hall.day.tickets.values()
    assert (ticket.masked_number, ticket.person) == ("*****000X", "ab" * 16)
    assert (ticket.priority, ticket.green_group) == (PriorityClass.GREEN, "elderly")


# ---- tickets that the server will never take ------------------------------------------------------------------------


def test_a_ticket_that_is_refused_for_good_is_kept_for_a_person_and_the_others_go_on(
    kiosk: Kiosk, hall: LossyHall, caplog: pytest.LogCaptureFixture
):
    hall.away = True
    kiosk.number("attempt-1")
    kiosk.number("attempt-2", "B")
    hall.away = False
    lease = next(lease for lease in hall.day.leases.values() if lease.prefix == "A")
    other = m.MergeTicket(
        command_id="another-1", lease_id=lease.lease_id, number=1, ticket_id="another", arrived_at=MORNING,
        item_key="I1", kiosk_id="K01",
    )  # fmt: skip
    hall.do(other)

    kiosk.hand_in()

    assert kiosk.book.left_to_person() == [("A001", "number_used")]
    assert waiting(hall, "B") == ["B001"]
    health = kiosk.told[-1]
    assert (health.device_id, health.status, health.cause) == ("K01.numbers", "warning", "tickets_need_person")
    assert health.detail == "A001"
    assert "number_used" in caplog.text
    assert kiosk.number("attempt-3") == "A005"  # it does not hold the queue


def test_a_restored_backup_that_lacks_the_block_leaves_its_tickets_to_a_person(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.number("attempt-1")
    hall.restore(0)
    hall.away = False

    kiosk.hand_in()
    kiosk.top_up()

    assert kiosk.book.left_to_person() == [("A001", "unknown_lease")]
    hall.away = True
    assert kiosk.number("attempt-2") == "A002"  # the restored server gave 1 to 4 again, and 1 is on paper


def test_a_clock_that_the_server_does_not_believe_is_no_refusal_for_good(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    hall.away = True
    kiosk.number("attempt-1")
    hall.away = False
    clock.pass_(hours=-1)  # the server's clock too

    with pytest.raises(ServerAway, match="503"):
        kiosk.hand_in()
    clock.pass_(hours=2)
    kiosk.hand_in()

    assert waiting(hall) == ["A001"]


def test_yesterday_s_tickets_have_expired_and_are_counted(
    kiosk: Kiosk, hall: LossyHall, clock: Clock, caplog: pytest.LogCaptureFixture
):
    hall.away = True
    kiosk.number("attempt-1")
    kiosk.number("attempt-2")
    clock.pass_(days=1)
    hall.away = False

    kiosk.hand_in()

    assert hall.day.tickets == {}
    assert "2 offline tickets of an earlier day" in caplog.text
    assert kiosk.book.left_to_person() == []
    assert kiosk.numbers.offered() == ()
    kiosk.top_up()
    assert kiosk.numbers.offered() == ("A", "B")
