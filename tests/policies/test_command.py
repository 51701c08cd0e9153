"""`casecoord policy`: what a privacy officer asks of the rules, in words and for machines."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from casecoord.access.attributes import ATOMS
from casecoord.access.decide import POLICIES, Policy
from casecoord.access.doing import ACT_ATOMS
from casecoord.access.explain import ASK, SHOWN
from casecoord.access.rules import Ask
from casecoord.commands import policy as command
from casecoord.commands.context import CommandError
from casecoord.domain.facets import Shown
from casecoord.domain.words import Language
from tests.policies.oracle import TABLES

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    app = typer.Typer()
    command.register(app)

    def run(*words: str, fails: str = "", code: int = 0) -> str:
        result = CliRunner().invoke(app, ["policy", *words])
        if fails:
            assert isinstance(result.exception, CommandError)
            assert fails in str(result.exception)
            return ""
        assert result.exit_code == code, result.output
        return result.stdout_bytes.decode()

    return run


def older(folder: Path, *changes: tuple[str, str]) -> Path:
    rules = (POLICIES / "rules.csv").read_text(encoding="utf-8")
    for new, old in changes:
        assert new in rules
        rules = rules.replace(new, old)
    folder.mkdir(exist_ok=True)
    (folder / "rules.csv").write_text(rules, encoding="utf-8")
    (folder / "model.conf").write_bytes((POLICIES / "model.conf").read_bytes())
    return folder


@pytest.mark.parametrize(("which", "name"), [("facets", "matrix"), ("spheres", "spheres"), ("acts", "acts")])
def test_matrix_prints_each_table_as_signed(run: Run, which: str, name: str) -> None:
    signed = (TABLES / f"access-{name}.csv").read_bytes().decode()
    assert run("matrix", "--table", which, "--format", "csv") == signed
    assert run("matrix", "--table", which, "--format", "md").startswith(f"| {signed.split(',')[0]}")
    data = json.loads(run("matrix", "--table", which, "--json"))
    assert len(data["rows"]) == signed.count("\r\n") - 1


def test_matrix_without_a_table_is_the_facets_or_the_whole_page(run: Run) -> None:
    assert run("matrix") == run("matrix", "--table", "facets")
    page = run("matrix", "--format", "md")
    assert page == (POLICIES.parent / "docs" / "who-may-see-what.md").read_text(encoding="utf-8")


def test_explain_says_rule_ground_and_whom_to_ask_in_both_languages(run: Run) -> None:
    asked = ("explain", "lead", "medical.note", "--sphere", "health")
    english = run(*asked, "--language", "en")
    assert "only that it exists" in english
    assert "medical_note.consent" in english
    assert "not so: a recorded, unexpired consent covers" in english
    assert "GDPR 6(1)(e) 9(2)(h)" in english
    assert "the GP practice" in english
    dutch = run(*asked)
    assert "alleen dat het er is" in dutch
    assert "AVG 6(1)(e) 9(2)(h)" in dutch
    assert "de huisartsenpraktijk" in dutch
    data = json.loads(run(*asked, "--fact", "consent_covers", "--json"))
    assert (data["shown"], data["cell"], data["ground"]) == ("full", "consent", "6(1)(a) 9(2)(a)")


def test_explain_chooses_a_purpose_that_fits(run: Run) -> None:
    assert json.loads(run("explain", "coordinator", "monitor.aggregate", "--json"))["purpose"] == "monitoring"
    assert json.loads(run("explain", "household", "person.name", "--json"))["purpose"] == "access_request"
    told = run("explain", "social", "person.name", "--purpose", "monitoring", "--language", "en")
    assert "may not use this purpose" in told


def test_may_says_by_which_rule_and_what_is_missing(run: Run) -> None:
    no = run("may", "member", "accept_lead", "--language", "en")
    assert "not allowed" in no
    assert "ceiling of cases not exceeded" in no
    yes = ("may", "member", "accept_lead", "--fact", "is_proposed", "--fact", "within_ceiling", "--json")
    assert json.loads(run(*yes))["rule"] == "accept_lead.proposed"
    assert "geen regel staat dit toe" in run("may", "resident", "rotate_keys")


def test_check_counts_what_is_filled_and_names_the_version(run: Run) -> None:
    data = json.loads(run("check", "--json"))
    assert data["ok"] is True
    assert data["cells"] == (43 + 4) * 14
    assert data["digest"] == Policy().digest
    assert data["digest"] in run("check")


def test_check_fails_with_the_line_and_the_reason(run: Run, tmp_path: Path) -> None:
    folder = older(tmp_path / "bad", (",deferred_for_safety,deny,", ",deferred_for_safety,deyn,"))
    run("check", "--policies", str(folder), fails="unknown effect 'deyn'")
    data = json.loads(run("check", "--policies", str(folder), "--json", code=1))
    assert data["ok"] is False
    assert "line" in data["problem"]


@pytest.mark.parametrize(
    ("words", "fails"),
    [
        (("explain", "lead", "person.iq"), "unknown facet"),
        (("explain", "lead", "person.name", "--sphere", "health"), "has no sphere"),
        (("explain", "lead", "person.name", "--fact", "luck"), "unknown fact"),
        (("may", "member", "fly"), "unknown act"),
        (("may", "member", "accept_lead", "--fact", "luck"), "unknown fact"),
        (("diff", "no-such-revision"), "no folder and no git revision"),
        (("diff", "--output=x"), "no folder and no git revision"),
        (("matrix", "--policies", "/nowhere"), "cannot be read"),
    ],
)
def test_a_wrong_question_gets_one_clear_line(run: Run, words: tuple[str, ...], fails: str) -> None:
    separated = (words[0], "--", *words[1:]) if words[-1] == "--output=x" else words
    run(*separated, fails=fails)


def test_diff_finds_who_gains_and_who_loses(run: Run, tmp_path: Path) -> None:
    folder = older(
        tmp_path / "older",
        ("facet,school.none,* !school_care !social ", "facet,school.none,* !social "),
        ("facet,school.full,school_care social ", "facet,school.full,social "),
        ("act,appoint_lead.power,decision_power,", "act,appoint_lead.power,area_coordinator,"),
    )
    found = json.loads(run("diff", str(folder), "--json"))["differences"]
    lines = {(one["change"], one["who"], one["about"], one["before"], one["after"]) for one in found}
    assert lines == {
        ("gains", "school_care", "school.enrolment", "none", "full"),
        ("gains", "school_care", "school.enrolment", "none", "exists"),
        ("loses", "area_coordinator", "appoint_lead", "yes", "no"),
        ("gains", "decision_power", "appoint_lead", "no", "yes"),
    }
    assert {one["when"][0] for one in found if one["after"] == "exists"} == {"restricted"}


def test_diff_against_a_revision_reads_what_was_committed(run: Run, tmp_path: Path) -> None:
    folder = older(tmp_path / "policies")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *words], check=True, capture_output=True)
    older(folder, ("# The legend", "# Legend"))
    for language, nothing in (
        ("nl", "Niemand krijgt of verliest iets."),
        ("en", "Nobody gains or loses anything."),
    ):
        assert nothing in run("diff", "HEAD", "--policies", str(folder), "--language", language)


def test_every_word_of_a_decision_is_said_in_both_languages() -> None:
    assert set(SHOWN) == set(Shown)
    assert set(ASK) == set(Ask)
    for dutch, english in (*SHOWN.values(), *ASK.values()):
        assert dutch != english
    for atom in (*ATOMS.values(), *ACT_ATOMS.values()):
        assert atom.sentence(Language.NL) != atom.sentence(Language.EN)
