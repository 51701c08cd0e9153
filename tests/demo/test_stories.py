"""Who looks at a story sees what its table row says: each promise, each viewer, each cell that exists now."""

import re
from dataclasses import replace
from uuid import UUID

import orjson
import pytest

from casecoord.access.decide import Policy
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.looking import viewers
from casecoord.actions.office import Hand
from casecoord.demo.storybook import STORIES
from casecoord.domain.bsn import holds_bsn
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Cell, Viewer
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import Purpose, Sphere
from casecoord.storage import views
from tests.demo.loaded import Demo

#: As whom nobody can look yet: residents bind themselves later, places are held later.
LATER = {Viewer.HOUSEHOLD, Viewer.PROVIDER}
#: Who looks at figures or at the log, and at no household.
NO_HOUSEHOLD = {Viewer.ANALYST, Viewer.PRIVACY_OFFICER}
#: What shows something only once hearings are planned.
LATER_CELLS = {Cell.OWN_HEARING}
#: The facets of a joint case view, as far as it goes now.
IN_VIEW = (
    "person.name",
    "person.age",
    "person.birth_date",
    "person.custody",
    "person.language",
    "person.practice",
    "household.address",
    "household.contact",
    "household.move",
    "school.enrolment",
    "case.status",
    "case.lead",
    "case.participants",
    "case.next_deadline",
    "case.contact",
    "signal.existence",
    "signal.source",
    "signal.domain",
    "signal.summary",
    "signal.detail",
    "plan.action",
    "gap",
)
LOOKS = [(key, user) for key, story in STORIES.items() for user in story.looks]


@pytest.mark.parametrize(("key", "user"), LOOKS, ids=[f"{key}-{user}" for key, user in LOOKS])
async def test_a_user_looks_as_the_story_says(demo: Demo, key: str, user: str):
    expected = STORIES[key].looks[user]
    assert expected in await looks_as(demo, user, demo.homes[key])
    if expected is Viewer.OUTSIDER:
        with pytest.raises(Problem) as refused:
            await look(demo, user, demo.homes[key])
        assert refused.value.code == "not_found"
    else:
        view = await look(demo, user, demo.homes[key], purpose_of(frozenset({expected})))
        assert view.household == demo.homes[key]


def test_every_viewer_who_can_look_has_stories():
    looking = {viewer for story in STORIES.values() for viewer in story.looks.values()}
    assert looking == set(Viewer) - LATER - NO_HOUSEHOLD


def test_every_facet_that_a_story_names_exists():
    assert {facet for story in STORIES.values() for facet in story.facets} <= set(FACETS)


async def test_every_cell_of_the_joint_view_is_shown_by_a_story(demo: Demo):
    """A cell that shows something shows it somewhere; one that is `none` shows it nowhere."""
    shown = await shown_by_viewer(demo)
    policy, missing, leaked = Policy(), [], []
    for viewer in set(Viewer) - LATER - NO_HOUSEHOLD:
        for facet in IN_VIEW:
            cell = policy.cell(facet, viewer)
            if cell is Cell.NONE and facet in shown[viewer]:
                leaked.append((viewer, facet))
            if cell not in {Cell.NONE, *LATER_CELLS} and facet not in shown[viewer]:
                missing.append((viewer, facet, cell))
    assert leaked == []
    assert missing == []


async def test_every_sphere_has_signals_shown_to_whom_its_cell_says(demo: Demo):
    seen: dict[Viewer, set[Sphere]] = {viewer: set() for viewer in Viewer}
    for key, user in LOOKS:
        as_whom = await looks_as(demo, user, demo.homes[key])
        if len(as_whom) == 1 and as_whom != {Viewer.OUTSIDER}:
            view = await look(demo, user, demo.homes[key], purpose_of(as_whom))
            others = [signal for signal in view.signals if signal.source is not None]
            seen[next(iter(as_whom))] |= {signal.sphere for signal in others}
    assert seen[Viewer.SOCIAL] == set(Sphere)
    assert seen[Viewer.COORDINATOR] == {Sphere.GENERAL, Sphere.LIVELIHOOD}
    assert seen[Viewer.WORK_CARE] == {Sphere.LIVELIHOOD}
    assert Sphere.JUSTICE not in seen[Viewer.SCHOOL_CARE] | seen[Viewer.GP_CARE] | seen[Viewer.WORK_CARE]


