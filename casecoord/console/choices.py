"""What can be picked on a family's page, in the reader's language: people, teams, goals, entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from casecoord.actions.candidates import Candidate
from casecoord.actions.possible import Possible
from casecoord.actions.teams import TeamLine
from casecoord.console import texts
from casecoord.console.forms import Option
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id
from casecoord.domain.joint_view import JointCase, PersonView, SignalView
from casecoord.domain.residents import ALONE, YOUNGEST
from casecoord.domain.words import Language

_LEADS, _FULL = N_("leads %(count)s now"), N_("is full")
_SIGNAL, _NOTE, _CONTACT = N_("A signal"), N_("A medical note"), N_("Contact with the family")


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can be given an action: a professional in a team of the case."""

    professional: UUID
    name: str
    team: UUID
    team_name: str


def persons(found: Iterable[PersonView]) -> list[Option]:
    """Those of a family whose name is in view."""
    return [
        Option(global_id("Person", one.id), one.name.value) for one in found if one.name and one.name.value
    ]


def aged(case: JointCase, youngest: int, below: int | None = None) -> list[PersonView]:
    """Those whose age is in view and of these years."""
    return [
        one
        for one in case.persons
        if one.age
        and one.age.value is not None
        and one.age.value >= youngest
        and (below is None or one.age.value < below)
    ]


def of_family(case: JointCase, may: Possible, language: Language) -> dict[str, list[Option]]:
    """The people and things of the family itself."""
    goals = [one for one in case.milestones if one.kind == "goal"]
    return {
        "people": persons(case.persons),
        "children": persons(aged(case, YOUNGEST, ALONE)),
        "grown": persons(aged(case, YOUNGEST)),
        "goals": [Option(global_id("Milestone", one.id), one.words) for one in goals],
        "consented": _consented(case, may, language),
        "deferrable": _deferrable(case, may, language),
    }


def asked_of(case: JointCase) -> dict[UUID, list[Option]]:
    """By agreement, those who may answer it."""
    return {
        agreement.id: persons(
            one for one in case.persons if one.id in {answer.person for answer in agreement.answers}
        )
        for agreement in case.agreements
    }


def candidates(found: Iterable[Candidate], language: Language) -> list[Option]:
    """Whom one can ask, with how many they lead where that is in view."""
    say = texts.translations(language).gettext

    def room(one: Candidate) -> str:
        if one.room is None:
            return ""
        leads = say(_LEADS) % {"count": one.room.leads}
        return f" ({leads}, {say(_FULL)})" if one.room.left == 0 else f" ({leads})"

    return [
        Option(global_id("Professional", one.professional), f"{one.name}, {one.team_name}{room(one)}")
        for one in found
    ]


def helpers(found: Iterable[Helper]) -> list[Option]:
    """Who can be given an action, each in a team."""
    return [
        Option(
            f"{global_id('Professional', one.professional)} {global_id('Team', one.team)}",
            f"{one.name}, {one.team_name}",
        )
        for one in found
    ]


def invitable(found: Iterable[TeamLine], language: Language) -> list[Option]:
    return [
        Option(global_id("Team", team.id), team.name, texts.team_kind(team.kind, language)) for team in found
    ]


def _consented(case: JointCase, may: Possible, language: Language) -> list[Option]:
    say = texts.translations(language).gettext
    signals = (
        Option(global_id("Signal", one.id), _titled(one, language))
        for one in case.signals
        if one.id in may.consent_to
    )
    notes = (
        Option(global_id("MedicalNote", one.id), f"{say(_NOTE)}, {texts.moment(one.written_at, language)}")
        for one in case.notes
        if may.add_note
    )
    return [*signals, *notes]


def _deferrable(case: JointCase, may: Possible, language: Language) -> list[Option]:
    say = texts.translations(language).gettext
    signals = ((one.id, "Signal", _titled(one, language)) for one in case.signals)
    actions = ((one.id, "Action", one.what) for one in case.actions)
    blockades = ((one.id, "Blockade", one.what) for one in case.blockades)
    contacts = (
        (one.id, "Contact", f"{say(_CONTACT)}, {texts.moment(one.at, language)}") for one in case.contacts
    )
    return [
        Option(global_id(kind, identity), label)
        for identity, kind, label in chain(signals, actions, blockades, contacts)
        if identity in may.defer
    ]


def _titled(signal: SignalView, language: Language) -> str:
    say = texts.translations(language).gettext
    domain = texts.word(signal.domain.value, language) if signal.domain and signal.domain.value else ""
    when = texts.moment(signal.received_at, language)
    return f"{say(_SIGNAL)}: {domain}, {when}" if domain else f"{say(_SIGNAL)}, {when}"
