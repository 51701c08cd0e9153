"""What was decided is decided again by the policy of its day, whatever became of the policy since."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from casecoord.access.decide import POLICIES, Policy
from casecoord.actions.access_log import AccessLogOf, access_log
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.office import Office
from casecoord.actions.replaying import ReplayOf, replay_decision
from tests.actions.looks import look
from tests.actions.steps import led_case, refused, sql
from tests.world import Town


def without_ages(folder: Path) -> Policy:
    """A policy of a later day: a school care team is shown no ages any more, and nobody may give feedback."""
    rules = (POLICIES / "rules.csv").read_text(encoding="utf-8")
    lines = rules.split("\n")
    place = next(i for i, line in enumerate(lines) if line.startswith("over_facet,"))
    lines.insert(
        place, "over_facet,no_ages,school_care,person.age,,,,deny,,,geen leeftijden,no ages any more"
    )
    (folder / "rules.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    (folder / "model.conf").write_bytes((POLICIES / "model.conf").read_bytes())
    return Policy(folder)


async def newest(town: Town, home: UUID, event: str = "joint_case") -> UUID:
    found = (await look(town, "lotte", access_log, AccessLogOf(home))).items
    return next(one.id for one in found if one.event == event)


async def test_a_policy_that_changed_since_decides_otherwise_and_that_of_its_day_the_same(
    town: Town, tmp_path: Path
) -> None:
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    before = await look(town, "amina", joint_case, JointCaseOf(case.id))
    assert all(person.age for person in before.persons)
    entry = await newest(town, case.household)
    town.clock.forward(days=1)
    town.office = Office(town.database, without_ages(tmp_path))
    after = await look(town, "amina", joint_case, JointCaseOf(case.id))
    assert not any(person.age for person in after.persons)
    found = await look(town, "lotte", replay_decision, ReplayOf(entry))
    assert found.trusted and found.same and found.policy != town.office.policy.digest
    changed = [one for one in found.decisions if one.changed]
    assert {one.asked.about for one in changed} == {"person.age"}
    assert {(one.asked.said.verdict, one.again.verdict, one.today.verdict) for one in changed} == {
        ("full", "full", "none")
    }
    assert changed[0].today.rules == ("no_ages",)
    later = await look(town, "lotte", replay_decision, ReplayOf(await newest(town, case.household)))
    assert later.same and later.policy == town.office.policy.digest
    assert not any(one.changed for one in later.decisions)


async def test_a_replay_is_the_officers_and_is_in_the_log(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    entry = await newest(town, case.household)
    for who in ("amina", "ibrahim", "mo"):
        async with refused("not_found", "entry"):
            await look(town, who, replay_decision, ReplayOf(entry))
    await look(town, "lotte", replay_decision, ReplayOf(entry))
    assert await newest(town, case.household, "replay_decision")
    async with refused("not_found", "entry"):
        await look(town, "lotte", replay_decision, ReplayOf(case.id))


async def test_a_version_that_was_tampered_with_is_trusted_no_more(town: Town, database_url: str) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    entry = await newest(town, case.household)
    async with sql(database_url) as database:
        (kept,) = await database.fetch("select digest, kept_at from policy_versions")
        assert kept["digest"] == town.office.policy.digest
        await database.execute("update policy_versions set files = jsonb_set(files, '{rules.csv}', '\"\"')")
    found = await look(town, "lotte", replay_decision, ReplayOf(entry))
    assert not found.trusted and not found.same and found.kept_since == kept["kept_at"]


async def test_the_application_can_change_no_kept_version(town: Town, database_url: str) -> None:
    await led_case(town, (await town.janssens())["noor"])
    async with sql(database_url, role="casecoord_app") as database:
        for statement in ("update policy_versions set digest = ''", "delete from policy_versions"):
            with pytest.raises(Exception, match="permission denied"):
                await database.execute(statement)


async def test_a_decision_says_the_same_of_another_question_only_by_chance(
    town: Town, tmp_path: Path
) -> None:
    """A replay that compared nothing would pass: one with another verdict does not."""
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    found = await look(town, "lotte", replay_decision, ReplayOf(await newest(town, case.household)))
    one = found.decisions[0]
    bent = replace(one, asked=replace(one.asked, said=replace(one.asked.said, verdict="none")))
    assert one.same and not bent.same
