"""Hearings by date and the page of each: what has to be ready, which place there is, and what went wrong meanwhile."""

import re
from datetime import date

import pytest

from casecoord.actions.offers import WithdrawOffer, withdraw_offer
from casecoord.domain.ids import global_id
from tests.actions.alternative_steps import UNTIL, heard, held, offer
from tests.actions.alternative_steps import provider as with_provider
from tests.console.visitor import Forms, done, form_in
from tests.doors import bind
from tests.statements import statements
from tests.world import PEOPLE, Town


@pytest.fixture
async def court(app, visit, town: Town):
    """The town by its own clock, with a provider of places."""
    app.state.office.database.clock = town.clock
    await with_provider(town)
    return town


async def daans(town: Town, **terms):
    """Daan, his hearing, and an offer."""
    daan = (await town.janssens())["daan"]
    return daan, await heard(town, daan), await offer(town, **terms)


def at(hearing) -> str:
    return f"/hearings/{global_id('Hearing', hearing.id)}"


def hold_of(page, offered):
    """The form that has a place of this offer held."""
    wanted = global_id("Alternative", offered)
    return next(
        form
        for form in Forms(page.text).found
        if form.action.endswith("/hold") and form.fields["alternative"] == wanted
    )


async def test_a_court_partner_begins_with_the_hearings(visit, court: Town, app) -> None:
    _, hearing, bikes = await daans(court)
    await held(court, bikes, hearing.id)
    court.clock.forward(days=31)
    hanna = visit("hanna")
    start = await hanna.get("/")
    assert (start.status_code, start.headers["location"]) == (303, "/hearings")
    with statements(app.state.office.database) as sent:
        page = (await hanna.get("/hearings")).text
    assert len(sent) <= 6, sent
    assert at(hearing) in page and "Daan Janssen" in page and "over 14 dagen" in page
    assert "moest klaar zijn op" in page and "het gezin inlichten" in page
    assert "vastgehouden tot en met" in page and "14 december 2026" in page
    english = (await visit("hanna", "en").get("/hearings")).text
    assert "tell the family" in english and "was due on" in english


async def test_a_hearing_is_planned_moved_prepared_and_ended(visit, court: Town) -> None:
    daan = (await court.janssens())["daan"]
    hanna = visit("hanna", "en")
    wrong = await hanna.send("/hearings", "/plan", heldOn="17-12-2026")
    assert wrong.status_code == 422 and 'value="17-12-2026"' in wrong.text
    typed = {"person__bsn": daan.bsn, "person__birthDate": "2-6-2009", "heldOn": "17-12-2026"}
    answer = await hanna.send("/hearings", "/plan", **typed)
    assert "The hearing is planned." in await done(hanna, answer)
    page = answer.headers["location"].split("?")[0]

    told = await hanna.send(page, "/record")
    assert "Recorded." in await done(hanna, told)
    assert (await hanna.get(page)).text.count(f'action="{page}/record"') == 2

    moved = await hanna.send(page, "/move", heldOn="18-12-2026")
    assert "18 December 2026" in await done(hanna, moved)

    form = await hanna.form(page, "/end")
    sent = {**form.fields, "held": "cancelled"}
    sure = await hanna.post(form.action, sent)
    assert sure.status_code == 422 and "Are you sure?" in sure.text
    ended = await hanna.post(form.action, {**sent, "sure": "yes"})
    listed = await done(hanna, ended)
    assert "The hearing has ended." in listed and "There is no hearing to prepare now." in listed


async def test_a_place_is_held_and_that_can_be_undone(visit, court: Town) -> None:
    _, hearing, _ = await daans(court, languages=("ar",))
    hanna = visit("hanna", "en")
    page = (await hanna.get(at(hearing))).text
    assert "1 place is free" in page and "What is missing: the language" in page
    answer = await hanna.send(at(hearing), "/hold")
    after = await hanna.get(answer.headers["location"])
    assert "A place is held, and its provider has been told." in after.text
    assert "Held until" in after.text and "17 December 2026" in after.text
    assert "No offer fits this choice now." in after.text
    back = form_in(after, "/give-back")
    given = await done(hanna, await hanna.post(back.action, back.fields))
    assert "The place was given back." in given and "There is no place yet." in given


async def test_of_two_on_the_last_place_one_is_told_and_keeps_what_was_typed(visit, court: Town) -> None:
    _, hearing, bikes = await daans(court)
    others = await offer(court, name="Boksen")
    (other,) = await court.family(("Ivo Bos", date(2009, 1, 5)))
    second = await heard(court, other)
    hanna, dirk = visit("hanna"), visit("dirk", "en")
    late = hold_of(await dirk.get(at(second)), bikes)
    first = hold_of(await hanna.get(at(hearing)), bikes)
    assert (await hanna.post(first.action, first.fields)).status_code == 303
    refused = await dirk.post(late.action, {**late.fields, "until": "10-12-2026"})
    assert refused.status_code == 422
    assert "Every place of this offer is taken." in refused.text and 'value="10-12-2026"' in refused.text
    other_place = hold_of(refused, others)
    assert (await dirk.post(other_place.action, other_place.fields)).status_code == 303


