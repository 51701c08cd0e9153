"""Finding households that may be one: only those that share a keyed hash are compared, and never in large crowds.

Three keys: family name, birth date and postcode; address and birth date; sound of the family name and birth year.
The number of pairs looked at grows with the number of households, not with its square: a key that more than
`LARGEST_BLOCK` households share is left alone, and counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.duplicates import LARGEST_BLOCK, MergeReason, score_of, sounds_like
from casecoord.storage.households import family_name
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.work import Area

_BATCH = 1000
_UNKNOWN = "0000-00-00"

_UNKEYED = text(
    "select p.id, p.household_id, encode(p.name_sealed, 'hex') name, encode(p.birth_date_sealed, 'hex') birth,"
    " (select jsonb_agg(jsonb_build_array(k.version, encode(k.wrapped, 'hex'))) from vault.household_keys k"
    "   where k.area_id = p.area_id and k.household_id = p.household_id and k.compartment = 'identity') wrapped_keys"
    " from persons p where p.area_id = :area and p.sound_index is null and p.died_on is null"
    " order by p.household_id, p.id limit :batch for update skip locked"
)
_KEY = text(
    "update persons set birth_index = :birth, sound_index = :sound where area_id = :area and id = :id"
)

# One row for each household, person and key that it can be found by.
_KEYED = """
keyed (reason, key, household, person) as (
  select x.reason, x.key, p.household_id, p.id
    from persons p join households h on h.area_id = p.area_id and h.id = p.household_id and upper_inf(h.during) and h.left_on is null
    cross join lateral (values ('name_birth_postcode', p.name_index),
      ('address_birth', case when length(p.birth_index) > 0 then h.address_index || p.birth_index end), ('sound_birth_year', p.sound_index)) x (reason, key)
   where p.area_id = :area and p.died_on is null and length(x.key) > 0),
crowds (reason, key, households) as (
  select reason, key, count(distinct household) from keyed group by reason, key having count(distinct household) > 1),
pairs as (
  select k.reason, k.household one, l.household other, k.person
    from crowds c join keyed k on k.reason = c.reason and k.key = c.key
    join keyed l on l.reason = c.reason and l.key = c.key and k.household < l.household
   where c.households <= :most)
"""
_FIND = text(
    f"""
with {_KEYED}, alike as (
  select one, other, array_agg(distinct reason order by reason) || case when count(distinct person) > 1
      then array['several_persons'] else '{{}}' end reasons
    from pairs group by one, other)
select a.one, a.other, a.reasons,
  (select jsonb_agg(jsonb_build_object('state', x.state, 'reasons', x.reasons)) from merge_proposals x
    where x.area_id = :area and (x.provisional_id, x.household_id) in ((a.one, a.other), (a.other, a.one))) asked,
  o.provisional or not p.provisional and (lower(o.during), o.id) > (lower(p.during), p.id) one_is_beside
from alike a
join households o on o.area_id = :area and o.id = a.one
join households p on p.area_id = :area and p.id = a.other
where not exists (select from splits s where s.area_id = :area
  and (s.household_id, s.part_id) in ((a.one, a.other), (a.other, a.one)))
order by a.one, a.other
"""
)
_LOOKED_AT = text(
    f"with {_KEYED} select (select count(*) from pairs) pairs,"
    " (select count(*) from crowds where households > :most) left_alone"
)
_PROPOSE = text(
    "insert into merge_proposals (area_id, id, provisional_id, household_id, reasons, score, state, proposed_at,"
    " proposed_by) values (:area, gen_random_uuid(), :beside, :main, :reasons, :score, 'pending', :now,"
    " cast(:by as uuid))"
    " on conflict (area_id, least(provisional_id, household_id), greatest(provisional_id, household_id))"
    "   where state = 'pending' do nothing returning id"
)
_ADD_REASONS = text(
    "update merge_proposals set reasons = :reasons, score = :score where area_id = :area and state = 'pending'"
    " and (provisional_id, household_id) in ((:one, :other), (:other, :one)) and reasons <> :reasons returning id"
)
_ASKED = text(
    "select state, reasons from merge_proposals where area_id = :area"
    " and (provisional_id, household_id) in ((:one, :other), (:other, :one))"
)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """How many pairs were compared, and how many keys so many households share that they say nothing."""

    pairs: int
    left_alone: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Two households that share keys: `beside` would come to `main`. `asked`: what was asked and answered before."""

    beside: UUID
    main: UUID
    reasons: tuple[MergeReason, ...]
    asked: tuple[tuple[str, frozenset[str]], ...]


