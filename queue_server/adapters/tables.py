"""The hall's tables: the journal with its snapshots, and the rows that reports read.

A batch writes `event` alone. A business day's beginning also writes `day`, `snapshot`, and the rows of the day that is
over: `ticket`, `rating`, `period`, all of which can be made again from the events. Its closing writes `snapshot`.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Float, Index, Integer, LargeBinary, MetaData, String, Table
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
)
"""No other index: each would cost every batch, and a start reads by `seq` alone."""

day = Table(
    "day",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of its DayStarted
    Column("business_day", String(10), nullable=False),
    Index("day_by_date", "business_day"),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # the last event that it holds
    Column("day", String(10)),  # the business day that began, or was closed, with it
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the state as `domain.snapshot` dumps it, in zlib's format
    Column("digest", String(64), nullable=False),  # SHA-256 over seq and body
)

ticket = Table(
    "ticket",
    metadata,
    Column("business_day", String(10), primary_key=True),
    Column("ticket_id", String(64), primary_key=True),
    Column("prefix", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("display_number", String(8), nullable=False),
    Column("item_key", String(32), nullable=False),  # the matter that it was drawn for
    Column("kiosk_id", String(32), nullable=False),
    Column("state", String(12), nullable=False),  # how it ended
    Column("is_printed", Boolean),  # null: not known
    Column("masked_number", String(40)),
    Column("priority", String(12), nullable=False),
    Column("green_group", String(32)),
    Column("party_size", Integer, nullable=False),
    Column("is_representative", Boolean, nullable=False),
    Column("appointment_no", String(20)),
    Column("wait_p10_s", Float),  # as the visitor was told
    Column("wait_p50_s", Float),
    Column("wait_p90_s", Float),
    Column("issued_at", Instant, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("called_at", Instant),  # first
    Column("started_at", Instant),  # first
    Column("ended_at", Instant),
    Column("call_count", Integer, nullable=False),  # recalls among them
    Column("missed_count", Integer, nullable=False),
    Column("waited_s", Float),  # sums of the ticket's periods
    Column("walked_s", Float),
    Column("served_s", Float),
    Column("held_s", Float),
    Column("is_accurate", Boolean),  # whether all of its periods are; null: from before there were any
    Column("counter_no", String(8)),  # the last that called it
    Column("staff_no", String(32)),
    sqlite_with_rowid=False,  # a day's rows lie together, and in the order of the key
)

period = Table(
    "period",
    metadata,
    Column("business_day", String(10), primary_key=True),
    Column("ticket_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, … of the ticket
    Column("kind", String(12), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("counter_no", String(8)),
    Column("staff_no", String(32)),
    Column("item_key", String(32), nullable=False),
    Column("is_accurate", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

rating = Table(
    "rating",
    metadata,
    Column("business_day", String(10), primary_key=True),
    Column("rating_id", String(64), primary_key=True),
    Column("ticket_id", String(64), nullable=False),
    Column("counter_no", String(8), nullable=False),
    Column("staff_no", String(32), nullable=False),
    Column("level", String(24)),  # null: it ended without one
    Column("channel", String(16)),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_cause", String(24)),
    sqlite_with_rowid=False,
)
