"""A provider's places and offers: whom a place is held for, who has begun, what is offered, and never why."""

import re
from datetime import date
from uuid import uuid4

import pytest

from casecoord.actions.offers import Need
from casecoord.actions.placements import ReleaseAlternative, release_alternative
from casecoord.domain.alternatives import NeededOf, Released
from casecoord.domain.ids import global_id
from tests.actions.alternative_steps import HEARD_ON, UNTIL, heard, held, offer
from tests.actions.alternative_steps import provider as with_provider
from tests.actions.test_statement_counts import counted
from tests.console.visitor import Forms, form_in
from tests.doors import bind
from tests.world import Town

#: What would tell a provider why a youth needs a place.
WHY = re.compile(r"hearing|zitting|court|rechtbank|rechter|judge|straf|punish", re.IGNORECASE)


@pytest.fixture
async def kade(app, visit, town: Town, provider):
    """The town by its own clock, with a provider of places: Nadia, and next to her another, Yusuf."""
    app.state.office.database.clock = town.clock
    for name, team in (("nadia", "De Kade"), ("yusuf", "Het Anker")):
        await with_provider(town, name, team)
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{name}")
    return town


async def daan_is_held(town: Town, **terms):
    """A place for Daan is held with Nadia; the offer and the hold."""
    daan = (await town.janssens())["daan"]
    bikes = await offer(town, **terms)
    return bikes, await held(town, bikes, (await heard(town, daan)).id)


async def done(visitor, answer) -> str:
    assert answer.status_code == 303, answer.text
    return (await visitor.get(answer.headers["location"])).text


async def test_a_provider_begins_with_whom_a_place_is_held_for_and_until_when(visit, kade: Town, app) -> None:
    await daan_is_held(kade)
    nadia = visit("nadia")
    assert (await nadia.get("/")).headers["location"] == "/offers"
    with counted(app.state.office.database) as sent:
        page = (await nadia.get("/offers")).text
    assert len(sent) <= 6, sent
    assert "Daan Janssen" in page and "17 jaar" in page and "spreekt Nederlands" in page
    assert "14 december 2026" in page and "waarvan 0 vrij" in page
    other = (await visit("yusuf", "en").get("/offers")).text
    assert "Daan" not in other and "Fietsen maken" not in other
    assert "No place is held now." in other and "Nothing is offered yet." in other


async def test_a_place_is_confirmed_begun_followed_and_ended_and_then_nothing_is_left(
    visit, kade: Town
) -> None:
    await daan_is_held(kade)
    nadia = visit("nadia", "en")
    assert "Whoever asked for it has been told." in await done(nadia, await nadia.send("/offers", "/confirm"))
    assert "begun" in await done(nadia, await nadia.send("/offers", "/start"))
    wrong = await nadia.send("/offers", "/follow")
    assert wrong.status_code == 422 and "Nothing was recorded yet" in wrong.text
    assert "comes as agreed" in await done(nadia, await nadia.send("/offers", "/follow", step="attends"))
    sure = await nadia.send("/offers", "/end-place", outcome="completed")
    assert sure.status_code == 422 and "Are you sure?" in sure.text and "Daan Janssen" in sure.text
    form = form_in(sure, "/end-place")
    ended = await done(nadia, await nadia.post(form.action, {**form.fields, "outcome": "completed"}))
    assert "Daan" not in ended and "Nobody has a place of yours now." in ended


async def test_a_hold_that_ran_out_or_was_given_back_meanwhile_is_not_confirmed(visit, kade: Town) -> None:
    _, hold = await daan_is_held(kade, places=2)
    nadia = visit("nadia", "en")
    form = await nadia.form("/offers", "/confirm")
    kade.clock.forward(days=43)
    late = await nadia.post(form.action, form.fields)
    assert late.status_code == 422 and "This place is held no more" in late.text and "Daan" not in late.text
    kade.clock.forward(days=-43)
    given_back = ReleaseAlternative(kade.key(), hold.id, Released.ANOTHER)
    await kade.act("dirk", release_alternative, given_back)
    assert (await nadia.post(form.action, {**form.fields, "key": "another"})).status_code == 404


