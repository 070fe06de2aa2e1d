"""The whole model: the history, the pointers into it, and the standard's tables of what is published.

Revision: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_TYPES: dict[str, Any] = {
    "id": _ID,
    "moment": _MOMENT,
    "date": sa.Date(),
    "number": sa.Double(),
    "integer": sa.BigInteger(),
    "truth": sa.Boolean(),
    "words": sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
}
_RECORDS = ("organization", "location", "service", "taxonomy")
_KEPT = ("revision", "version", "origin")

# Each table of the standard with its columns; `name:sort`, text where no sort is given, `:ix` for an index.
# A table of a part begins with `record_id` and `path`, which together are its key.
_STANDARD = """
organization
    id:id name alternate_name description email website logo uri year_incorporated:integer
    legal_status parent_organization_id:id:ix owner_role sample:truth source source_checked:date
organization_identifier
    organization_id:id id:id identifier_scheme identifier_type identifier
location
    id:id location_type url name alternate_name description transportation latitude:number
    longitude:number external_identifier external_identifier_type sample:truth
address
    location_id:id id:id attention address_1 address_2 city region state_province postal_code
    country address_type
accessibility
    location_id:id id:id description details url accessibility features:words
service
    id:id organization_id:id:ix name alternate_name description url email status
    interpretation_services application_process fees accreditations eligibility_description
    minimum_age:number maximum_age:number assured_date:date assurer_email licenses alert
    last_modified:moment unborn:truth send_maximum_age:number levels_of_need:words needs:words
    referral_route assurer_role review_by:date owner_role sample:truth source source_checked:date
    professional_notes
capacity
    service_id:id state stated:date until:date waiting_weeks:integer note
service_at_location
    service_id:id id:id location_id:id:ix description
schedule
    location_id:id service_id:id service_at_location_id:id id:id valid_from:date valid_to:date
    dtstart:date until:date count:integer freq interval:integer byday bymonthday description
    opens_at closes_at schedule_link attending_type notes
service_area
    service_id:id id:id name description extent extent_type uri service_area layer code
contact
    organization_id:id location_id:id service_id:id service_at_location_id:id id:id name title
    department email audience
phone
    organization_id:id location_id:id service_id:id service_at_location_id:id contact_id:id id:id
    number extension:integer type description audience
language
    location_id:id service_id:id phone_id:id id:id name code note
funding
    organization_id:id service_id:id id:id source
cost_option
    service_id:id id:id valid_from:date valid_to:date option currency amount:number
    amount_description
attribute
    link_entity link_id:id id:id taxonomy_term_id:id:ix link_type value label
taxonomy
    id:id name description uri version
taxonomy_term
    taxonomy_id:id id:id name description code parent_id:id:ix term_uri
"""


def _standard() -> list[tuple[str, list[list[str]]]]:
    tables: list[tuple[str, list[list[str]]]] = []
    for line in _STANDARD.strip().splitlines():
        if line.startswith(" "):
            tables[-1][1].extend(word.split(":") for word in line.split())
        else:
            tables.append((line, []))
    return tables


def upgrade() -> None:
    """Make every table, the indexes, and the triggers that keep the history as it was written."""
    op.create_table(
        "revision",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
    )
    op.create_table(
        "version",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, sa.ForeignKey("revision.number"), nullable=False),
        sa.Column("effect", sa.Text),
        sa.Column("redirect_to", _ID),
    )
    op.create_index("ix_version_revision_id", "version", ["revision", "id"])
    op.create_table(
        "origin",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("foreign_id", sa.Text, nullable=False),
        sa.Column("retrieved", _MOMENT, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["id", "number"], ["version.id", "version.number"]),
    )
    op.create_index("ix_origin_source_foreign_id", "origin", ["source", "foreign_id"])
    op.create_table(
        "record",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("latest", sa.Integer, nullable=False),
        sa.Column("latest_state", sa.Text, nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("moved", sa.BigInteger),
        sa.Column("source", sa.Text),
        sa.Column("redirect_to", _ID),
        sa.ForeignKeyConstraint(["id", "latest"], ["version.id", "version.number"]),
    )
    for column in ("kind", "moved", "source"):
        op.create_index(f"ix_record_{column}", "record", [column])
    for table, words in _standard():
        _make(table, words)
    _keep()


def _make(table: str, words: list[list[str]]) -> None:
    columns = [_column(table, word) for word in words]
    if table not in _RECORDS:
        key = sa.Column("record_id", _ID, sa.ForeignKey("record.id"), primary_key=True)
        columns = [key, sa.Column("path", sa.Text, primary_key=True), *columns]
    op.create_table(table, *columns)
    for name, *sorts in words:
        if "ix" in sorts:
            op.create_index(f"ix_{table}_{name}", table, [name])


def _column(table: str, word: list[str]) -> sa.Column[Any]:
    name, sort = word[0], word[1] if len(word) > 1 else ""
    if name == "id" and table in _RECORDS:
        return sa.Column("id", _ID, sa.ForeignKey("record.id"), primary_key=True)
    return sa.Column(name, _TYPES.get(sort, sa.Text()))


def _keep() -> None:
    """Let nobody change or delete what was written, not even by hand in SQL."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_kept_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
                    f"SELECT RAISE(ABORT, 'the history is only ever added to: {table}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the history is only ever added to: %', TG_TABLE_NAME; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION history_is_kept()"
        )


def downgrade() -> None:
    """Take everything away, the history with it."""
    for table, _words in reversed(_standard()):
        op.drop_table(table)
    for table in ("record", "origin", "version", "revision"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION history_is_kept()")
