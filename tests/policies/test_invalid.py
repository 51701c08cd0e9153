"""A policy that cannot be enforced as it is written is refused whole, with its line and the reason."""

import logging
from pathlib import Path

import pytest

from casecoord.access.attributes import Facts
from casecoord.access.decide import POLICIES, Policy, PolicyInvalid
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.words import Purpose, Sphere

RULES = (POLICIES / "rules.csv").read_text(encoding="utf-8")
MODEL = (POLICIES / "model.conf").read_text(encoding="utf-8")


def policy_of(folder: Path, rules: str = RULES, model: str = MODEL) -> Policy:
    (folder / "rules.csv").write_text(rules, encoding="utf-8")
    (folder / "model.conf").write_text(model, encoding="utf-8")
    return Policy(folder)


def row(rule: str) -> str:
    """The line of the file that holds this rule."""
    return next(line for line in RULES.splitlines() if f",{rule}," in line)


#: what was planted: the rule, what is replaced by what, and a word of the reason
PLANTED = {
    "an effect with a typo": ("deferred", ",deny,", ",denied,", "unknown effect"),
    "an effect in capitals": ("own_writing", ",allow,", ",Allow,", "unknown effect"),
    "a condition that nobody declared": ("own_writing", "wrote_it", "wrote_them", "unknown condition"),
    "a viewer that nobody declared": ("deferred", "household", "households", "unknown who"),
    "a facet that nobody declared": ("bsn.none", "person.bsn", "person.bns", "unknown facet"),
    "a trait that nobody declared": ("own_writing", "@entry", "@entries", "unknown facet"),
    "a sphere that nobody declared": ("justice.full", "justice,", "justicia,", "unknown sphere"),
    "a purpose that nobody declared": ("own_data", "access_request", "curiosity", "unknown purpose"),
    "a cell that nobody declared": ("school.full", ",full,", ",ful,", "unknown cell"),
    "a kind that nobody declared": ("deferred", "over_facet,", "over,", "unknown kind"),
    "a degree that nobody declared": ("restriction", ",full,restricted,", ",half,restricted,", "unknown shows"),
    "a degree that is nothing": ("restriction", ",full,restricted,", ",none,restricted,", "shows cannot be none"),
    "somebody to ask who is not known": ("gap.exists", "coordinator", "the_boss", "unknown ask"),
    "an attribute too few": ("deferred", ",deny,", ",deny", "attributes where"),
    "an attribute too many": ("deferred", ",deny,", ",deny,,", "attributes where"),
    "a quote that never closes": ("deferred", "voor iemands", '"voor iemands', "unexpected end"),
    "a name that is none": ("deferred", ",deferred,", ",Deferred!,", "no name for a rule"),
    "a name twice": ("deferred", ",deferred,", ",split,", "two rules"),
    "nobody at all": ("deferred", "household,*", ",*", "who names nothing"),
    "everybody taken away": ("deferred", "household,*", "* !*,*", "who names nothing"),
    "no sentence": ("deferred", ",for a person's safety this is deferred from the household's view", ",", "sentence"),
    "a cell filled twice": ("school.full", "school_care social", "school_care social provider", "too"),
    "a cell left open": ("school.full", "school_care social", "school_care", "no cell for school.enrolment"),
    "a refusal where the cell allows": ("school.full", ",allow,", ",deny,", "contradicts the cell"),
    "a permission where the cell refuses": ("bsn.none", ",deny,", ",allow,", "contradicts the cell"),
    "a condition on a row of a table": ("school.full", ",full,,,", ",full,,wrote_it,", "one cell and nothing more"),
    "nobody to ask": ("gap.exists", "coordinator", "", "whom to ask"),
    "less than all of a sphere": ("justice.full", ",full,", ",exists,", "never less"),
    "the existence of a secret": ("hearing.full", ",full,,,allow,,", ",exists,,,allow,lead,", "is itself the secret"),
    "a condition for whom it cannot hold": ("school.full", ",full,", ",own_person,", "own_person is never so for"),
    "a condition where it cannot hold": ("school.full", ",full,", ",consent,", "consent_covers is never so for"),
    "a note about seeing": ("deferred", ",deny,", ",note,", "only an act has notes"),
    "a purpose that refuses": ("own_data", ",allow,", ",deny,", "a purpose allows"),
    "a grant that needs nothing": ("emergency", ",break_glass,", ",,", "a grant rests on"),
    "a viewer without a purpose": ("own_data", "household", "lead", "no purpose lets household look"),
    "an act that only stops": ("leave_case.coordinator", ",leave_case,", ",leave_team,", "nobody may leave_case"),
    "an act on two lines": ("spend.lead", ",spend,", ",spend add_signal,", "stands under"),
    "an act without a name": ("spend.lead", ",spend,", ",,", "names no act"),
    "a role that nobody declared": ("appoint_lead.power", ",decision_power,", ",boss,", "unknown who"),
    "a fact of seeing in an act": ("spend.lead", "is_lead", "restricted", "unknown condition"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_mistake_stops_the_policy(tmp_path: Path, what: str) -> None:
    rule, old, new, reason = PLANTED[what]
    line = row(rule)
    assert old in line, "the plant must change something"
    with pytest.raises(PolicyInvalid, match=reason) as refused:
        policy_of(tmp_path, RULES.replace(line, line.replace(old, new, 1)))
    assert "rules.csv" in str(refused.value)
    if refused.value.line is not None:
        assert f"line {refused.value.line}" in str(refused.value)
        planted = (tmp_path / "rules.csv").read_text(encoding="utf-8").splitlines()
        assert planted[refused.value.line - 1].count(",") > 5


def test_a_mistake_is_found_on_its_own_line(tmp_path: Path) -> None:
    line = row("deferred")
    with pytest.raises(PolicyInvalid) as refused:
        policy_of(tmp_path, RULES.replace(line, line.replace(",deny,", ",dney,")))
    assert refused.value.line == RULES.splitlines().index(line) + 1


@pytest.mark.parametrize("rule", ["own_writing", "deferred"])
def test_what_comes_over_a_table_cannot_stand_after_it(tmp_path: Path, rule: str) -> None:
    line = row(rule)
    with pytest.raises(PolicyInvalid, match="stands before it"):
        policy_of(tmp_path, RULES.replace(line + "\n", "") + line + "\n")


def test_a_refusal_of_an_act_cannot_stand_after_who_may(tmp_path: Path) -> None:
    line = row("spend.above")
    with pytest.raises(PolicyInvalid, match="refusals stand first"):
        policy_of(tmp_path, RULES.replace(line + "\n", "") + line + "\n")


def test_a_table_without_a_legend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="legend does not explain"):
        policy_of(tmp_path, RULES.replace(row("unless_secret") + "\n", ""))


@pytest.mark.parametrize("text", ["", "# nothing but words\n", "id,who\n"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyInvalid, match="the first row must be"):
        policy_of(tmp_path, text)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        Policy(tmp_path)
    (tmp_path / "rules.csv").write_bytes(RULES.encode("utf-16"))
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        Policy(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("priority(p.eft) || deny", "some(where (p.eft == allow))"),
        ("priority(p.eft) || deny", "!some(where (p.eft == deny))"),
        ("m3 = about(r3.q, p3.what) && looks(r3.q, p3.who)\n", ""),
        ("m3 = about(", "m3 = abuot("),
        ("m4 = about(r4.q, p4.what)", "m4 = about(r4.q, p4.whta)"),
        ("m2 = about(r2.q, p2.what)", "m2 = false"),
        ("[matchers]", "[guessers]"),
    ],
)
def test_a_model_that_would_decide_otherwise_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in MODEL
    with pytest.raises(PolicyInvalid, match="model.conf"):
        policy_of(tmp_path, model=MODEL.replace(old, new))


def test_an_older_version_may_lack_what_came_later(tmp_path: Path) -> None:
    older = RULES.replace(row("merge.none") + "\n", "").replace(row("merge.full") + "\n", "")
    with pytest.raises(PolicyInvalid, match=r"merge\.proposal"):
        policy_of(tmp_path, older)
    policy = Policy(tmp_path, complete=False)
    for viewer in Viewer:
        for purpose in Purpose:
            assert (
                policy.decide(frozenset({viewer}), "merge.proposal", None, purpose, Facts.that()).shown
                == "none"
            )


def test_each_version_has_its_own_digest(tmp_path: Path) -> None:
    same = policy_of(tmp_path)
    assert same.digest == Policy().digest
    assert policy_of(tmp_path, RULES + "\n# a remark\n").digest != same.digest


def test_a_refusal_writes_nothing_to_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Casbin's own logger would print the whole request at each refusal."""
    caplog.set_level(logging.DEBUG)
    policy = Policy()
    for facet in FACETS:
        policy.decide(
            frozenset({Viewer.OUTSIDER}), facet, Sphere.GENERAL, Purpose.CARE_COORDINATION, Facts.that()
        )
    assert not [record for record in caplog.records if record.name.startswith("casbin.enforcer")]


def test_an_unknown_facet_is_an_error_and_no_answer() -> None:
    with pytest.raises(KeyError):
        Policy().decide(frozenset({Viewer.LEAD}), "person.iq", None, Purpose.CARE_COORDINATION, Facts.that())


def test_what_refuses_must_be_said() -> None:
    with pytest.raises(TypeError):
        Facts(wrote_it=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Facts.that("wrote_everything")
