"""Rights belong to persons: what is about oneself and one's young children, and never another adult's."""

import asyncio
from datetime import date, timedelta

import pytest

from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.office import Guest
from casecoord.actions.own_acts import (
    AskForHelp,
    ExerciseMyRight,
    LetBeSeen,
    RecordChildsWord,
    ask_for_help,
    exercise_my_right,
    let_be_seen,
    record_childs_word,
)
from casecoord.actions.own_family import OF_THE_HOME, home_view
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.facets import FACETS, Cell, Viewer
from casecoord.domain.residents import Thing
from casecoord.domain.words import LifeDomain, RequestKind, SignalSubject, Urgency, VeiligThuis
from casecoord.storage.child_agreements import say
from casecoord.storage.work import UnknownLogin
from tests.actions.consent_steps import consent, note, see, something_held, to_note
from tests.actions.residents_steps import at_home, bound, custody, ids, names, resident, scalar
from tests.actions.steps import by_bsn, led_case, refused, signal, sql, take_part, waiting_for_locks
from tests.world import Town

SCHOOL = {"school": ("school", "11VO00")}


async def home(town: Town, **born: date) -> dict:
    """A mother and a father with custody, a grandmother, and children by name and birth date; the first at De Klimop."""
    adults = {"moeder": date(1985, 1, 1), "vader": date(1984, 1, 1), "oma": date(1950, 1, 1)}
    people = {**adults, **born}
    made = await town.family(
        *((f"{name.title()} Smit", day) for name, day in people.items()), links={3: [SCHOOL["school"]]}
    )
    family = dict(zip(people, made, strict=True))
    for parent in ("moeder", "vader"):
        await custody(town, family[parent], *(family[name] for name in born))
    return family


async def case_with_everybody(town: Town, family: dict, child: str):
    """Led by the school, with the social team, work care and the court partner in it."""
    case = await led_case(town, family[child])
    for team, member in (("wijkteam", "chaima"), ("werk", "esra"), ("rechtbank", "hanna")):
        await take_part(town, "amina", case.id, team, member)
    return case


def aged(town: Town, years: int, *, days: int = 0) -> date:
    """Born so that the age is reached today, or so many days from now."""
    today = town.clock.now.date()
    return today.replace(year=today.year - years) + timedelta(days=days)


async def test_each_adult_sees_what_is_theirs_and_nothing_of_another(town: Town):
    family = await home(town, kind=aged(town, 8))
    case = await case_with_everybody(town, family, "kind")
    about = {}
    for who, domain in (
        ("moeder", LifeDomain.SOCIAL_NETWORK),
        ("vader", LifeDomain.SOCIAL_NETWORK),
        ("vader", LifeDomain.MENTAL_HEALTH),
        ("moeder", LifeDomain.FINANCE),
        ("oma", LifeDomain.PHYSICAL_HEALTH),
    ):
        added = await signal(town, "chaima", family[who], domain=domain)
        about.setdefault(who, set()).add(added.signal)
    child = {await scalar(town, "select id from signals where person_id = :p", p=family["kind"].id)}
    everything = {"moeder": about["moeder"] | child, "vader": about["vader"] | child, "oma": about["oma"]}
    for who, theirs in everything.items():
        view = await at_home(town, await bound(town, "amina", family[who]))
        assert ids(view.signals) == theirs, who
        seen = {f"{name.title()} Smit" for name in {who, "kind"} - ({"kind"} if who == "oma" else set())}
        assert names(view) == seen
        assert view.case == case.id and view.lead.value.name == "Amina"
        # Neither what is owed on another's signal, nor that work care or the court takes part.
        assert {team.name for team in view.participants} >= {"Klimop", "Wijkteam"}
        assert "Rechtbank" not in {team.name for team in view.participants}
        assert not view.gaps and not view.withheld and view.address.value


