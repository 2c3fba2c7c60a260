"""Books of numbers for tests, and what may be in them."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hall.identity import DocumentKind
from hall.messages import MergeTicket, NumbersLeased
from kiosk.adapters.lease_book import LeaseBook

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
MASKED = "**************000X"


def a_book(path: Path, hall_id: str = "h", kiosk_id: str = "K01") -> LeaseBook:
    return LeaseBook(path, hall_id=hall_id, kiosk_id=kiosk_id)


def block(first: int, last: int, *, prefix: str = "A", day: date = TODAY, lease_id: str | None = None) -> NumbersLeased:
    return NumbersLeased(
        lease_id=lease_id or f"{prefix}{first}-{day}",
        kiosk_id="K01",
        business_day=day,
        prefix=prefix,
        first=first,
        last=last,
    )


def draw(book: LeaseBook, name: str, *, prefix: str = "A", now: datetime = NOW) -> MergeTicket:
    return book.draw(
        prefix,
        now,
        lambda lease_id, number, arrived_at: MergeTicket(
            command_id=f"command-{name}",
            lease_id=lease_id,
            number=number,
            ticket_id=f"ticket-{name}",
            arrived_at=arrived_at,
            item_key="I1",
            kiosk_id="K01",
            identity_kind=DocumentKind.RESIDENT,
            masked_number=MASKED,
        ),
    )


def waiting(book: LeaseBook) -> list[str]:
    """Hand everything in, as it comes."""
    found = []
    while (waiting := book.next_to_hand_in()) is not None:
        found.append(waiting.ticket.ticket_id)
        book.handed_in(waiting.ticket)
    return found


def content(path: Path) -> bytes:
    """Every byte of the book's files."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
