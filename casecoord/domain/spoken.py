"""The words of the rules as people say them, for whoever signs the rules rather than writes them: (Dutch, English)."""

from enum import StrEnum

from casecoord.domain.facets import Retention, Sensitivity, Trait, Viewer
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Language, Purpose, Role, Sphere, TeamKind

Pair = tuple[str, str]

_VIEWERS: dict[Viewer, Pair] = {
    Viewer.LEAD: ("regievoerder", "lead"),
    Viewer.COORDINATOR: ("gebiedscoördinator", "area's coordinator"),
    Viewer.DECISION_POWER: ("doorzettingsmacht", "decision power"),
    Viewer.ANALYST: ("analist", "analyst"),
    Viewer.PRIVACY_OFFICER: ("privacyfunctionaris", "privacy officer"),
    Viewer.HOUSEHOLD: ("bewoner", "resident"),
    Viewer.SIGNALLER: ("melder die niet meedoet", "signaller who takes no part"),
    Viewer.PROVIDER: ("aanbieder van een plaats", "provider of a place"),
    Viewer.OUTSIDER: ("ieder ander", "anybody else"),
    **{
        Viewer(kind): (TEAM_KINDS[kind].label_nl, TEAM_KINDS[kind].label_en)
        for kind in TeamKind
        if kind.value in set(Viewer)
    },
}
_SPHERES: dict[Sphere, Pair] = {
    Sphere.GENERAL: ("algemeen", "general"),
    Sphere.LIVELIHOOD: ("bestaanszekerheid", "livelihood"),
    Sphere.HEALTH: ("gezondheid", "health"),
    Sphere.JUSTICE: ("justitie", "justice"),
}
_ROLES: dict[Role, Pair] = {
    Role.MEMBER: ("teamlid", "member of a team"),
    Role.COORDINATOR: ("teamcoördinator", "coordinator of a team"),
    Role.AREA_COORDINATOR: _VIEWERS[Viewer.COORDINATOR],
    Role.DUTY: ("dienstdoende", "professional on duty"),
    Role.DECISION_POWER: _VIEWERS[Viewer.DECISION_POWER],
    Role.ANALYST: _VIEWERS[Viewer.ANALYST],
    Role.PRIVACY_OFFICER: _VIEWERS[Viewer.PRIVACY_OFFICER],
    Role.ADMINISTRATOR: ("beheerder", "administrator"),
    Role.PROVIDER: _VIEWERS[Viewer.PROVIDER],
    Role.RESIDENT: _VIEWERS[Viewer.HOUSEHOLD],
}
_RETENTION: dict[Retention, Pair] = {
    Retention.REGISTER: ("gegevens uit registers", "data from registers"),
    Retention.SIGNAL: ("signalen", "signals"),
    Retention.JOINT_VIEW: ("het gezamenlijke casusbeeld", "the joint case view"),
    Retention.ACCESS_LOG: ("het logboek van inzage", "the access log"),
    Retention.RIGHTS: ("verzoeken, toestemmingen en klachten", "requests, consents and complaints"),
    Retention.AGGREGATE: ("cijfers zonder personen", "figures without persons"),
}
_SENSITIVITY: dict[Sensitivity, Pair] = {
    Sensitivity.ORDINARY: ("gewoon", "ordinary"),
    Sensitivity.IDENTIFYING: ("identificerend", "identifying"),
    Sensitivity.CONFIDENTIAL: ("vertrouwelijk", "confidential"),
    Sensitivity.HEALTH: ("gezondheid (AVG art. 9)", "health (GDPR art. 9)"),
    Sensitivity.CRIMINAL: ("strafrechtelijk (AVG art. 10)", "criminal (GDPR art. 10)"),
    Sensitivity.AGGREGATE: ("geaggregeerd", "aggregate"),
}
_TRAITS: dict[Trait, Pair] = {
    Trait.ENTRY: ("door iemand geschreven", "written by somebody"),
    Trait.SECRET: ("dat het er is, is zelf geheim", "its existence is itself secret"),
    Trait.LOCATES: ("verraadt waar iemand is", "tells where somebody is"),
    Trait.CONSENTABLE: ("toestemming mogelijk", "consent possible"),
    Trait.PROFESSIONAL: ("over een professional", "about a professional"),
    Trait.NO_HOUSEHOLD: ("over geen enkel gezin", "about no single family"),
}
_WORDS: dict[tuple[type[StrEnum], str], Pair] = {
    (type(word), word.value): pair
    for table in (_VIEWERS, _SPHERES, _ROLES, _RETENTION, _SENSITIVITY, _TRAITS)
    for word, pair in table.items()
} | {
    (TeamKind, kind.value): (row.label_nl, row.label_en) for kind, row in TEAM_KINDS.items()
} | {
    (Purpose, purpose.value): (words.name_nl, words.name_en) for purpose, words in PURPOSES.items()
}  # fmt: skip

