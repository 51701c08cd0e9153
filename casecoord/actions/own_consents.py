"""Consent on the page of the own family: to what one sees there, where the own yes is all that it needs.

Where somebody else has to agree as well, it is recorded with a professional, who hears them both. Taking it back
needs only one of them.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.actions.consents import DETAIL, NOTE, ConsentSaved, has_effect, lasting, saved, take_back
from casecoord.actions.office import Guest, resident_verb
from casecoord.actions.own_acts import own_lock, require_own, settled
from casecoord.actions.own_family import HomeView, home_view
from casecoord.domain import consents as rules
from casecoord.domain.consents import ConsentSource, Receiver
from casecoord.domain.errors import Problem
from casecoord.domain.words import Purpose, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import consents as storage
from casecoord.storage.consent_tables import Consent


@dataclass(frozen=True, slots=True)
class GiveMyConsent:
    """`thing`: the signal whose detail, or the note, that the lead may see. `person`: whose yes, oneself if not said."""

    idempotency_key: str
    thing: UUID
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class WithdrawMyConsent:
    idempotency_key: str
    consent: UUID


@dataclass(frozen=True, slots=True)
class _Thing:
    """What is consented to. `person`: None where it is about nobody in particular."""

    facet: str
    sphere: Sphere
    audience: str | None
    person: UUID | None


@resident_verb(ConsentSaved, act="C")
async def give_my_consent(guest: Guest, input: GiveMyConsent) -> ConsentSaved:
    """From the next look on the lead sees it, as if a professional had recorded the same yes."""
    seal = await own_lock(guest)
    home = await home_view(guest)
    thing, me = _in_view(home, input.thing), guest.actor.person_id
    about = input.person or thing.person or me
    if thing.person not in (None, about):
        raise Problem("not_found", "person")
    has_effect(guest.policy, thing.facet, Receiver.LEAD, Purpose.CARE_COORDINATION)
    needed, custody = await _parties(guest, home, about)
    own_yes = rules.agreed(about, needed, custody, {me}, elsewhere_in_writing=False)
    require_own(guest, home, "record_consent", about, consent_rules_met=own_yes)
    consent = Consent(
        area_id=guest.work.area_id,
        id=uuid4(),
        household_id=seal.household,
        person_id=about,
        facet=thing.facet,
        thing_id=input.thing,
        receiver=Receiver.LEAD,
        purpose=Purpose.CARE_COORDINATION,
        source=ConsentSource.WRITTEN,
        sphere=thing.sphere,
        audience=thing.audience,
        **lasting(home.born(about), needed, guest.now),
        elsewhere_in_writing=False,
        recorded_at=guest.now,
    )
    if await storage.stands_already(guest.work, consent):
        raise Problem("consent_exists", "thing")
    await storage.add(guest.work, consent, {me})
    await settled(guest, seal)
    return saved(consent)


@resident_verb(ConsentSaved)
async def withdraw_my_consent(guest: Guest, input: WithdrawMyConsent) -> ConsentSaved:
    """Whoever's yes it needs takes it back, whoever recorded it: from the next look on it opens nothing."""
    seal = await own_lock(guest)
    home = await home_view(guest)
    if input.consent not in {one.id for one in home.compose().consents}:
        raise Problem("not_found", "consent")
    consent = await guest.work.session.get_one(Consent, (guest.work.area_id, input.consent))
    needed, custody = await _parties(guest, home, consent.person_id)
    own_word = guest.actor.person_id in rules.entitled(consent.person_id, needed, custody)
    require_own(guest, home, "withdraw_consent", consent.person_id, consent_rules_met=own_word)
    take_back(consent, guest.now, by=None)
    await settled(guest, seal)
    return saved(consent)


async def _parties(guest: Guest, home: HomeView, person: UUID) -> tuple[rules.Parties, rules.Custody]:
    custody = await storage.custody_over(guest.work, person)
    return rules.parties(home.born(person), local_date(guest.now), custody), custody


def _in_view(home: HomeView, identity: UUID) -> _Thing:
    """The signal or note of this id, as this resident sees it; Problem `not_found` for any other."""
    seen = home.compose()
    for signal in home.row["signals"]:
        if UUID(signal["id"]) == identity and identity in {one.id for one in seen.signals}:
            person = UUID(signal["person"]) if signal["person"] else None
            return _Thing(DETAIL, Sphere(signal["sphere"]), signal["audience"], person)
    for note in seen.notes:
        if note.id == identity:
            return _Thing(NOTE, Sphere.HEALTH, None, note.person)
    raise Problem("not_found", "thing")
