"""What was agreed with a family and what each of them answered, as verbs and views read it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.agreements import Answer
from casecoord.domain.residents import Dweller
from casecoord.storage.family_tables import Agreement, AgreementAnswer
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.work import Area

#: The agreements of the case `c`, in each wording, with every answer in turn.
AGREEMENTS = """coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'domain', g.domain, 'sphere', g.sphere,
      'audience', g.audience, 'what', encode(g.what_sealed, 'hex'), 'doer', encode(g.doer_sealed, 'hex'),
      'due_on', g.due_on, 'recorded_at', g.recorded_at, 'replaces', g.replaces, 'adopts', g.adopts,
      'reply', encode(g.reply_sealed, 'hex'), 'kept_at', g.kept_at, 'praise', encode(g.praise_sealed, 'hex'),
      'author', m.professional_id, 'author_team', m.team_id,
      'replaced', exists (select from agreements n where n.area_id = g.area_id and n.replaces = g.id),
      'answers', coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'person', a.person_id, 'answer', a.answer,
          'sphere', a.sphere, 'words', encode(a.words_sealed, 'hex'), 'said_by', a.said_by,
          'on_paper', a.recorded_by is not null, 'at', a.answered_at) order by a.person_id, a.turn)
        from agreement_answers a where a.area_id = g.area_id and a.agreement_id = g.id), '[]'))
      order by g.recorded_at, g.id)
    from agreements g join memberships m on m.area_id = g.area_id and m.id = g.author_id
    where g.area_id = {case}.area_id and g.case_id = {case}.id), '[]')"""

#: Its goals, steps and what there is to be proud of.
MILESTONES = """coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind, 'own', x.own,
      'person', x.person_id, 'domain', x.domain, 'sphere', x.sphere, 'audience', x.audience,
      'words', encode(x.words_sealed, 'hex'), 'set_at', x.set_at, 'goal', x.goal_id, 'agreement', x.agreement_id,
      'reached_at', x.reached_at, 'praise', encode(x.praise_sealed, 'hex'),
      'author', m.professional_id, 'author_team', m.team_id, 'by', w.name) order by x.set_at, x.id)
    from milestones x left join memberships m on m.area_id = x.area_id and m.id = x.author_id
    left join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where x.area_id = {case}.area_id and x.case_id = {case}.id), '[]')"""

_HOME = text(
    "select p.id, encode(p.birth_date_sealed, 'hex') birth,"
    " array(select y.holder_id from custody y where y.area_id = p.area_id and y.minor_id = p.id"
    "   and y.holder_id is not null) holders,"
    " exists (select from child_agreements g where g.area_id = p.area_id and g.child_id = p.id"
    "   and g.until is null) agreed"
    " from persons p where p.area_id = :area and p.household_id = :household and p.died_on is null order by p.id"
)
_ANSWERS = text(
    "select distinct on (person_id) person_id, answer, turn from agreement_answers"
    " where area_id = :area and agreement_id = :agreement order by person_id, turn desc"
)
_ALL_REFUSED = text(
    "select bool_and(exists (select from (select distinct on (a.person_id) a.answer from agreement_answers a"
    "   where a.area_id = g.area_id and a.agreement_id = g.id order by a.person_id, a.turn desc) last"
    "   where last.answer = 'refused'))"
    " from agreements g where g.area_id = :area and g.case_id = :case and g.kept_at is null"
    "   and not exists (select from agreements n where n.area_id = g.area_id and n.replaces = g.id)"
)


async def at_home(work: Area, seal: HouseholdSeal) -> list[Dweller]:
    """Who lives in a household, with their ages, custody and what a child said."""
    rows = await work.session.execute(_HOME, {"area": work.area_id, "household": seal.household})
    return [
        Dweller(row.id, _born(seal, row.id, row.birth), frozenset(row.holders), row.agreed) for row in rows
    ]


def _born(seal: HouseholdSeal, person: UUID, sealed: str | None) -> str | None:
    if sealed is None:
        return None
    return seal.open(bytes.fromhex(sealed), Place("persons", person, "birth_date"), Compartment.IDENTITY)


async def last_answers(work: Area, agreement: UUID) -> dict[UUID, tuple[Answer, int]]:
    """What each of those asked said last, and in which turn."""
    await work.session.flush()
    rows = await work.session.execute(_ANSWERS, {"area": work.area_id, "agreement": agreement})
    return {row.person_id: (Answer(row.answer), row.turn) for row in rows}


async def is_replaced(work: Area, agreement: UUID) -> bool:
    """Whether another wording took the place of this one."""
    found = await work.session.scalars(
        select(Agreement.id).where(Agreement.area_id == work.area_id, Agreement.replaces == agreement)
    )
    return found.first() is not None


async def wording_of(work: Area, agreement: UUID, person: UUID) -> AgreementAnswer | None:
    """The last words in which this person wanted the agreement otherwise, if that is what they said last."""
    found = await work.session.scalars(
        select(AgreementAnswer)
        .where(
            AgreementAnswer.area_id == work.area_id,
            AgreementAnswer.agreement_id == agreement,
            AgreementAnswer.person_id == person,
        )
        .order_by(AgreementAnswer.turn.desc())
        .limit(1)
    )
    last = found.first()
    return last if last is not None and last.answer == Answer.CHANGED else None


async def all_refused(work: Area, case: UUID) -> bool:
    """Whether somebody said no to every agreement of this case that stands, and there is one."""
    await work.session.flush()
    values: dict[str, Any] = {"area": work.area_id, "case": case}
    return bool(await work.session.scalar(_ALL_REFUSED, values))