# fmt: off
ACTS: dict[str, Pair] = {
    "add_signal": ("een signaal geven", "give a signal"),
    "triage_signal": ("een signaal beoordelen", "triage a signal"),
    "invite_team": ("een team uitnodigen", "invite a team"),
    "join_case": ("een uitnodiging aannemen", "accept an invitation"),
    "decline_invitation": ("een uitnodiging afslaan", "decline an invitation"),
    "leave_case": ("een casus verlaten", "leave a case"),
    "propose_lead": ("een regievoerder voorstellen", "propose a lead"),
    "accept_lead": ("de regie aannemen", "accept the lead"),
    "decline_lead": ("de regie afslaan", "decline the lead"),
    "appoint_lead": ("een regievoerder aanwijzen", "appoint a lead"),
    "object_to_appointment": ("bezwaar maken tegen aanwijzing", "object to an appointment"),
    "offer_handover": ("de regie ter overname aanbieden", "offer the lead to another"),
    "accept_handover": ("een overdracht aannemen", "accept a hand-over"),
    "decline_handover": ("een overdracht afslaan", "decline a hand-over"),
    "record_contact": ("contact met het gezin vastleggen", "record contact with the family"),
    "review_case": ("een casus doorlopen", "review a case"),
    "set_goal": ("een doel stellen", "set a goal"),
    "add_action": ("een actie afspreken", "add an action"),
    "complete_action": ("een actie afronden", "complete an action"),
    "re_agree_action": ("een actie opnieuw afspreken", "re-agree an action"),
    "confirm_outcome": ("een uitkomst bevestigen", "confirm an outcome"),
    "give_feedback": ("terugkoppelen aan de melder", "give the signaller feedback"),
    "close_case": ("een casus sluiten", "close a case"),
    "reopen_case": ("een casus heropenen", "reopen a case"),
    "spend": ("geld uitgeven", "spend money"),
    "record_consent": ("toestemming vastleggen", "record consent"),
    "withdraw_consent": ("toestemming intrekken", "withdraw consent"),
    "break_glass": ("noodtoegang nemen", "take emergency access"),
    "review_break_glass": ("noodtoegang beoordelen", "review emergency access"),
    "schedule_meeting": ("een overleg plannen", "schedule a meeting"),
    "record_decision": ("een besluit vastleggen", "record a decision"),
    "close_meeting": ("een overleg sluiten", "close a meeting"),
    "raise_blockade": ("een blokkade voorleggen", "raise a blockade"),
    "decide_blockade": ("over een blokkade beslissen", "decide a blockade"),
    "order_blockades": ("blokkades op gewicht zien", "see blockades by weight"),
    "plan_hearing": ("een zitting plannen", "plan a hearing"),
    "move_hearing": ("een zitting verzetten", "move a hearing"),
    "hold_place": ("een plaats vasthouden", "hold a place"),
    "release_place": ("een plaats vrijgeven", "release a place"),
    "confirm_place": ("een plaats bevestigen", "confirm a place"),
    "start_place": ("een plaats laten beginnen", "start a place"),
    "end_place": ("een plaats beëindigen", "end a place"),
    "manage_offers": ("aanbod beheren", "manage offers"),
    "record_move": ("een verhuizing vastleggen", "record a move"),
    "accept_move": ("een verhuisd gezin aannemen", "accept a family that moved"),
    "propose_merge": ("samenvoegen voorstellen", "propose a merge"),
    "confirm_merge": ("samenvoegen bevestigen", "confirm a merge"),
    "undo_merge": ("samenvoegen terugdraaien", "undo a merge"),
    "split_household": ("een huishouden splitsen", "split a household"),
    "end_membership": ("een lidmaatschap beëindigen", "end a membership"),
    "set_deputy": ("een vervanger aanwijzen", "name a deputy"),
    "manage_teams": ("teams beheren", "manage teams"),
    "manage_settings": ("instellingen beheren", "manage settings"),
    "object": ("bezwaar maken", "object"),
    "restrict": ("beperking vragen", "ask for restriction"),
    "request_access": ("inzage vragen", "ask for access"),
    "rectify": ("verbetering vragen", "ask for rectification"),
    "request_erasure": ("verwijdering vragen", "ask for erasure"),
    "decide_request": ("een verzoek beslissen", "decide a request"),
    "erase": ("gegevens verwijderen", "erase data"),
    "read_log": ("het logboek lezen", "read the access log"),
    "replay_decision": ("een beslissing naspelen", "replay a decision"),
    "read_monitor": ("cijfers lezen", "read the figures"),
    "manage_dead_letters": ("onbestelbare berichten beheren", "manage dead letters"),
    "rotate_keys": ("sleutels vervangen", "rotate keys"),
    "run_retention": ("bewaartermijnen uitvoeren", "run retention"),
}
# fmt: on


def say(word: StrEnum, language: Language) -> str:
    """A word of a closed vocabulary, as people say it."""
    return in_language(_WORDS[type(word), word.value], language)


def say_act(act: str, language: Language) -> str:
    """What an act is; its own name where a policy knows one that this software does not."""
    return in_language(ACTS[act], language) if act in ACTS else act


def in_language(pair: Pair, language: Language) -> str:
    return pair[language is Language.EN]
