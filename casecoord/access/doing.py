"""Who does an act, and the facts that rules about acting may use. Each is false until it is known."""

from dataclasses import dataclass, fields

from casecoord.domain.words import Language, Role, TeamKind


@dataclass(frozen=True, slots=True)
class Doer:
    """Somebody acting under one membership, valid now; a resident has no team."""

    role: Role
    team_kind: TeamKind | None = None


@dataclass(frozen=True, slots=True)
class ActAtom:
    """A condition on an act, and its sentence."""

    name: str
    nl: str
    en: str

    def sentence(self, language: Language) -> str:
        """What it says when it holds."""
        return self.nl if language is Language.NL else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFacts:
    """What is so between the doer, the act and the thing it is done to."""

    # Who it is.
    own_person: bool = False
    membership_valid: bool = False
    on_duty: bool = False
    is_lead: bool = False
    is_proposed: bool = False
    is_appointed: bool = False
    is_receiver: bool = False
    is_owner: bool = False
    of_accountable_team: bool = False
    of_participating_team: bool = False
    of_invited_team: bool = False
    of_receiving_area: bool = False
    own_patient: bool = False
    own_team_meeting: bool = False
    chairs_meeting: bool = False
    own_team_deputy: bool = False
    own_place: bool = False
    own_offer: bool = False
    holds_it: bool = False
    used_by_another: bool = False
    second_person: bool = False
    second_coordinator: bool = False
    # What it is about.
    signal_acute: bool = False
    no_lead_yet: bool = False
    no_case_yet: bool = False
    lead_left_or_ill: bool = False
    for_own_team: bool = False
    for_participating_team: bool = False
    without_medical: bool = False
    # What has to be in order.
    matched_or_proposed: bool = False
    kind_allowed: bool = False
    actions_handed_over: bool = False
    preference_known: bool = False
    within_ceiling: bool = False
    appointment_due: bool = False
    owner_and_date: bool = False
    word_named: bool = False
    aftercare_confirmed: bool = False
    within_amount: bool = False
    consent_rules_met: bool = False
    reason_and_reviews_done: bool = False
    no_other_hold: bool = False
    nothing_hanging: bool = False
    identity_checked: bool = False
    ground_recorded: bool = False
    for_monitoring: bool = False

    @classmethod
    def that(cls, *names: str) -> "ActFacts":
        """Exactly these facts hold, and no other. Raises TypeError on an unknown name."""
        return cls(**dict.fromkeys(names, True))

    def holding(self) -> frozenset[str]:
        """The names of the facts that hold."""
        return frozenset(name for name in ACT_ATOMS if getattr(self, name))


# fmt: off
ACT_ATOMS: dict[str, ActAtom] = {name: ActAtom(name, nl, en) for name, nl, en in (
    ("own_person", "het gaat om uzelf, of om een kind dat u mag vertegenwoordigen",
     "it is about yourself, or a child whom you may speak for"),
    ("membership_valid", "uw lidmaatschap geldt nu", "your membership is valid now"),
    ("on_duty", "u hebt nu dienst", "you are on duty now"),
    ("is_lead", "u bent de regievoerder", "you are the lead"),
    ("is_proposed", "u bent voorgesteld", "you were proposed"),
    ("is_appointed", "u bent aangewezen", "you were appointed"),
    ("is_receiver", "de overdracht is aan u aangeboden", "the hand-over was offered to you"),
    ("is_owner", "de actie is van u", "the action is yours"),
    ("of_accountable_team", "uw team is verantwoordelijk", "your team is accountable"),
    ("of_participating_team", "uw team neemt deel", "your team takes part"),
    ("of_invited_team", "uw team is uitgenodigd", "your team was invited"),
    ("of_receiving_area", "het huishouden komt naar uw gebied", "the household comes to your area"),
    ("own_patient", "het is uw eigen patiënt", "it is your own patient"),
    ("own_team_meeting", "het is het overleg van uw team", "it is your team's meeting"),
    ("chairs_meeting", "u zit het overleg voor", "you chair the meeting"),
    ("own_team_deputy", "het gaat om een vervanger in uw eigen team", "it is about a deputy in your own team"),
    ("own_place", "de plaats is van u", "the place is yours"),
    ("own_offer", "het aanbod is van u", "the offer is yours"),
    ("holds_it", "u hebt dit gegeven onder u", "you hold this facet"),
    ("used_by_another", "iemand anders gebruikte de noodtoegang", "somebody else used the emergency access"),
    ("second_person", "een tweede persoon beslist mee", "a second person decides with you"),
    ("second_coordinator", "een tweede coördinator bevestigt", "a second coordinator confirms"),
    ("signal_acute", "het signaal is acuut", "the signal is acute"),
    ("no_lead_yet", "er is geen regievoerder", "there is no lead"),
    ("no_case_yet", "er is geen casus", "there is no case"),
    ("lead_left_or_ill", "de regievoerder is vertrokken of ziek", "the lead left or is ill"),
    ("for_own_team", "de actie is voor uw eigen team", "the action is for your own team"),
    ("for_participating_team", "de actie is voor een deelnemend team",
     "the action is for a team that takes part"),
    ("without_medical", "het gaat niet om medische notities", "it is not about medical notes"),
    ("matched_or_proposed", "BSN en geboortedatum horen bij elkaar, of het is een voorstel aan de coördinator",
     "BSN and birth date agree, or it is a proposal for the coordinator"),
    ("kind_allowed", "dit soort team is in het gebied toegestaan", "the team's kind is allowed in the area"),
    ("actions_handed_over", "open acties zijn met naam overgedragen",
     "open actions were handed to somebody by name"),
    ("preference_known", "de voorkeur van het gezin is bekend, of een reden waarom niet",
     "the family's preference is known, or a reason why not"),
    ("within_ceiling", "het maximum aan casussen is niet bereikt, of de coördinator stemt in",
     "the ceiling of cases is not exceeded, or the coordinator agrees"),
    ("appointment_due", "er is al 5 werkdagen te lang geen regievoerder",
     "there has been no lead for 5 working days too long"),
    ("owner_and_date", "de actie heeft een eigenaar met naam en een datum",
     "the action has an owner by name and a date"),
    ("word_named", "er staat bij wiens woord het is", "it is said whose word it is"),
    ("aftercare_confirmed", "de nazorg is voorbij en de uitkomst is bevestigd",
     "aftercare is over and the outcome is confirmed"),
    ("within_amount", "het blijft binnen het bedrag per gezin en jaar",
     "it stays within the amount per family and year"),
    ("consent_rules_met", "aan de regels voor leeftijd en gezag is voldaan",
     "the rules of age and custody are met"),
    ("reason_and_reviews_done", "er is een reden van 20 tekens of meer en geen beoordeling te laat",
     "there is a reason of 20 characters or more and no overdue review"),
    ("no_other_hold", "er is voor deze jongere nog geen plaats vastgehouden in dit aanbod",
     "no place of this offer is held for this youth yet"),
    ("nothing_hanging", "er blijft niets hangen", "nothing is left hanging"),
    ("identity_checked", "de identiteit is gecontroleerd en vastgelegd", "the identity was checked and recorded"),
    ("ground_recorded", "de grond is vastgelegd", "the ground was recorded"),
    ("for_monitoring", "het doel is monitoring", "the purpose is monitoring"),
)}
# fmt: on
assert list(ACT_ATOMS) and set(ACT_ATOMS) == {field.name for field in fields(ActFacts)}
