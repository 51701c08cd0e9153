"""Agreements with a family, in plain words: who does what by when; and what each of those concerned says to that.

The lead writes a wording down; everybody concerned confirms it, wants it in other words, or refuses. What they say on
paper the lead records by name. Another wording is another agreement that takes the place of the former: both are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import case_desk, require
from casecoord.actions.goals import in_view
from casecoord.actions.looking import About, Look, wrote
from casecoord.actions.office import Hand, verb
from casecoord.domain import agreements as rules
from casecoord.domain.agreements import Answer, Say, Standing
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import AgreementView, AnswerView
from casecoord.domain.residents import Dweller, old_enough
from casecoord.domain.words import Audience, LifeDomain, Sphere, sphere_of
from casecoord.domain.workdays import local_date
from casecoord.storage import agreements as storage
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.family_tables import Agreement, AgreementAnswer
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.work import Area

Row = dict[str, Any]
FACET = "family.agreement"


@dataclass(frozen=True, slots=True)
class RecordAgreement:
    """`doer`: who does it, in plain words. `persons`: on whose behalf, each asked; all who may answer at home if none.

    `replaces`: an earlier wording that this one takes the place of. `adopts`: the person whose own words it takes
    over; then `what` is theirs. `reply`: what the lead says to whoever wanted it otherwise.
    """

    idempotency_key: str
    case: UUID
    doer: str
    due_on: date
    what: str | None = None
    domain: LifeDomain = LifeDomain.SOCIAL_PARTICIPATION
    persons: tuple[UUID, ...] = ()
    replaces: UUID | None = None
    adopts: UUID | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class RespondAgreement:
    """What somebody said on paper. `said_by`: who spoke for them, themselves if it is not said."""

    idempotency_key: str
    agreement: UUID
    person: UUID
    answer: Answer
    words: str | None = None
    said_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class AgreementBrief:
    """`all_refused`: for the lead, every agreement of the case that stands is refused; that can be recorded."""

    id: UUID
    case: UUID
    standing: Standing
    all_refused: bool


@verb(AgreementBrief, act="C")
async def record_agreement(hand: Hand, input: RecordAgreement) -> AgreementBrief:
    """The lead writes down what is agreed, or answers the family's own wording with another, or takes it over."""
    doer, reply = texts.sentence(input.doer, "doer"), texts.optional(input.reply, "reply")
    what = texts.optional(input.what, "what")
    texts.soon(input.due_on, hand.now, "dueOn")
    if input.replaces is None and (input.adopts is not None or reply is not None):
        raise Problem("agreement_to_answer_missing", "replaces")
    if (what is None) == (input.adopts is None):
        raise Problem("text_empty" if what is None else "wording_or_own", "what")
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "set_goal")
    assert desk.case is not None
    former = await _former(hand, desk, input.replaces) if input.replaces is not None else None
    domain = LifeDomain(former.domain) if former is not None else input.domain
    agreement = Agreement(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        author_id=desk.actor_membership,
        domain=domain,
        sphere=sphere_of(domain),
        due_on=input.due_on,
        recorded_at=desk.now,
        replaces=input.replaces,
        adopts=input.adopts,
    )
    if former is not None and input.adopts is not None:
        what = await _their_words(desk, former, input.adopts)
    compartment = Compartment.of(Sphere(agreement.sphere))
    agreement.what_sealed = desk.sealed(what or "", agreement, "what", compartment)
    agreement.doer_sealed = desk.sealed(doer, agreement, "doer", compartment)
    agreement.reply_sealed = desk.sealed_if(reply, agreement, "reply", compartment)
    persons = await _asked(desk, input.persons, former)
    hand.work.session.add(agreement)
    await hand.work.session.flush()
    for person in persons:
        add_answer(hand.work, agreement, person, 0, Answer.ASKED, by=desk.actor_membership)
    if input.adopts in persons:
        # Their own words need no second yes.
        assert input.adopts is not None
        said = {"said_by": input.adopts, "by": desk.actor_membership}
        add_answer(hand.work, agreement, input.adopts, 1, Answer.CONFIRMED, **said)
    return await _saved(desk, agreement, "record_agreement", rule)


