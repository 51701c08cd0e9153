"""What a practice writes about its patient: for the practice's own eyes, unless the patient consents to that note.

INVARIANT (medical secrecy): a note is sealed under a key of its practice, which leaves the database with that note
only, and only for those who may open it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.by_bsn import ByBsn, desk_by_bsn
from casecoord.actions.cases import require
from casecoord.actions.looking import About, Look, wrote
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import NoteView
from casecoord.domain.words import Audience, Role, Sphere, TeamKind
from casecoord.storage import notes as storage
from casecoord.storage.consent_tables import MedicalNote
from casecoord.storage.sealed import Place, medical_of
from casecoord.storage.views import seal_of

_AT_WORK = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)


@dataclass(frozen=True, slots=True)
class AddMedicalNote:
    idempotency_key: str
    about: ByBsn
    note: str


@dataclass(frozen=True, slots=True)
class NoteAdded:
    id: UUID
    household: UUID
    written_at: datetime


@verb(NoteAdded, act="C")
async def add_medical_note(hand: Hand, input: AddMedicalNote) -> NoteAdded:
    """A GP writes about a patient of the own practice. It is a professional's word, as a signal is, but told to nobody."""
    text = texts.sentence(input.note, "note", longest=texts.DETAIL)
    if hand.actor.team_kind is not TeamKind.GP_CARE or hand.actor.role not in _AT_WORK:
        raise Problem("not_allowed")
    found = await desk_by_bsn(hand, input.about)
    practice = await storage.own_practice_of(hand.work, found[0]) if found else None
    if found is None or practice is None:
        # Who is no patient here and who is nowhere are one answer.
        raise Problem("person_not_matched", "person.bsn")
    patient, desk = found
    rule = require(hand, desk, "add_signal", matched_or_proposed=True)
    note = MedicalNote(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=patient,
        practice=practice,
        author_id=desk.actor_membership,
        written_at=desk.now,
    )
    note.note_sealed = desk.sealed(text, note, "note", medical_of(practice))
    hand.work.session.add(note)
    # For whom a note is says its facet alone: the sphere keeps it from nobody who may see that facet.
    desk.add_event(
        "add_medical_note",
        "medical.note",
        Sphere.HEALTH,
        rule,
        audience=Audience.TEAMS_IN_CASE,
        note=note.id,
    )
    await desk.settle()
    return NoteAdded(note.id, desk.household_id, note.written_at)


def notes_in_view(look: Look, rows: Iterable[dict[str, Any]], about: About) -> list[NoteView]:
    """The notes that this viewer may read: of the own practice, by consent, lifted in an emergency, or one's own."""
    return [seen for row in rows if (seen := _note(look, row, about("medical.note", row)))]


def _note(look: Look, row: dict[str, Any], known: dict[str, Any]) -> NoteView | None:
    assert look.household is not None
    place, household = Place("medical_notes", UUID(row["id"]), "note"), look.household

    def opened() -> str:
        seal = seal_of(look.hand.work, household, row["keys"])
        return seal.open(bytes.fromhex(row["note"]), place, medical_of(row["practice"]))

    text = look.share_by_consent(
        "medical.note",
        opened,
        Sphere.HEALTH,
        row["consents"],
        of=(UUID(row["person"]),),
        wrote_it=wrote(look.hand, row["team"], row["author"]),
        own_practice=row["own_practice"],
        medical_lifted=row["medical_lifted"],
        shared_with_teams=True,
        **known,
    )
    if text is None or text.value is None:
        return None
    return NoteView(
        id=UUID(row["id"]),
        person=UUID(row["person"]),
        practice=row["practice_name"],
        written_at=datetime.fromisoformat(row["written_at"]),
        text=text.value,
    )
