"""What one person may hold, what a ticket says about the visitor, and what a queue gives out."""

from datetime import timedelta

import pytest

from hall import messages as m
from hall.identity import DocumentKind
from hall.rules import OneTicket, PersonRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.bans import ban_id_of
from queue_server.domain.decide import audited
from tests.queue_server.halls import MORNING, Hall, interval, period, refused, small_plan

CARD = {"identity_kind": DocumentKind.RESIDENT}
ANN = {"person": "hash-ann", **CARD}
BEN = {"person": "hash-ben", **CARD}
KIOSK = {"kiosk_id": "K01"}


def hall_where(**persons) -> Hall:
    hall = Hall(small_plan(persons=PersonRules(**persons)))
    hall.open("1")
    return hall


def test_a_second_ticket_in_the_same_queue_is_refused_and_the_first_one_named():  # domain I7, 2
    hall = hall_where()
    first = hall.issue("a1", **ANN)

    refusal = refused(hall, no.HasTicket, m.IssueTicket, item_key="a2", **KIOSK, **ANN)

    assert refusal.facts == {"ticket_id": first.ticket_id, "display_number": "A001"}
    assert hall.day.last_number["A"] == 1
    assert hall.issue("b1", **ANN).display_number == "B001"
    assert hall.issue("a1", **BEN).display_number == "A002"


def test_one_ticket_may_be_a_rule_of_the_whole_hall_or_of_none():
    whole, none = hall_where(one_ticket=OneTicket.A_HALL), hall_where(one_ticket=OneTicket.OFF)
    whole.issue("a1", **ANN)
    none.issue("a1", **ANN)

    refused(whole, no.HasTicket, m.IssueTicket, item_key="b1", **KIOSK, **ANN)
    assert none.issue("a1", **ANN).display_number == "A002"


@pytest.mark.parametrize("over", ["completed", "cancelled", "missed"])
def test_a_ticket_that_is_over_makes_room_for_another(over: str):
    hall = hall_where()
    first = hall.issue("a1", **ANN)
    if over == "cancelled":
        hall.ask(m.CancelTicket, ticket_id=first.ticket_id, by="M1", reason="left")
    else:
        hall.call("1")
        hall.complete("1") if over == "completed" else [hall.miss("1"), hall.clock.pass_(minutes=5), hall.call("1")]
        if over == "missed":
            hall.miss("1")

    assert hall.issue("a1", **ANN).display_number == "A002"


def test_people_without_a_document_are_not_counted():
    hall = hall_where()

    assert [hall.issue("a1").display_number for _ in range(7)][-1] == "A007"


def test_one_person_draws_only_so_many_tickets_a_day():
    hall = hall_where(one_ticket=OneTicket.OFF, most_a_day=2)
    hall.issue("a1", **ANN)
    hall.issue("b1", **ANN)

    refused(hall, no.DailyCap, m.IssueTicket, item_key="a1", **KIOSK, **ANN)
    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    assert hall.issue("a1", **ANN).display_number == "A001"


def test_a_banned_person_gets_no_ticket_until_the_day_has_passed_or_the_ban_is_lifted():
    hall = hall_where()
    until = MORNING.date() + timedelta(days=1)
    hall.ask(m.BanPerson, person="hash-ann", until=until, reason="quarrel", by="M1")
    hall.ask(m.BanPerson, person="hash-ben", until=until, reason="quarrel", by="M1")

    refusal = refused(hall, no.PersonIsBanned, m.IssueTicket, item_key="a1", **KIOSK, **ANN)
    assert refusal.facts == {"until": "2026-03-04"}
    hall.ask(m.LiftBan, person="hash-ben", reason="sorry", by="M1")
    hall.issue("a1", **BEN)

    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    refused(hall, no.PersonIsBanned, m.IssueTicket, item_key="a1", **KIOSK, **ANN)
    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    hall.issue("a1", **ANN)
    assert hall.day.bans == {}


def test_the_desk_bans_and_books_for_whoever_drew_a_ticket_of_today():
    hall = Hall(small_plan())
    ticket = hall.issue("a1", **ANN)

    booked = hall.ask(
        m.BookAppointment, item_key="h1", starts_at=MORNING + timedelta(days=1), ticket_id=ticket.ticket_id,
        masked_name="测*", channel="desk",
    )  # fmt: skip
    banned = hall.ask(m.BanPerson, ticket_id=ticket.ticket_id, until=MORNING.date(), reason="quarrel", by="M1")

    assert booked.person == banned.person == "hash-ann"
    refused(hall, no.PersonIsBanned, m.IssueTicket, item_key="b1", **KIOSK, **ANN)


def test_a_ban_is_lifted_by_its_id_or_by_a_ticket():
    hall = Hall(small_plan())
    ann, ben = hall.issue("a1", **ANN), hall.issue("a1", **BEN)
    for ticket in (ann, ben):
        hall.ask(m.BanPerson, ticket_id=ticket.ticket_id, until=MORNING.date(), reason="quarrel", by="M1")

    hall.ask(m.LiftBan, ban_id=ban_id_of("hash-ann"), reason="sorry", by="M1")
    hall.ask(m.LiftBan, ticket_id=ben.ticket_id, reason="sorry", by="M1")

    assert hall.day.bans == {}
    refused(hall, no.NotBanned, m.LiftBan, ban_id=ban_id_of("hash-ann"), reason="sorry", by="M1")


BANS = {"until": MORNING.date(), "reason": "quarrel", "by": "M1"}


