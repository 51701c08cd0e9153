"""The one table of team kinds. A row here gives schema, labels and routing their next kind."""

from dataclasses import dataclass

from casecoord.domain.words import Sphere, TeamKind


@dataclass(frozen=True, slots=True)
class TeamKindRow:
    """One kind of team: labels in Dutch and English, and what its presence in a case reveals."""

    kind: TeamKind
    label_nl: str
    label_en: str
    presence: Sphere
    invitable: bool = True


TEAM_KINDS: dict[TeamKind, TeamKindRow] = {
    row.kind: row
    for row in (
        TeamKindRow(TeamKind.SCHOOL_CARE, "zorgteam school", "school care team", Sphere.GENERAL),
        TeamKindRow(TeamKind.SOCIAL, "wijkteam", "social team", Sphere.GENERAL),
        # A team at a benefit agency tells by its presence that there is a benefit.
        TeamKindRow(TeamKind.WORK_CARE, "zorgteam werk", "work-care team", Sphere.LIVELIHOOD),
        TeamKindRow(TeamKind.GP_CARE, "zorgteam huisarts", "GP care team", Sphere.GENERAL),
        # INVARIANT (a court partner's presence is justice).
        TeamKindRow(TeamKind.COURT_PARTNER, "partner wijkrechtbank", "court partner", Sphere.JUSTICE),
        TeamKindRow(
            TeamKind.PROGRAMME_BUREAU, "programmabureau", "programme bureau", Sphere.GENERAL, invitable=False
        ),
        # That a provider of alternatives knows a youth tells why.
        TeamKindRow(
            TeamKind.PLACE_PROVIDER, "aanbieder", "provider of places", Sphere.JUSTICE, invitable=False
        ),
    )
}


#: From what anybody may know to what fewest may.
SECRECY = (Sphere.GENERAL, Sphere.LIVELIHOOD, Sphere.HEALTH, Sphere.JUSTICE)


def most_secret(*spheres: Sphere) -> Sphere:
    """Of these, the one that fewest may know of."""
    return max(spheres, key=SECRECY.index)


def sphere_among(own: Sphere, *kinds: TeamKind) -> Sphere:
    """The sphere of a thing in which teams of these kinds show: its own, and at least that of their presence."""
    return most_secret(own, *(TEAM_KINDS[kind].presence for kind in kinds))


def presence_sphere(kind: TeamKind, source: Sphere) -> Sphere:
    """The sphere of a team's participation: its own where that is special, else its source's."""
    own = TEAM_KINDS[kind].presence
    return source if own is Sphere.GENERAL else own
