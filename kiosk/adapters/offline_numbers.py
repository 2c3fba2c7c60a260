"""Numbers that a kiosk gives out by itself while the server is away, and how they come to the server afterwards.

docs/decisions/0009-offline-numbers.md says why one visitor never ends with two live numbers. In short: the ticket is
handed in under the id of the draw that got no answer, so the server carries out one of the two at most.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime

from hall.catalogue import HallPlan, IdentityPolicy, ServiceItem
from hall.clock import business_day
from hall.hours import admission
from hall.messages import DeviceHealth, LeaseNumbers, MergeTicket, NumbersLeased
from hall.ticket import display_number
from kiosk.adapters.hall_client import QueuesAnswer, Refused, ServerAway
from kiosk.adapters.lease_book import BookUnavailable, LeaseBook, NoNumbersLeft
from kiosk.adapters.offline_hand_in import HandIn
from kiosk.adapters.offline_health import OfflineHealth
from kiosk.adapters.offline_merge import Hall
from kiosk.flow.events import DrawNumber
from kiosk.flow.state import Ticket

logger = logging.getLogger(__name__)

REFUSED_PAUSE_S = 600.0  # before a queue's block is asked for again: each refusal leaves an entry in the journal
UNANSWERED_PAUSE_S = 10.0


class NotOffered(Exception):
    """The queue gives this visitor no number now, whoever is asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OfflineNumbers:
    """One kiosk's numbers. One thread draws, another hands in and asks for blocks; both may hand in.

    Every trouble with the book is told as this kiosk's health and logged; online work never fails of it.
    """

    def __init__(
        self,
        book: LeaseBook,
        hall: Hall,
        plan: HallPlan,
        kiosk_id: str,
        *,
        block: int,
        now: Callable[[], datetime],
        public_url: str,
        tell: Callable[[DeviceHealth], None],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is asked before `hear()`.

        Args:
            block: numbers of each queue to ask for at a time; another is asked for when half of them are left.
            now: the hall's time, aware, in its zone.
            public_url: where the page behind a ticket's QR code is.
        """
        self._book, self._hall, self._plan, self._kiosk_id = book, hall, plan, kiosk_id
        self._block = min(block, plan.rules.leases.largest_block)
        self._now, self._seconds = now, seconds
        self._public_url = public_url.rstrip("/")
        self._health, self._new_id = OfflineHealth(kiosk_id, tell), new_id
        self._hand_in = HandIn(book, hall, kiosk_id, self._health, seconds)
        self._day: date | None = None  # by this kiosk's clock
        self._pauses: dict[str, float] = {}  # queue: until when no block is asked for
        self._doubtful: set[str] = set()  # attempts whose number may be in the book or not

    # ---- while the server is away ---------------------------------------------------------------------------------

    def offered(self) -> tuple[str, ...]:
        """The queues that a visitor may draw a number of without the server, now."""
        try:
            now = self._today()
            left = self._book.numbers_left(business_day(now))
        except BookUnavailable as exc:
            self._health.book_failed(exc)
            return ()
        items = {prefix: self._plan.items_of(prefix) for prefix in left}
        return tuple(prefix for prefix in left if any(self._is_open(item, now) for item in items[prefix]))

    def given_for(self, command_id: str) -> Ticket | None:
        """The number that this attempt has got already: asking the server now would make a second one.

        Raises:
            ServerAway: it is not known whether it has one, because the book failed while it was written down.
        """
        try:
            found = self._book.given_for(command_id)
        except BookUnavailable as exc:
            self._health.book_failed(exc)
            found = None
        if found is not None:
            return self._as_drawn(found[0], found[1])
        if command_id in self._doubtful:
            raise ServerAway("the book of numbers failed during this draw")
        return None

    def draw(self, wish: DrawNumber) -> Ticket:
        """Give out a number; it is on the disk before this returns. Its ticket waits to be handed in.

        Raises:
            NotOffered: this queue is closed now, or asks for a document.
            ServerAway: there is no number for this queue, or the book failed; nobody may be shown one.
        """
        try:
            now = self._today()
            prefix = self._prefix_for(wish, now)
            ticket = self._book.draw(
                prefix,
                now,
                lambda lease_id, number, arrived_at: MergeTicket(
                    command_id=wish.command_id,
                    lease_id=lease_id,
                    number=number,
                    ticket_id=self._new_id(),
                    arrived_at=arrived_at,
                    item_key=wish.item_key,
                    kiosk_id=self._kiosk_id,
                    identity_kind=wish.identity_kind,
                    masked_number=wish.masked_number,
                    person=wish.person,
                    green_group=self._green_group(wish.age_years),
                ),
            )
        except NoNumbersLeft as exc:
            raise ServerAway(str(exc)) from exc
        except BookUnavailable as exc:
            self._doubtful.add(wish.command_id)
            self._health.book_failed(exc)
            raise ServerAway(str(exc)) from exc
        logger.info("%s given out without the server", display_number(prefix, ticket.number))
        return self._as_drawn(ticket, prefix)

    # ---- when it is back ------------------------------------------------------------------------------------------

    def hand_in(self, prefix: str | None = None, *, until_s: float | None = None) -> None:
        """Hand in every ticket that waits, of one queue or of all, in the order of arrival.

        Args:
            until_s: stop then, by `seconds`.

        Raises:
            ServerFailed: on some of them, which wait, with those behind them; the others are handed in.
            ServerAway: not all of them are handed in; the rest waits.
        """
        try:
            self._hand_in.hand_in(prefix, until_s=until_s)
            if prefix is None:
                self._hand_in.tell()
        except BookUnavailable as exc:
            self._health.book_failed(exc)

    def hand_in_before(self, wish: DrawNumber, *, until_s: float) -> None:
        """Hand in the tickets that were given out before in the queue of this wish: nobody is called before them.

        Raises:
            ServerAway: not all of them are handed in; a number from the book then keeps the order.
        """
        item = self._plan.items.get(wish.item_key)
        if item is not None:
            self.hand_in(item.queue, until_s=until_s)

    def is_waiting(self, ticket_id: str) -> bool:
        """Whether the server does not have this ticket yet; False when the book cannot be read."""
        try:
            return self._book.is_waiting(ticket_id)
        except BookUnavailable as exc:
            self._health.book_failed(exc)
            return False

    def hear(self, told: QueuesAnswer) -> None:
        """Go by what the server has just told, and ask it for a block of each queue that has few numbers left.

        Args:
            told: days before its own are forgotten, and another journal's numbers given up.
        """
        try:
            self._hand_in.hear(told)
            if told.incarnation and (lost := self._book.hear_incarnation(told.incarnation)):
                logger.warning("the server has another journal: %d numbers of the old one are given up", lost)
            self._top_up()
            self._hand_in.try_again()
        except BookUnavailable as exc:
            self._health.book_failed(exc)

    def server_lost(self) -> None:
        """The server did not tell anything this time."""
        self._hand_in.server_lost()

    def say_goodbye(self) -> None:
        """Tell that nobody looks after these numbers any more, and give the book back."""
        self._health.gone()
        self._book.close()

    # ---- in detail ------------------------------------------------------------------------------------------------

    def _today(self) -> datetime:
        """The hall's time by this kiosk's clock, which says what may be used and never what is forgotten."""
        now = self._now()
        if business_day(now) != self._day:
            self._day = business_day(now)
            self._pauses.clear()
        return now

    def _prefix_for(self, wish: DrawNumber, now: datetime) -> str:
        item = self._plan.items.get(wish.item_key)
        if item is None:
            raise NotOffered("unknown_item")
        if self._plan.queues[item.queue].identity is IdentityPolicy.REQUIRED and wish.identity_kind is None:
            raise NotOffered("identity_required")
        if not self._is_open(item, now):
            raise NotOffered("queue_closed")
        return item.queue

    def _is_open(self, item: ServiceItem, now: datetime) -> bool:
        hours = self._plan.hours_of(item.key)
        return hours is None or admission(hours, self._plan.calendar, now, is_booked=False).is_open

    def _green_group(self, age_years: int | None) -> str | None:
        """The group of the green channel that an age admits to: the age itself is not written down."""
        if age_years is None:
            return None
        groups = self._plan.rules.order.green_groups
        return next((g.key for g in groups if g.from_age is not None and age_years >= g.from_age), None)

    def _as_drawn(self, ticket: MergeTicket, prefix: str) -> Ticket:
        return Ticket(
            ticket_id=ticket.ticket_id,
            display_number=display_number(prefix, ticket.number),
            prefix=prefix,
            item_key=ticket.item_key,
            ahead_count=None,
            wait_p50_s=None,
            wait_p90_s=None,
            issued_at=ticket.arrived_at.astimezone(self._now().tzinfo),
            status_url=f"{self._public_url}/t/{ticket.ticket_id}",
        )

    def _top_up(self) -> None:
        if self._block == 0:
            return
        today = business_day(self._today())
        left = self._book.numbers_left(today)
        try:
            for prefix in self._plan.queues:
                if left.get(prefix, 0) * 2 <= self._block and self._pauses.get(prefix, 0.0) <= self._seconds():
                    self._ask_block(prefix, today)
        except ServerAway as exc:  # it is asked with the same id again: an answer that got lost is not a block lost
            logger.warning("no numbers for when the server is away: %s", exc)
            self._pauses = dict.fromkeys(self._plan.queues, self._seconds() + UNANSWERED_PAUSE_S)

    def _ask_block(self, prefix: str, today: date) -> None:
        wish = self._book.wish_for(prefix, today, self._new_id())
        try:
            block = self._hall.carry_out(
                LeaseNumbers(command_id=wish, kiosk_id=self._kiosk_id, prefix=prefix, count=self._block)
            )
        except Refused as exc:
            logger.warning("no numbers of queue %s for when the server is away: %s", prefix, exc)
            self._book.drop_wish(prefix)
            self._pauses[prefix] = self._seconds() + REFUSED_PAUSE_S
            return
        if not isinstance(block, NumbersLeased) or block.prefix != prefix:
            raise ServerAway(f"not an answer to a lease: {type(block).__name__}")
        self._hand_in.hear_day(block.business_day)
        self._book.keep(block)
        if block.business_day != today:
            logger.warning("the server's day is %s, this kiosk's is %s: set the clocks", block.business_day, today)
            self._pauses[prefix] = self._seconds() + REFUSED_PAUSE_S