async def write_keys(work: Area) -> int:
    """Gives persons without them the keys they are found by, a batch at a time; how many got theirs."""
    rows = (await work.session.execute(_UNKEYED, {"area": work.area_id, "batch": _BATCH})).all()
    values = []
    for row in rows:
        seal = HouseholdSeal(work.keyring, row.household_id).add_keys(
            ("identity", version, bytes.fromhex(wrapped)) for version, wrapped in row.wrapped_keys or ()
        )
        name = _opened(seal, row.id, "name", row.name) or ""
        born = _opened(seal, row.id, "birth_date", row.birth) or _UNKNOWN
        year, sound = born[:4], sounds_like(family_name(name))
        values.append(
            {
                "area": work.area_id,
                "id": row.id,
                # What is not known is like nothing: an empty key is looked for by nobody.
                "birth": b"" if "00" in born[5:].split("-") else work.keyring.birth_index(born),
                "sound": work.keyring.sound_index(sound, year) if sound and year != "0000" else b"",
            }
        )
    if values:
        await work.session.execute(_KEY, values)
    return len(values)


async def looked_at(work: Area) -> LookedAt:
    """What a search of this area compares."""
    row = (await work.session.execute(_LOOKED_AT, {"area": work.area_id, "most": LARGEST_BLOCK})).one()
    return LookedAt(row.pairs, row.left_alone)


async def alike(work: Area) -> list[Alike]:
    """The households that share a key, pair by pair."""
    rows = await work.session.execute(_FIND, {"area": work.area_id, "most": LARGEST_BLOCK})
    return [
        Alike(
            *((row.one, row.other) if row.one_is_beside else (row.other, row.one)),
            tuple(MergeReason(reason) for reason in row.reasons),
            tuple((asked["state"], frozenset(asked["reasons"])) for asked in row.asked or ()),
        )
        for row in rows
    ]


async def asked_before(work: Area, one: UUID, other: UUID) -> list[tuple[str, frozenset[str]]]:
    """The states and reasons of all proposals about this pair."""
    rows = await work.session.execute(_ASKED, {"area": work.area_id, "one": one, "other": other})
    return [(row.state, frozenset(row.reasons)) for row in rows]


async def propose(
    work: Area, beside: UUID, main: UUID, reasons: Iterable[MergeReason], by: UUID | None = None
) -> UUID | None:
    """Asks the area's coordinator whether two households are one; None if that waits for an answer already."""
    named = sorted(set(reasons))
    made = await work.session.execute(
        _PROPOSE,
        {
            "area": work.area_id,
            "beside": beside,
            "main": main,
            "reasons": [str(reason) for reason in named],
            "score": score_of(named),
            "now": work.now,
            "by": by,
        },
    )
    identity: UUID | None = made.scalar()
    return identity


async def add_reasons(work: Area, one: UUID, other: UUID, reasons: Iterable[MergeReason]) -> bool:
    """Writes these as the reasons of what waits already; whether that changed it."""
    named = sorted(set(reasons))
    changed = await work.session.execute(
        _ADD_REASONS,
        {
            "area": work.area_id,
            "one": one,
            "other": other,
            "reasons": [str(reason) for reason in named],
            "score": score_of(named),
        },
    )
    return changed.first() is not None


def _opened(seal: HouseholdSeal, person: UUID, facet: str, sealed: str | None) -> str | None:
    if sealed is None:
        return None
    return seal.open(bytes.fromhex(sealed), Place("persons", person, facet), Compartment.IDENTITY)