async def test_an_offer_is_made_changed_and_withdrawn(visit, kade: Town) -> None:
    nadia = visit("nadia", "en")
    typed = {"name": "Boksen", "kind": "sports", "places": "2", "startsOn": "1-12-2026"}
    needs = {"needs__youth": "Sportkleren.\r\n\r\nEen handdoek.", "needs__family": "Een telefoonnummer."}
    wrong = await nadia.send("/offers/new", "/add", **{**typed, "ageFrom": "30"}, **needs)
    assert wrong.status_code == 422 and "Say the lowest age first" in wrong.text
    assert "Een handdoek." in wrong.text and 'value="Boksen"' in wrong.text
    ticked = {"neighbourhoods__BU05991099": "yes", "languages__pt": "yes"}
    answer = await nadia.send("/offers/new", "/add", **typed, **needs, **ticked)
    page = await done(nadia, answer)
    assert "The offer is there." in page and "14 to 18" in page
    assert 'The youth: <span dir="auto">Een handdoek.</span>' in page and "Portuguese" in page

    here = answer.headers["location"].split("?")[0]
    form = await nadia.form(here, "/change")
    assert form.fields["name"] == "Boksen" and form.fields["needs.youth"].splitlines() == [
        "Sportkleren.",
        "Een handdoek.",
    ]
    changed = {name: value for name, value in form.fields.items() if not name.startswith("languages.")}
    assert "14 to 20" in await done(nadia, await nadia.post(form.action, {**changed, "ageUntil": "20"}))

    sure = await nadia.send(here, "/withdraw", reason="Wij verhuizen.")
    assert sure.status_code == 422 and "Nobody finds this offer any more." in sure.text
    form = form_in(sure, "/withdraw")
    assert form.fields["reason"] == "Wij verhuizen."
    gone = await done(nadia, await nadia.post(form.action, form.fields))
    assert "The offer was withdrawn." in gone and "Boksen" not in gone
    again = (await nadia.get("/offers?withdrawn=1")).text
    assert "Boksen" in again and 'class="badge">withdrawn' in again
    assert "Wij verhuizen." in (await nadia.get(here)).text
    late = await nadia.post(form.action, {**form.fields, "key": "another"})
    assert late.status_code == 422 and "This offer was withdrawn." in late.text


async def test_an_offer_of_somebody_else_and_one_that_is_not_there_are_one_page(visit, kade: Town) -> None:
    await offer(kade)
    theirs = await offer(kade, by="yusuf")
    nadia = visit("nadia", "en")
    pages = [
        await nadia.get(f"/offers/{one}")
        for one in (global_id("Alternative", theirs), global_id("Alternative", uuid4()), "x")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    for name in ("amina", "hanna"):
        assert (await visit(name).get("/offers")).status_code == 404


async def test_the_programme_bureau_keeps_the_offers_of_all_and_sees_of_none_who_has_a_place(
    visit, kade: Town
) -> None:
    await daan_is_held(kade)
    await offer(kade, by="yusuf", name="Boksen")
    bea = visit("bea", "en")
    page = (await bea.get("/offers")).text
    assert "Fietsen maken" in page and "Het Anker" in page and "Boksen" in page
    assert "free" not in page.split("<main")[1] and "Daan" not in page
    team = global_id("Team", kade.teams["De Kade"])
    typed = {"name": "Koken", "kind": "training", "places": "2", "startsOn": "1-12-2026", "team": team}
    answer = await bea.send("/offers/new", "/add-for", **typed)
    assert "De Kade" in await done(bea, answer)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_no_page_tells_a_provider_why_a_youth_needs_a_place(visit, kade: Town, language: str) -> None:
    """Every page that a provider can come to, every refusal of one, and what stands there when a form fails."""
    needs = tuple(Need(of, "Een half uur tijd.") for of in NeededOf)
    bikes, hold = await daan_is_held(kade, needs=needs)
    nadia = visit("nadia", language)
    here = f"/offers/{global_id('Alternative', bikes)}"
    seen, waiting = {}, ["/", "/offers", "/offers/new", here, "/hearings", "/mine", "/gaps", "/nothing"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = await nadia.get(path)
        seen[path] = answer.text
        waiting += re.findall(r'href="(/[^"#]*)"', answer.text)
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
        for form in Forms(answer.text).found:
            if form.action not in ("/logout", "/language"):
                seen[f"{path} {form.action}"] = (await nadia.post(form.action, {"csrf": "x"})).text
                fields = {**form.fields, **{name: "" for name in form.fields if name not in ("csrf", "key")}}
                seen[f"{path} {form.action} empty"] = (await nadia.post(form.action, fields)).text
    # One after another, so that each page is seen in each state of the place.
    for act in ("confirm", "start", "follow", "end-place"):
        answer = await nadia.send("/offers", f"/{act}", step="goes_well", outcome="stopped")
        seen[act] = answer.text
        seen[f"after {act}"] = (await nadia.get("/offers")).text
    del seen["/static/casecoord.css"], seen["/static/icon.svg"]
    told = {path: WHY.findall(re.sub(r'(href|action)="[^"]*"', "", text)) for path, text in seen.items()}
    assert {path: words for path, words in told.items() if words} == {}
    assert len(seen) > 20 and HEARD_ON > UNTIL and isinstance(HEARD_ON, date) and hold