async def test_the_older_brother_leaves_no_trace_for_the_school(demo: Demo):
    home = demo.homes["de_oudere_broer"]
    school, social = await look(demo, "amina", home), await look(demo, "dirk", home)
    assert {signal.sphere for signal in school.signals} == {Sphere.GENERAL}
    assert Sphere.JUSTICE in {signal.sphere for signal in social.signals}
    assert {part.name for part in social.participants} - {part.name for part in school.participants} == {
        "Wijkrechtspraak Zuid"
    }
    assert {action.domain for action in social.actions} - {action.domain for action in school.actions}


async def test_a_secret_address_is_the_lead_s_alone(demo: Demo):
    home = demo.homes["geheim_adres"]
    assert (await look(demo, "chaima", home)).address is not None
    for user in ("amina", "dirk", "ibrahim"):
        assert (await look(demo, user, home)).address is None


async def test_a_family_in_one_area_does_not_exist_in_another(demo: Demo):
    for user, key in (("rosa", "ontbijt"), ("chaima", "een_ander_gebied"), ("ibrahim", "ook_schiedam")):
        with pytest.raises(Problem) as refused:
            await look(demo, user, demo.homes[key])
        assert refused.value.code == "not_found"


async def test_who_was_not_matched_is_proposed_to_the_likely_family_and_to_nobody_else(demo: Demo):
    proposals = await demo.admin.fetch("select provisional_id, household_id from merge_proposals")
    teller = demo.tellers["zonder_bsn_misschien_bekend"]
    assert [(row["provisional_id"], row["household_id"]) for row in proposals] == [
        (demo.homes["zonder_bsn_misschien_bekend"], teller.family.id)
    ]


async def test_johanna_may_appoint_a_lead_and_chaima_is_over_no_ceiling(demo: Demo):
    leads = await demo.admin.fetch(
        "select p.name, count(*) from leads l join memberships m on m.id = l.membership_id"
        " join professionals p on p.id = m.professional_id where upper_inf(l.during) group by p.name"
    )
    counts = {row["name"]: row["count"] for row in leads}
    assert counts["Yvonne Cairo"] == 3
    assert counts["Chaima el Idrissi"] > 12


def test_no_sentence_of_a_story_holds_a_number_that_is_somebody_s():
    assert not any(holds_bsn(text) for story in STORIES.values() for text in (story.nl, story.en))
    assert all(re.fullmatch(r"[a-z_]+", key) for key in STORIES)


async def looks_as(demo: Demo, user: str, home: UUID) -> frozenset[Viewer]:
    """As whom a user looks at a household as a whole; an outsider too where the area is another."""
    async with demo.office.database.enter(demo.caller(user)) as work:
        row = await views.joint_case(work, home)
        if row is None:
            return frozenset({Viewer.OUTSIDER})
        return viewers(
            Hand(work, demo.office.policy),
            takes_part=row["participates"] or row["accountable"],
            is_lead=row["is_lead"],
            signalled=row["signalled"],
            escalated=row["escalated"],
        )


async def look(demo: Demo, user: str, home: UUID, purpose: Purpose | None = None) -> JointCase:
    caller = replace(demo.caller(user), purpose=purpose)
    return await demo.office.look(caller, joint_case, JointCaseOf(home))


def purpose_of(viewers: frozenset[Viewer]) -> Purpose | None:
    """Who signalled looks to coordinate care, a court partner too."""
    return Purpose.CARE_COORDINATION if viewers == {Viewer.SIGNALLER} else None


async def shown_by_viewer(demo: Demo) -> dict[Viewer, set[str]]:
    """The facets that each viewer was shown in any story, as the access log has them; not one's own writing."""
    shown: dict[Viewer, set[str]] = {viewer: set() for viewer in Viewer}
    for key, user in LOOKS:
        as_whom = await looks_as(demo, user, demo.homes[key])
        if as_whom == {Viewer.OUTSIDER}:
            continue
        await look(demo, user, demo.homes[key], purpose_of(as_whom))
        record = await demo.admin.fetchval(
            "select record from access_log a join households h on h.pseudonym = a.household and h.area_id = a.area_id"
            " join professionals p on p.id = a.professional_id where h.id = $1 and p.id = $2"
            " order by a.at desc, a.ctid desc limit 1",
            demo.homes[key],
            demo.tellers[key].cast.professionals[user],
        )
        facets = {name for name, by in orjson.loads(record)["facets"].items() if "own_writing" not in by}
        if len(as_whom) == 1:
            shown[next(iter(as_whom))] |= facets
        elif Viewer.LEAD in as_whom:
            shown[Viewer.LEAD] |= facets
    return shown
