"""Notes of problems that visitors report, and the name of each record beside its pointer.

The name is what shell completion and lists show; it is read from the latest version of every record.

Revision: 0002
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the table of notes; add the names and fill them in."""
    op.create_table(
        "note",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", _ID, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first", _MOMENT, nullable=False),
        sa.Column("last", _MOMENT, nullable=False),
        sa.Column("settled", _MOMENT),
        sa.Column("settled_by", sa.Text),
        sa.Column("settled_reason", sa.Text),
    )
    op.create_index("ix_note_id", "note", ["id"])
    op.add_column("record", sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_record_name", "record", ["name"])
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT r.id, v.content FROM record r JOIN version v ON v.id = r.id AND v.number = r.latest")
    )
    while found := rows.fetchmany(1000):
        connection.execute(
            sa.text("UPDATE record SET name = :name WHERE id = :id"),
            [{"id": record_id, "name": _name(json.loads(content))} for record_id, content in found],
        )


def _name(content: dict[str, Any]) -> str:
    if content.get("name"):
        return str(content["name"])
    return next((str(one["address_1"]) for one in content.get("addresses", ()) if "address_1" in one), "")


def downgrade() -> None:
    """Drop the notes and the names; the versions stay as they are."""
    op.drop_index("ix_record_name", "record")
    op.drop_column("record", "name")
    op.drop_table("note")