def test_a_ticket_that_tells_of_nobody_bans_nobody():
    hall = Hall(small_plan())
    nobody = hall.issue("a1")
    somebody = {"ticket_id": hall.issue("a1", **ANN).ticket_id}
    lift = {"reason": "sorry", "by": "M1"}

    refused(hall, no.NoPerson, m.BanPerson, ticket_id=nobody.ticket_id, **BANS)
    refused(hall, no.UnknownTicket, m.BanPerson, ticket_id="yesterday's", **BANS)
    refused(hall, no.UnclearPerson, m.BanPerson, **BANS)
    refused(hall, no.UnclearPerson, m.BanPerson, person="hash-ben", **somebody, **BANS)
    refused(hall, no.UnclearPerson, m.LiftBan, ban_id=ban_id_of("hash-ann"), **somebody, **lift)
    refused(hall, no.UnclearPerson, m.LiftBan, **lift)


def test_a_ban_until_a_past_day_is_refused():
    hall = Hall(small_plan())
    yesterday = MORNING.date() - timedelta(days=1)

    refused(hall, no.PastDay, m.BanPerson, person="hash-ann", **BANS | {"until": yesterday})
    hall.ask(m.BanPerson, person="hash-ann", **BANS)
    refused(hall, no.PersonIsBanned, m.IssueTicket, item_key="a1", **KIOSK, **ANN)


def test_a_queue_with_real_names_wants_a_document():
    hall = hall_where()

    refused(hall, no.IdentityRequired, m.IssueTicket, item_key="r1", **KIOSK)
    assert hall.issue("r1", **ANN).display_number == "R001"


def test_a_ticket_carries_what_the_clerk_should_know():
    hall = hall_where()
    issued = hall.issue("a1", party_size=3, note="deaf", special_need="wheelchair", is_representative=True, **ANN)

    ticket = hall.ticket(issued)
    assert (ticket.party_size, ticket.note, ticket.special_need, ticket.is_representative) == (
        3, "deaf", "wheelchair", True,
    )  # fmt: skip
    hall.ask(m.MarkTicket, ticket_id=issued.ticket_id, by="M1", note="speaks Mongolian")
    assert (ticket.note, ticket.special_need, ticket.party_size) == ("speaks Mongolian", "wheelchair", 3)


@pytest.mark.parametrize("party_size", [0, -1, 21])
def test_a_party_has_its_limits(party_size: int):
    hall = hall_where()
    ticket = hall.issue("a1")

    refused(hall, no.PartyTooLarge, m.IssueTicket, item_key="a1", party_size=party_size, **KIOSK)
    refused(hall, no.PartyTooLarge, m.MarkTicket, ticket_id=ticket.ticket_id, by="M1", party_size=party_size)


def test_what_became_of_the_paper_is_kept():
    hall = hall_where()
    ticket = hall.issue("a1")

    assert hall.ask(m.ReportPrint, ticket_id=ticket.ticket_id, printed=False, cause="paper_out").cause == "paper_out"
    assert hall.ticket(ticket).is_printed is False
    assert hall.state(ticket) is TicketState.WAITING


# ---- quotas ---------------------------------------------------------------------------------------------------------


def test_an_interval_gives_only_its_quota_and_the_day_only_its_own():
    hall = Hall(small_plan())
    hall.issue("q1")
    hall.issue("q1")

    of_interval = refused(hall, no.QuotaUsed, m.IssueTicket, item_key="q1", **KIOSK)
    hall.clock.set("10:00")
    hall.issue("q1")
    assert hall.issue("q1").quota_interval == "10:00"
    of_day = refused(hall, no.QuotaUsed, m.IssueTicket, item_key="q1", **KIOSK)

    assert (of_interval.prefix, of_interval.facts["of"]) == ("Q", "09:00")
    assert of_day.facts["of"] == "day"
    hall.clock.pass_(days=2)
    hall.clock.set("09:30")
    hall.ask(m.StartDay)
    hall.issue("q1")


def test_outside_of_the_intervals_no_walk_in_ticket_is_given():
    hall = Hall(small_plan())
    hall.clock.set("11:00")

    assert refused(hall, no.QueueClosed, m.IssueTicket, item_key="q1", **KIOSK).facts["cause"] == "after_closing"


def test_booked_visitors_use_up_nothing_of_the_quota_for_walk_ins():
    from hall.hours import QueueHours

    hours = QueueHours(core=(period("09:00-12:00"),), intervals=(interval("09:00-12:00", 1),), quota_a_day=1)
    hall = Hall(small_plan({"Q": hours}))
    hall.ask(
        m.BookAppointment, item_key="q1", starts_at=MORNING + timedelta(days=1), person="hash-ann", masked_name="测*",
        channel="online",
    )  # fmt: skip
    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    hall.ask(m.CheckIn, kiosk_id="K01", person="hash-ann")

    assert hall.issue("q1").display_number == "Q002"
    refused(hall, no.QuotaUsed, m.IssueTicket, item_key="q1", **KIOSK)


# ---- the audit's entry ----------------------------------------------------------------------------------------------


def test_a_rule_that_says_no_is_kept_with_its_place_and_without_the_person():
    command = m.IssueTicket(command_id="c", item_key="a1", kiosk_id="K01", **ANN)

    kept = audited(command, no.HasTicket("holds A001", prefix="A", ticket_id="t", display_number="A001"))

    assert kept == m.RuleApplied(rule="has_ticket", command="IssueTicket", place="K01", prefix="A")
    assert audited(command, no.UnknownItem("x")) is None