@verb(AgreementBrief)
async def respond_agreement(hand: Hand, input: RespondAgreement) -> AgreementBrief:
    """The lead records what somebody concerned said on paper, in their own words."""
    words = own_words(input.answer, input.words)
    found = await desk_of(hand.work, Agreement, input.agreement)
    if found is None or not in_view(hand, *found):
        raise Problem("not_found", "agreement")
    desk, agreement = found
    rule = require(hand, desk, "set_goal")
    home = await storage.at_home(desk.work, desk.seal)
    speaker = input.said_by or input.person
    turn = await next_turn(desk.work, agreement, input.person)
    require_say(home, speaker, input.person, desk.now)
    answer = add_answer(
        desk.work, agreement, input.person, turn, input.answer, said_by=speaker, by=desk.actor_membership
    )
    seal_words(desk.seal, agreement, answer, words)
    desk.person = input.person
    return await _saved(desk, agreement, "respond_agreement", rule)


def own_words(answer: Answer, words: str | None) -> str | None:
    """What goes with an answer: own words where it is to be otherwise; a reason for a no is welcome, not asked."""
    if answer is Answer.ASKED:
        raise Problem("choice_missing", "answer")
    if answer is Answer.CHANGED:
        return texts.sentence(words or "", "words")
    return texts.optional(words, "words")


def require_say(home: Iterable[Dweller], speaker: UUID, person: UUID, now: datetime) -> None:
    """Only who may answer for a person does; else Problem."""
    people = {one.id: one for one in home}
    if speaker not in people or person not in people:
        raise Problem("not_found", "saidBy" if person in people else "person")
    match rules.may_answer(people[speaker], people[person], people.values(), local_date(now)):
        case Say.TOO_YOUNG:
            raise Problem("answers_too_young", "saidBy")
        case Say.NOT_THEIRS:
            raise Problem("answers_for_another", "saidBy")


async def next_turn(work: Area, agreement: Agreement, person: UUID) -> int:
    """The turn in which this person answers now: they were asked, and the wording stands. Else Problem."""
    last = await storage.last_answers(work, agreement.id)
    if person not in last:
        raise Problem("not_found", "person")
    if agreement.kept_at is not None or await storage.is_replaced(work, agreement.id):
        raise Problem("already_answered", "agreement")
    return last[person][1] + 1


def add_answer(
    work: Area,
    agreement: Agreement,
    person: UUID,
    turn: int,
    answer: Answer,
    *,
    said_by: UUID | None = None,
    by: UUID | None,
) -> AgreementAnswer:
    """One more word of somebody. `by`: who recorded it; None: on the own page."""
    row = AgreementAnswer(
        area_id=work.area_id,
        id=uuid4(),
        agreement_id=agreement.id,
        person_id=person,
        sphere=agreement.sphere,
        turn=turn,
        answer=answer,
        said_by=said_by,
        recorded_by=by,
        answered_at=work.now,
    )
    work.session.add(row)
    return row


def seal_words(seal: HouseholdSeal, agreement: Agreement, row: AgreementAnswer, words: str | None) -> None:
    """Their words, under the key of the agreement's sphere."""
    place = Place("agreement_answers", row.id, "words")
    row.words_sealed = seal.seal_if(words, place, Compartment.of(Sphere(agreement.sphere)))


async def brief_of(work: Area, agreement: Agreement, *, whole: bool) -> AgreementBrief:
    """How it stands now; `whole`: for somebody who sees all agreements of the case."""
    last = {
        person: answer for person, (answer, _) in (await storage.last_answers(work, agreement.id)).items()
    }
    stands = rules.standing(last, replaced=False, kept=agreement.kept_at is not None)
    refused = whole and await storage.all_refused(work, agreement.case_id)
    return AgreementBrief(agreement.id, agreement.case_id, stands, refused)


def agreements_in_view(
    look: Look, seal: HouseholdSeal, rows: Iterable[Row], about: About, viewers: frozenset[Viewer]
) -> list[AgreementView]:
    """The agreements that this viewer may see, each wording; of the answers, those of whom they may see."""
    return [_view(look, seal, row, about, viewers) for row in rows if _sees(look, row, about, viewers)]


def asked(row: Row) -> tuple[UUID, ...]:
    """Whom an agreement concerns."""
    return tuple(dict.fromkeys(UUID(one["person"]) for one in row["answers"]))


