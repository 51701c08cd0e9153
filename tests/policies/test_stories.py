"""Beside each rule two stories: one in which it applies, and one in which it does not."""

import csv
from pathlib import Path

import pytest

from casecoord.access.attributes import Facts
from casecoord.access.decide import Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.rules import Effect, Kind
from casecoord.domain.facets import FACETS, Shown, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

HERE = Path(__file__).parent
#: The BSN is never shown to anybody, so no story ends otherwise; and a gap has a sphere, which the
#: privacy officer sees none of, so that no story ends in their `exists`.
WITHOUT_OTHER_END = {("bsn.none", "no"), ("gap.exists", "yes"), ("gap.exists", "no")}


def stories(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SEEING, ACTING = stories("stories.csv"), stories("act_stories.csv")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


def test_every_rule_has_a_story_in_which_it_applies_and_one_in_which_it_does_not(policy: Policy) -> None:
    told = {(story["rule"], story["applies"]) for story in (*SEEING, *ACTING)}
    rules = [rule.id for rule in policy.rules if rule.effect is not Effect.NOTE]
    assert {(rule, end) for rule in rules for end in ("yes", "no")} - told == WITHOUT_OTHER_END
    assert {rule for rule, _ in told} <= set(rules)


@pytest.mark.parametrize("story", SEEING, ids=lambda story: f"{story['rule']}-{story['applies']}")
def test_a_story_about_seeing_ends_as_it_is_told(policy: Policy, story: dict[str, str]) -> None:
    decision = policy.decide(
        frozenset({Viewer(story["viewer"])}),
        story["facet"],
        Sphere(story["sphere"]) if story["sphere"] else None,
        Purpose(story["purpose"]),
        Facts.that(*story["facts"].split()),
    )
    assert decision.shown == story["shown"]


def test_the_two_ends_of_a_rule_differ() -> None:
    for told, end in ((SEEING, "shown"), (ACTING, "allowed")):
        ends = {(story["rule"], story["applies"]): story[end] for story in told}
        for rule, _ in ends:
            if (rule, "no") not in WITHOUT_OTHER_END:
                assert ends[rule, "yes"] != ends[rule, "no"], rule


def test_a_rule_that_applies_is_named(policy: Policy) -> None:
    kinds = {Kind.FACET, Kind.SPHERE, Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT}
    named = {rule.id for rule in policy.rules if rule.kind in kinds} - {"secret_existence", "figures.none"}
    for story in SEEING:
        if story["rule"] in named and story["applies"] == "yes":
            decision = policy.decide(
                frozenset({Viewer(story["viewer"])}),
                story["facet"],
                Sphere(story["sphere"]) if story["sphere"] else None,
                Purpose(story["purpose"]),
                Facts.that(*story["facts"].split()),
            )
            assert story["rule"] in decision.rules


@pytest.mark.parametrize("story", ACTING, ids=lambda story: f"{story['rule']}-{story['applies']}")
def test_a_story_about_acting_ends_as_it_is_told(policy: Policy, story: dict[str, str]) -> None:
    doer = Doer(Role(story["role"]), TeamKind(story["team"]) if story["team"] else None)
    permission = policy.may(doer, story["act"], ActFacts.that(*story["facts"].split()))
    assert permission.allowed is (story["allowed"] == "yes")
    if story["applies"] == "yes":
        assert permission.rule == story["rule"]


CARE = Purpose.CARE_COORDINATION


def test_a_school_never_learns_of_a_brothers_hearing(policy: Policy) -> None:
    for facet in (name for name, facet in FACETS.items() if facet.level == "item"):
        for facts in (Facts.that(), Facts.that("shared_with_teams"), Facts.that("restricted")):
            decision = policy.decide(frozenset({Viewer.SCHOOL_CARE}), facet, Sphere.JUSTICE, CARE, facts)
            assert decision.shown is Shown.NONE


def test_a_doctors_worry_is_for_the_social_team_and_the_lead_until_the_patient_was_told(
    policy: Policy,
) -> None:
    def reads(viewer: Viewer, *facts: str) -> bool:
        decision = policy.decide(
            frozenset({viewer}), "signal.summary", Sphere.HEALTH, CARE, Facts.that(*facts)
        )
        return decision.shown is Shown.FULL

    teams = (Viewer.SCHOOL_CARE, Viewer.GP_CARE)
    assert reads(Viewer.SOCIAL)
    assert reads(Viewer.LEAD)
    assert not any(reads(team) for team in teams)
    assert all(reads(team, "shared_with_teams") for team in teams)
    assert not reads(Viewer.WORK_CARE, "shared_with_teams")
    assert not reads(Viewer.COORDINATOR, "shared_with_teams")


def test_an_author_still_reads_an_own_worry_after_all_of_it_was_closed(policy: Policy) -> None:
    closed = Facts.that("wrote_it", "restricted", "split_other_part")
    decision = policy.decide(frozenset({Viewer.SIGNALLER}), "signal.detail", Sphere.HEALTH, CARE, closed)
    assert decision.shown is Shown.FULL
    assert decision.rules == ("own_writing", "own_writing_sphere")


def test_a_grant_shows_what_the_social_team_sees_without_medical_and_justice(policy: Policy) -> None:
    outsider = frozenset({Viewer.OUTSIDER})

    def shown(facet: str, sphere: Sphere | None, *facts: str) -> Shown:
        return policy.decide(outsider, facet, sphere, CARE, Facts.that("break_glass", *facts)).shown

    assert shown("household.address", None) is Shown.FULL
    assert shown("household.address", None, "address_secret") is Shown.NONE
    assert shown("signal.summary", Sphere.HEALTH) is Shown.FULL
    assert shown("signal.summary", Sphere.JUSTICE) is Shown.NONE
    assert shown("court.hearing", Sphere.JUSTICE) is Shown.NONE
    assert shown("medical.note", Sphere.HEALTH) is Shown.NONE
    assert shown("medical.note", Sphere.HEALTH, "medical_lifted") is Shown.FULL
    assert policy.decide(outsider, "household.address", None, CARE, Facts.that()).shown is Shown.NONE


def test_a_grant_opens_nothing_medical_even_where_an_area_lets_the_social_team_read_it(
    policy: Policy, tmp_path: Path
) -> None:
    open_to_social = _with_medical_notes_for_the_social_team(policy, tmp_path)
    social, outsider = frozenset({Viewer.SOCIAL}), frozenset({Viewer.OUTSIDER})
    granted = Facts.that("break_glass")
    for viewers, expected in ((social, Shown.FULL), (outsider, Shown.NONE)):
        decision = open_to_social.decide(viewers, "medical.note", Sphere.HEALTH, CARE, granted)
        assert decision.shown is expected


def _with_medical_notes_for_the_social_team(policy: Policy, folder: Path) -> Policy:
    rules = (policy.folder / "rules.csv").read_text(encoding="utf-8")
    none, consent = "facet,medical_note.none,* ", "facet,medical_note.consent,"
    if none not in rules or consent not in rules:
        raise ValueError("the table of medical notes is written otherwise now")
    rules = rules.replace(none, f"{none}!social ")
    rules = rules.replace(
        consent, f"facet,medical_note.social,social,medical.note,full,,,allow,,,,\n{consent}"
    )
    (folder / "rules.csv").write_text(rules, encoding="utf-8")
    (folder / "model.conf").write_bytes((policy.folder / "model.conf").read_bytes())
    return Policy(folder)


def test_a_lifted_lock_opens_nothing_without_a_grant(policy: Policy) -> None:
    for viewer in Viewer:
        decision = policy.decide(
            frozenset({viewer}), "medical.note", Sphere.HEALTH, CARE, Facts.that("medical_lifted")
        )
        assert decision.shown in {Shown.NONE, Shown.EXISTS}


def test_an_undecided_objection_leaves_the_existence_and_the_officer_to_ask(policy: Policy) -> None:
    school = frozenset({Viewer.SCHOOL_CARE})
    name = policy.decide(school, "person.name", None, CARE, Facts.that("restricted"))
    assert (name.shown, name.ask) == (Shown.EXISTS, "privacy_officer")
    source = policy.decide(school, "signal.source", Sphere.GENERAL, CARE, Facts.that("restricted"))
    assert source.shown is Shown.NONE
    lead = policy.decide(frozenset({Viewer.LEAD}), "person.name", None, CARE, Facts.that("restricted"))
    assert lead.shown is Shown.FULL


def test_consent_is_the_ground_of_what_consent_opens(policy: Policy) -> None:
    lead = frozenset({Viewer.LEAD})
    opened = policy.decide(lead, "medical.note", Sphere.HEALTH, CARE, Facts.that("consent_covers"))
    closed = policy.decide(lead, "medical.note", Sphere.HEALTH, CARE, Facts.that())
    assert (opened.shown, opened.ground) == (Shown.FULL, "6(1)(a) 9(2)(a)")
    assert (closed.shown, closed.ask, closed.reason) == (
        Shown.EXISTS,
        "practice",
        ("!wrote_it", "!consent_covers"),
    )
