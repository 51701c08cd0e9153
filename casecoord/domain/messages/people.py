"""Refusals about who works where: leaving, deputies, settings, teams."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "lead_falls_to_you": (
        "De regie valt aan u toe als coördinator. Neem haar aan, of draag haar over aan een ander.",
        "The lead falls to you as the coordinator. Accept it, or hand it over to somebody else.",
    ),
    "work_hanging": (
        "Hier hangt nog werk aan. Noem voor elk punt een opvolger die er dan werkt.",
        "Work still hangs on this. Name for each item a successor who works there by then.",
    ),
    "not_confirmed": (
        "Er is nog niets veranderd. Kijk na wat naar wie gaat en bevestig.",
        "Nothing was changed yet. Check what goes to whom, and confirm.",
    ),
    "membership_over": (
        "Dit is al beëindigd, of eindigt al eerder.",
        "This has ended already, or ends sooner already.",
    ),
    "successor_not_active": (
        "Deze opvolger werkt er dan niet. Kies een ander.",
        "This successor does not work there by then. Choose another.",
    ),
    "team_of_other_kind": (
        "Alleen een team van dezelfde soort kan dit overnemen.",
        "Only a team of the same kind can take this over.",
    ),
    "period_invalid": (
        "Kies een periode die nog moet komen of nu loopt, met een einde.",
        "Choose a period that is to come or runs now, with an end.",
    ),
    "deputy_unfit": (
        "Kies een vervanger uit hetzelfde team, die er de hele periode werkt.",
        "Choose a deputy of the same team who works there during the whole period.",
    ),
    "deputy_absent": (
        "Deze vervanger is dan zelf afwezig, of deze professional vervangt dan een ander. Kies een ander.",
        "This deputy is absent then too, or this professional stands in for another. Choose somebody else.",
    ),
    "absence_exists": (
        "Voor deze periode is al een vervanger aangewezen.",
        "A deputy is named for this period already.",
    ),
    "setting_unknown": (
        "Deze termijn kennen we niet. Kijk bij de instellingen welke er zijn.",
        "This deadline is not known. See the settings for those that there are.",
    ),
    "setting_out_of_bounds": (
        "Kies een heel getal binnen de grenzen die bij de instellingen staan.",
        "Choose a whole number within the bounds that the settings show.",
    ),
    "too_many_days": ("Geef ten hoogste 400 vrije dagen op.", "Give at most 400 days off."),
    "order_incomplete": (
        "Noem school, uitkering, praktijk en buurt, elk één keer.",
        "Name school, benefit, practice and neighbourhood, each once.",
    ),
    "team_not_there": (
        "Dit team werkt hier dan niet. Kies een ander team of moment.",
        "This team does not work here then. Choose another team or moment.",
    ),
    "team_kind_unfit": (
        "Hiervoor past dit soort team niet. Een school heeft een zorgteam school, een praktijk een zorgteam huisarts, "
        "een uitkering een zorgteam werk en een buurt een wijkteam.",
        "This kind of team does not fit here. A school has a school care team, a practice a GP care team, "
        "a benefit agency a work-care team and a neighbourhood a social team.",
    ),
    "role_unfit": (
        "Deze rol hoort niet bij dit soort team. Kies een andere rol.",
        "This role does not belong in this kind of team. Choose another role.",
    ),
    "discipline_unfit": (
        "Deze discipline hoort niet aan tafel bij dit soort team.",
        "This discipline does not belong at the table of this kind of team.",
    ),
    "professional_or_name": (
        "Noem een professional die hier bekend is, of vul een naam en gegevens in; niet beide.",
        "Name a professional who is known here, or fill in a name and details; not both.",
    ),
    "email_invalid": ("Dit is geen e-mailadres.", "This is not an e-mail address."),
    "login_incomplete": (
        "Geef van een login zowel de uitgever als het nummer daar.",
        "Give both the issuer and the subject of a login.",
    ),
    "login_taken": (
        "Deze login is al van iemand. Controleer hem.",
        "This login is somebody's already. Check it.",
    ),
    "member_already": (
        "Deze professional heeft deze rol al in dit team.",
        "This professional has this role in this team already.",
    ),
    "own_membership": (
        "Een ander dan uzelf geeft u een rol erbij.",
        "Somebody other than yourself gives you another role.",
    ),
    "search_empty": (
        "Vul een BSN, een naam of een geboortedatum in.",
        "Fill in a BSN, a name or a birth date.",
    ),
    "second_person_missing": (
        "Dit bevestigt een ander dan wie het vastlegde.",
        "Somebody other than whoever recorded this confirms it.",
    ),
}
