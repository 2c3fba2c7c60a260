"""The kiosk's book of numbers: each is used once, and nothing of a visitor stays longer than it must."""

import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.adapters.lease_book import LeaseBook, NoNumbersLeft
from tests.kiosk.offline.books import MASKED, NOW, TODAY, a_book, block, content, draw, waiting

# ---- numbers ------------------------------------------------------------------------------------------------------


def test_numbers_are_used_one_after_another_and_block_after_block(book: LeaseBook):
    book.keep(block(5, 6))
    book.keep(block(21, 22))

    assert [draw(book, str(n)).number for n in range(4)] == [5, 6, 21, 22]
    with pytest.raises(NoNumbersLeft):
        draw(book, "one too many")


def test_each_queue_has_its_own_numbers(book: LeaseBook):
    book.keep(block(1, 3))
    book.keep(block(1, 2, prefix="B"))

    draw(book, "a")

    assert book.numbers_left(TODAY) == {"A": 2, "B": 2}
    with pytest.raises(NoNumbersLeft):
        draw(book, "c", prefix="C")


def test_a_block_that_is_told_twice_does_not_begin_again(book: LeaseBook):
    book.keep(block(1, 3))
    draw(book, "a")

    book.keep(block(1, 3))

    assert draw(book, "b").number == 2


def test_numbers_of_another_day_are_not_used(book: LeaseBook):
    book.keep(block(1, 3, day=TODAY - timedelta(days=1)))
    book.keep(block(4, 6, day=TODAY + timedelta(days=1)))

    with pytest.raises(NoNumbersLeft):
        draw(book, "a")


def test_the_same_id_asks_for_a_block_until_one_is_kept(path: Path):
    with contextlib.closing(a_book(path)) as book:
        assert book.wish_for("A", TODAY, "first") == "first"
    with contextlib.closing(a_book(path)) as book:  # also after a crash
        assert book.wish_for("A", TODAY, "second") == "first"
        assert book.wish_for("B", TODAY, "third") == "third"

        book.keep(block(1, 3))

        assert book.wish_for("A", TODAY, "fourth") == "fourth"
        assert book.wish_for("B", TODAY + timedelta(days=1), "fifth") == "fifth"


def test_another_journal_s_numbers_are_given_up_and_its_tickets_are_not(book: LeaseBook):
    book.hear_incarnation("first")
    book.keep(block(1, 5))
    draw(book, "a")
    assert book.hear_incarnation("first") == 0

    assert book.hear_incarnation("second") == 4

    assert book.numbers_left(TODAY) == {}
    assert waiting(book) == ["ticket-a"]


def test_a_server_that_gives_numbers_again_after_a_restored_backup_does_not_get_them_used_again(book: LeaseBook):
    book.keep(block(1, 5))
    draw(book, "a")
    draw(book, "b")
    book.hear_incarnation("first")
    book.hear_incarnation("restored")

    book.keep(block(1, 5, lease_id="again"))

    assert draw(book, "c").number == 3


# ---- tickets ------------------------------------------------------------------------------------------------------


def test_tickets_wait_in_the_order_of_arrival_until_they_are_handed_in(book: LeaseBook):
    book.keep(block(1, 3))
    book.keep(block(1, 3, prefix="B"))
    for name, prefix in (("1", "A"), ("2", "B"), ("3", "A")):
        draw(book, name, prefix=prefix)

    first_of_b = book.next_to_hand_in("B")

    assert first_of_b is not None
    assert (first_of_b.prefix, first_of_b.ticket.ticket_id) == ("B", "ticket-2")
    assert waiting(book) == ["ticket-1", "ticket-2", "ticket-3"]
    assert not book.is_waiting("ticket-1")


def test_a_clock_set_back_lets_nobody_arrive_before_who_was_there(book: LeaseBook):
    book.keep(block(1, 3))
    first = draw(book, "1")

    second = draw(book, "2", now=NOW - timedelta(minutes=30))

    assert second.arrived_at == first.arrived_at == NOW


def test_an_attempt_finds_its_number_again_also_when_it_is_handed_in(book: LeaseBook):
    book.keep(block(1, 3))
    drawn = draw(book, "1")
    assert book.given_for("command-1") == (drawn, "A")
    assert book.given_for("command-2") is None

    book.handed_in(drawn)

    found = book.given_for("command-1")
    assert found is not None
    assert (found[0].number, found[0].masked_number) == (1, None)


def test_a_ticket_left_to_a_person_is_listed_and_not_handed_in_again(book: LeaseBook):
    book.keep(block(7, 9))
    book.leave_to_person(draw(book, "1"), "number_used")

    assert book.left_to_person() == [("A007", "number_used")]
    assert book.next_to_hand_in() is None


# ---- people -------------------------------------------------------------------------------------------------------


def test_a_ticket_that_is_handed_in_says_nothing_of_its_visitor_any_more(path: Path):
    with contextlib.closing(a_book(path)) as book:
        book.keep(block(1, 3))
        draw(book, "1")
        assert MASKED.encode() in content(path)

        waiting(book)

    assert MASKED.encode() not in content(path)


@pytest.mark.parametrize("is_taken", [True, False])
def test_what_was_forgotten_can_be_wiped_from_the_open_file(book: LeaseBook, path: Path, is_taken: bool):
    book.keep(block(1, 3))
    ticket = draw(book, "1")
    if is_taken:
        book.handed_in(ticket)
    else:
        book.leave_to_person(ticket, "number_used")
    assert MASKED.encode() in content(path)

    book.wipe()

    assert MASKED.encode() not in content(path)


def test_a_ticket_that_is_set_aside_keeps_what_it_is_handed_in_with(book: LeaseBook):
    book.keep(block(1, 3))
    ticket = draw(book, "1")

    book.set_aside(ticket)

    assert book.left_to_person() == [("A001", "server_failed")]
    assert [waiting.ticket for waiting in book.set_aside_tickets()] == [ticket]


def test_what_is_of_a_day_before_the_server_s_is_counted_and_wiped_from_the_file(book: LeaseBook, path: Path):
    book.keep(block(1, 5))
    book.handed_in(draw(book, "1"))
    draw(book, "2")
    book.leave_to_person(draw(book, "3"), "number_used")
    assert MASKED.encode() in content(path)

    expired = book.forget_before(TODAY + timedelta(days=1))

    assert expired == 2
    assert (book.next_to_hand_in(), book.left_to_person(), book.numbers_left(TODAY)) == (None, [], {})
    assert MASKED.encode() not in content(path)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(1970, 1, 1)])
def test_what_is_of_the_server_s_day_or_later_is_kept(book: LeaseBook, day: date):
    book.keep(block(1, 3))
    draw(book, "1")

    assert book.forget_before(day) == 0

    assert book.numbers_left(TODAY) == {"A": 2}
    assert waiting(book) == ["ticket-1"]


def test_only_the_kiosk_may_read_its_book(book: LeaseBook, path: Path):
    book.keep(block(1, 3))

    assert {file.stat().st_mode & 0o777 for file in path.parent.glob("k01*")} == {0o600}
