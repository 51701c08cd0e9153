"""The words of the rules, as a person says them: acts, spheres, and as what somebody looks. English; said where shown."""

from dataclasses import dataclass

from casecoord.console.texts import N_, did, say, team_kind, word
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.words import Language, Role, Sphere, TeamKind

_VIEWERS: dict[str, str] = {
    Viewer.SCHOOL_CARE: N_("school care team"),
    Viewer.SOCIAL: N_("social team"),
    Viewer.WORK_CARE: N_("work and care team"),
    Viewer.GP_CARE: N_("GP care team"),
    Viewer.COURT_PARTNER: N_("court partner"),
    Viewer.LEAD: N_("the lead"),
    Viewer.COORDINATOR: N_("the area's coordinator"),
    Viewer.DECISION_POWER: N_("the person with decision power"),
    Viewer.ANALYST: N_("analyst"),
    Viewer.PRIVACY_OFFICER: N_("privacy officer"),
    Viewer.HOUSEHOLD: N_("the family itself"),
    Viewer.SIGNALLER: N_("who signalled"),
    Viewer.PROVIDER: N_("provider of places"),
    Viewer.OUTSIDER: N_("everybody else who works here"),
}
_SPHERES: dict[str, str] = {
    Sphere.GENERAL: N_("general"),
    Sphere.LIVELIHOOD: N_("livelihood: money, work, housing"),
    Sphere.HEALTH: N_("health"),
    Sphere.JUSTICE: N_("justice"),
}
_ACTS: dict[str, str] = {
    "add_signal": N_("signal a concern"),
    "triage_signal": N_("triage a signal"),
    "invite_team": N_("invite a team"),
    "join_case": N_("join for the team"),
    "decline_invitation": N_("decline for the team"),
    "leave_case": N_("leave for the team"),
    "propose_lead": N_("ask somebody to lead"),
    "accept_lead": N_("accept the lead"),
    "decline_lead": N_("decline the lead"),
    "appoint_lead": N_("appoint a lead"),
    "object_to_appointment": N_("object to being appointed"),
    "offer_handover": N_("offer to hand the lead over"),
    "accept_handover": N_("take the lead over"),
    "decline_handover": N_("decline to take the lead over"),
    "record_contact": N_("record contact"),
    "review_case": N_("review a case"),
    "set_goal": N_("write down a goal"),
    "add_action": N_("add an action"),
    "complete_action": N_("complete an action"),
    "re_agree_action": N_("agree on an action anew"),
    "confirm_outcome": N_("confirm an outcome"),
    "give_feedback": N_("tell the signaller what came of it"),
    "close_case": N_("close a case"),
    "reopen_case": N_("reopen a case"),
    "spend": N_("spend something for the family"),
    "record_consent": N_("record a consent"),
    "withdraw_consent": N_("record that a consent is taken back"),
    "break_glass": N_("use emergency access"),
    "review_break_glass": N_("review an emergency access"),
    "schedule_meeting": N_("plan a meeting"),
    "record_decision": N_("record a decision of a meeting"),
    "close_meeting": N_("close a meeting"),
    "raise_blockade": N_("raise a blockade"),
    "decide_blockade": N_("decide on a blockade"),
    "order_blockades": N_("put blockades in order"),
    "plan_hearing": N_("plan a hearing"),
    "move_hearing": N_("move a hearing"),
    "hold_place": N_("have a place held"),
    "release_place": N_("give a place back"),
    "confirm_place": N_("confirm a place"),
    "start_place": N_("let a place begin"),
    "end_place": N_("end a place"),
    "manage_offers": N_("manage offers"),
    "record_move": N_("record that a family moved"),
    "accept_move": N_("accept a family that moved"),
    "propose_merge": N_("propose that two families are one"),
    "confirm_merge": N_("say that two families are one"),
    "undo_merge": N_("say that they are two families after all"),
    "split_household": N_("record that a family became two"),
    "end_membership": N_("end a membership"),
    "set_deputy": N_("name a deputy"),
    "manage_teams": N_("manage teams"),
    "manage_settings": N_("manage settings"),
    "object": N_("object"),
    "restrict": N_("have data shown to fewer"),
    "request_access": N_("ask for access"),
    "rectify": N_("have something corrected"),
    "request_erasure": N_("ask for erasure"),
    "decide_request": N_("decide on a request"),
    "erase": N_("erase"),
    "read_log": N_("read the access log"),
    "replay_decision": N_("have a decision decided again"),
    "read_monitor": N_("read the monitor"),
    "manage_dead_letters": N_("see to letters that did not arrive"),
    "rotate_keys": N_("renew keys"),
    "run_retention": N_("let retention run"),
}

#: What a policy says, and what somebody is shown.
_VERDICTS: dict[str, str] = {
    "full": N_("shown"),
    "open_closed": N_("only open or closed"),
    "exists": N_("only that it exists"),
    "none": N_("not shown"),
    "allowed": N_("allowed"),
    "refused": N_("not allowed"),
    "yes": N_("allowed"),
    "no": N_("not allowed"),
    "unknown": N_("this policy has no words for it"),
}
_KNOWN: dict[str, str] = {**_VIEWERS, **_SPHERES, **_ACTS, **_VERDICTS}
_EMERGENCY = N_("by emergency access")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """Says a rule in one language."""

    language: Language

    def named(self, name: str) -> str:
        """A facet, a sphere, an act, a viewer or a verdict."""
        return (
            FACETS[name].label(self.language)
            if name in FACETS
            else say(_KNOWN.get(name, name), self.language)
        )

    def did(self, event: str, act: str) -> str:
        """What somebody looked at or did."""
        return did(event, act, self.language)

    def meant(self, who: str) -> str:
        """Whom a change is for: a viewer, perhaps by emergency access; or a role, perhaps of some kinds of team."""
        name, _, kinds = who.partition(" of ")
        name, _, emergency = name.partition(" (")
        found = self.named(name) if name in list(Viewer) else self._role(name)
        if emergency:
            return f"{found}, {say(_EMERGENCY, self.language)}"
        of = ", ".join(team_kind(TeamKind(kind), self.language) for kind in kinds.split())
        return f"{found} ({of})" if of else found

    def _role(self, name: str) -> str:
        if name in list(TeamKind):
            return team_kind(TeamKind(name), self.language)
        return word(Role(name), self.language) if name in list(Role) else name