async def test_a_note_and_a_consent_are_theirs_whom_they_are_about(town: Town):
    """And so is the line of the log that says who read them: a son learns nothing of his mother's doctor."""
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    written = await note(town, "fleur", held.mother)
    given = {(await to_note(town, "fleur", written, held.mother)).id}
    given.add((await consent(town, "chaima", held.child, held.mother, thing=held.signal)).id)
    read = await see(town, "amina", held.case.household)
    assert ids(read.notes) == {written.id} and ids(read.consents) == given
    about = await scalar(
        town,
        "select cast(record as jsonb) #> '{of,medical.note}' from access_log where cast(record as jsonb)"
        " #>> '{event}' = 'joint_case' order by at desc, id limit 1",
    )
    assert isinstance(about, list) and len(about) == 1
    mother, son = [await bound(town, "amina", who) for who in (held.mother, held.family["daan"])]
    mine = await at_home(town, mother)
    assert [one.text for one in mine.notes] == ["Slikt sinds kort medicijnen."] and ids(
        mine.consents
    ) == given
    his = await at_home(town, son)
    assert (his.notes, his.consents) == ([], [])


async def test_what_waits_for_safety_shows_no_consent_to_it_either(town: Town):
    held = await something_held(town)
    await consent(town, "chaima", held.child, held.mother, thing=held.signal)
    await town.act("chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, held.signal, "Zij is bang."))
    assert (await at_home(town, await bound(town, "amina", held.mother))).consents == []
    assert len((await see(town, "amina", held.case.household)).consents) == 1


async def test_that_a_team_takes_part_tells_nothing_of_another(town: Town):
    """Work care's part is the mother's to see while money is only hers, the court's the youth's alone."""
    family = await home(town, kind=aged(town, 8), zoon=aged(town, 17))
    await case_with_everybody(town, family, "kind")
    await signal(town, "esra", family["moeder"], domain=LifeDomain.FINANCE)
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["zoon"]), date(2026, 12, 17)))
    seen = {}
    for who in ("moeder", "vader", "zoon"):
        view = await at_home(town, await bound(town, "amina", family[who]))
        seen[who] = ({team.name for team in view.participants}, len(view.hearings))
    assert seen["moeder"] == ({"Klimop", "Wijkteam", "Werk"}, 0)
    assert seen["vader"] == ({"Klimop", "Wijkteam"}, 0)
    assert seen["zoon"] == ({"Klimop", "Wijkteam", "Rechtbank"}, 1)
    # Once there is something of the father's as well, it tells of each to the other: of neither.
    await signal(town, "esra", family["vader"], domain=LifeDomain.FINANCE)
    view = await at_home(town, resident(family["moeder"]))
    assert {team.name for team in view.participants} == {"Klimop", "Wijkteam"}


@pytest.mark.parametrize(
    ("years", "days", "agrees", "seen"),
    [
        (11, 0, False, True),
        (12, 1, False, True),  # 11, and 12 tomorrow
        (12, 0, False, False),  # 12 today
        (12, 0, True, True),
        (15, 0, True, True),
        (16, 1, True, True),  # 15, and 16 tomorrow
        (16, 0, True, False),  # 16 today: the child alone
        (17, 0, True, False),
        (18, 0, True, False),
    ],
)
async def test_a_childs_birthday_is_the_day_on_which_it_changes(town, years, days, agrees, seen):
    family = await home(town, kind=aged(town, 8), ander=aged(town, years, days=days))
    await led_case(town, family["kind"])
    about = await signal(town, "amina", family["ander"], domain=LifeDomain.MENTAL_HEALTH)
    if agrees:
        # Said before, at whatever age it could be said: it counts while it counts.
        async with town.database.within(town.area) as work:
            await say(work, family["ander"].id, agrees=True, by=None)
    view = await at_home(town, await bound(town, "amina", family["moeder"]))
    assert ("Ander Smit" in names(view)) is seen
    assert (about.signal in ids(view.signals)) is seen
    grandmother = await at_home(town, await bound(town, "amina", family["oma"]))
    assert names(grandmother) == {"Oma Smit"} and about.signal not in ids(grandmother.signals)


