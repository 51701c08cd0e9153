"""A blockade names who should do what by when; one word opens many; what it opens is found in every area, about nobody."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.addressing import Addressee
from casecoord.actions.blockades import (
    DecideBlockade,
    GiveHomework,
    decide_blockade,
    raise_blockade,
)
from casecoord.actions.breakthroughs import (
    BreakthroughsOf,
    PublishBreakthrough,
    RuleWords,
    WithdrawBreakthrough,
    breakthroughs,
    publish_breakthrough,
    withdraw_breakthrough,
)
from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    reopen_case,
)
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.spending import SpendMoney, spend
from casecoord.actions.weighing import (
    AgendaOf,
    CompleteHomework,
    OrderBlockades,
    SimilarOf,
    alliance_agenda,
    complete_homework,
    order_blockades,
    similar_blockades,
)
from casecoord.domain.errors import Problem
from casecoord.domain.words import BlockadeKind, BlockadeState, LifeDomain, Reach, Urgency, Word
from tests.actions.steps import refused, sql
from tests.actions.test_blockades import (
    agreed,
    deciding,
    listed,
    raised,
    raising,
    see,
    social_case,
    waiting,
)
from tests.actions.test_races import at_once
from tests.actions.test_retention import run, years_on
from tests.actions.two_areas import towns  # noqa: F401
from tests.world import Town

FRIDAY = date(2026, 11, 13)
RULE = RuleWords(
    "Briefadres voor wie nergens staat ingeschreven",
    "Iemand zonder vaste plek vraagt een uitkering aan.",
    "De gemeente geeft op dezelfde dag een briefadres bij het wijkteam.",
    "Besluit van de stuurgroep, onder het mandaat van het college.",
)
DIRECTOR = Addressee(function="Directeur Wonen")


async def look(town: Town, who: str, view: Any, query: Any) -> Any:
    return await town.office.look(town.caller(who), view, query)


async def found(town: Town, who: str, **asked: Any) -> list[Any]:
    return (await look(town, who, breakthroughs, BreakthroughsOf(**asked))).items


async def structural(town: Town, blockade: UUID, rule: RuleWords | None = RULE, **more: Any) -> Any:
    decided = replace(deciding(town, blockade), rule=rule, **more)
    return await town.act("jasmijn", decide_blockade, decided)


async def test_a_blockade_says_who_should_do_what_by_when(town: Town, database_url: str) -> None:
    case = await social_case(town)
    by_function = await raised(town, "chaima", case.id, to=DIRECTOR, needed_by=FRIDAY)
    by_team = await raised(town, "chaima", case.id, to=Addressee(team=town.teams["werk"]))
    async with sql(database_url) as plain:
        organisation = await plain.fetchrow("select id, name from organisations limit 1")
    await raised(town, "chaima", case.id, to=Addressee(organisation=organisation["id"]))
    to_power = await raised(town, "chaima", case.id)
    seen = {one.id: one for one in (await see(town, "amina", case.id)).blockades}
    assert (seen[by_function].addressee, seen[by_function].needed_by) == ("Directeur Wonen", FRIDAY)
    assert (seen[by_team].addressee, seen[by_team].needed_by) == ("Werk", date(2026, 11, 16))
    assert organisation["name"] in {one.addressee for one in seen.values()}
    assert seen[to_power].addressee == "the decision power of this area"
    shown = {one.id: one.addressee for one in (await listed(town, "jasmijn")).items}
    assert shown == {one.id: one.addressee for one in seen.values()}
    async with sql(database_url) as plain:
        sealed = await plain.fetchval("select function_sealed from blockades where id = $1", by_function)
    assert b"Wonen" not in sealed


async def test_a_blockade_for_nobody_or_too_late_is_told_what_it_lacks(town: Town) -> None:
    case = await social_case(town)
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"to": Addressee()}, "addressee_missing", "to"),
        ({"to": Addressee(function="  ")}, "addressee_missing", "to"),
        ({"to": Addressee(team=uuid4(), function="Iemand")}, "addressee_missing", "to"),
        ({"to": Addressee(team=uuid4())}, "not_found", "to.team"),
        ({"to": Addressee(organisation=uuid4())}, "not_found", "to.organisation"),
        ({"to": Addressee(function="999990019")}, "bsn_in_text", "to.function"),
        ({"needed_by": date(2026, 11, 1)}, "needed_by_past", "neededBy"),
        ({"needed_by": date(2099, 1, 1)}, "date_too_late", "neededBy"),
        ({"what": "  "}, "text_empty", "what"),
        ({"asked": "\u200b"}, "text_control", "asked"),
    ]
    for more, code, field in bad:
        async with refused(code, field):
            await town.act("chaima", raise_blockade, raising(town, case.id, **more))
    assert (await see(town, "amina", case.id)).blockades == []


async def test_a_team_of_another_area_is_not_there_to_be_asked(towns: tuple[Town, Town]) -> None:  # noqa: F811
    zuid, noord = towns
    case = await social_case(zuid)
    async with refused("not_found", "to.team"):
        theirs = Addressee(team=noord.teams["werk"])
        await zuid.act("chaima", raise_blockade, raising(zuid, case.id, to=theirs))


async def test_a_decision_rests_on_an_authority(town: Town) -> None:
    case = await social_case(town)
    one, other = [await raised(town, "chaima", case.id) for _ in range(2)]
    mandated = replace(deciding(town, one), mandate="Mandaatbesluit college, artikel 4.")
    await town.act("jasmijn", decide_blockade, mandated)
    await town.act("jasmijn", decide_blockade, deciding(town, other))
    seen = {one.id: one.mandate for one in (await see(town, "amina", case.id)).blockades}
    assert seen == {one: "Mandaatbesluit college, artikel 4.", other: "the decision power of this area"}


async def test_the_most_urgent_family_comes_first_and_by_hand_it_is_another(town: Town) -> None:
    calm, urgent, third = [await social_case(town, name) for name in ("A Aa", "B Bb", "C Cc")]
    made = []
    for case, kind, urgency in (
        (calm, BlockadeKind.LAW, Urgency.NORMAL),
        (urgent, BlockadeKind.MONEY, Urgency.ACUTE),
        (third, BlockadeKind.CAPACITY, Urgency.NORMAL),
    ):
        town.clock.forward(minutes=1)
        made.append(await raised(town, "chaima", case.id, kind=kind, urgency=urgency))
    listing = (await listed(town, "jasmijn")).items
    assert [one.id for one in listing] == [made[1], made[0], made[2]]
    assert [one.urgency for one in listing] == [Urgency.ACUTE, Urgency.NORMAL, Urgency.NORMAL]
    await town.act("jasmijn", order_blockades, OrderBlockades(town.key(), (made[2], made[0])))
    listing = (await listed(town, "jasmijn")).items
    assert [(one.id, one.place) for one in listing] == [(made[2], 1), (made[0], 2), (made[1], None)]
    await town.act("jasmijn", order_blockades, OrderBlockades(town.key(), ()))
    assert [one.id for one in (await listed(town, "jasmijn")).items] == [made[1], made[0], made[2]]


async def test_only_who_decides_orders_and_only_what_is_there(town: Town) -> None:
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    async with refused("not_allowed"):
        await town.act("amina", order_blockades, OrderBlockades(town.key(), (blockade,)))
    async with refused("not_found", "blockades"):
        await town.act("jasmijn", order_blockades, OrderBlockades(town.key(), (blockade, uuid4())))


async def three_alike(town: Town) -> tuple[list[Any], list[UUID]]:
    cases = [await social_case(town, name) for name in ("A Aa", "B Bb", "C Cc")]
    words = (
        "Zonder inschrijving geeft de woningcorporatie geen urgentie.",
        "De woningcorporatie geeft geen urgentie zonder inschrijving.",
        "Geen urgentie bij de woningcorporatie, want er is geen inschrijving.",
    )
    made = []
    for case, what in zip(cases, words, strict=True):
        town.clock.forward(minutes=1)
        made.append(await raised(town, "chaima", case.id, what=what, to=DIRECTOR))
    return cases, made


async def test_blockades_that_are_alike_are_proposed_as_one_and_one_word_decides_all(town: Town) -> None:
    cases, made = await three_alike(town)
    other = await raised(
        town, "chaima", cases[0].id, what="Vader wacht op een pasje.", asked="Geef een pasje."
    )
    elsewhere = await raised(
        town, "chaima", cases[1].id, what="Zonder inschrijving geeft de woningcorporatie geen urgentie.",
        to=Addressee(function="Wethouder"),
    )  # fmt: skip
    (group,) = await look(town, "jasmijn", similar_blockades, SimilarOf())
    assert {one.id for one in group} == set(made) and not {other, elsewhere} & {one.id for one in group}
    for who in ("amina", "chaima", "ibrahim"):
        assert await look(town, who, similar_blockades, SimilarOf()) == []
    done = await structural(town, made[0], also=tuple(made[1:]))
    assert set(done.also) == set(made[1:])
    for case, blockade in zip(cases, made, strict=True):
        seen = {one.id: one for one in (await see(town, "amina", case.id)).blockades}
        assert (seen[blockade].state, seen[blockade].rule) == (BlockadeState.DECIDED, done.rule)
        history = await look(town, "amina", timeline, TimelineOf(case.id))
        about = [event.about for event in history.items if event.verb == "decide_blockade"]
        # Nothing of the one family is told in the other.
        assert len(about) == 1 and not any(str(one) in repr(about) for one in made if one != blockade)
    assert {one.id for one in (await listed(town, "jasmijn")).items} == {other, elsewhere}
    await agreed(town)


async def test_one_word_decides_only_what_is_of_one_kind_and_domain_and_all_or_nothing(town: Town) -> None:
    cases, made = await three_alike(town)
    money = await raised(town, "chaima", cases[0].id, kind=BlockadeKind.MONEY)
    async with refused("not_alike", "also"):
        await structural(town, made[0], also=(money,))
    async with refused("not_found", "also"):
        await structural(town, made[0], also=(uuid4(),))
    assert len((await listed(town, "jasmijn")).items) == 4


async def test_two_who_decide_overlapping_ones_at_once_each_decide_all_or_nothing(
    town: Town, database_url: str
) -> None:
    _, made = await three_alike(town)
    pairs = [(made[0], made[1]), (made[1], made[0]), (made[1], made[2]), (made[2], made[0])] * 3
    done, problems = await at_once(*(structural(town, one, rule=None, also=(other,)) for one, other in pairs))
    assert len(done) == 1 and set(problems) <= {"already_answered", "not_found"}
    assert sum(problems.values()) == len(pairs) - 1
    decided = {done[0].id, *done[0].also}
    async with sql(database_url) as plain:
        rows = await plain.fetch("select id from blockades where state = 'decided'")
    assert {row["id"] for row in rows} == decided
    await agreed(town)


async def test_the_alliance_goes_home_with_homework_and_the_clock_runs_on(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    blockade = await raised(town, "chaima", case.id)
    homework = (
        GiveHomework(Addressee(function="Directeur Wonen"), "Legt een voorstel voor urgentie voor.", FRIDAY),
        GiveHomework(Addressee(team=town.teams["werk"]), "Zoekt uit wat de wet toelaat.", FRIDAY),
    )
    put = DecideBlockade(town.key(), blockade, on_agenda=True, homework=homework)
    assert (await town.act("jasmijn", decide_blockade, put)).state is BlockadeState.AGENDA
    assert [subject for subject, _ in await waiting(database_url)] == [blockade]
    (item,) = (await look(town, "jasmijn", alliance_agenda, AgendaOf())).items
    assert {(one.addressee, one.what, one.done_at) for one in item.homework} == {
        ("Directeur Wonen", "Legt een voorstel voor urgentie voor.", None),
        ("Werk", "Zoekt uit wat de wet toelaat.", None),
    }
    # Whoever sees the blockade in the case sees what is done about it.
    (seen,) = (await see(town, "chaima", case.id)).blockades
    assert [one.what for one in seen.homework] == [one.what for one in item.homework]
    for who in ("amina", "bea", "ibrahim"):
        assert (await look(town, who, alliance_agenda, AgendaOf())).items == []
    (first, _) = item.homework
    ticked = CompleteHomework(town.key(), first.id)
    async with refused("not_allowed"):
        await town.act("amina", complete_homework, ticked)
    async with refused("not_found", "homework"):
        await town.act("bea", complete_homework, ticked)
    assert (await town.act("jasmijn", complete_homework, ticked)).done
    async with refused("homework_done", "homework"):
        await town.act("jasmijn", complete_homework, CompleteHomework(town.key(), first.id))
    (item,) = (await listed(town, "jasmijn")).items
    assert {one.id: one.done_at is not None for one in item.homework}[first.id]
    await town.act("jasmijn", complete_homework, CompleteHomework(town.key(), first.id, done=False))
    # More homework may follow while it is there; without any, it is there already.
    more = GiveHomework(DIRECTOR, "Komt terug met een besluit.", FRIDAY)
    await town.act("jasmijn", decide_blockade, replace(put, idempotency_key=town.key(), homework=(more,)))
    async with refused("already_answered", "blockade"):
        await town.act("jasmijn", decide_blockade, replace(put, idempotency_key=town.key(), homework=()))
    assert len((await listed(town, "jasmijn")).items[0].homework) == 3
    town.clock.forward(weeks=3)
    assert "blockade_open" in {gap.name for gap in (await see(town, "amina", case.id)).gaps}
    await agreed(town)
    await town.act("jasmijn", decide_blockade, deciding(town, blockade))
    assert (await look(town, "jasmijn", alliance_agenda, AgendaOf())).items == []


async def test_homework_is_concrete(town: Town) -> None:
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    bad: list[tuple[dict[str, Any], str]] = [
        ({"to": Addressee()}, "addressee_missing"),
        ({"what": ""}, "text_empty"),
        ({"what": "Bel mij op 06-12345678."}, "personal_in_text"),
        ({"needed_by": date(2026, 10, 1)}, "needed_by_past"),
    ]
    for more, code in bad:
        homework = replace(GiveHomework(DIRECTOR, "Beslist.", FRIDAY), **more)
        async with refused(code):
            put = DecideBlockade(town.key(), blockade, on_agenda=True, homework=(homework,))
            await town.act("jasmijn", decide_blockade, put)
    async with refused("homework_without_agenda", "homework"):
        said = replace(deciding(town, blockade), homework=(GiveHomework(DIRECTOR, "Beslist.", FRIDAY),))
        await town.act("jasmijn", decide_blockade, said)
    assert (await listed(town, "jasmijn")).items[0].state is BlockadeState.OPEN


async def test_another_area_finds_the_rule_and_nothing_of_where_it_came_from(
    towns: tuple[Town, Town],  # noqa: F811
    database_url: str,
) -> None:
    zuid, noord = towns
    case = await social_case(zuid)
    blockade = await raised(zuid, "chaima", case.id)
    done = await structural(zuid, blockade)
    for town, who in ((noord, "amina"), (noord, "mo"), (noord, "lotte"), (noord, "fleur"), (zuid, "hanna")):
        (rule,) = await found(town, who)
        assert (rule.id, rule.title, rule.area, rule.published_at) == (
            done.rule,
            RULE.title,
            "Zuid",
            zuid.clock.now,
        )
        for ids in (blockade, case.id, case.household, zuid.members["jasmijn"].membership):
            assert str(ids) not in repr(rule)
    theirs = await social_case(noord, "Pien Vos")
    offered = await noord.act("chaima", raise_blockade, raising(noord, theirs.id))
    assert [one.id for one in offered.rules] == [done.rule]
    other = await noord.act("chaima", raise_blockade, raising(noord, theirs.id, kind=BlockadeKind.LAW))
    assert other.rules == []
    with pytest.raises(Problem):
        await see(noord, "jasmijn", case.id)
    async with refused("not_found", "rule"):
        gone = WithdrawBreakthrough(noord.key(), done.rule, "Niet van ons.")
        await noord.act("jasmijn", withdraw_breakthrough, gone)
    # What Zuid takes back is no longer there for Noord.
    taken = WithdrawBreakthrough(zuid.key(), done.rule, "De wet is veranderd.")
    assert (await zuid.act("jasmijn", withdraw_breakthrough, taken)).rule is None
    assert await found(noord, "amina") == []
    async with sql(database_url, role="casecoord_app") as plain:
        await plain.execute(f"set casecoord.area = '{noord.area}'")
        assert await plain.fetchval("select count(*) from breakthroughs") == 0


async def test_rules_are_found_by_kind_domain_and_words_page_by_page(town: Town) -> None:
    case = await social_case(town)
    titles = ("Eerste regel", "Tweede regel", "Derde regel")
    for title in titles:
        town.clock.forward(minutes=1)
        blockade = await raised(town, "chaima", case.id)
        await structural(town, blockade, replace(RULE, title=title))
    assert [one.title for one in await found(town, "amina")] == list(reversed(titles))
    assert [one.title for one in await found(town, "amina", text="BRIEFADRES tweede")] == ["Tweede regel"]
    assert await found(town, "amina", text="100% _") == []
    assert len(await found(town, "amina", kind=BlockadeKind.RULE, domain=LifeDomain.HOUSING)) == 3
    assert await found(town, "amina", kind=BlockadeKind.MONEY) == []
    paged, after = [], None
    while True:
        page = await look(town, "amina", breakthroughs, BreakthroughsOf(first=2, after=after))
        paged += [one.title for one in page.items]
        if not page.more:
            break
        after = page.cursors[-1]
    assert paged == list(reversed(titles))


async def test_a_rule_that_speaks_of_the_same_is_offered_first(town: Town) -> None:
    case = await social_case(town)
    for title in ("Urgentie zonder inschrijving", "Een pasje voor het zwembad"):
        town.clock.forward(minutes=1)
        await structural(
            town,
            await raised(town, "chaima", case.id),
            RuleWords(title, f"{title}, als dat nodig is.", "Dan mag het.", "De stuurgroep."),
        )
    said = raising(town, case.id, what="Zonder inschrijving krijgt moeder geen urgentie.")
    offered = await town.act("chaima", raise_blockade, said)
    assert [one.title for one in offered.rules] == [
        "Urgentie zonder inschrijving",
        "Een pasje voor het zwembad",
    ]


async def test_a_rule_is_in_words_of_its_own(town: Town) -> None:
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"title": "BSN 999990019"}, "bsn_in_text", "rule.title"),
        ({"title": " "}, "text_empty", "rule.title"),
        ({"title": "x" * 121}, "text_too_long", "rule.title"),
        ({"applies": "Bel het gezin op 06 12345678."}, "personal_in_text", "rule.applies"),
        ({"allowed": "Wie woont op 3073 AB mag verhuizen."}, "personal_in_text", "rule.allowed"),
        ({"authority": "moeder@voorbeeld.nl"}, "personal_in_text", "rule.authority"),
        ({"applies": "Toen: Kanarie mag niet verhuizen."}, "rule_copied", "rule.applies"),
    ]
    for more, code, field in bad:
        async with refused(code, field):
            await structural(town, blockade, replace(RULE, **more))
    assert await found(town, "amina") == []
    assert len((await listed(town, "jasmijn")).items) == 1


async def test_only_a_structural_decision_becomes_a_rule_and_later_is_soon_enough(town: Town) -> None:
    case = await social_case(town)
    once, for_ever = [await raised(town, "chaima", case.id) for _ in range(2)]
    async with refused("rule_of_a_structural_decision"):
        await structural(town, once, reach=Reach.INCIDENTAL)
    await town.act("jasmijn", decide_blockade, deciding(town, once, Reach.INCIDENTAL))
    done = await structural(town, for_ever, rule=None)
    assert done.rule is None
    async with refused("rule_of_a_structural_decision", "blockade"):
        await town.act("jasmijn", publish_breakthrough, PublishBreakthrough(town.key(), once, RULE))
    written = PublishBreakthrough(town.key(), for_ever, RULE)
    async with refused("not_found", "blockade"):
        await town.act("amina", publish_breakthrough, written)
    saved = await town.act("jasmijn", publish_breakthrough, written)
    async with refused("rule_documented", "blockade"):
        await town.act("jasmijn", publish_breakthrough, replace(written, idempotency_key=town.key()))
    assert [one.id for one in await found(town, "amina")] == [saved.rule]
    seen = {one.id: one.rule for one in (await see(town, "amina", case.id)).blockades}
    assert seen == {once: None, for_ever: saved.rule}


async def test_a_rule_is_replaced_with_a_reason_once(town: Town) -> None:
    done = await structural(town, await raised(town, "chaima", (await social_case(town)).id))
    other = replace(RULE, title="Briefadres binnen twee dagen")
    async with refused("reason_missing", "reason"):
        await town.act("jasmijn", withdraw_breakthrough, WithdrawBreakthrough(town.key(), done.rule, " "))
    async with refused("not_allowed"):
        await town.act(
            "ibrahim", withdraw_breakthrough, WithdrawBreakthrough(town.key(), done.rule, "Mag niet.")
        )
    answered, problems = await at_once(
        *(
            town.act(
                "jasmijn",
                withdraw_breakthrough,
                WithdrawBreakthrough(town.key(), done.rule, "Ruimer.", other),
            )
            for _ in range(8)
        )
    )
    assert (len(answered), problems) == (1, {"rule_ended": 7})
    assert [one.title for one in await found(town, "amina")] == [other.title]


async def closed(town: Town, url: str, case: UUID) -> None:
    """The case goes well, and ends."""
    async with sql(url) as plain:
        identity = await plain.fetchval("select id from signals where case_id = $1", case)
    town.clock.forward(hours=1)
    await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Opgepakt."))
    await town.act("amina", begin_aftercare, OfCase(town.key(), case))
    outcome = ConfirmOutcome(town.key(), "Het gaat goed.", Word.FAMILY, identity)
    await town.act("amina", confirm_outcome, outcome)
    await town.act("amina", close_case, CloseCase(town.key(), case, "Klaar.", Word.FAMILY))


async def test_a_decision_on_a_case_that_closed_meanwhile_stands_and_says_so(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    blockade = await raised(town, "chaima", case.id)
    await closed(town, database_url, case.id)
    assert [subject for subject, _ in await waiting(database_url)] == [blockade]
    assert [one.id for one in (await listed(town, "jasmijn")).items] == [blockade]
    done = await structural(town, blockade)
    assert (done.state, done.case_closed) == (BlockadeState.DECIDED, True)
    assert await waiting(database_url) == []
    assert [one.id for one in await found(town, "amina")] == [done.rule]
    await agreed(town)
    # Nothing is lost: who opens the case again finds what was decided.
    await town.act("ibrahim", reopen_case, OfCase(town.key(), case.id))
    (seen,) = (await see(town, "chaima", case.id)).blockades
    assert (seen.decision, seen.rule) == ("Doorbraak: voortaan mag het.", done.rule)


async def test_a_year_after_a_case_closed_its_rule_is_all_that_is_left_of_it(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    blockade = await raised(town, "chaima", case.id)
    homework = (GiveHomework(DIRECTOR, "Beslist.", FRIDAY),)
    put = DecideBlockade(town.key(), blockade, on_agenda=True, homework=homework)
    await town.act("jasmijn", decide_blockade, put)
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=1_000))
    bought = SpendMoney(town.key(), case.id, 500, "Een boek.", LifeDomain.TIME_USE)
    await town.act("amina", spend, bought)
    await structural(town, blockade)
    await closed(town, database_url, case.id)
    town.clock.now = years_on(town.clock.now, 1)
    assert {"spends", "blockade_homework", "blockades"} <= set(await run(town))
    assert [one.title for one in await found(town, "amina")] == [RULE.title]
    async with sql(database_url) as plain:
        for table in ("spends", "blockade_homework", "blockades"):
            assert await plain.fetchval(f"select count(*) from {table}") == 0
    await agreed(town)
