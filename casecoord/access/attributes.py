"""Who, What, Why and Facts: the whole vocabulary that a rule about seeing may use.

Categories and booleans only: no ids, no personal data, no clock. Consent, memberships, grants and
other clocks are resolved to booleans before, from the database's clock, at each request.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

from casecoord.domain.facets import FACETS, Facet, Level, Trait, Viewer
from casecoord.domain.words import Language, Purpose, Sphere


@dataclass(frozen=True, slots=True)
class Who:
    """As what somebody looks. `by_grant`: not by taking part, but by an emergency grant."""

    viewer: Viewer
    by_grant: bool = False


@dataclass(frozen=True, slots=True)
class What:
    """A facet and, for a facet of level `item`, the sphere of the thing it belongs to."""

    facet: str
    sphere: Sphere | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The one purpose that the request runs under."""

    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is so between this person and this thing. What refuses has no default: it must be said."""

    ground_lapsed: bool
    restricted: bool
    deferred_for_safety: bool
    split_other_part: bool
    address_secret: bool
    wrote_it: bool = False
    consent_covers: bool = False
    own_practice: bool = False
    shared_with_teams: bool = False
    own_entry: bool = False
    own_person: bool = False
    own_hearing: bool = False
    own_team_item: bool = False
    own_place: bool = False
    identity_checked: bool = False
    break_glass: bool = False
    medical_lifted: bool = False

    @classmethod
    def that(cls, *names: str) -> "Facts":
        """Exactly these facts hold, and no other. Raises TypeError on an unknown name."""
        return cls(**{**dict.fromkeys(FACTS, False), **dict.fromkeys(names, True)})


FACTS: tuple[str, ...] = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Asked:
    """One viewer's question, whole."""

    who: Who
    what: What
    why: Why
    facts: Facts

    @property
    def facet(self) -> Facet:
        """The facet's row."""
        return FACETS[self.what.facet]