async def test_a_grandmother_with_custody_sees_as_a_parent_does(town: Town):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    oma = await bound(town, "amina", family["oma"])
    assert names(await at_home(town, oma)) == {"Oma Smit"}
    await custody(town, family["oma"], family["kind"])
    assert names(await at_home(town, oma)) == {"Oma Smit", "Kind Smit"}


async def test_a_child_of_thirteen_says_itself_whether_its_parents_see(town: Town):
    family = await home(town, kind=aged(town, 8), dochter=aged(town, 13))
    await led_case(town, family["kind"])
    about = await signal(town, "amina", family["dochter"])
    mother = await bound(town, "amina", family["moeder"])
    daughter = await bound(town, "amina", family["dochter"])
    own = await at_home(town, daughter)
    assert names(own) == {"Dochter Smit"} and about.signal in ids(own.signals)
    for agrees in (True, False, True):
        await town.office.act(daughter, let_be_seen, LetBeSeen(town.key(), agrees))
        assert ("Dochter Smit" in names(await at_home(town, mother))) is agrees
    await town.act("amina", record_childs_word, RecordChildsWord(town.key(), family["dochter"].id, False))
    assert "Dochter Smit" not in names(await at_home(town, mother))
    async with refused("not_12_to_15"):
        await town.office.act(mother, let_be_seen, LetBeSeen(town.key(), True))
    async with refused("not_12_to_15", "child"):
        await town.act("amina", record_childs_word, RecordChildsWord(town.key(), family["kind"].id, True))
    async with refused("not_found", "person"):
        await town.act("bram", record_childs_word, RecordChildsWord(town.key(), family["dochter"].id, True))


async def test_what_is_about_the_whole_home_is_everybodys_but_for_what_may_be_anothers_secret(town: Town):
    family = await home(town, kind=aged(town, 8))
    case = await case_with_everybody(town, family, "kind")
    whole = {}
    for domain in (
        LifeDomain.SOCIAL_NETWORK,
        LifeDomain.DOMESTIC_RELATIONS,
        LifeDomain.FINANCE,
        LifeDomain.MENTAL_HEALTH,
    ):
        told = VeiligThuis.YES if domain is LifeDomain.DOMESTIC_RELATIONS else None
        added = await signal(town, "chaima", family["moeder"], domain=domain, subject=SignalSubject.HOUSEHOLD, veilig_thuis=told)  # fmt: skip
        whole[domain] = added.signal
    actions = {}
    for domain in (LifeDomain.TIME_USE, LifeDomain.FINANCE):
        step = await town.act(
            "chaima", add_action, AddAction(town.key(), case.id, domain, "Bel.", date(2026, 11, 9))
        )
        actions[domain] = step.id
    mother = await bound(town, "amina", family["moeder"])
    view = await at_home(town, mother)
    assert whole[LifeDomain.SOCIAL_NETWORK] in ids(view.signals)
    assert ids(view.signals).isdisjoint(list(whole.values())[1:])
    assert ids(view.actions) == {actions[LifeDomain.TIME_USE]}
    # Who lives alone with a young child is whom it can only be about.
    (parent, child) = await town.family(
        ("An Bos", date(1985, 1, 1)), ("Bo Bos", aged(town, 6)), links={1: [SCHOOL["school"]]}
    )
    await custody(town, parent, child)
    await led_case(town, child)
    added = [
        (await signal(town, "chaima", parent, domain=domain, subject=SignalSubject.HOUSEHOLD)).signal
        for domain in (LifeDomain.FINANCE, LifeDomain.MENTAL_HEALTH)
    ]
    alone = await at_home(town, await bound(town, "amina", parent))
    assert set(added) <= ids(alone.signals)


async def test_a_deadline_is_that_of_something_in_view(town: Town):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    before = (await at_home(town, mother)).next_deadline
    await signal(town, "chaima", family["vader"], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    why = "Doet al dagen niet open, buren bellen."
    await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(family["vader"].bsn), why))
    view = await at_home(town, mother)
    assert before is not None and view.next_deadline == before and not view.grants
    added = await signal(
        town, "chaima", family["moeder"], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES
    )
    view = await at_home(town, mother)
    assert view.next_deadline < before and added.signal in ids(view.signals)