def _sees(look: Look, row: Row, about: About, viewers: frozenset[Viewer], *, as_written: bool = True) -> bool:
    return look.sees(
        FACET,
        Sphere(row["sphere"]),
        viewers=viewers,
        of=asked(row),
        shared_with_teams=row["audience"] == Audience.TEAMS_IN_CASE,
        wrote_it=as_written and wrote(look.hand, row["author_team"], row["author"]),
        **about(FACET, row),
    )


def _view(
    look: Look, seal: HouseholdSeal, row: Row, about: About, viewers: frozenset[Viewer]
) -> AgreementView:
    # What one sees because one wrote it is what one wrote, not what became of it.
    whole = _sees(look, row, about, viewers, as_written=False)
    compartment = Compartment.of(Sphere(row["sphere"]))

    def unsealed(table: str, one: Row, column: str) -> str | None:
        place, sealed = Place(table, UUID(one["id"]), column), one[column]
        return seal.open(bytes.fromhex(sealed), place, compartment) if sealed else None

    last = {one["person"]: Answer(one["answer"]) for one in row["answers"]}
    stands = rules.standing(last, replaced=row["replaced"], kept=row["kept_at"] is not None)
    return AgreementView(
        id=UUID(row["id"]),
        domain=LifeDomain(row["domain"]),
        what=unsealed("agreements", row, "what") or "",
        doer=unsealed("agreements", row, "doer") or "",
        due_on=date.fromisoformat(row["due_on"]),
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        replaces=UUID(row["replaces"]) if row["replaces"] else None,
        adopts=UUID(row["adopts"]) if row["adopts"] and _own(about, row["adopts"]) else None,
        reply=unsealed("agreements", row, "reply"),
        standing=stands if whole else Standing.WAITING,
        kept_at=datetime.fromisoformat(row["kept_at"]) if whole and row["kept_at"] else None,
        praise=unsealed("agreements", row, "praise") if whole else None,
        answers=[
            AnswerView(
                person=UUID(one["person"]),
                answer=Answer(one["answer"]),
                words=unsealed("agreement_answers", one, "words"),
                on_paper=one["on_paper"],
                at=datetime.fromisoformat(one["at"]),
            )
            for one in row["answers"]
            if whole and _own(about, one["person"])
        ],
    )


def _own(about: About, person: str) -> bool:
    """At home one reads one's own answer, and not what another adult said; at work what everybody said."""
    return bool(about(FACET, {"person": person, "answers": []}).get("own_person", True))


async def _former(hand: Hand, desk: Desk, identity: UUID) -> Agreement:
    """The wording that another is to replace: of this case, and the one that stands."""
    former = await hand.work.session.get(Agreement, (hand.work.area_id, identity))
    if former is None or not in_view(hand, desk, former):
        raise Problem("not_found", "replaces")
    if former.kept_at is not None or await storage.is_replaced(hand.work, former.id):
        raise Problem("already_answered", "replaces")
    return former


async def _their_words(desk: Desk, former: Agreement, person: UUID) -> str:
    answer = await storage.wording_of(desk.work, former.id, person)
    if answer is None or answer.words_sealed is None:
        raise Problem("not_found", "adopts")
    return desk.opened(answer.words_sealed, answer, "words", Compartment.of(Sphere(former.sphere)))


async def _asked(desk: Desk, persons: tuple[UUID, ...], former: Agreement | None) -> list[UUID]:
    """Who is asked: those named, who live here; else whom the former asked; else all who may answer themselves."""
    home = {one.id: one for one in await storage.at_home(desk.work, desk.seal)}
    if persons:
        if not set(persons) <= set(home):
            raise Problem("not_found", "persons")
        return list(dict.fromkeys(persons))
    if former is not None:
        still = [one for one in await storage.last_answers(desk.work, former.id) if one in home]
        if still:
            return still
    today = local_date(desk.now)
    found = [key for key, one in home.items() if one.born is None or old_enough(one.born, today)]
    if not found:
        raise Problem("nobody_to_ask", "persons")
    return found


async def _saved(desk: Desk, agreement: Agreement, verb: str, rule: str) -> AgreementBrief:
    desk.add_event(verb, FACET, agreement.sphere, rule, audience=agreement.audience, agreement=agreement.id)
    await desk.settle()
    return await brief_of(desk.work, agreement, whole=True)
