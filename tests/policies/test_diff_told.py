"""What a change of the policy does, as whoever has to sign it reads it."""

import re
from dataclasses import replace

from casecoord.access.attributes import ATOMS
from casecoord.access.decide import POLICIES, Policy
from casecoord.access.differences import Difference, differences
from casecoord.access.doing import ACT_ATOMS
from casecoord.access.told import told
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.words import Language, Role, TeamKind
from tests.policies.test_command import older

SEEING = Difference(
    "gains", "school_care", "school.enrolment", "", "care_coordination", "none", "full", ("!restricted",)
)
ACTING = Difference("loses", "coordinator of gp_care social", "close_case", "", "", "yes", "no", ())


def test_a_line_says_who_gets_what_for_what_and_when_in_both_languages() -> None:
    dutch, english = told([SEEING, ACTING], Language.NL), told([SEEING, ACTING], Language.EN)
    for words in (
        "zorgteam school", "school", "zorg coördineren", "niet getoond", "getoond",
        "tenzij: een beperking of bezwaar is nog niet beslist",
        "teamcoördinator van zorgteam huisarts, wijkteam", "een casus sluiten", "mag niet", "altijd",
    ):  # fmt: skip
        assert words in dutch
    for words in (
        "school care team", "care coordination", "unless: a restriction or objection is undecided",
        "coordinator of a team of GP care team, social team", "close a case", "may not", "always",
    ):  # fmt: skip
        assert words in english


def test_gains_come_first_and_are_counted() -> None:
    lines = told([ACTING, SEEING], Language.EN).splitlines()
    assert lines[0] == "1 × gains, 1 × loses"
    assert [line.split("|")[1].strip() for line in lines[4:]] == ["gains", "loses"]


def test_no_word_of_the_code_is_left_whatever_changed(tmp_path) -> None:
    """Each cell of the rules given to everybody or to nobody: every kind of line that there can be."""
    before = Policy(
        older(
            tmp_path / "older",
            ("facet,school.none,* !school_care !social ", "facet,school.none,* !social "),
            ("facet,school.full,school_care social ", "facet,school.full,social "),
            ("act,appoint_lead.power,decision_power,", "act,appoint_lead.power,area_coordinator,"),
        )
    )
    found = differences(before, Policy())
    found += [replace(SEEING, who=viewer, about=facet) for viewer in Viewer for facet in FACETS]
    found += [replace(ACTING, who=role, about=act) for role in Role for act in before.acts]
    found += [replace(ACTING, who=f"member of {kind}") for kind in TeamKind]
    found += [replace(SEEING, when=(atom, f"!{atom}")) for atom in ATOMS]
    found += [replace(ACTING, when=(atom, f"!{atom}")) for atom in ACT_ATOMS]
    for language in Language:
        assert not re.findall(r"\b\w+_\w+\b|\b\w+\.\w+\b", told(found, language))


def test_a_policy_is_no_other_than_itself() -> None:
    assert told(differences(Policy(), Policy(POLICIES)), Language.NL) == "Niemand krijgt of verliest iets."
