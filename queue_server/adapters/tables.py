"""The hall's tables: the journal, and the rows that reports read, which are written in the same transaction."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Float, Index, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC: SQLite has no zones and would drop the offset without a word."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


metadata = MetaData()

meta = Table("meta", metadata, Column("key", String(32), primary_key=True), Column("value", String(64), nullable=False))

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),  # ISO 8601 with the hall's offset
    Column("command_id", String(64), nullable=False),
    Column("type", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the event as JSON
    Index("event_by_type", "type", "seq"),
)

command = Table(
    "command",
    metadata,
    Column("command_id", String(64), primary_key=True),
    Column("answer_seq", Integer, nullable=False),  # the event that answered it
)

ticket = Table(
    "ticket",
    metadata,
    Column("ticket_id", String(64), primary_key=True),
    Column("business_day", String(10), nullable=False),
    Column("prefix", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("display_number", String(8), nullable=False),
    Column("item_key", String(32), nullable=False),
    Column("kiosk_id", String(32), nullable=False),
    Column("state", String(12), nullable=False),
    Column("is_printed", Boolean),  # null: not known
    Column("masked_number", String(40)),
    Column("issued_at", Instant, nullable=False),
    Column("called_at", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("waited_s", Float),
    Column("served_s", Float),
    Column("counter_no", String(8)),
    Column("staff_no", String(32)),
    Unique("business_day", "prefix", "number", name="no_number_twice_a_day"),
)

rating = Table(
    "rating",
    metadata,
    Column("rating_id", String(64), primary_key=True),
    Column("ticket_id", String(64), nullable=False, unique=True),
    Column("counter_no", String(8), nullable=False),
    Column("staff_no", String(32), nullable=False),
    Column("level", String(24)),  # null: open, or ended without a level
    Column("channel", String(16)),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_cause", String(24)),
)
