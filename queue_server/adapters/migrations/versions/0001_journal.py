"""The journal and the rows that reports read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "meta",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("command_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("event_by_type", "event", ["type", "seq"])
    op.create_table(
        "command",
        sa.Column("command_id", sa.String(64), primary_key=True),
        sa.Column("answer_seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "ticket",
        sa.Column("ticket_id", sa.String(64), primary_key=True),
        sa.Column("business_day", sa.String(10), nullable=False),
        sa.Column("prefix", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("display_number", sa.String(8), nullable=False),
        sa.Column("item_key", sa.String(32), nullable=False),
        sa.Column("kiosk_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("is_printed", sa.Boolean),
        sa.Column("masked_number", sa.String(40)),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("waited_s", sa.Float),
        sa.Column("served_s", sa.Float),
        sa.Column("counter_no", sa.String(8)),
        sa.Column("staff_no", sa.String(32)),
        sa.UniqueConstraint("business_day", "prefix", "number", name="no_number_twice_a_day"),
    )
    op.create_table(
        "rating",
        sa.Column("rating_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.String(64), nullable=False, unique=True),
        sa.Column("counter_no", sa.String(8), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("level", sa.String(24)),
        sa.Column("channel", sa.String(16)),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_cause", sa.String(24)),
    )
