"""Youth alternatives: what is offered, the places that are held of it, and what a hearing needs before its day.

When an alternative was proposed for a hearing, and a place held, follows from its places; it is stored nowhere else.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

READER = "casecoord_reader"
HERE = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
HOME = "(select nullif(current_setting('casecoord.household', true), '')::uuid)"

# A place that a provider confirmed, and that was not broken off, is what a judge can choose.
HAS_PLACE = """
create function hearing_has_place(in_area uuid, of_hearing uuid) returns boolean language sql stable as $$
    select exists (select from placements p where p.area_id = in_area and p.hearing_id = of_hearing
       and (p.state in ('confirmed', 'started') or p.state = 'ended' and p.outcome <> 'stopped'))
$$
"""

# INVARIANT (no more than there are): whoever takes a place waits for whoever took one before, and then counts.
PLACES = """
create function placement_takes_a_place() returns trigger language plpgsql as $$
declare wanted offers; taken bigint;
begin
    if new.during is null or isempty(new.during) or upper(new.during) <= clock() then return new; end if;
    if tg_op = 'UPDATE' and new.offer_id = old.offer_id and (upper_inf(old.during) or upper(old.during) > clock()) then
        return new;
    end if;
    perform judged_as_committed();
    select * into wanted from offers o where o.area_id = new.area_id and o.id = new.offer_id for no key update;
    if wanted.withdrawn_at is not null and new.state = 'held' then
        perform refuse('offers_withdrawn', 'nothing is held of what is offered no more');
    end if;
    select count(*) into taken from placements p where p.area_id = new.area_id and p.offer_id = new.offer_id
       and p.id <> new.id and (upper_inf(p.during) or upper(p.during) > clock());
    if taken >= wanted.places then
        perform refuse('offers_places', 'every place of this offer is taken');
    end if;
    return new;
end $$
"""
FEWER = """
create function offer_keeps_its_places() returns trigger language plpgsql as $$
begin
    perform judged_as_committed();
    if (select count(*) from placements p where p.area_id = new.area_id and p.offer_id = new.id
          and (upper_inf(p.during) or upper(p.during) > clock())) > new.places then
        perform refuse('offers_places_kept', 'more places of this offer are taken than that');
    end if;
    return new;
end $$
"""
# What is prepared for a judge's day waits, or does not, by its places too.
TIMED = """
create function placement_timed_at_commit() returns trigger language plpgsql as $$
begin
    if new.hearing_id is not null then
        perform subject_timed('hearings_timed', new.area_id, new.hearing_id);
    end if;
    return null;
