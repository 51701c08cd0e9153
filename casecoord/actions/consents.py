"""A consent is recorded by whoever holds what it is about, and taken back by anybody whose yes it needs.

INVARIANT (taken back at once): a read that begins after a withdrawal was answered opens nothing by that consent.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from casecoord.access.decide import Policy
from casecoord.actions import texts
from casecoord.actions.cases import has_standing, look_at, require
from casecoord.actions.looking import About, Look, wrote
from casecoord.actions.office import Hand, verb
from casecoord.actions.signals import knows_signal
from casecoord.domain import consents as rules
from casecoord.domain.consents import ConsentSource, Receiver
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Cell, Shown, Viewer
from casecoord.domain.joint_view import ITSELF, ConsentView
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import Audience, Purpose, Sphere
from casecoord.domain.workdays import end_of_day, local_date
from casecoord.storage import consents as storage
from casecoord.storage.cases import Desk, between, desk_of
from casecoord.storage.consent_tables import Consent
from casecoord.storage.notes import is_own_practice, note_in
from casecoord.storage.people import professional_of
from casecoord.storage.tables import Person

DETAIL, NOTE = "signal.detail", "medical.note"


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """`thing`: the signal whose detail, or the note, that it is to; None: the details of the own team's signals.

    `given_by`: the person and whoever has custody, as far as their yes is needed. `elsewhere_in_writing`: whoever
    has custody and is not known here agreed, and the paper was seen.
    """

    idempotency_key: str
    person: UUID
    facet: str
    source: ConsentSource
    given_by: tuple[UUID, ...]
    thing: UUID | None = None
    receiver: Receiver = Receiver.LEAD
    purpose: Purpose = Purpose.CARE_COORDINATION
    since: datetime | None = None
    until: datetime | None = None
    elsewhere_in_writing: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """`by`: the person, or somebody with custody, whose word it is."""

    idempotency_key: str
    consent: UUID
    by: UUID


@dataclass(frozen=True, slots=True)
class ConsentSaved:
    """`until`: when it ends by itself; None: not before it is taken back."""

    id: UUID
    household: UUID
    since: datetime
    until: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class _About:
    """What a consent is to: what that it exists reveals, whether the actor holds it, and whom it is about by name."""

    sphere: Sphere
    audience: str | None
    held: bool
    person: UUID | None = None


@verb(ConsentSaved, act="C")
async def record_consent(hand: Hand, input: RecordConsent) -> ConsentSaved:
    """Those agreed whose yes it needs; from then on the receiver sees it, until it ends or is taken back."""
    if input.facet == NOTE and input.thing is None:
        raise Problem("consent_to_which", "thing")
    has_effect(hand.policy, input.facet, input.receiver, input.purpose)
    found = await desk_of(hand.work, Person, input.person)
    person = await storage.person_of(found[0], input.person) if found else None
    if found is None or person is None or not has_standing(hand, found[0]):
        raise Problem("not_found", "person")
    desk = found[0]
    about = await _about(hand, desk, input)
    if not (about is not None and about.person == person.id) and not await _is_shown(hand, desk, person.id):
        raise Problem("not_found", "person")
    if about is None:
        raise Problem("not_found", "thing")
    since = _begin(input, desk.now)
    born, custody = storage.born(desk, person), await storage.custody_over(hand.work, person.id)
    needed = rules.parties(born, local_date(since), custody)
    rule = require(
        hand,
        desk,
        "record_consent",
        holds_it=about.held,
        consent_rules_met=rules.agreed(
            person.id, needed, custody, input.given_by, input.elsewhere_in_writing
        ),
    )
    consent = Consent(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=person.id,
        facet=input.facet,
        thing_id=input.thing,
        receiver=input.receiver,
        purpose=input.purpose,
        source=input.source,
        sphere=sphere_among(about.sphere, hand.actor.team_kind),
        audience=about.audience,
        team_id=hand.actor.team_id,
        **lasting(born, needed, since, input.until),
        elsewhere_in_writing=input.elsewhere_in_writing,
        recorded_at=desk.now,
        recorded_by=desk.actor_membership,
    )
    if await storage.stands_already(hand.work, consent):
        raise Problem("consent_exists", "person")
    await storage.add(hand.work, consent, set(input.given_by))
    return await _done(desk, "record_consent", consent, rule)


@verb(ConsentSaved)
async def withdraw_consent(hand: Hand, input: WithdrawConsent) -> ConsentSaved:
    """Anybody whose yes it needs takes it back: from the next read on it opens nothing."""
    found = await desk_of(hand.work, Consent, input.consent)
    if found is None:
        raise Problem("not_found", "consent")
    desk, consent = found
    by, team = consent.recorded_by, consent.team_id
    author = str(await professional_of(hand.work, by)) if by else None
    own = wrote(hand, str(team) if team else None, author)
    if not look_at(hand, desk).sees("consent.record", wrote_it=own):
        raise Problem("not_found", "consent")
    person = await storage.person_of(desk, consent.person_id)
    born = storage.born(desk, person) if person else None
    custody = await storage.custody_over(hand.work, consent.person_id)
    needed = rules.parties(born, local_date(desk.now), custody)
    # Whoever receives by it holds it too: the family may say it to the lead.
    receives = consent.receiver == Receiver.LEAD and desk.relation.is_lead
    rule = require(
        hand,
        desk,
        "withdraw_consent",
        holds_it=own or receives,
        consent_rules_met=input.by in rules.entitled(consent.person_id, needed, custody),
    )
    take_back(consent, desk.now, desk.actor_membership)
    return await _done(desk, "withdraw_consent", consent, rule)


def consents_in_view(
    look: Look, rows: Iterable[dict[str, Any]], about: About, things: Container[UUID]
) -> list[ConsentView]:
    """The consents of a household that this viewer may see; of others it may be known that they are there.

    `things`: the signals and notes in view; which other one a consent is to is not said.
    """
    return [_view(look, row, things) for row in rows if _sees(look, row, about("consent.record", row))]


def _sees(look: Look, row: dict[str, Any], known_of: dict[str, Any]) -> bool:
    own = wrote(look.hand, row["team"], row["professional"])
    if look.judge("consent.record", Sphere.GENERAL, None, {"wrote_it": own}).shown is Shown.EXISTS:
        # That there is one tells of its thing: it exists for whoever may know of such a thing.
        sphere, shared = Sphere(row["sphere"]), row["audience"] == Audience.TEAMS_IN_CASE
        known = look.judge("case.next_deadline", sphere, None, {"shared_with_teams": shared})
        if sphere is not Sphere.GENERAL and known.shown is not Shown.FULL:
            return False
    return look.sees("consent.record", of=(UUID(row["person"]),), wrote_it=own, **known_of)


def _view(look: Look, row: dict[str, Any], things: Container[UUID]) -> ConsentView:
    thing = UUID(row["thing"]) if row["thing"] else None
    return ConsentView(
        id=UUID(row["id"]),
        person=UUID(row["person"]),
        facet=row["facet"],
        thing=thing if thing in things else None,
        receiver=Receiver(row["receiver"]),
        purpose=Purpose(row["purpose"]),
        source=ConsentSource(row["source"]),
        since=datetime.fromisoformat(row["since"]),
        until=_moment(row["until"]),
        given_by=[UUID(one) for one in row["given_by"] or ()],
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        recorded_by=row["recorded_by"] or ITSELF[look.hand.actor.language],
        withdrawn_at=_moment(row["withdrawn_at"]),
        holds=row["holds"],
    )


def has_effect(policy: Policy, facet: str, to: Receiver, purpose: Purpose) -> None:
    """Nobody is asked for a consent that opens nothing: Problem `consent_without_effect`."""
    receiver = Viewer(to)
    known = facet in FACETS and policy.cell(facet, receiver) is Cell.CONSENT
    if not known:
        raise Problem("consent_without_effect", "facet")
    if purpose not in FACETS[facet].purposes or not policy.may_use(receiver, purpose):
        raise Problem("consent_without_effect", "purpose")


def lasting(
    born: str | None, needed: rules.Parties, since: datetime, until: datetime | None = None
) -> dict[str, Any]:
    """From when until when a consent holds: not past the day on which others have to agree."""
    return {
        "during": between(since, _first(until, _start_of(rules.enough_until(born, needed)))),
        "custody_until": _start_of(rules.custody_until(born, needed)),
    }


def take_back(consent: Consent, now: datetime, by: UUID | None) -> None:
    """Ends it now, once. `by`: whose membership wrote it down; None: the resident who said it."""
    ended = consent.during.upper is not None and consent.during.upper <= now
    if consent.withdrawn_at is not None or ended:
        raise Problem("consent_over", "consent")
    consent.withdrawn_at, consent.withdrawn_by = now, by


def saved(consent: Consent) -> ConsentSaved:
    """What is answered of it."""
    since = consent.during.lower or consent.recorded_at
    return ConsentSaved(consent.id, consent.household_id, since, consent.during.upper, consent.withdrawn_at)


async def _is_shown(hand: Hand, desk: Desk, person: UUID) -> bool:
    """Whether the actor is shown this person of a case that stands for them: of some cases they see no people."""
    look = look_at(hand, desk)

    def named(own_hearing: bool) -> bool:
        seen = look.judge("person.name", Sphere.GENERAL, None, {"own_hearing": own_hearing})
        return seen.shown is Shown.FULL

    return named(False) or (named(True) and await storage.is_before_court(desk, person))


async def _about(hand: Hand, desk: Desk, input: RecordConsent) -> _About | None:
    """None where there is no such thing for this person, as far as the actor may know."""
    if input.thing is None:
        return _About(Sphere.GENERAL, None, held=True)
    return await (_note if input.facet == NOTE else _signal)(hand, desk, input.thing, input.person)


async def _signal(hand: Hand, desk: Desk, identity: UUID, person: UUID) -> _About | None:
    signal = await storage.signal_in(desk, identity)
    if signal is None or signal.person_id not in (None, person):
        return None
    author = str(await professional_of(hand.work, signal.author_id)) if signal.author_id else None
    own = wrote(hand, str(signal.source_team_id) if signal.source_team_id else None, author)
    known = own or knows_signal(hand, desk, signal)
    return _About(Sphere(signal.sphere), signal.audience, own, signal.person_id) if known else None


async def _note(hand: Hand, desk: Desk, identity: UUID, person: UUID) -> _About | None:
    note = await note_in(desk, identity)
    if note is None or note.person_id != person:
        return None
    own = await is_own_practice(hand.work, note.practice)
    known = look_at(hand, desk).decide(NOTE, Sphere.HEALTH, own_practice=own, shared_with_teams=True)
    return _About(Sphere.HEALTH, None, own, person) if known.shown is not Shown.NONE else None


def _begin(input: RecordConsent, now: datetime) -> datetime:
    since = input.since or now
    if since < now:
        raise Problem("date_in_past", "since")
    if input.until is not None and input.until <= since:
        raise Problem("ends_before_it_begins", "until")
    for moment, field in ((since, "since"), (input.until or since, "until")):
        texts.soon(local_date(moment), now, field)
    return since


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else end_of_day(day - timedelta(days=1))


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


async def _done(desk: Desk, verb: str, consent: Consent, rule: str) -> ConsentSaved:
    audience = consent.audience
    desk.add_event(verb, "consent.record", consent.sphere, rule, audience=audience, consent=consent.id)
    await desk.settle()
    return saved(consent)