async def test_after_a_split_neither_sees_the_other(town: Town):
    family = await home(town, kind=aged(town, 8))
    case = await led_case(town, family["kind"])
    father, mother = [await bound(town, "amina", family[who]) for who in ("vader", "moeder")]
    await town.act("amina", record_contact, RecordContact(town.key(), case.id))
    assert names(await at_home(town, father)) == {"Vader Smit", "Kind Smit"}
    leaves = (family["moeder"].id, family["kind"].id)
    split = SplitHousehold(
        town.key(), family["moeder"].household, leaves, (), Part.LEAVING,
        address="Geheimlaan 1, 3011 AA Rotterdam", secret_address=True,
    )  # fmt: skip
    parted = await town.act("ibrahim", split_household, split)
    later = await signal(town, "amina", family["kind"])
    left, hers = await at_home(town, father), await at_home(town, mother)
    assert names(left) == {"Vader Smit"} and left.case is None
    assert not left.signals and not left.contacts and "Geheimlaan" not in str(left)
    assert hers.household == parted.part and later.signal in ids(hers.signals)
    assert hers.address.value.startswith("Geheimlaan") and hers.contacts


async def test_who_leaves_while_they_ask_writes_nothing_where_they_lived(town: Town, database_url: str):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    lived = family["moeder"].household
    ask = AskForHelp(town.key(), LifeDomain.FINANCE, Urgency.HIGH, "Ik red het niet.")
    split = SplitHousehold(town.key(), lived, (family["moeder"].id,), (), Part.STAYING)
    async with sql(database_url) as beside, sql(database_url) as watching:
        transaction = beside.transaction()
        await transaction.start()
        await beside.execute("select from households where id = $1 for update", lived)
        parting = asyncio.ensure_future(town.act("ibrahim", split_household, split))
        await waiting_for_locks(watching, 1)
        asking = asyncio.ensure_future(town.office.act(mother, ask_for_help, ask))
        await waiting_for_locks(watching, 2)
        await transaction.rollback()
        await parting
        async with refused("try_again"):
            await asking
        assert await watching.fetchval("select count(*) from signals") == 1
    asked = await town.office.act(mother, ask_for_help, ask)
    assert asked.signal in ids((await at_home(town, mother)).signals)


async def test_a_parent_who_lives_elsewhere_sees_the_own_home_only(town: Town):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    (absent, his) = await town.family(
        ("Ex Smit", date(1980, 1, 1)), ("Nieuw Smit", aged(town, 3)), links={1: [SCHOOL["school"]]}
    )
    await custody(town, absent, family["kind"])
    case = await led_case(town, his, "amina")
    view = await at_home(town, await bound(town, "amina", absent))
    assert view.case == case.id and names(view) == {"Ex Smit"}
    assert "Kind Smit" not in str(view)


async def test_a_secret_address_is_no_secret_to_who_lives_there(town: Town):
    (parent, child) = await town.family(
        ("An Bos", date(1985, 1, 1)),
        ("Bo Bos", aged(town, 6)),
        links={1: [SCHOOL["school"]]},
        secret_address=True,
    )
    await led_case(town, child)
    assert (await at_home(town, await bound(town, "amina", parent))).address.value.startswith("Dahliastraat")


async def test_a_family_asks_for_help_itself_and_is_answered(town: Town):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    asked = await town.office.act(
        mother, ask_for_help, AskForHelp(town.key(), LifeDomain.FINANCE, Urgency.HIGH, "Ik red het niet.")
    )
    promises = (
        "select string_agg(rule, ' ' order by rule) from promises where subject_id = :id and ended_at is null"
    )
    assert await scalar(town, promises, id=asked.signal) == "G1"
    team = await scalar(town, "select accountable_team_id from signals where id = :id", id=asked.signal)
    coordinator = next(name for name in ("bram", "dirk", "esra", "gijs") if town.members[name].team == team)
    told = "select count(*) from outbox where source_id = :id and receiver_id = :who"
    assert await scalar(town, told, id=asked.signal, who=town.members[coordinator].membership) == 1
    await town.act(coordinator, triage_signal, TriageSignal(town.key(), asked.signal, Decision.JOIN_CASE))
    assert await scalar(town, promises, id=asked.signal) == "G6"
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(family["kind"].household))
    (seen,) = [one for one in view.signals if one.id == asked.signal]
    assert seen.source.value == "the family itself" and seen.summary.value == "Ik red het niet."
    (own,) = [one for one in (await at_home(town, mother)).signals if one.id == asked.signal]
    assert own.summary.value == "Ik red het niet."
    father = await at_home(town, await bound(town, "amina", family["vader"]))
    assert asked.signal not in ids(father.signals)