async def test_what_changed_while_the_page_was_open_is_said_and_nothing_is_lost(visit, court: Town) -> None:
    _, hearing, bikes = await daans(court)
    boxing = await offer(court, name="Boksen")
    hanna = visit("hanna", "en")
    stale = await hanna.form(at(hearing), "/move")
    await hanna.send(at(hearing), "/move", heldOn="18-12-2026")
    refused = await hanna.post(stale.action, {**stale.fields, "heldOn": "21-12-2026"})
    assert refused.status_code == 422 and "was moved to another day meanwhile" in refused.text
    assert "18 December 2026" in refused.text and 'value="21-12-2026"' in refused.text
    again = form_in(refused, "/move")
    assert (await hanna.post(again.action, again.fields)).status_code == 303

    form = hold_of(await hanna.get(at(hearing)), boxing)
    await court.act("nadia", withdraw_offer, WithdrawOffer(court.key(), boxing, "Wij verhuizen."))
    refused = await hanna.post(form.action, form.fields)
    assert refused.status_code == 422 and "This offer was withdrawn." in refused.text

    await held(court, bikes, hearing.id, until=UNTIL)
    form = await hanna.form(at(hearing), "/confirm")
    end = await hanna.form(at(hearing), "/end")
    court.clock.forward(days=43)
    refused = await hanna.post(form.action, form.fields)
    assert refused.status_code == 422 and "This place is held no more" in refused.text
    assert "held no more" in refused.text and "/confirm" not in refused.text

    gone = {**end.fields, "held": "cancelled", "sure": "yes"}
    assert (await hanna.post(end.action, gone)).status_code == 303
    refused = await hanna.post(end.action, {**gone, "key": "another"})
    assert refused.status_code == 422 and "This hearing was held or cancelled already." in refused.text
    assert "it was called off" in refused.text and "Daan" not in refused.text


async def test_what_a_provider_does_a_court_partner_does_on_its_word(visit, court: Town) -> None:
    _, hearing, bikes = await daans(court)
    boxing = await offer(court, name="Boksen")
    await held(court, boxing, hearing.id)
    dirk, hanna = visit("dirk", "en"), visit("hanna", "en")
    sure = await dirk.send(at(hearing), "/release", because="declined")
    assert sure.status_code == 422 and "Somebody else can take this place at once." in sure.text
    form = form_in(sure, "/release")
    fields = {**form.fields, "because": "declined"}
    assert "The place was given back." in await done(dirk, await dirk.post(form.action, fields))
    assert "/confirm" not in (await dirk.get(at(hearing))).text
    await held(court, bikes, hearing.id)
    assert "confirmed for the youth" in await done(hanna, await hanna.send(at(hearing), "/confirm"))
    assert "begun" in await done(hanna, await hanna.send(at(hearing), "/start"))
    assert "needs help" in await done(hanna, await hanna.send(at(hearing), "/follow", step="needs_help"))
    ended = await hanna.send(at(hearing), "/end-place", outcome="continues", sure="yes")
    assert "The place has ended" in await done(hanna, ended)


async def test_what_is_not_there_and_what_is_not_ones_own_are_one_page(visit, court: Town, provider) -> None:
    nadia = court.members["nadia"].professional
    await bind(court.database, court.area, nadia, provider.issuer, "demo-nadia")
    empty = (await visit("dirk", "en").get("/hearings")).text
    assert "There is no hearing to prepare now." in empty and "Plan a hearing" not in empty
    daan, hearing, _ = await daans(court)
    none = [f"/hearings/{global_id(*it)}" for it in (("Hearing", court.area), ("Household", daan.household))]
    for name in {*PEOPLE, "nadia"} - {"dirk", "chaima"}:
        someone = visit(name, "en")
        theirs = [] if name == "hanna" else [at(hearing), "/hearings"]
        answers = [await someone.get(path) for path in (*none, "/hearings/nonsense", *theirs)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
        assert name == "hanna" or "/hearings" not in (await someone.get("/signal")).text


async def test_a_full_week_a_long_list_and_a_long_name(visit, court: Town, monkeypatch) -> None:
    monkeypatch.setattr("casecoord.console.hearings.PAGE", 7)
    for number in range(7):
        (youth,) = await court.family((f"Jongere {number}", date(2009, 6, 2)))
        await heard(court, youth)
    (youth,) = await court.family((f"Jo {'van' * 65} <script>alert(1)</script>", date(2009, 1, 5)))
    last = await heard(court, youth, date(2026, 12, 18))
    hanna = visit("hanna", "en")
    first = (await hanna.get("/hearings")).text
    assert '<span class="badge high">full</span>' in first and '<rect width="100.0" height="10"/>' in first
    (following,) = re.findall(r'href="(/hearings\?after=[^"]+)"', first)
    second = (await hanna.get(following)).text
    assert "Jongere 0" in first and "Jongere" not in second and "Back to the first" in second
    for page in (second, (await hanna.get(at(last))).text):
        assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


async def test_where_only_the_hearing_is_in_view_no_reason_is_offered_that_nobody_gives(
    visit, court: Town
) -> None:
    """Whoever planned it knows of no case, and a facet of the family explains itself only to who does."""
    daan, _, _ = await daans(court)
    hanna, dirk = visit("hanna"), visit("dirk")
    family = f"/families/{global_id('Household', daan.household)}"
    page = await hanna.get(family)
    assert page.status_code == 200 and "Bij de wijkrechter" in page.text and "17 december 2026" in page.text
    assert f"{family}/why/" not in page.text
    assert (await hanna.get(f"{family}/why/case.lead")).status_code == 404
    assert f"{family}/why/case.lead" in (await dirk.get(family)).text
    assert (await dirk.get(f"{family}/why/case.lead")).status_code == 200
