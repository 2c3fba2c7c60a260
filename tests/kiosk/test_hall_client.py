"""The kiosk's talk with the server, over real HTTP."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from msgspec import structs

from hall.identity import DocumentKind
from hall.messages import IssueTicket, LeaseNumbers, NumbersLeased, ReportPrint
from kiosk.adapters.hall_client import HallClient, NeverSent, Refused, ServerAway
from kiosk.adapters.hall_link import HallLink
from kiosk.flow import events as ev
from tests.kiosk.fake_hall import FakeHall
from tests.waiting import until

COMMAND = IssueTicket(
    command_id="5b8de5c9-0df6-4c9e-8d33-3a1a07f0a001",
    item_key="I012",
    kiosk_id="K01",
    identity_kind=DocumentKind.RESIDENT,
    masked_number="**************000X",
)
WISH = ev.DrawNumber(COMMAND.command_id, "I012", DocumentKind.RESIDENT, "**************000X")


@pytest.fixture
def hall() -> Iterator[FakeHall]:
    with FakeHall({"A": 8, "B": 0}) as hall:
        yield hall


@pytest.fixture
def client(hall: FakeHall) -> Iterator[HallClient]:
    with HallClient(hall.url, timeout_s=1.0) as client:
        yield client


def test_the_queues_are_told_with_their_open_windows(client: HallClient):
    answer = client.queues()

    assert [(q.prefix, q.waiting, q.open_counters) for q in answer.queues] == [("A", 0, 8), ("B", 0, 0)]


def test_a_number_is_drawn_with_the_hall_s_own_time(client: HallClient, hall: FakeHall):
    ticket = client.issue(COMMAND)

    assert (ticket.display_number, ticket.ahead_count) == ("B001", 0)
    assert ticket.issued_at == datetime(2025, 3, 3, 9, 12, tzinfo=timezone(timedelta(hours=8)))
    assert hall.asked == [
        {
            "command_id": COMMAND.command_id,
            "item_key": "I012",
            "kiosk_id": "K01",
            "identity_kind": "resident",
            "masked_number": "**************000X",
            "person": None,
            "age_years": None,
        }
    ]


def test_the_same_command_after_a_lost_answer_gets_the_same_number(client: HallClient, hall: FakeHall):
    hall.lost_answers = 1
    with pytest.raises(ServerAway):
        client.issue(COMMAND)

    ticket = client.issue(COMMAND)

    assert ticket.display_number == "B001"
    assert len(hall.asked) == 2
    assert len(hall.tickets) == 1


@pytest.mark.parametrize(("status", "code"), [(409, "queue_full"), (404, "unknown_item"), (422, "invalid")])
def test_a_refusal_keeps_its_code(client: HallClient, hall: FakeHall, status: int, code: str):
    hall.status, hall.refusal = status, {"code": code, "detail": "no"}

    with pytest.raises(Refused, match="no") as refused:
        client.issue(COMMAND)

    assert refused.value.code == code


def test_a_refusal_without_a_code_is_still_a_refusal(client: HallClient, hall: FakeHall):
    hall.status, hall.refusal = 404, {"message": "?"}

    with pytest.raises(Refused) as refused:
        client.queues()

    assert refused.value.code == "http_404"


def test_a_server_in_trouble_counts_as_away(client: HallClient, hall: FakeHall):
    hall.status, hall.refusal = 503, {"code": "journal_unavailable", "detail": ""}

    with pytest.raises(ServerAway):
        client.issue(COMMAND)


def test_somebody_else_s_answer_counts_as_away(client: HallClient, hall: FakeHall):
    hall.nonsense = True

    with pytest.raises(ServerAway):
        client.queues()


def test_a_silent_server_is_given_up_after_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = HallClient(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.3)
        began = time.monotonic()

        with client, pytest.raises(ServerAway):
            client.queues()

        assert time.monotonic() - began < 1.5


def test_a_request_that_was_surely_not_sent_is_told_from_one_that_may_have_been_done(hall: FakeHall):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with HallClient(nobody, timeout_s=0.5) as client, pytest.raises(NeverSent):
        client.issue(COMMAND)

    hall.lost_answers = 1
    with HallClient(hall.url, timeout_s=0.5) as client, pytest.raises(ServerAway) as away:
        client.issue(COMMAND)

    assert not isinstance(away.value, NeverSent)


def test_any_command_is_carried_out_and_answered_with_its_event(client: HallClient, hall: FakeHall):
    wish = LeaseNumbers(command_id="lease-command-1", kiosk_id="K01", prefix="A", count=20)

    first, again = client.carry_out(wish), client.carry_out(wish)

    assert isinstance(first, NumbersLeased)
    assert (first.prefix, first.first, first.last) == ("A", 101, 120)
    assert again == first


def test_a_refused_command_keeps_its_code(client: HallClient, hall: FakeHall):
    hall.status, hall.refusal = 409, {"code": "lease_too_large", "detail": "no"}

    with pytest.raises(Refused) as refused:
        client.carry_out(LeaseNumbers(command_id="lease-command-1", kiosk_id="K01", prefix="A", count=20))

    assert refused.value.code == "lease_too_large"


def test_a_paper_s_fate_is_reported(client: HallClient, hall: FakeHall):
    client.report_print(ReportPrint(command_id="r1", ticket_id="ticket-1", printed=False, cause="paper_out"))

    assert hall.reports == [("ticket-1", {"command_id": "r1", "printed": False, "cause": "paper_out"})]


# ---- the link that runs it ------------------------------------------------------------------------------------


@pytest.fixture
def heard() -> list[ev.Event]:
    return []


@pytest.fixture
def link(hall: FakeHall, heard: list[ev.Event]) -> Iterator[HallLink]:
    link = HallLink(HallClient(hall.url, timeout_s=1.0), "K01", heard.append)
    yield link
    link.close()


def of(heard: list[ev.Event], kind: type[ev.Event]) -> list[ev.Event]:
    return [event for event in heard if isinstance(event, kind)]


def test_the_link_tells_the_queues_by_itself_and_when_the_server_is_lost(
    link: HallLink, hall: FakeHall, heard: list[ev.Event]
):
    link.start()
    until(lambda: of(heard, ev.QueuesLoaded))
    hall.status = 500

    link.load_queues()

    until(lambda: of(heard, ev.ServerLost))


def test_each_outcome_of_a_draw_is_posted_with_its_attempt(link: HallLink, hall: FakeHall, heard: list[ev.Event]):
    hall.lost_answers = 1
    link.draw(WISH)
    until(lambda: of(heard, ev.DrawUnanswered))
    link.draw(WISH)
    (drawn,) = until(lambda: of(heard, ev.TicketDrawn))
    hall.status, hall.refusal = 409, {"code": "queue_full", "detail": ""}
    link.draw(structs.replace(WISH, command_id="another"))
    (refused,) = until(lambda: of(heard, ev.DrawRefused))

    assert isinstance(drawn, ev.TicketDrawn)
    assert (drawn.command_id, drawn.ticket.display_number) == (COMMAND.command_id, "B001")
    assert refused == ev.DrawRefused("another", "queue_full")


def test_a_report_waits_for_the_server_and_keeps_its_place(link: HallLink, hall: FakeHall, heard: list[ev.Event]):
    hall.status = 503
    link.start()
    link.tell_print(ev.TellPrint("r1", "ticket-1", printed=False, cause="unavailable"))
    link.tell_print(ev.TellPrint("r2", "ticket-1", printed=True))
    until(lambda: len(of(heard, ev.ServerLost)) >= 1)
    hall.status = None

    link.load_queues()

    until(lambda: len(hall.reports) == 2)
    assert [body["command_id"] for _ticket, body in hall.reports] == ["r1", "r2"]


def test_a_server_that_only_fails_on_a_report_is_not_lost(link: HallLink, hall: FakeHall, heard: list[ev.Event]):
    hall.fails_on_reports = True
    link.tell_print(ev.TellPrint("r1", "ticket-1", printed=True))
    link.start()
    until(lambda: of(heard, ev.QueuesLoaded))
    assert not of(heard, ev.ServerLost)

    hall.fails_on_reports = False
    link.load_queues()

    until(lambda: hall.reports == [("ticket-1", {"command_id": "r1", "printed": True, "cause": None})])