async def test_an_acute_question_of_a_family_reaches_who_is_on_duty(town: Town):
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    acute = AskForHelp(town.key(), LifeDomain.SOCIAL_NETWORK, Urgency.ACUTE, "Nu.", person=family["kind"].id)
    asked = await town.office.act(mother, ask_for_help, acute)
    kind = "select kind from outbox where source_id = :id and receiver_id = :who"
    assert await scalar(town, kind, id=asked.signal, who=town.members["dirk"].membership) == "acute_signal"
    await town.act("dirk", see_signal, SeeSignal(town.key(), asked.signal))


async def test_rights_are_asked_for_oneself_and_ones_young_children_and_nobody_else(town: Town):
    family = await home(town, kind=aged(town, 8), zoon=aged(town, 16))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    for who in (None, "moeder", "kind"):
        person = family[who].id if who else None
        wish = ExerciseMyRight(town.key(), RequestKind.RECTIFICATION, "Dit klopt niet.", person)
        made = await town.office.act(mother, exercise_my_right, wish)
        due = "select rule from promises where subject_id = :id and ended_at is null"
        assert await scalar(town, due, id=made.id) == "G15"
        assert await town.office.act(mother, exercise_my_right, wish) == made
    for who in ("vader", "oma", "zoon"):
        for verb, wish in (
            (exercise_my_right, ExerciseMyRight(town.key(), RequestKind.ACCESS, person=family[who].id)),
            (
                ask_for_help,
                AskForHelp(town.key(), LifeDomain.FINANCE, Urgency.HIGH, "Geld.", person=family[who].id),
            ),
        ):
            async with refused("not_found", "person"):
                await town.office.act(mother, verb, wish)


async def test_a_resident_has_no_door_of_a_professional_and_a_professional_none_of_a_resident(town: Town):
    family = await home(town, kind=aged(town, 8))
    case = await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    for identity in (case.id, case.household, family["kind"].id):
        with pytest.raises(UnknownLogin):
            await town.office.look(mother, joint_case, JointCaseOf(identity))
    with pytest.raises(UnknownLogin):
        await town.office.act(mother, record_contact, RecordContact(town.key(), case.id))
    for name in ("amina", "lotte", "mo"):
        with pytest.raises(UnknownLogin):
            await at_home(town, town.caller(name))


async def test_of_whom_nobody_said_whose_it_is_nothing_is_shown(town: Town):
    """What comes to the page later has to say whose it is; forgotten, it stays closed."""
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother = await bound(town, "amina", family["moeder"])
    own_only = [
        facet for facet in FACETS if town.office.policy.cell(facet, Viewer.HOUSEHOLD) is Cell.OWN_PERSON
    ]
    assert {"consent.record", "medical.note", "court.placement"} <= set(own_only)

    async def asked(guest: Guest, query: None) -> None:
        look = (await home_view(guest)).look
        for facet in set(own_only) - OF_THE_HOME:
            assert not look.sees(facet), facet
            assert not look.sees(facet, of=(family["vader"].id,)), facet
            assert not look.sees(facet, of=(family["vader"].id, family["moeder"].id)), facet
            assert look.sees(facet, of=(family["moeder"].id,)), facet
            assert look.sees(facet, of=(family["kind"].id, family["moeder"].id)), facet

    await town.office.receive(mother, asked, None)
