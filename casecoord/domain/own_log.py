"""Who looked at my data, when, in which role, and why: a line of the access log as a resident reads it.

INVARIANT (no third kind): a line about somebody is shown to them, or deferred for a reason until a review.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from casecoord.domain.facets import FACETS, Retention
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Language, Purpose, Role, Sphere, TeamKind
from casecoord.domain.workdays import AMSTERDAM

#: How long an entry, or a line, may stay unseen before somebody looks again.
TERM = timedelta(days=30)


class Why(StrEnum):
    """Why a line is deferred: for somebody's safety, or because it would tell another's secret."""

    SAFETY = "safety"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not shown now, why, and when it is looked at again."""

    why: Why
    review_on: date


@dataclass(frozen=True, slots=True)
class Deed:
    """What the log knows of one line, before anybody is told: by whom, about whom, and in which spheres."""

    id: UUID
    at: datetime
    event: str
    act: str
    role: str
    purpose: Purpose
    #: None: a resident did it, or somebody at the machine itself
    name: str | None
    team: str | None
    team_kind: TeamKind | None
    by_oneself: bool
    emergency: bool
    #: it was asked, and refused
    refused: bool
    #: kinds of data that it names of those who ask
    facets: tuple[str, ...]
    #: of which of one's own it is about; none: the home as a whole
    about: tuple[UUID, ...]
    #: whether it is about nobody else
    only_own: bool
    #: the spheres of what was done, and what it was done to
    spheres: frozenset[Sphere]
    things: frozenset[UUID]

    def revealing(self) -> Iterable[Sphere]:
        """The spheres that it would tell of."""
        presence = TEAM_KINDS[self.team_kind].presence if self.team_kind else Sphere.GENERAL
        return (self.spheres | {presence}) - {Sphere.GENERAL}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line in words. `data`: which kinds of data of the register were in view."""

    id: UUID
    at: datetime
    who: str
    role: str
    team: str | None
    what: str
    why: str
    data: tuple[str, ...]
    about: tuple[UUID, ...]
    emergency: bool
    sentence: str


def next_review(at: datetime, today: date) -> date:
    """The first day from today on which a line of this moment is looked at again: every 30 days."""
    first = at.astimezone(AMSTERDAM).date()
    terms = max(1, -(-(today - first).days // TERM.days))
    return first + terms * TERM


def in_words(deed: Deed, language: Language) -> LogLine:
    """The line as a person reads it."""
    nl = language is Language.NL
    role = _ROLES[deed.role][0 if nl else 1]
    words = _REFUSED if deed.refused else _DEEDS.get(deed.event, _BY_ACT.get(deed.act, _BY_ACT["U"]))
    what = words[0 if nl else 1]
    why = _PURPOSES[deed.purpose][0 if nl else 1]
    if deed.by_oneself:
        who = "u zelf" if nl else "you yourself"
    elif deed.role == OPERATOR:
        who = role
    elif deed.name is None:
        who = "iemand van uw gezin" if nl else "somebody of your family"
    else:
        who = deed.name
    local = deed.at.astimezone(AMSTERDAM)
    moment = f"{local:%d-%m-%Y}, {local:%H:%M}"
    of = "" if deed.team is None else f", {role} {'van' if nl else 'of'} {deed.team}"
    reason = f"{'Waarom' if nl else 'Why'}: {why}."
    return LogLine(
        id=deed.id,
        at=deed.at,
        who=who,
        role=role,
        team=deed.team,
        what=what,
        why=why,
        data=tuple(
            FACETS[one].label(language)
            for one in deed.facets
            if one in FACETS and FACETS[one].retention is Retention.REGISTER
        ),
        about=deed.about,
        emergency=deed.emergency,
        sentence=f"{moment}: {who}{of}: {what}. {reason}",
    )


#: Somebody at the machine itself, whom no membership names.
OPERATOR = "operator"

# fmt: off
_ROLES: dict[str, tuple[str, str]] = {
    OPERATOR: ("de systeembeheerder", "the system's operator"),
    Role.MEMBER: ("medewerker", "a member"),
    Role.COORDINATOR: ("coördinator", "the coordinator"),
    Role.AREA_COORDINATOR: ("coördinator van het gebied", "the area's coordinator"),
    Role.DUTY: ("dienstdoende medewerker", "on duty"),
    Role.DECISION_POWER: ("persoon met doorzettingsmacht", "with decision power"),
    Role.ANALYST: ("analist", "an analyst"),
    Role.PRIVACY_OFFICER: ("privacyfunctionaris", "the privacy officer"),
    Role.ADMINISTRATOR: ("beheerder", "an administrator"),
    Role.PROVIDER: ("aanbieder", "a provider"),
    Role.RESIDENT: ("bewoner", "a resident"),
}
_PURPOSES = {
    Purpose.CARE_COORDINATION: ("om hulp aan uw gezin op elkaar af te stemmen", "to coordinate help for your family"),
    Purpose.COURT_ALTERNATIVE: ("om een alternatief voor straf te vinden", "to find an alternative to punishment"),
    Purpose.SUPERVISION: ("om toezicht te houden op wie wat ziet", "to supervise who sees what"),
    Purpose.MONITORING: ("om te zien hoe het in het gebied gaat", "to see how the area is doing"),
    Purpose.ACCESS_REQUEST: ("omdat u recht hebt op uw eigen gegevens", "because you have a right to your own data"),
}
_BY_ACT = {
    "R": ("bekeek gegevens", "looked at data"),
    "C": ("legde iets nieuws vast", "recorded something new"),
    "U": ("legde vast wat er gebeurde", "recorded what happened"),
    "D": ("verwijderde iets", "removed something"),
    "E": ("gebruikte noodtoegang tot uw gegevens", "used emergency access to your data"),
}
_REFUSED = ("vroeg iets over uw gezin en kreeg het niet", "asked for something of your family and did not get it")
_LIST = ("zag uw gezin in een lijst met werk", "saw your family in a list of work")
_DEEDS = {
    "joint_case": ("bekeek de pagina van uw gezin", "looked at your family's page"),
    "timeline": ("bekeek wat er is gebeurd", "looked at what has happened"),
    "changed": ("kreeg te zien dat er iets is veranderd", "was shown that something changed"),
    "explain": ("vroeg wat er van uw gezin te zien is", "asked what may be seen of your family"),
    "holder_at": ("keek wie er voor uw gezin is", "looked who is there for your family"),
    **dict.fromkeys(
        ("worklist", "gaps", "inbox", "proposals", "invitations", "blockades", "similar_blockades", "alliance_agenda", "caseload", "coverage", "candidates",
         "merge_proposals"), _LIST),
    "spend": ("gaf iets voor uw gezin uit", "spent something for your family"),
    "add_signal": ("gaf door dat er zorgen zijn", "passed on a concern"),
    "see_signal": ("zag dat er acute zorgen zijn", "saw that there is an acute concern"),
    "triage_signal": ("besloot wat er met zorgen gebeurt", "decided what happens with a concern"),
    "record_contact": ("legde vast dat er met u is gesproken", "recorded that somebody spoke with you"),
    "add_action": ("voegde een actie toe aan het plan", "added an action to the plan"),
    "complete_action": ("rondde een actie uit het plan af", "completed an action of the plan"),
    "accept_lead": ("werd regievoerder", "became the lead"),
    "accept_hand_over": ("nam de regie over", "took over as the lead"),
    "join_case": ("ging meedoen met een team", "joined with a team"),
    "give_feedback": ("gaf terug wat er met zorgen is gedaan", "told what was done with a concern"),
    "confirm_outcome": ("legde vast wat het heeft opgeleverd", "recorded what came of it"),
    "split_household": ("legde vast dat uw huishouden twee huishoudens werd", "recorded that your home became two"),
    "exercise_right": ("legde vast wat u vroeg", "recorded what you asked"),
    "decide_right": ("besliste over wat u vroeg", "decided on what you asked"),
    "make_resident_code": ("maakte een code voor de eigen pagina", "made a code for a page of one's own"),
    "resident_letter": ("drukte een brief met een code af", "printed a letter with a code"),
    "bind_resident": ("meldde zich aan met een code", "came in with a code"),
    "unbind_resident": ("beëindigde een login", "ended a login"),
    "held_back": ("keek welke regels nog wachten", "looked which lines still wait"),
    "my_family": ("bekeek de eigen pagina", "looked at the own page"),
    "my_access_log": ("keek wie gegevens bekeek", "looked who looked at data"),
    "exercise_my_right": ("vroeg iets op grond van een recht", "asked something by right"),
    "ask_for_help": ("vroeg om hulp", "asked for help"),
    "give_my_consent": ("gaf toestemming", "gave consent"),
    "withdraw_my_consent": ("trok toestemming in", "took consent back"),
    "spread": ("keek wie er tijd heeft om regie te voeren", "looked who has time to lead"),
    "set_goal": ("schreef een doel of een kleine stap op", "wrote down a goal or a small step"),
    "reach_milestone": ("liet weten dat er iets is gelukt", "told that something was reached"),
    "praise_family": ("zei wat er goed gaat", "said what goes well"),
    "record_agreement": ("schreef een afspraak met uw gezin op", "wrote down an agreement with your family"),
    "respond_agreement": ("legde vast wat er op papier is gezegd", "recorded what was said on paper"),
    "respond_my_agreement": ("antwoordde op een afspraak", "answered an agreement"),
    "say_for_my_family": ("schreef een doel of iets om trots op te zijn op", "wrote down a goal or what there is to be proud of"),
    "let_be_seen": ("zei of ouders mogen meekijken", "said whether parents may see"),
}
# fmt: on
