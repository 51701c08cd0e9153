"""Moving: ages that matter, who left the area, what lapses, and families offered from one area to another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LAPSES = "lapsed_as in ('death', 'emigration', 'moved')"

ENDS = {
    "signals": "state <> 'ended' or lapsed_as is not null or"
    " (outcome_sealed is not null and outcome_by is not null and feedback_at is not null)",
    "cases": "state <> 'closed' or lapsed_as is not null or (outcome_sealed is not null and outcome_by is not null)",
}
ENDED = {"signals": ("ended", "ends_with_an_outcome"), "cases": ("closed", "closes_with_an_outcome")}

# INVARIANT (no silent drop): as long as another area has not answered, a hand-over of this one waits, with its clock.
OFFER_TIMED = """
create function offer_timed(in_area uuid, in_transfer uuid) returns void language plpgsql as $$
begin
    perform judged_as_committed();
    perform from transfers where area_id = in_area and id = in_transfer for no key update;
    if exists (select from move_offers where area_id = in_area and transfer_id = in_transfer and state = 'pending')
       and not exists (select from transfers h join move_offers o on o.area_id = h.area_id and o.transfer_id = h.id
            and o.household_id = h.household_id and o.state = 'pending'
          where h.area_id = in_area and h.id = in_transfer and h.state = 'pending') then
        perform refuse('move_offers_timed', 'an offer to another area waits only while its hand-over does');
    end if;
end $$
"""

OFFER_TIMED_TRIGGER = """
create function offer_timed_at_commit() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'transfers' then
        perform offer_timed(new.area_id, new.id);
    else
        perform offer_timed(new.area_id, new.transfer_id);
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    columns()
    endings()
    offers()
    arrivals()
    parcels()
    for statement in (OFFER_TIMED, OFFER_TIMED_TRIGGER):
        op.execute(statement)
    for name, table in (("move_offers_timed", "move_offers"), ("transfers_offer_timed", "transfers")):
        op.execute(
            f"create constraint trigger {name} after insert or update on {table} "
            "deferrable initially deferred for each row execute function offer_timed_at_commit()"
        )
    guard_rows()


def columns() -> None:
    op.add_column("households", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("persons", sa.Column("turns_on", sa.Date(), nullable=True))
    # Birth dates are sealed: the first sweep opens each of these once and writes the day itself.
    op.execute("update persons set turns_on = current_date where birth_date_sealed is not null")
    op.create_index(
        "persons_turning",
        "persons",
        ["area_id", "turns_on"],
        postgresql_where=sa.text("turns_on is not null"),
    )
    for column in ("from_on", "until_on"):
        op.create_index(op.f(f"person_links_area_id_{column}_idx"), "person_links", ["area_id", column])


def endings() -> None:
    """What was open ends with a confirmed outcome, or with its object."""
    for table, condition in ENDS.items():
        ended, name = ENDED[table]
        op.add_column(table, sa.Column("lapsed_as", sa.Text(), nullable=True))
        op.drop_constraint(f"{table}_{name}", table)
        op.create_check_constraint(f"{table}_{name}", table, condition)
        op.create_check_constraint(
            f"{table}_lapses_at_its_end", table, f"lapsed_as is null or (state = '{ended}' and {LAPSES})"
        )


def _id(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, of: str, column: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["area_id", column], [f"{of}.area_id", f"{of}.{key}"], name=op.f(f"{table}_area_id_{column}_fkey")
    )


def _of_area(table: str, column: str = "area_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["areas.id"], name=op.f(f"{table}_{column}_fkey"))


def offers() -> None:
    op.create_table(
        "move_offers",
        _id("area_id"),
        _id("id"),
        _id("household_id"),
        _id("transfer_id"),
        _id("to_area"),
        _id("offered_by"),
        sa.Column("moved_on", sa.Date(), nullable=False),
        _at("offered_at"),
        _at("expires_at"),
        sa.Column("state", sa.Text(), nullable=False),
        _at("answered_at", nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("spheres", ARRAY(sa.Text()), nullable=False),
        sa.Column("signals", ARRAY(sa.Uuid()), nullable=False),
        _id("case_id", nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'accepted', 'declined', 'expired')", name=op.f("move_offers_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (answered_at is null)", name=op.f("move_offers_answered_once")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (content_sealed is not null) and (state = 'pending') = (key_wrapped is not null)",
            name=op.f("move_offers_content_gone_once_answered"),
        ),
        _of_area("move_offers"),
        _of_area("move_offers", "to_area"),
        _to("move_offers", "households", "household_id"),
        _to("move_offers", "transfers", "transfer_id"),
        _to("move_offers", "cases", "case_id"),
        _to("move_offers", "memberships", "offered_by"),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("move_offers_pkey")),
    )
    op.create_index(
        "move_offers_one_pending",
        "move_offers",
        ["area_id", "household_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )


def arrivals() -> None:
    op.create_table(
        "arrivals",
        _id("area_id"),
        _id("id"),
        _id("from_area"),
        sa.Column("neighbourhood", sa.Text(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("spheres", ARRAY(sa.Text()), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        _at("arrived_at"),
        _at("expires_at"),
        sa.Column("state", sa.Text(), nullable=False),
        _at("answered_at", nullable=True),
        _id("answered_by", nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        _id("household_id", nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'accepted', 'declined', 'expired')", name=op.f("arrivals_state_known")
        ),
        sa.CheckConstraint(
            "case state when 'pending' then answered_at is null and answered_by is null"
            " when 'expired' then answered_by is null and answered_at >= expires_at"
            " else answered_by is not null and answered_at < expires_at end",
            name=op.f("arrivals_ends_by_an_act_or_its_date"),
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (household_id is not null)",
            name=op.f("arrivals_accepted_has_a_household"),
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (content_sealed is not null)",
            name=op.f("arrivals_content_gone_once_answered"),
        ),
        _of_area("arrivals"),
        _of_area("arrivals", "from_area"),
        _to("arrivals", "neighbourhoods", "neighbourhood", "code"),
        _to("arrivals", "households", "household_id"),
        _to("arrivals", "memberships", "answered_by"),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("arrivals_pkey")),
    )
    op.create_index(
        "arrivals_waiting",
        "arrivals",
        ["area_id", "expires_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )


def parcels() -> None:
    op.create_table(
        "parcels",
        _id("area_id"),
        _id("id"),
        _id("to_area"),
        _id("offer_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        _at("posted_at"),
        _at("delivered_at", nullable=True),
        sa.CheckConstraint("kind in ('offer', 'answer')", name=op.f("parcels_kind_known")),
        _of_area("parcels"),
        _of_area("parcels", "to_area"),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("parcels_pkey")),
        sa.UniqueConstraint("area_id", "offer_id", "kind", name=op.f("parcels_area_id_offer_id_kind_key")),
    )
    op.create_index(
        "parcels_undelivered",
        "parcels",
        ["area_id", "posted_at"],
        postgresql_where=sa.text("delivered_at is null"),
    )


def guard_rows() -> None:
    """Row level security as for every table: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in ("move_offers", "arrivals", "parcels"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("what is offered or held is not taken away; restore a backup instead")
