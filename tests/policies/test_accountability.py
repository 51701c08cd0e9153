"""The register and the facts for an assessment are read off the rules: nothing is left out, nothing typed twice."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from casecoord.access import accountability
from casecoord.access.decide import POLICIES, Policy
from casecoord.access.printed import document
from casecoord.commands import accountability as command
from casecoord.domain.facets import FACETS, Cell, Retention, Sensitivity, Viewer
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.retention import FOUNDED_WITH
from casecoord.domain.spoken import ACTS
from casecoord.domain.words import Language, Purpose

POLICY = Policy()
PAGE = POLICIES.parent / "docs" / "register-of-processing.md"


def run(*words: str) -> str:
    app = typer.Typer()
    command.register(app)
    result = CliRunner().invoke(app, ["accountability", *words])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes.decode()


def test_the_committed_register_is_what_the_code_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == run("register"), (
        "print it again: casecoord accountability register > docs/register-of-processing.md"
    )


def test_each_purpose_is_an_activity_with_every_facet_that_may_be_looked_at_for_it() -> None:
    found = {one["purpose"]: one for one in json.loads(run("register", "--json"))["activities"]}
    assert set(found) == set(Purpose)
    for purpose, activity in found.items():
        listed = {one["facet"] for one in activity["facets"]}
        assert listed == {facet.name for facet in FACETS.values() if purpose in facet.purposes}
        assert activity["id"] == PURPOSES[Purpose(purpose)].activity
        assert (
            activity["data_subjects"]
            and activity["grounds"]
            and activity["retention"]
            and activity["viewers"]
        )


def test_each_receiver_is_one_that_the_matrix_shows_something_and_no_other() -> None:
    for purpose in Purpose:
        (activity,) = (
            one
            for one in accountability.register(POLICY, Language.EN)["activities"]
            if one["purpose"] == purpose
        )
        for one in activity["facets"]:
            cells = [receiver["cell"] for receiver in one["receivers"]]
            viewers = [v for v in Viewer if POLICY.may_use(v, purpose)]
            expected = [POLICY.cell(one["facet"], v) for v in viewers]
            assert cells == [cell.value for cell in expected if cell is not Cell.NONE]
            assert all(receiver["shown"] for receiver in one["receivers"])


@pytest.mark.parametrize("page", [accountability.register_page, accountability.impact_page])
def test_both_languages_say_the_same_lines_in_other_words(page) -> None:
    dutch, english = (page(POLICY, language).splitlines() for language in (Language.NL, Language.EN))
    assert len(dutch) == len(english) and dutch != english
    assert [line.count("|") for line in dutch] == [line.count("|") for line in english]


def test_the_facts_for_an_assessment_hold_every_facet_viewer_and_act() -> None:
    facts = json.loads(run("impact", "--json", "--language", "en"))
    labels = {facet.label_en for facet in FACETS.values()}
    for part in ("sensitivity", "retention"):
        told = [label for one in facts[part] for label in one["facets"]]
        assert sorted(told) == sorted(labels)
    assert len(facts["reach"]) == len(Viewer)
    assert all(
        one["full"] + one["conditional"] + one["exists"] + one["none"] == len(FACETS)
        for one in facts["reach"]
    )
    assert [one["act"] for one in facts["acts"]] == list(POLICY.acts)
    special = {one["facet"] for one in facts["special"]}
    grave = (Sensitivity.HEALTH, Sensitivity.CRIMINAL)
    assert special == {facet.name for facet in FACETS.values() if facet.sensitivity in grave}


@pytest.mark.parametrize(
    ("language", "sign"), [(Language.NL, "60 maanden sinds"), (Language.EN, "60 months since")]
)
def test_each_class_of_retention_is_told_with_its_term(language: Language, sign: str) -> None:
    told = {
        one
        for activity in accountability.register(POLICY, language)["activities"]
        for one in activity["retention"]
    }
    terms = [FOUNDED_WITH[kind].words(language) for kind in Retention]
    assert len(told) == len(Retention) and all(any(f"({term})" in one for one in told) for term in terms)
    assert any(sign in one for one in told)
    assert [one["term"] for one in accountability.impact(POLICY, language)["retention"]] == terms


def test_a_policy_that_changes_changes_the_register(tmp_path: Path) -> None:
    rules = (POLICIES / "rules.csv").read_text(encoding="utf-8")
    changed = rules.replace("facet,school.full,school_care social ", "facet,school.full,social ").replace(
        "facet,school.none,* !school_care !social ", "facet,school.none,* !social "
    )
    (tmp_path / "rules.csv").write_text(changed, encoding="utf-8")
    (tmp_path / "model.conf").write_bytes((POLICIES / "model.conf").read_bytes())
    other = Policy(tmp_path)
    assert accountability.register_page(other, Language.NL) != PAGE.read_text(encoding="utf-8")
    # And the printed matrix: a change of the rules alone fails the tests.
    assert document(other) != (POLICIES.parent / "docs" / "who-may-see-what.md").read_text(encoding="utf-8")


def test_every_act_has_a_name_that_people_use() -> None:
    assert set(ACTS) == set(POLICY.acts)
    assert all(dutch != english for dutch, english in ACTS.values())
