"""Days and snapshots; report rows that are written when a day is over; nothing but events in a batch."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep every event; keep the rows of the days that are over."""
    _make_days()
    op.create_table(
        "snapshot",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.String(10)),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "period",
        sa.Column("business_day", sa.String(10), primary_key=True),
        sa.Column("ticket_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counter_no", sa.String(8)),
        sa.Column("staff_no", sa.String(32)),
        sa.Column("item_key", sa.String(32), nullable=False),
        sa.Column("is_accurate", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.rename_table("ticket", "ticket_0001")
    op.rename_table("rating", "rating_0001")
    _make_ratings()  # reads the old tickets
    _make_tickets()
    op.drop_table("rating_0001")
    op.drop_table("ticket_0001")
    op.drop_index("event_by_type", "event")
    op.drop_table("command")


def _make_days() -> None:
    """Where each day begins, from its own event."""
    day = op.create_table(
        "day",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("business_day", sa.String(10), nullable=False),
    )
    op.create_index("day_by_date", "day", ["business_day"])
    started = sa.text("SELECT seq, body FROM event WHERE type = 'DayStarted' ORDER BY seq")
    days = [{"seq": seq, "business_day": json.loads(body)["day"]} for seq, body in op.get_bind().execute(started)]
    if days:
        op.bulk_insert(day, days)


def _make_tickets() -> None:
    """The rows of days that are over; today's are written when today is over."""
    op.create_table(
        "ticket",
        sa.Column("business_day", sa.String(10), primary_key=True),
        sa.Column("ticket_id", sa.String(64), primary_key=True),
        sa.Column("prefix", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("display_number", sa.String(8), nullable=False),
        sa.Column("item_key", sa.String(32), nullable=False),
        sa.Column("kiosk_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("is_printed", sa.Boolean),
        sa.Column("masked_number", sa.String(40)),
        sa.Column("priority", sa.String(12), nullable=False),
        sa.Column("green_group", sa.String(32)),
        sa.Column("party_size", sa.Integer, nullable=False),
        sa.Column("is_representative", sa.Boolean, nullable=False),
        sa.Column("appointment_no", sa.String(20)),
        sa.Column("wait_p10_s", sa.Float),
        sa.Column("wait_p50_s", sa.Float),
        sa.Column("wait_p90_s", sa.Float),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("call_count", sa.Integer, nullable=False),
        sa.Column("missed_count", sa.Integer, nullable=False),
        sa.Column("waited_s", sa.Float),
        sa.Column("walked_s", sa.Float),
        sa.Column("served_s", sa.Float),
        sa.Column("held_s", sa.Float),
        sa.Column("is_accurate", sa.Boolean),
        sa.Column("counter_no", sa.String(8)),
        sa.Column("staff_no", sa.String(32)),
        sqlite_with_rowid=False,
    )
    op.execute(
        """
        INSERT INTO ticket (business_day, ticket_id, prefix, number, display_number, item_key, kiosk_id, state,
            is_printed, masked_number, priority, party_size, is_representative, issued_at, arrived_at, called_at,
            started_at, ended_at, call_count, missed_count, waited_s, served_s, counter_no, staff_no)
        SELECT business_day, ticket_id, prefix, number, display_number, item_key, kiosk_id, state,
            is_printed, masked_number, 'ordinary', 1, false, issued_at, issued_at, called_at,
            started_at, ended_at, CASE WHEN called_at IS NULL THEN 0 ELSE 1 END,
            CASE WHEN state = 'missed' THEN 1 ELSE 0 END, waited_s, served_s, counter_no, staff_no
        FROM ticket_0001
        WHERE business_day IS NOT (SELECT business_day FROM day ORDER BY seq DESC LIMIT 1)
        """
    )


def _make_ratings() -> None:
    """As `_make_tickets`."""
    op.create_table(
        "rating",
        sa.Column("business_day", sa.String(10), primary_key=True),
        sa.Column("rating_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("counter_no", sa.String(8), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("level", sa.String(24)),
        sa.Column("channel", sa.String(16)),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_cause", sa.String(24)),
        sqlite_with_rowid=False,
    )
    op.execute(
        """
        INSERT INTO rating (business_day, rating_id, ticket_id, counter_no, staff_no, level, channel, opened_at,
            ended_at, end_cause)
        SELECT t.business_day, r.rating_id, r.ticket_id, r.counter_no, r.staff_no, r.level, r.channel, r.opened_at,
            r.ended_at, r.end_cause
        FROM rating_0001 AS r JOIN ticket_0001 AS t ON t.ticket_id = r.ticket_id
        WHERE t.business_day IS NOT (SELECT business_day FROM day ORDER BY seq DESC LIMIT 1)
        """
    )
