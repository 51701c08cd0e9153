"""What only the database can refuse, as the person who was second is told it."""

#: What two transactions can only find out at their commit, as the person who was second is told it.
CONSTRAINTS = {
    "plan_actions_inside_membership": "professional_not_active",
    "proposals_inside_membership": "professional_not_active",
    "coordinator_seats_inside_membership": "professional_not_active",
    "duty_shifts_inside_membership": "professional_not_active",
    "deputies_inside_membership": "deputy_unfit",
    "deputies_present": "deputy_absent",
    "deputies_one_at_a_time": "absence_exists",
    "memberships_successor_works": "successor_not_active",
    "signals_inside_team": "try_again",
    "participants_inside_team": "try_again",
    "invitations_inside_team": "try_again",
    "transfers_inside_team": "try_again",
    "team_covers_inside_team": "try_again",
    "memberships_inside_team": "try_again",
    "memberships_once": "member_already",
    "logins_pkey": "login_taken",
    "duty_shifts_one_at_a_time": "try_again",
    "cases_one_open": "case_open",
    "leads_one_at_a_time": "lead_exists",
    "proposals_one_pending": "proposal_pending",
    "invitations_one_pending": "team_in_case",
    "participants_once": "team_in_case",
    "blockades_one_on_an_action": "blockade_raised",
    "spends_within_amount": "amount_exceeded",
    "hearings_one_on_a_day": "hearing_planned",
    "offers_places": "offer_full",
    "offers_places_kept": "offer_places",
    "offers_withdrawn": "offer_withdrawn",
    "placements_one_hold": "place_held",
    "placements_proposed_once": "place_proposed",
    "leads_inside_membership": "professional_not_active",
    "consents_one_at_a_time": "consent_exists",
    "legal_grounds_once": "ground_in_force",
    "holders_inside_membership": "professional_not_active",
    "promises_inside_membership": "professional_not_active",
    "move_offers_one_pending": "offer_pending",
    "requests_appealed_once": "already_appealed",
    "request_decisions_one_pending": "try_again",
    # The register placed somebody here while a family was accepted: the next try finds them.
    "persons_area_id_bsn_index_key": "try_again",
    "agreements_replaced_once": "already_answered",
    "agreement_answers_in_turn": "try_again",
    "agreement_answers_to_what_stands": "already_answered",
    "meetings_close_decided": "items_open",
    "meeting_items_while_open": "meeting_not_open",
    "meetings_one_open": "table_taken",
    "meetings_continued_once": "meeting_over",
    "meeting_items_once": "try_again",
    # Somebody came to another family meanwhile: the next try finds them there.
    "about_somebody_at_home": "try_again",
    # Two merges at once brought the same two families together: the next try finds them asked about.
    "merge_proposals_one_pending": "try_again",
}

#: Somebody or some team left a moment ago: done again, the same act finds whoever came after them.
OVERTAKEN = {
    name
    for name in CONSTRAINTS
    if name.endswith(("_inside_membership", "_inside_team")) and name != "deputies_inside_membership"
} - {"leads_inside_membership"}
