"""The table of acts, read straightforwardly: who may, and what has to be in order."""

from collections.abc import Callable

Facts = frozenset[str]
Test = Callable[[str, str | None, Facts], bool]

SEATS = {"member", "coordinator", "duty"}


def may(role: str, team: str | None, act: str, facts: Facts) -> bool:
    needs, who = ACTS[act]
    return set(needs.split()) <= facts and who(role, team, facts)


def a_professional(*facts: str) -> Test:
    return lambda role, team, so: role != "resident" and so >= set(facts)


def a_seat(*facts: str) -> Test:
    return lambda role, team, so: role in SEATS and so >= set(facts)


def the(wanted: str, *facts: str) -> Test:
    return lambda role, team, so: role == wanted and so >= set(facts)


def team_of(*kinds: str, so: tuple[str, ...] = ()) -> Test:
    return lambda role, team, facts: team in kinds and role in SEATS and facts >= set(so)


def bureau(role: str, team: str | None, so: Facts) -> bool:
    return team == "programme_bureau" and role in {*SEATS, "analyst"}


def either(*tests: Test) -> Test:
    return lambda role, team, so: any(test(role, team, so) for test in tests)


LEAD = a_professional("is_lead")
AREA = the("area_coordinator")
POWER = the("decision_power")
OFFICER = the("privacy_officer")
ADMINISTRATOR = the("administrator")
COURT = team_of("court_partner")
CONSENT = either(
    a_professional("is_lead", "holds_it"),
    a_seat("of_participating_team", "holds_it"),
    the("resident", "own_person"),
)
MEETING = either(the("coordinator", "own_team_meeting"), a_seat("chairs_meeting"))
RIGHT = either(the("resident", "own_person"), OFFICER)
PLACE = either(the("provider", "own_place"), COURT)
HOLD = either(COURT, team_of("social", so=("of_participating_team",)), LEAD)
CLOSE = either(LEAD, the("area_coordinator", "no_lead_yet"))

#: act: what has to be in order, who
ACTS: dict[str, tuple[str, Test]] = {
    "add_signal": ("matched_or_proposed", either(a_professional(), the("resident", "own_person"))),
    "triage_signal": (
        "membership_valid",
        either(a_seat("of_accountable_team"), a_professional("on_duty", "signal_acute")),
    ),
    "invite_team": ("kind_allowed", either(LEAD, a_seat("of_accountable_team", "no_lead_yet"))),
    "join_case": ("", a_seat("of_invited_team")),
    "decline_invitation": ("", a_seat("of_invited_team")),
    "leave_case": ("actions_handed_over", the("coordinator", "of_participating_team")),
    "propose_lead": ("preference_known", either(a_seat("of_participating_team"), AREA)),
    "accept_lead": ("within_ceiling", a_professional("is_proposed")),
    "decline_lead": ("", a_professional("is_proposed")),
    "appoint_lead": ("appointment_due", POWER),
    "object_to_appointment": ("", a_professional("is_appointed")),
    "offer_handover": ("", either(LEAD, the("area_coordinator", "lead_left_or_ill"))),
    "accept_handover": ("", a_professional("is_receiver")),
    "decline_handover": ("", a_professional("is_receiver")),
    "record_contact": ("", LEAD),
    "review_case": ("", LEAD),
    "set_goal": ("", LEAD),
    "add_action": (
        "owner_and_date",
        either(
            a_seat("of_participating_team", "for_own_team"),
            a_professional("is_lead", "for_participating_team"),
        ),
    ),
    "complete_action": ("", either(a_professional("is_owner"), LEAD)),
    "re_agree_action": ("", either(a_professional("is_owner"), LEAD)),
    "confirm_outcome": ("word_named", LEAD),
    "give_feedback": ("", either(LEAD, a_seat("of_accountable_team", "no_case_yet"))),
    "close_case": ("aftercare_confirmed", CLOSE),
    "reopen_case": ("", CLOSE),
    "spend": ("within_amount", LEAD),
    "record_consent": ("consent_rules_met", CONSENT),
    "withdraw_consent": ("consent_rules_met", CONSENT),
    "break_glass": (
        "reason_and_reviews_done",
        either(
            team_of("social", "gp_care", so=("on_duty", "without_medical")),
            team_of("gp_care", so=("own_patient",)),
        ),
    ),
    "review_break_glass": ("used_by_another", OFFICER),
    "schedule_meeting": ("", MEETING),
    "record_decision": ("", MEETING),
    "close_meeting": ("", MEETING),
    "raise_blockade": ("", either(LEAD, a_seat("of_participating_team"))),
    "decide_blockade": ("", POWER),
    "order_blockades": ("", POWER),
    "plan_hearing": ("", COURT),
    "move_hearing": ("", COURT),
    "hold_place": ("no_other_hold", HOLD),
    "release_place": ("", HOLD),
    "confirm_place": ("", PLACE),
    "start_place": ("", PLACE),
    "end_place": ("", PLACE),
    "manage_offers": ("", either(the("provider", "own_offer"), bureau)),
    "record_move": ("", AREA),
    "accept_move": ("", the("area_coordinator", "of_receiving_area")),
    "propose_merge": ("", AREA),
    "confirm_merge": ("", AREA),
    "undo_merge": ("second_coordinator", AREA),
    "split_household": ("", AREA),
    "end_membership": ("nothing_hanging", ADMINISTRATOR),
    "set_deputy": ("", either(ADMINISTRATOR, the("coordinator", "own_team_deputy"))),
    "manage_teams": ("nothing_hanging", ADMINISTRATOR),
    "manage_settings": ("", ADMINISTRATOR),
    "object": ("identity_checked", RIGHT),
    "restrict": ("identity_checked", RIGHT),
    "request_access": ("identity_checked", RIGHT),
    "rectify": ("identity_checked", RIGHT),
    "request_erasure": ("identity_checked", RIGHT),
    "decide_request": ("ground_recorded second_person", OFFICER),
    "erase": ("ground_recorded second_person", OFFICER),
    "read_log": ("", OFFICER),
    "replay_decision": ("", OFFICER),
    "read_monitor": ("for_monitoring", either(the("analyst"), AREA, POWER, OFFICER)),
    "manage_dead_letters": ("", ADMINISTRATOR),
    "rotate_keys": ("", ADMINISTRATOR),
    "run_retention": ("", ADMINISTRATOR),
}
