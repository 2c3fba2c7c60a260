"""A kiosk whose book is on a disk that fails: online work goes on, and nobody gets a number twice."""

from typing import Any

import pytest

from hall import messages as m
from kiosk.adapters.lease_book import BookUnavailable, WaitingTicket
from kiosk.flow import events as ev
from tests.kiosk.offline.lossy_hall import LossyHall
from tests.kiosk.offline.offline_kiosk import CutBook, Kiosk, live


class FailingBook(CutBook):
    """A book on a disk that fails when it is told to."""

    fails = False
    fails_after_keeping = False

    def draw(self, *args: Any) -> m.MergeTicket:
        if self.fails:
            raise BookUnavailable("input/output error")
        ticket = super().draw(*args)
        if self.fails_after_keeping:
            raise BookUnavailable("input/output error")
        return ticket

    def given_for(self, command_id: str) -> tuple[m.MergeTicket, str] | None:
        if self.fails:
            raise BookUnavailable("input/output error")
        return super().given_for(command_id)

    def next_to_hand_in(self, prefix: str | None = None, *, after: int = 0) -> WaitingTicket | None:
        if self.fails:
            raise BookUnavailable("input/output error")
        return super().next_to_hand_in(prefix, after=after)


@pytest.fixture
def failing(kiosk: Kiosk) -> FailingBook:
    kiosk.book.__class__ = FailingBook
    assert isinstance(kiosk.book, FailingBook)
    return kiosk.book


def test_online_work_goes_on_when_the_book_fails_and_the_fault_is_told_once(kiosk: Kiosk, failing: FailingBook):
    failing.fails = True

    assert kiosk.number("attempt-1") == "A005"
    assert kiosk.number("attempt-2") == "A006"

    assert [(h.status, h.cause) for h in kiosk.told] == [("fault", "book_unavailable")]
    failing.fails = False
    kiosk.hand_in()
    assert kiosk.told[-1].status == "ok"


def test_without_server_and_book_nobody_is_shown_a_number(kiosk: Kiosk, hall: LossyHall, failing: FailingBook):
    hall.away = failing.fails = True

    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")


def test_an_attempt_whose_number_may_be_in_the_book_never_gets_one_of_the_server(
    kiosk: Kiosk, hall: LossyHall, failing: FailingBook
):
    hall.away = failing.fails_after_keeping = True
    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")
    hall.away = failing.fails_after_keeping = False
    failing.fails = True
    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")
    failing.fails = False

    assert kiosk.number("attempt-1") == "A001"

    kiosk.hand_in()
    assert live(hall) == ["A001"]