end $$
"""

# How many places of each offer are taken: of whom, nobody who looks for one is told.
TAKEN = f"""
create function places_taken(moment timestamptz) returns table (offer_id uuid, taken bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select p.offer_id, count(*) from placements p
     where p.area_id = {HERE} and (upper_inf(p.during) or upper(p.during) > moment) group by p.offer_id
$$
"""
# For whom a provider holds a place: a name, a birth date and a language, sealed, with the keys they are under; from the
# hold on, until it ended.
OWN_PLACES = f"""
create function provider_places(moment timestamptz) returns table (id uuid, household_id uuid, person_id uuid,
    offer_id uuid, kind text, offer_name text, state text, since timestamptz, until timestamptz, followed text, followed_at timestamptz,
    name_sealed bytea, birth_date_sealed bytea, language text, restricted boolean, keys jsonb)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select p.id, p.household_id, p.person_id, p.offer_id, o.kind, o.name, p.state, lower(p.during), upper(p.during), p.followed,
      p.followed_at, n.name_sealed, n.birth_date_sealed, n.language,
      exists (select from requests q where q.area_id = p.area_id and q.household_id = p.household_id
         and q.kind in ('restriction', 'objection') and (q.state = 'open' or q.state = 'granted' and q.lifted_at is null)),
      (select coalesce(jsonb_agg(jsonb_build_array(k.compartment, k.version, encode(k.wrapped, 'hex'))), '[]')
         from vault.household_keys k where k.area_id = p.area_id and k.household_id = p.household_id
          and k.compartment = 'identity')
      from memberships m
      join offers o on o.area_id = m.area_id and o.team_id = m.team_id
      join placements p on p.area_id = o.area_id and p.offer_id = o.id
       and p.state in ('held', 'confirmed', 'started') and (upper_inf(p.during) or upper(p.during) > moment)
      join persons n on n.area_id = p.area_id and n.id = p.person_id and n.died_on is null
      join households h on h.area_id = p.area_id and h.id = p.household_id and h.erased_at is null
     where m.area_id = {HERE} and m.role = 'provider' and m.during @> moment
       and m.id = nullif(current_setting('casecoord.membership', true), '')::uuid
$$
"""

# In view for whoever may see the hearing that it is for; else for those who take part.
IN_VIEW = (
    "strpos({own}, held_by::text) > 0 or {led_home} and strpos({lead_spheres}, 'justice') > 0"
    " or exists (select from hearings z where z.area_id = %t.area_id and z.id = %t.hearing_id)"
    " or strpos({facets}, ',court.placement,') > 0 and strpos({spheres}, 'justice') > 0"
    " and ({whole} or team_prepares(household_id))"
)


def upgrade() -> None:
    offers()
    placements()
    for statement in (HAS_PLACE, PLACES, FEWER, TIMED, TAKEN, OWN_PLACES):
        op.execute(sa.text(statement.replace(":", "\\:")))
    hearings()
    triggers()
    rows()


def _own(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f(f"{table}_pkey")),
    ]


def _to(table: str, **columns: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(
            ["area_id", column],
            [f"{other}.area_id", f"{other}.id"],
            name=op.f(f"{table}_area_id_{column}_fkey"),
        )
        for column, other in columns.items()
    ]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}"))


def offers() -> None:
    op.create_table(
        "offers",
        *_own("offers"),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("age_from", "age_until")),
        *(sa.Column(name, sa.ARRAY(sa.Text()), nullable=False) for name in ("neighbourhoods", "languages")),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("needs", postgresql.JSONB(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_because", sa.Text()),
        *_to("offers", team_id="teams", added_by="memberships"),
        _check("offers", "some", "places > 0 and age_from between 0 and age_until"),
        _check("offers", "lasts", "ends_on >= starts_on"),
        _check("offers", "withdrawn_because", "(withdrawn_at is null) = (withdrawn_because is null)"),
    )
    op.create_index(op.f("offers_area_id_team_id_idx"), "offers", ["area_id", "team_id"])


def placements() -> None:
    op.create_table(
        "placements",
        *_own("placements"),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("household_id", "person_id", "offer_id")),
        sa.Column("hearing_id", sa.Uuid()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE()),
        sa.Column("followed", sa.Text()),
        sa.Column("followed_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text()),
        sa.Column("released_because", sa.Text()),
        *_to(
            "placements",
            household_id="households",
            person_id="persons",
            offer_id="offers",
            hearing_id="hearings",
            held_by="memberships",
        ),
        _check(
            "placements",
            "takes_a_place",
            "case state when 'proposed' then during is null when 'released' then true else during is not null end",
        ),
        _check("placements", "ended_with_an_outcome", "(state = 'ended') = (outcome is not null)"),
        _check(
            "placements", "released_for_a_reason", "(state = 'released') = (released_because is not null)"
        ),
        _check("placements", "followed_at", "(followed is null) = (followed_at is null)"),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("offer_id"), "="),
            (sa.column("person_id"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("during is not null"),
            using="gist",
            name="placements_one_hold",
        ),
    )
    op.create_index(
        "placements_proposed_once",
        "placements",
        ["area_id", "offer_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "placements_to_expire",
        "placements",
        ["area_id", sa.text("upper(during)")],
        postgresql_where=sa.text("state = 'held'"),
    )
    for column in ("offer_id", "household_id", "hearing_id"):
        op.create_index(op.f(f"placements_area_id_{column}_idx"), "placements", ["area_id", column])


def hearings() -> None:
    """What waits by its places, instead of by what was once written of them."""
    known = op.get_bind().scalar(sa.text("select pg_get_viewdef('what_waits'::regclass)"))
    waits, changed = re.subn(
        r"\((?:hearings\.)?place_held_at IS NULL\)",
        "(not hearing_has_place(hearings.area_id, hearings.id))",
        known,
    )
    if changed != 1:
        raise RuntimeError("what waits names no place that is held for a hearing, or several")
    op.execute(sa.text(f"create or replace view what_waits with (security_invoker = true) as {waits}"))
    op.drop_column("hearings", "alternative_at")
    op.drop_column("hearings", "place_held_at")
    op.add_column("hearings", sa.Column("moves", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column(
        "hearings", sa.Column("prepared", sa.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'"))
    )


def triggers() -> None:
    for name, table, when, function in (
        ("placements_take_a_place", "placements", "insert or update", "placement_takes_a_place"),
        ("offers_keep_their_places", "offers", "update of places", "offer_keeps_its_places"),
    ):
        op.execute(f"create trigger {name} before {when} on {table} for each row execute function {function}()")
    op.execute(
        "create constraint trigger placements_timed after insert or update on placements"
        " deferrable initially deferred for each row execute function placement_timed_at_commit()"
    )


def rows() -> None:
    for table in ("offers", "placements"):
        op.execute(f"select guard_rows('{table}')")
    op.execute(
        "create policy own_home on placements as restrictive to casecoord_app"
        f" using ({HOME} is null or household_id = {HOME})"
    )
    op.execute(f"grant select on offers to {READER}, casecoord_surveyor")
    op.execute(sa.text("select guard_reading('placements', :in_view)").bindparams(in_view=IN_VIEW))
    for function in ("places_taken(timestamptz)", "provider_places(timestamptz)"):
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to casecoord_app, {READER}")
    op.execute(
        "insert into team_kinds (area_id, kind, presence, invitable)"
        " select id, 'place_provider', 'justice', false from areas on conflict do nothing"
    )


def downgrade() -> None:
    raise RuntimeError("places that are held are not taken away; restore a backup instead")
