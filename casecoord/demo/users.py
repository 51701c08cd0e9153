"""The people whom one can be in the demo: one per role and team kind, each good for something."""

from dataclasses import dataclass

from casecoord.domain.words import Language, Role, TeamKind


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A preset login. `team` names the row that the demo neighbourhood makes for them; None: none."""

    key: str
    name: str
    role: Role
    team_kind: TeamKind | None
    team: str | None
    good_nl: str
    good_en: str

    @property
    def subject(self) -> str:
        """The OpenID Connect subject: an opaque name, bound to a professional by a row in `logins`."""
        return f"demo-{self.key}"

    def good_for(self, language: Language) -> str:
        return self.good_nl if language is Language.NL else self.good_en


USERS: dict[str, DemoUser] = {
    user.key: user
    for user in (
        DemoUser(
            "amina",
            "Amina Bouzid",
            Role.MEMBER,
            TeamKind.SCHOOL_CARE,
            "school",
            "signaleert een kind op school en neemt deel aan de casus",
            "flags a child at school and takes part in the case",
        ),
        DemoUser(
            "bram",
            "Bram de Wit",
            Role.COORDINATOR,
            TeamKind.SCHOOL_CARE,
            "school",
            "beoordeelt signalen voor het zorgteam en stelt een regievoerder voor",
            "triages signals for the school care team and proposes a lead",
        ),
        DemoUser(
            "chaima",
            "Chaima el Idrissi",
            Role.MEMBER,
            TeamKind.SOCIAL,
            "social",
            "wordt regievoerder en maakt het plan met het gezin",
            "becomes lead and makes the plan with the family",
        ),
        DemoUser(
            "dirk",
            "Dirk Verhoeven",
            Role.COORDINATOR,
            TeamKind.SOCIAL,
            "social",
            "beoordeelt signalen in de buurt en ziet de sfeer justitie",
            "triages signals of the neighbourhood and sees the justice sphere",
        ),
        DemoUser(
            "esra",
            "Esra Yılmaz",
            Role.MEMBER,
            TeamKind.WORK_CARE,
            "work",
            "signaleert schulden en werk, en ziet de sfeer bestaan",
            "flags debts and work, and sees the livelihood sphere",
        ),
        DemoUser(
            "fleur",
            "Fleur Jansen",
            Role.MEMBER,
            TeamKind.GP_CARE,
            "gp-one",
            "huisarts: signaleert binnen een minuut zonder iets medisch te delen",
            "GP: flags within a minute without sharing anything medical",
        ),
        DemoUser(
            "gerard",
            "Gerard Pinas",
            Role.MEMBER,
            TeamKind.GP_CARE,
            "gp-two",
            "huisarts van een andere praktijk: ziet niets van de medische notities van de eerste",
            "GP of another practice: sees nothing of the first one's medical notes",
        ),
        DemoUser(
            "hanna",
            "Hanna Wolters",
            Role.MEMBER,
            TeamKind.COURT_PARTNER,
            "court",
            "partner van de wijkrechtbank: signaleert in de sfeer justitie, doel alternatief voor straf",
            "partner of the neighbourhood court: flags in the justice sphere, purpose alternative to punishment",
        ),
        DemoUser(
            "ibrahim",
            "Ibrahim Santos",
            Role.AREA_COORDINATOR,
            TeamKind.PROGRAMME_BUREAU,
            "bureau",
            "coördinator van het gebied: het vangnet, ziet elk gat",
            "coordinator of the area: the backstop, sees every gap",
        ),
        DemoUser(
            "johanna",
            "Johanna van Dam",
            Role.DECISION_POWER,
            TeamKind.PROGRAMME_BUREAU,
            "bureau",
            "heeft doorzettingsmacht: wijst een regievoerder aan, beslist over blokkades",
            "has decision power: appoints a lead, decides on blockades",
        ),
        DemoUser(
            "kenji",
            "Kenji Visser",
            Role.ANALYST,
            TeamKind.PROGRAMME_BUREAU,
            "bureau",
            "ziet cijfers over het gebied, geen gezinnen",
            "sees figures about the area, no families",
        ),
        DemoUser(
            "lotte",
            "Lotte Bakker",
            Role.PRIVACY_OFFICER,
            TeamKind.PROGRAMME_BUREAU,
            "bureau",
            "ziet wie wat bekeek en volgens welke regel, niet de inhoud",
            "sees who looked at what and by which rule, not the content",
        ),
        DemoUser(
            "mo",
            "Mo Karim",
            Role.ADMINISTRATOR,
            TeamKind.PROGRAMME_BUREAU,
            "bureau",
            "beheert teams en lidmaatschappen, ziet geen inhoud",
            "manages teams and memberships, sees no content",
        ),
        DemoUser(
            "nadia",
            "Nadia Ferreira",
            Role.PROVIDER,
            TeamKind.PLACE_PROVIDER,
            "provider",
            "biedt plaatsen voor jongeren aan",
            "offers places for youths",
        ),
        DemoUser(
            "omar",
            "Omar Haddad",
            Role.DUTY,
            TeamKind.SOCIAL,
            "social",
            "heeft dienst: ziet acute signalen het eerst",
            "is on duty: sees acute signals first",
        ),
        DemoUser(
            "petra",
            "Petra Maas",
            Role.RESIDENT,
            None,
            None,
            "bewoner, moeder: ziet het eigen gezin en wie er keek (myFamily, myAccessLog)",
            "resident, mother: sees the own family and who looked (myFamily, myAccessLog)",
        ),
        DemoUser(
            "quinten",
            "Quinten Smit",
            Role.MEMBER,
            TeamKind.SOCIAL,
            "outsider",
            "wijkteam van een andere buurt: voor deze collega bestaan de casussen hier niet",
            "social team of another neighbourhood: for this colleague the cases here do not exist",
        ),
        DemoUser(
            "sjoerd",
            "Sjoerd Maas",
            Role.RESIDENT,
            None,
            None,
            "bewoner, vader in hetzelfde huis: ziet niets van wat alleen Petra aangaat",
            "resident, father in the same home: sees nothing of what is only Petra's",
        ),
        DemoUser(
            "rosa",
            "Rosa Monteiro",
            Role.MEMBER,
            TeamKind.SOCIAL,
            "nieuwland",
            "wijkteam in Schiedam, een ander gebied: van Rotterdam-Zuid bestaat hier niets",
            "social team in Schiedam, another area: nothing of Rotterdam-Zuid exists here",
        ),
    )
}
