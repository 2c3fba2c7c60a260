"""A kiosk's own book of numbers for when the server is away: each number is on the disk before it is used.

It knows neither the server nor the screens. Of a visitor it holds a masked number at most, until the ticket is handed
in or the server says that its day is over. The kiosk's own clock chooses which numbers are used and forgets nothing:
it may be wrong.
"""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import structs

from hall.messages import MergeTicket, NumbersLeased
from hall.ticket import display_number
from kiosk.adapters.lease_file import BookUnavailable, LeaseFile

__all__ = ["BookUnavailable", "LeaseBook", "NoNumbersLeft", "WaitingTicket"]

_decode = msgspec.json.Decoder(MergeTicket).decode
_encode = msgspec.json.Encoder().encode


SERVER_FAILED = "server_failed"  # the code of a ticket that is set aside and tried again


class WaitingTicket(msgspec.Struct, frozen=True):
    """A ticket that the server does not have yet."""

    position: int  # in the order of arrival
    prefix: str
    ticket: MergeTicket


class NoNumbersLeft(Exception):
    """The book holds no unused number of this queue for this day."""

    code = "no_numbers_left"


class LeaseBook:
    """Blocks of numbers, the numbers used, and the tickets that wait to be handed in. Threads may share one book."""

    def __init__(self, path: Path, *, hall_id: str, kiosk_id: str) -> None:
        """Open the file, or make it. One that belongs to another hall or kiosk is set aside beside it.

        Raises:
            BookUnavailable: it is damaged, of a newer release, held by another process, or cannot be written.
        """
        self._file = LeaseFile(path, hall_id=hall_id, kiosk_id=kiosk_id)

    def close(self) -> None:
        """Give the file back; closing twice is harmless."""
        self._file.close()

    # ---- days and journals ----------------------------------------------------------------------------------------

    def forget_before(self, business_day: date) -> int:
        """Forget every day before the one that runs by the server's word, and leave no trace of it in the file.

        Returns:
            How many of its tickets were never handed in: they have expired.
        """
        day = business_day.isoformat()
        with self._file.changing() as rows:
            (expired,) = rows.execute(
                "SELECT count(*) FROM ticket WHERE business_day < ? AND state <> 'merged'", (day,)
            ).fetchone()
            forgotten = [
                rows.execute(f"DELETE FROM {table} WHERE business_day < ?", (day,)).rowcount  # noqa: S608 (our names)
                for table in ("ticket", "block", "wish")
            ]
        if any(forgotten):
            self._file.wipe_log()
        self._file.forget_strangers(business_day)
        return int(expired)

    def hear_incarnation(self, incarnation: str) -> int:
        """Take note of which journal the server has. Blocks that another journal gave are never used again.

        Returns:
            How many unused numbers were given up.
        """
        with self._file.changing() as rows:
            (known,) = rows.execute("SELECT incarnation FROM owner").fetchone()
            if known == incarnation:
                return 0
            rows.execute("UPDATE owner SET incarnation = ?", (incarnation,))
            if not known:
                return 0
            (lost,) = rows.execute("SELECT coalesce(sum(last - next + 1), 0) FROM block").fetchone()
            rows.execute("DELETE FROM block")
            rows.execute("DELETE FROM wish")
            return int(lost)

    # ---- blocks ---------------------------------------------------------------------------------------------------

    def wish_for(self, prefix: str, today: date, new_id: str) -> str:
        """The id to ask for a queue's next block with: the same, also after a crash, until a block is kept."""
        with self._file.changing() as rows:
            known = rows.execute(
                "SELECT command_id FROM wish WHERE prefix = ? AND business_day = ?", (prefix, today.isoformat())
            ).fetchone()
            if known is not None:
                return str(known[0])
            rows.execute("INSERT OR REPLACE INTO wish VALUES (?, ?, ?)", (prefix, new_id, today.isoformat()))
            return new_id

    def drop_wish(self, prefix: str) -> None:
        """Forget what a queue's next block was asked for with: a refusal took no numbers, and sticks to the id."""
        with self._file.changing() as rows:
            rows.execute("DELETE FROM wish WHERE prefix = ?", (prefix,))

    def keep(self, block: NumbersLeased) -> None:
        """Keep a block that the server gave; one that is known already stays as it is.

        A server that forgot what it gave, as after a restored backup, may give numbers again: those used are skipped.
        """
        with self._file.changing() as rows:
            day = block.business_day.isoformat()
            (used,) = rows.execute(
                "SELECT coalesce(max(number), 0) FROM ticket "
                "WHERE business_day = ? AND prefix = ? AND number BETWEEN ? AND ?",
                (day, block.prefix, block.first, block.last),
            ).fetchone()
            rows.execute(
                "INSERT OR IGNORE INTO block VALUES (?, ?, ?, ?, ?, ?)",
                (block.lease_id, block.prefix, block.first, block.last, max(block.first, used + 1), day),
            )
            rows.execute("DELETE FROM wish WHERE prefix = ?", (block.prefix,))

    def numbers_left(self, today: date) -> dict[str, int]:
        """Unused numbers by queue; a queue without any is not in it."""
        with self._file.reading() as rows:
            found = rows.execute(
                "SELECT prefix, sum(last - next + 1) FROM block WHERE business_day = ? AND next <= last "
                "GROUP BY prefix ORDER BY prefix",
                (today.isoformat(),),
            ).fetchall()
        return {str(prefix): int(left) for prefix, left in found}

    # ---- tickets --------------------------------------------------------------------------------------------------

    def draw(self, prefix: str, now: datetime, make: Callable[[str, int, datetime], MergeTicket]) -> MergeTicket:
        """Use the next number of a queue: when this returns, it is on the disk as used.

        Args:
            now: the hall's time. A ticket never arrives before one that is still to be handed in.
            make: the ticket for a lease's id, a number and an arrival.

        Raises:
            NoNumbersLeft: nothing was used.
            BookUnavailable: perhaps a number was used; nobody may be shown it.
        """
        day = now.date().isoformat()
        with self._file.changing() as rows:
            block = rows.execute(
                "SELECT lease_id, next FROM block WHERE prefix = ? AND business_day = ? AND next <= last "
                "ORDER BY rowid LIMIT 1",
                (prefix, day),
            ).fetchone()
            if block is None:
                raise NoNumbersLeft(f"no number of queue {prefix} is left for {day}")
            lease_id, number = block
            ticket = make(lease_id, number, max(now, self._last_arrival(rows) or now, key=datetime.timestamp))
            body = _encode(ticket)
            _decode(body)  # what nobody could read again must not stop those behind it
            rows.execute("UPDATE block SET next = next + 1 WHERE lease_id = ?", (lease_id,))
            rows.execute(
                "INSERT INTO ticket (ticket_id, command_id, prefix, number, business_day, state, body) "
                "VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
                (ticket.ticket_id, ticket.command_id, prefix, number, day, body),
            )
        return ticket

    def given_for(self, command_id: str) -> tuple[MergeTicket, str] | None:
        """The ticket that was drawn for an attempt, and its queue, whatever became of it since."""
        with self._file.reading() as rows:
            row = rows.execute("SELECT body, prefix FROM ticket WHERE command_id = ?", (command_id,)).fetchone()
        return None if row is None else (_decode(row[0]), str(row[1]))

    def next_to_hand_in(self, prefix: str | None = None, *, after: int = 0) -> WaitingTicket | None:
        """The earliest ticket behind a position that waits to be handed in, of one queue or of all."""
        with self._file.reading() as rows:
            row = rows.execute(
                "SELECT position, prefix, body FROM ticket "
                "WHERE state = 'waiting' AND (?1 IS NULL OR prefix = ?1) AND position > ?2 ORDER BY position LIMIT 1",
                (prefix, after),
            ).fetchone()
            return None if row is None else _waiting(row)

    def set_aside_tickets(self) -> list[WaitingTicket]:
        """The tickets that the server failed on, in the order of arrival."""
        with self._file.reading() as rows:
            found = rows.execute(
                "SELECT position, prefix, body FROM ticket WHERE code = ? ORDER BY position", (SERVER_FAILED,)
            ).fetchall()
            return [_waiting(row) for row in found]

    def is_waiting(self, ticket_id: str) -> bool:
        """Whether a ticket is in the book and the server does not have it."""
        with self._file.reading() as rows:
            row = rows.execute(
                "SELECT 1 FROM ticket WHERE ticket_id = ? AND state = 'waiting'", (ticket_id,)
            ).fetchone()
        return row is not None

    def handed_in(self, ticket: MergeTicket) -> None:
        """The server has the ticket: what it says of its visitor is forgotten here."""
        self._note(ticket, "merged", None, _without_visitor(ticket))

    def wipe(self) -> None:
        """Leave no trace in the file of what was forgotten; it costs some writes, so not after each ticket."""
        self._file.wipe_log()

    def leave_to_person(self, ticket: MergeTicket, code: str) -> None:
        """The server will never take this ticket: its number alone stays listed until its day is over."""
        self._note(ticket, "needs_person", code, _without_visitor(ticket))

    def set_aside(self, ticket: MergeTicket) -> None:
        """The server fails on this ticket: a person may have to see to it, and those behind it go on."""
        self._note(ticket, "needs_person", SERVER_FAILED, ticket)

    def left_to_person(self) -> list[tuple[str, str]]:
        """The tickets that a person has to see to: queue and number as on paper, and the refusal's code."""
        with self._file.reading() as rows:
            found = rows.execute(
                "SELECT prefix, number, code FROM ticket WHERE state = 'needs_person' ORDER BY position"
            ).fetchall()
        return [(display_number(prefix, number), str(code)) for prefix, number, code in found]

    # ---- the file -------------------------------------------------------------------------------------------------

    def _note(self, ticket: MergeTicket, state: str, code: str | None, body: MergeTicket) -> None:
        with self._file.changing() as rows:
            rows.execute(
                "UPDATE ticket SET state = ?, code = ?, body = ? WHERE ticket_id = ?",
                (state, code, _encode(body), ticket.ticket_id),
            )

    @staticmethod
    def _last_arrival(rows: sqlite3.Connection) -> datetime | None:
        row = rows.execute("SELECT body FROM ticket WHERE state = 'waiting' ORDER BY position DESC LIMIT 1").fetchone()
        return None if row is None else _decode(row[0]).arrived_at


def _waiting(row: tuple[int, str, bytes]) -> WaitingTicket:
    position, prefix, body = row
    return WaitingTicket(position, prefix, _decode(body))


def _without_visitor(ticket: MergeTicket) -> MergeTicket:
    return structs.replace(
        ticket, identity_kind=None, masked_number=None, person=None, age_years=None, green_group=None
    )