def _anything(facet: Facet) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition that rules may name: its predicate, its SQL over an item's columns, its sentence.

    `sql` None: it does not vary between the rows of one query, so the predicate is folded in.
    `of`, `about`: for whom, and on which facets, it can hold at all.
    """

    name: str
    holds: Callable[[Asked], bool]
    sql: str | None
    nl: str
    en: str
    of: frozenset[Viewer] = frozenset(Viewer)
    about: Callable[[Facet], bool] = _anything

    def sentence(self, language: Language) -> str:
        """What it says when it holds."""
        return self.nl if language is Language.NL else self.en


def _household(facet: Facet) -> bool:
    return Trait.NO_HOUSEHOLD not in facet.traits


def _written(facet: Facet) -> bool:
    return Trait.ENTRY in facet.traits


def _medical(facet: Facet) -> bool:
    return facet.name.startswith("medical.")


def _secret_address(facet: Facet) -> bool:
    return Trait.LOCATES in facet.traits


def _deferrable(facet: Facet) -> bool:
    return _household(facet) and (_written(facet) or Trait.PROFESSIONAL in facet.traits)


def _splits(facet: Facet) -> bool:
    entry_of_a_case = facet.level is Level.ITEM or _deferrable(facet)
    return entry_of_a_case or Trait.LOCATES in facet.traits


def _fact(
    name: str,
    nl: str,
    en: str,
    about: Callable[[Facet], bool],
    *of: Viewer,
    sql: str | None = None,
) -> Atom:
    def holds(asked: Asked) -> bool:
        return bool(getattr(asked.facts, name))

    return Atom(name, holds, sql or f"{{item}}.{name}", nl, en, frozenset(of or Viewer), about)


ATOMS: dict[str, Atom] = {
    atom.name: atom
    for atom in (
        Atom(
            "other_purpose",
            lambda asked: asked.why.purpose not in asked.facet.purposes,
            None,
            "dit gegeven hoort niet bij het doel van deze vraag",
            "this facet does not belong to the purpose of this request",
        ),
        Atom(
            "by_grant",
            lambda asked: asked.who.by_grant,
            None,
            "u kijkt met noodtoegang",
            "you look by emergency access",
            frozenset({Viewer.SOCIAL}),
        ),
        _fact(
            "ground_lapsed",
            "de wettelijke grond hiervoor geldt nu niet",
            "the legal ground for this is not in force now",
            _anything,
        ),
        _fact(
            "restricted",
            "een beperking of bezwaar is nog niet beslist, of geldt",
            "a restriction or objection is undecided, or in force",
            _household,
        ),
        _fact(
            "deferred_for_safety",
            "dit is uitgesteld voor iemands veiligheid",
            "this is deferred for a person's safety",
            _deferrable,
        ),
        _fact(
            "split_other_part",
            "dit hoort bij het andere deel van een gesplitst huishouden",
            "this belongs to the other part of a household that split",
            _splits,
        ),
        _fact("address_secret", "het adres is geheim", "the address is secret", _secret_address),
        _fact("wrote_it", "u of uw team schreef dit", "you or your own team wrote this", _written),
        _fact(
            "consent_covers",
            "er is een geldige toestemming voor dit gegeven en deze ontvanger",
            "a recorded, unexpired consent covers this facet for this receiver",
            lambda facet: Trait.CONSENTABLE in facet.traits,
            # One fact says one receiver's: another receiver by consent needs a fact of its own.
            Viewer.LEAD,
        ),
        _fact(
            "own_practice",
            "uw eigen praktijk schreef dit",
            "your own practice wrote this",
            _medical,
            Viewer.GP_CARE,
        ),
        _fact(
            "shared_with_teams",
            "de schrijver deelde dit met de teams in de casus",
            "the author shared this with the teams in the case",
            lambda facet: facet.level is Level.ITEM,
            sql="{item}.audience = 'teams_in_case'",
        ),
        _fact(
            "own_entry",
            "dit gaat over uzelf als professional",
            "this is about yourself as a professional",
            lambda facet: Trait.PROFESSIONAL in facet.traits,
        ),
        _fact(
            "own_person",
            "dit gaat over uzelf of over een kind dat u mag vertegenwoordigen",
            "this is about yourself or a child whom you may speak for",
            _household,
            Viewer.HOUSEHOLD,
        ),
        _fact(
            "own_hearing",
            "dit is de jongere met de zitting, of wie het gezag heeft",
            "this is the youth with the hearing, or somebody with custody",
            _household,
            Viewer.COURT_PARTNER,
        ),
        _fact(
            "own_team_item",
            "dit is het team van de regievoerder of uw eigen team",
            "this is the lead's team or your own",
            lambda facet: facet.level is Level.ITEM,
            Viewer.COURT_PARTNER,
        ),
        _fact(
            "own_place",
            "deze jongere heeft of houdt een plaats bij u",
            "this youth has, or is held for, a place of yours",
            _household,
            Viewer.PROVIDER,
        ),
        _fact(
            "identity_checked",
            "de identiteit van de aanvrager is gecontroleerd en vastgelegd",
            "the applicant's identity was checked and recorded",
            _household,
            Viewer.PRIVACY_OFFICER,
        ),
        _fact(
            "break_glass",
            "u hebt nu noodtoegang tot dit huishouden",
            "you have emergency access to this household now",
            _household,
        ),
        _fact(
            "medical_lifted",
            "een huisarts hief het medisch slot voor deze patiënt op",
            "a GP lifted the medical lock for this patient",
            _medical,
            Viewer.SOCIAL,
        ),
    )
}


def possible(who: Who, what: What, facts: Facts) -> bool:
    """Can these facts hold together for this viewer and this facet at all?

    The declared rule that keeps the space small enough to enumerate. A fact outside it changes no
    decision: no rule may name an atom for viewers or facets where it cannot hold.
    """
    facet = FACETS[what.facet]
    return (
        (what.sphere is None) == (facet.level is Level.CASE)
        and (not who.by_grant or who.viewer is Viewer.SOCIAL)
        and (not facts.medical_lifted or who.by_grant)
        and not facts.break_glass  # already said by `who.by_grant`
        and (not facts.shared_with_teams or what.sphere is Sphere.HEALTH)
        and all(can_hold(name, who.viewer, facet) for name in FACTS if getattr(facts, name))
    )


def can_hold(name: str, viewer: Viewer, facet: Facet) -> bool:
    """Can this atom be so at all for this viewer and this facet?"""
    return viewer in ATOMS[name].of and ATOMS[name].about(facet)


def holding(asked: Asked) -> frozenset[str]:
    """The names of the atoms that hold: what Casbin gets to see of the facts."""
    return frozenset(
        name
        for name, atom in ATOMS.items()
        if can_hold(name, asked.who.viewer, asked.facet) and atom.holds(asked)
    )
