"""Two households that become one, one that becomes two again: the rows that go along, and those that go back.

Nothing is moved that is not in `belongings`; every value is sealed again under the keys of the household that it
comes to. Both households are locked by whoever calls.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.teams import SECRECY
from casecoord.storage.belongings import Belongings, Changed
from casecoord.storage.cases import Desk
from casecoord.storage.work import Area

#: For each person of the one household who is recorded in the other too: as whom they go on.
Same = Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Kin:
    """Who is who: `same` names the record that goes on for each that does not; `come` and `stay_behind` move."""

    same: Same
    come: list[UUID]
    stay_behind: list[UUID]


_PEOPLE = "update persons set household_id = :to where area_id = :area and id = any(:ids)"
# Of two records of one person the one goes on; what only the other has of ties, custody and schools it gets too.
_SAME = (
    "update signals set person_id = :kept where area_id = :area and person_id = :gone",
    "update hearings h set person_id = :kept where area_id = :area and person_id = :gone and not exists (select"
    "   from hearings y where y.area_id = :area and y.person_id = :kept and y.held_on = h.held_on)",
    # Of two places in one offer that both records have, the one goes on.
    "update placements x set person_id = :kept where area_id = :area and person_id = :gone and not exists (select"
    "   from placements y where y.area_id = :area and y.person_id = :kept and y.offer_id = x.offer_id"
    "   and (y.during && x.during or y.state = 'proposed' and x.state = 'proposed'))",
    "update requests set person_id = :kept where area_id = :area and person_id = :gone",
    "update medical_notes set person_id = :kept where area_id = :area and person_id = :gone",
    *(
        f"update {table} set {person} = :kept where area_id = :area and {person} = :gone"
        for table, person in (
            ("agreements", "adopts"),
            ("agreement_answers", "said_by"),
            ("milestones", "person_id"),
        )
    ),
    # Who was asked under either record answers once.
    "update agreement_answers x set person_id = :kept where area_id = :area and person_id = :gone and not exists (select"
    "   from agreement_answers y where y.area_id = :area and y.person_id = :kept and y.agreement_id = x.agreement_id)",
    # What both records consented to stands once.
    "update consents x set person_id = :kept where area_id = :area and person_id = :gone and not exists (select"
    "   from consents y where y.area_id = :area and y.person_id = :kept and y.facet = x.facet and y.receiver = x.receiver"
    "   and y.purpose = x.purpose and coalesce(y.thing_id, y.team_id) = coalesce(x.thing_id, x.team_id)"
    "   and y.during && x.during and y.withdrawn_at is null and x.withdrawn_at is null)",
    "insert into consent_givers (area_id, consent_id, person_id) select area_id, consent_id, :kept"
    " from consent_givers where area_id = :area and person_id = :gone on conflict do nothing",
    # A login, a code and a child's word are the same person's under either record; of two that stand, one goes on.
    *(
        f"update {table} x set {person} = :kept where area_id = :area and {person} = :gone and not exists (select"
        f" from {table} y where y.area_id = :area and y.{person} = :kept and y.{end} is null and x.{end} is null)"
        for table, person, end in (
            ("resident_codes", "person_id", "ended_at"),
            ("resident_logins", "person_id", "unbound_at"),
            ("child_agreements", "child_id", "until"),
        )
    ),
    "insert into request_agreements (area_id, request_id, person_id) select area_id, request_id, :kept"
    " from request_agreements where area_id = :area and person_id = :gone on conflict do nothing",
    "insert into person_links (area_id, person_id, kind, code, from_on, until_on)"
    " select area_id, :kept, kind, code, from_on, until_on from person_links"
    " where area_id = :area and person_id = :gone on conflict do nothing",
    "insert into relationships (area_id, person_id, other_id, kind) select area_id, :kept, other_id, kind"
    " from relationships where area_id = :area and person_id = :gone on conflict do nothing",
    "insert into relationships (area_id, person_id, other_id, kind) select area_id, person_id, :kept, kind"
    " from relationships where area_id = :area and other_id = :gone on conflict do nothing",
    "insert into custody (area_id, id, minor_id, holder_id, kind)"
    " select area_id, gen_random_uuid(), :kept, holder_id, kind"
    " from custody where area_id = :area and minor_id = :gone on conflict do nothing",
    "insert into custody (area_id, id, minor_id, holder_id, kind)"
    " select area_id, gen_random_uuid(), minor_id, :kept, kind"
    " from custody where area_id = :area and holder_id = :gone on conflict do nothing",
)
_COME = (
    "update signals set household_id = :main where area_id = :area and household_id = :beside",
    "update cases set household_id = :main where area_id = :area and household_id = :beside",
    "update hearings set household_id = :main where area_id = :area and household_id = :beside",
    "update placements set household_id = :main where area_id = :area and household_id = :beside",
    "update requests set household_id = :main where area_id = :area and household_id = :beside",
    "update consents set household_id = :main where area_id = :area and household_id = :beside",
    "update medical_notes set household_id = :main where area_id = :area and household_id = :beside",
    "update deferrals set household_id = :main where area_id = :area and household_id = :beside",
    "update meeting_items set household_id = :main where area_id = :area and household_id = :beside",
    # Emergency access to the one is none to the other: it ends, and its review comes along.
    "update break_glass_grants set household_id = :main, during = case when upper(during) <= :now then during else"
    "   tstzrange(lower(during), greatest(cast(:now as timestamptz), lower(during) + interval '1 microsecond')) end"
    " where area_id = :area and household_id = :beside",
    # What passes to another team passes once.
    "update transfers x set state = 'expired', answered_at = :now where area_id = :area and household_id = :beside"
    " and state = 'pending' and exists (select from transfers y where y.area_id = :area and y.household_id = :main"
    "   and y.state = 'pending' and y.sphere = x.sphere and y.from_team_id is not distinct from x.from_team_id"
    "   and y.to_team_id is not distinct from x.to_team_id)",
    "update transfers set household_id = :main where area_id = :area and household_id = :beside and state = 'pending'",
    # An address that was secret for the one is secret for both.
    "update households set secret_address = true where area_id = :area and id = :main and exists"
    " (select from households b where b.area_id = :area and b.id = :beside and b.secret_address)",
    # What was asked about the one is asked about the other, unless it is asked already; of somebody who was
    # matched with one of several families it is asked no more.
    "update merge_proposals x set state = 'superseded', decided_at = :now, decided_by = :by where area_id = :area"
    " and state = 'pending' and :beside in (provisional_id, household_id) and (:main in (provisional_id,"
    "   household_id) or provisional_id = :beside and exists (select from households b where b.area_id = :area"
    "     and b.id = :beside and b.provisional) or exists (select from merge_proposals y where y.area_id = :area and y.state = 'pending'"
    "   and :main in (y.provisional_id, y.household_id) and (case when x.provisional_id = :beside then"
    "     x.household_id else x.provisional_id end) in (y.provisional_id, y.household_id)))",
    "update merge_proposals set provisional_id = case when provisional_id = :beside then :main else provisional_id"
    "   end, household_id = case when household_id = :beside then :main else household_id end"
    " where area_id = :area and state = 'pending' and :beside in (provisional_id, household_id)",
    "update households set provisional = false, during = tstzrange(lower(during),"
    "   greatest(cast(:now as timestamptz), lower(during) + interval '1 microsecond'))"
    " where area_id = :area and id = :beside",
)
# What is asked twice is asked once; who takes part in the one takes part in the other.
_FOLD = (
    "update signals set case_id = :keep where area_id = :area and case_id = :gone",
    "update plan_actions set case_id = :keep where area_id = :area and case_id = :gone",
    "update blockades set case_id = :keep where area_id = :area and case_id = :gone",
    "update agreements set case_id = :keep where area_id = :area and case_id = :gone",
    "update milestones set case_id = :keep where area_id = :area and case_id = :gone",
    "update spends set case_id = :keep where area_id = :area and case_id = :gone",
    "update meeting_items set case_id = :keep where area_id = :area and case_id = :gone",
    # One family's refusal silences no clock of the other's: the two are asked anew.
    "update refusals set ended_at = :now where area_id = :area and case_id in (:keep, :gone) and ended_at is null",
    "update invitations i set state = 'superseded', answered_at = :now where area_id = :area and case_id = :gone"
    " and state = 'pending' and (exists (select from participants p where p.area_id = :area and p.case_id = :keep"
    "   and p.team_id = i.team_id and upper_inf(p.during)) or exists (select from invitations j where"
    "   j.area_id = :area and j.case_id = :keep and j.team_id = i.team_id and j.state = 'pending'))",
    "update invitations set case_id = :keep where area_id = :area and case_id = :gone and state = 'pending'",
    "update proposals set state = 'superseded', answered_at = :now where area_id = :area and case_id = :gone"
    " and state = 'pending' and (exists (select from leads l where l.area_id = :area"
    "   and l.case_id in (:keep, :gone) and upper_inf(l.during)) or exists (select from proposals p"
    "   where p.area_id = :area and p.case_id = :keep and p.state = 'pending'))",
    "update proposals set case_id = :keep where area_id = :area and case_id = :gone and state = 'pending'",
    "update participants k set sphere = g.sphere, audience = g.audience from participants g"
    " where g.area_id = :area and g.case_id = :gone and upper_inf(g.during) and k.area_id = :area"
    "   and k.case_id = :keep and upper_inf(k.during) and k.team_id = g.team_id"
    "   and array_position(cast(:secrecy as text[]), g.sphere) < array_position(cast(:secrecy as text[]), k.sphere)",
    "insert into participants (area_id, id, case_id, team_id, sphere, audience, during)"
    " select area_id, gen_random_uuid(), :keep, team_id, sphere, audience, tstzrange(:now, null)"
    " from participants g where area_id = :area and case_id = :gone and upper_inf(during) and not exists"
    "   (select from participants k where k.area_id = :area and k.case_id = :keep and k.team_id = g.team_id"
    "      and upper_inf(k.during))",
    "update participants set during = tstzrange(lower(during), :now)"
    " where area_id = :area and case_id = :gone and upper_inf(during)",
    # Whoever would lead it from a date to come never does.
    "update leads set during = tstzrange(lower(during), greatest(lower(during), :now))"
    " where area_id = :area and case_id = :gone and (upper_inf(during) or upper(during) > :now)",
    # Work that goes on in the one goes on in both.
    "update cases k set state = 'led', aftercare_at = null from cases g where k.area_id = :area and k.id = :keep"
    " and g.area_id = :area and g.id = :gone and k.state = 'aftercare' and g.state <> 'aftercare'",
    "update cases set state = 'closed', closed_at = :now, merged_into = :keep, aftercare_at = null"
    " where area_id = :area and id = :gone",
)
#: What a case's state says is what it has: a lead, somebody asked to be it, or neither.
_AS_IT_IS = text(
    "update cases c set state = x.state from (select c.id, case"
    "   when exists (select from leads l where l.area_id = c.area_id and l.case_id = c.id and upper_inf(l.during))"
    "     then case when c.state = 'aftercare' then c.state else 'led' end"
    "   when exists (select from proposals p where p.area_id = c.area_id and p.case_id = c.id"
    "     and p.state = 'pending') then 'lead_proposed' else 'triaged' end state"
    "   from cases c where c.area_id = :area and c.household_id = any(:households) and c.state <> 'closed') x"
    " where c.area_id = :area and c.id = x.id and c.state <> x.state"
)
_AT_THE_TABLE = text(
    "insert into participants (area_id, id, case_id, team_id, sphere, audience, during)"
    " select distinct on (x.case_id, x.team_id) x.area_id, gen_random_uuid(), x.case_id, x.team_id,"
    "   coalesce(nullif(k.presence, 'general'), x.sphere), case when x.sphere = 'health' and k.presence = 'general'"
    "     then x.audience end, tstzrange(:now, null)"
    " from (select area_id, case_id, team_id, sphere, audience from plan_actions where state = 'open'"
    "   union all select l.area_id, l.case_id, m.team_id, 'general', null from leads l"
    "     join memberships m on m.area_id = l.area_id and m.id = l.membership_id where upper_inf(l.during)) x"
    " join cases c on c.area_id = x.area_id and c.id = x.case_id and c.state <> 'closed'"
    " join teams t on t.area_id = x.area_id and t.id = x.team_id"
    " join team_kinds k on k.area_id = t.area_id and k.kind = t.kind"
    " where x.area_id = :area and c.household_id = any(:households) and not exists (select from participants p"
    "   where p.area_id = :area and p.case_id = x.case_id and p.team_id = x.team_id and upper_inf(p.during))"
    " order by x.case_id, x.team_id, array_position(cast(:secrecy as text[]), x.sphere)"
)
_HOLD_ALONG = text(
    "insert into holders (area_id, id, household_id, membership_id, during)"
    " select o.area_id, gen_random_uuid(), :to, o.membership_id, unnest("
    "   tstzmultirange(o.during) * tstzmultirange(tstzrange(cast(:since as timestamptz), cast(:until as timestamptz)))"
    "   - coalesce((select range_agg(y.during) from holders y where y.area_id = :area and y.household_id = :to), '{}'))"
    " from holders o where o.area_id = :area and o.household_id = :of and not isempty(o.during) returning id"
)
_PROMISES = text(
    "update promises p set household_id = n.owner from"
    " unnest(cast(:subjects as uuid[]), cast(:owners as uuid[])) n (subject, owner)"
    " where p.area_id = :area and p.subject_id = n.subject and p.household_id = any(:households)"
    "   and p.household_id <> n.owner"
)
_NOTICES = text(
    "update outbox o set household_id = n.owner from (select * from"
    "   unnest(cast(:subjects as uuid[]), cast(:owners as uuid[])) n (source, owner)"
    "   union all select p.id, p.household_id from promises p where p.area_id = :area"
    "     and p.household_id = any(:households)"
    "   union all select g.id, p.household_id from gaps g join promises p on p.area_id = g.area_id"
    "     and p.id = g.promise_id where p.area_id = :area and p.household_id = any(:households)) n"
    " where o.area_id = :area and o.source_id = n.source and o.household_id = any(:households)"
    "   and o.household_id <> n.owner"
)
#: Things that promises and notices are about.
_SUBJECTS = (
    "signals", "cases", "plan_actions", "invitations", "proposals", "households", "transfers", "blockades",
    "refusals", "hearings", "requests", "break_glass_grants",
    "agreement_answers", "milestones", "placements",
)  # fmt: skip


async def bring_along(main: Desk, beside: Desk, kin: Kin) -> None:
    """Moves everything of one household into the other, and ends it; the values are still sealed as they were."""
    work, area = main.work, main.work.area_id
    await work.session.flush()
    await _run(work, (_PEOPLE,), to=main.household_id, ids=kin.come)
    await _run(work, (_PEOPLE,), to=beside.household_id, ids=kin.stay_behind)
    for gone, kept in kin.same.items():
        await _run(work, _SAME, gone=gone, kept=kept)
    await _run(
        work,
        _COME,
        area=area,
        main=main.household_id,
        beside=beside.household_id,
        now=work.now,
        by=main.actor_membership,
    )


async def fold(work: Area, keep: UUID, gone: UUID) -> None:
    """One open case goes on in another of its household: what waits in it waits there from now on."""
    await _run(work, _FOLD, keep=keep, gone=gone, now=work.now, secrecy=list(SECRECY))


async def plan_at_the_table(work: Area, *households: UUID) -> None:
    """Every team with an open step in a case, and the team of its lead, takes part in it."""
    await work.session.execute(
        _AT_THE_TABLE,
        {"area": work.area_id, "households": list(households), "now": work.now, "secrecy": list(SECRECY)},
    )


async def state_as_it_is(work: Area, *households: UUID) -> None:
    """Brings the state of each open case in line with whether it has a lead or somebody asked to be it."""
    await work.session.execute(_AS_IT_IS, {"area": work.area_id, "households": list(households)})


async def hold_along(
    work: Area, of: UUID, to: UUID, since: datetime | None, until: datetime
) -> list[Changed]:
    """Who held the one held the other too, at moments at which nobody did; the rows made, to be written down."""
    made = await work.session.scalars(
        _HOLD_ALONG, {"area": work.area_id, "of": of, "to": to, "since": since, "until": until}
    )
    return [Changed("holders", json.dumps({"id": str(identity)}), None, {}) for identity in made]


async def follow(work: Area, there: Belongings, *households: UUID) -> None:
    """What runs for a thing, and who was told of it, is where the thing is now."""
    ends = {UUID(str(one.row["id"])): one.owner for (table, _), one in there.items() if table in _SUBJECTS}
    values = {
        "area": work.area_id,
        "subjects": list(ends),
        "owners": list(ends.values()),
        "households": list(households),
    }
    for statement in (_PROMISES, _NOTICES):
        await work.session.execute(statement, values)


async def _run(work: Area, statements: tuple[str, ...], **values: Any) -> None:
    values.setdefault("area", work.area_id)
    for statement in statements:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await work.session.execute(text(statement), wanted)
