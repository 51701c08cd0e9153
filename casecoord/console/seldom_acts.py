"""What is seldom done on a family's page: consents, notes, safety, the family's own page, teams that leave, moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.consents import (
    DETAIL,
    NOTE,
    RecordConsent,
    WithdrawConsent,
    record_consent,
    withdraw_consent,
)
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.merging import ProposeMerge, propose_merge
from casecoord.actions.moving import Address, Destination, RecordMove, record_move
from casecoord.actions.notes import AddMedicalNote, add_medical_note
from casecoord.actions.own_acts import RecordChildsWord, record_childs_word
from casecoord.actions.participation import LeaveCase, Successor, leave_case
from casecoord.actions.residents import ByPerson, CodeMade, MakeResidentCode, make_resident_code
from casecoord.actions.splitting import Part, SignalGoes, SplitHousehold, split_household
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Area,
    Choice,
    Code,
    Day,
    Given,
    Line,
    Pick,
    Picks,
    Thing,
    Tick,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.consents import ConsentSource
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.residents import Thing as Deferrable

_HOUSEHOLD = Thing("household", kind="Household")
#: By the kind of its global id: what can be kept from the family's view, and what a consent can be to.
DEFERRABLE: Mapping[str, Deferrable] = {
    "Signal": Deferrable.SIGNAL,
    "Action": Deferrable.ACTION,
    "Contact": Deferrable.CONTACT,
    "Hearing": Deferrable.HEARING,
    "Blockade": Deferrable.BLOCKADE,
}
_FACETS: Mapping[str, str] = {"Signal": DETAIL, "MedicalNote": NOTE}


@dataclass(frozen=True, slots=True)
class _Family(Code):
    """Another family, by the address of its page or the last part of that."""

    size: ClassVar[str] = ""

    def read(self, form: Form) -> UUID:
        address = (form.plain(self.name) or form.fault("", "text_empty", self.name)).rstrip("/")
        try:
            return key_of("Household", address.rpartition("/")[2].partition("?")[0], self.name)
        except Problem as problem:
            return form.fault(UUID(int=0), problem.code, self.name)


@dataclass(frozen=True, slots=True)
class _PickOf(Pick):
    """A thing of one of several kinds: what its kind stands for, and its key."""

    kinds: Any = None

    def read(self, form: Form) -> tuple[Any, UUID] | None:
        given = form.given.get(self.name, "")
        for kind, stands_for in self.kinds.items() if given else ():
            try:
                return stands_for, key_of(kind, given, self.name)
            except Problem:
                continue
        if given:
            raise Problem("not_found", self.name)
        return form.fault(None, "choice_missing", self.name) if self.needed else None


def _consent(
    key: str,
    thing: tuple[str, UUID] | None,
    person: UUID,
    given_by: tuple[UUID, ...],
    source: ConsentSource,
    elsewhere_in_writing: bool,
) -> RecordConsent:
    facet, identity = thing or (DETAIL, None)
    return RecordConsent(
        key, person, facet, source, given_by, identity, elsewhere_in_writing=elsewhere_in_writing
    )


def _note(key: str, bsn: str, birth_date: date, note: str) -> AddMedicalNote:
    return AddMedicalNote(key, ByBsn(bsn, birth_date), note)


def _defer(key: str, thing: tuple[Deferrable, UUID], reason: str, review_on: date | None) -> DeferEntry:
    kind, identity = thing or (Deferrable.SIGNAL, UUID(int=0))
    return DeferEntry(key, kind, identity, reason, review_on)


def _leave(form: Form) -> LeaveCase:
    """Each open action of the own team with whom it goes to; what is not filled in, the verb asks for."""
    named_to = {
        name.removeprefix("successor."): given
        for name, given in form.given.items()
        if name.startswith("successor.") and given
    }
    return LeaveCase(
        form.key,
        form.thing("case", "Case"),
        tuple(
            Successor(key_of("Action", action, "successors"), key_of("Professional", to, "successors"))
            for action, to in named_to.items()
        ),
    )


def _move(
    key: str,
    household: UUID,
    to: Destination,
    moved_on: date,
    street: str | None,
    number: str | None,
    postcode: str | None,
    area: str | None,
    secret: bool,
) -> RecordMove:
    known = Address(street or "", number or "", postcode or "") if street or postcode else None
    return RecordMove(key, household, to, moved_on, known, secret, area)


def _split(
    key: str,
    household: UUID,
    whole: tuple[UUID, ...],
    persons: tuple[UUID, ...] | None,
    case_with: Part | None,
    signals_with: Part | None,
    address: str | None,
    number: str | None,
    postcode: str | None,
    secret_address: bool,
) -> SplitHousehold:
    goes = tuple(SignalGoes(signal, signals_with) for signal in whole) if signals_with else ()
    return SplitHousehold(
        key,
        household,
        persons or (),
        goes,
        case_with,
        address=address,
        postcode=postcode,
        number=number,
        secret_address=secret_address,
    )


def signals_as_one(signals: Iterable[UUID]) -> str:
    """Several signals in one field that the page gives along."""
    return " ".join(global_id("Signal", one) for one in signals)


def _apart(given: str) -> tuple[UUID, ...]:
    return tuple(key_of("Signal", one, "signals") for one in given.split())


def letter_of(made: CodeMade) -> str:
    """The page with the letter to print and hand over."""
    return f"/letters/{global_id('ResidentCode', made.id)}"


SELDOM_ACTS: dict[str, Act] = named(
    act(
        "consent",
        record_consent,
        _consent,
        _PickOf(
            "thing",
            N_("To what?"),
            N_("Nothing chosen: the own detail of all signals of your team."),
            kinds=_FACETS,
            among="consented",
        ),
        Pick("person", N_("About whom?"), needed=True, kind="Person", among="people"),
        Picks(
            "givenBy",
            N_("Who said yes?"),
            N_("Below 12 whoever has custody; from 12 to 15 the child too; from 16 the child alone."),
            needed=True,
            kind="Person",
            among="people",
        ),
        Choice("source", N_("How?"), needed=True, kind=ConsentSource),
        Tick("elsewhereInWriting", N_("A parent who is not in this list agreed on paper, and I saw it")),
        button=N_("Record the consent"),
        label=N_("The family consents: the lead may see more"),
    ),
    act(
        "withdraw",
        withdraw_consent,
        WithdrawConsent,
        Thing("consent", kind="Consent"),
        Pick("by", N_("Who takes it back?"), needed=True, kind="Person", among="people"),
        button=N_("Take the consent back"),
        label=N_("This consent is taken back"),
    ),
    act(
        "note",
        add_medical_note,
        _note,
        Code("bsn", N_("BSN"), needed=True),
        Day("birthDate", N_("Birth date"), needed=True),
        Area("note", N_("Your note"), needed=True),
        button=N_("Keep the note"),
        label=N_("Write a medical note"),
        note=N_("It stays with your practice. Others read it only if the patient consents to this note."),
    ),
    act(
        "childs-word",
        record_childs_word,
        RecordChildsWord,
        Pick("child", N_("Which child?"), needed=True, kind="Person", among="children"),
        Tick("agrees", N_("The child agrees that whoever has custody sees what is about the child")),
        button=N_("Record what the child said"),
        label=N_("What a child of 12 to 15 wants the parents to see"),
    ),
    act(
        "defer",
        defer_entry,
        _defer,
        _PickOf("thing", N_("What may they not see yet?"), needed=True, kinds=DEFERRABLE, among="deferrable"),
        Line("reason", N_("Why is it not safe?"), needed=True),
        Day("reviewOn", N_("When do you look again?"), N_("Within 30 days.")),
        button=N_("Keep it from the family's page"),
        label=N_("It is not safe that the family reads something now"),
        note=N_(
            "Only for somebody's safety. The privacy officer is told and it comes back to you on the date. "
            "In danger call 112; Veilig Thuis: 0800-2000."
        ),
    ),
    act(
        "code",
        make_resident_code,
        lambda key, person: MakeResidentCode(key, ByPerson(person)),
        Pick("person", N_("For whom?"), N_("From 12 years."), needed=True, kind="Person", among="grown"),
        button=N_("Make the letter"),
        label=N_("A page of their own: a letter with a code"),
        note=N_("You get a letter to print. Hand it over yourself; the code works once, for 14 days."),
        leads=letter_of,
    ),
    Act(
        "leave",
        leave_case,
        _leave,
        button=N_("Our team leaves"),
        follows=N_("Your team no longer sees this family. Its open actions are with whom you named."),
    ),
    act(
        "move",
        record_move,
        _move,
        _HOUSEHOLD,
        Choice("to", N_("Where to?"), needed=True, kind=Destination),
        Day("movedOn", N_("On which date?"), needed=True),
        Line("street", N_("Street")),
        Code("number", N_("House number")),
        Code("postcode", N_("Postcode")),
        Code("area", N_("Code of the other area"), N_("Only if they move to another area of this system.")),
        Tick("secret", N_("The address is secret")),
        button=N_("Record the move"),
        label=N_("The family moved"),
        note=N_("Whoever is accountable stays so until somebody else has taken over."),
    ),
    act(
        "merge",
        propose_merge,
        ProposeMerge,
        _HOUSEHOLD,
        _Family(
            "other",
            N_("Which other family?"),
            N_("Copy the address of its page from your browser."),
            needed=True,
        ),
        button=N_("Ask whether they are one"),
        label=N_("This family and another may be one"),
        said=N_("Asked. It stands at To decide: nothing changed yet."),
    ),
    act(
        "split",
        split_household,
        _split,
        _HOUSEHOLD,
        Given("whole", as_=_apart),
        Picks("persons", N_("Who leaves?"), needed=True, kind="Person", among="people"),
        Choice("caseWith", N_("With whom does the case go?"), kind=Part),
        Choice("signalsWith", N_("With whom do the signals about the whole household go?"), kind=Part),
        Line("address", N_("Street")),
        Code("number", N_("House number")),
        Code("postcode", N_("Postcode")),
        Tick("secretAddress", N_("The address is secret")),
        button=N_("Make two households of it"),
        label=N_("The family becomes two"),
        follows=N_(
            "From now on neither part sees the other's address, contact, school or later entries. "
            "This cannot be undone here."
        ),
    ),
)
