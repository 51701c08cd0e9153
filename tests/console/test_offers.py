"""A provider's places and offers: whom a place is held for, who has begun, what is offered, and never why."""

import re
from uuid import uuid4

import pytest

from casecoord.actions.offers import Need
from casecoord.actions.placements import ReleaseAlternative, release_alternative
from casecoord.domain.alternatives import NeededOf, Released
from casecoord.domain.ids import global_id
from tests.actions.alternative_steps import heard, held, offer
from tests.actions.alternative_steps import provider as with_provider
from tests.console.visitor import Forms, done, form_in
from tests.doors import bind
from tests.statements import statements
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


async def test_a_provider_begins_with_whom_a_place_is_held_for_and_until_when(visit, kade: Town, app) -> None:
    await daan_is_held(kade)
    nadia = visit("nadia")
    assert (await nadia.get("/")).headers["location"] == "/offers"
    with statements(app.state.office.database) as sent:
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


async def test_no_page_tells_a_provider_why_a_youth_needs_a_place(visit, kade: Town) -> None:
    """Every page that a provider can come to, every refusal of one, and what stands there when a form fails."""
    needs = tuple(Need(of, "Een half uur tijd.") for of in NeededOf)
    bikes, _ = await daan_is_held(kade, needs=needs)
    both = {language: visit("nadia", language) for language in ("nl", "en")}
    seen: dict[str, str] = {}

    async def ask(path: str, fields: dict[str, str] | None = None) -> list[str]:
        """As Nadia in both languages; the ways that lead on."""
        onward = []
        for language, nadia in both.items():
            answer = await (nadia.get(path) if fields is None else nadia.post(path, fields))
            seen[f"{language} {path} {sorted(fields or ())}"] = answer.text
            onward += [answer.headers["location"]] if "location" in answer.headers else []
            onward += re.findall(r'<a [^>]*href="(/[^"#]*)', answer.text)
        return onward

    here = f"/offers/{global_id('Alternative', bikes)}"
    known: set[str] = set()
    waiting = ["/", here, "/hearings", "/mine", "/gaps", "/nothing"]
    while waiting:
        path = waiting.pop()
        if path not in known:
            known.add(path)
            waiting += await ask(path)
            for form in Forms((await both["nl"].get(path)).text).found:
                if form.action not in ("/logout", "/language"):
                    await ask(form.action, {"csrf": "x"})
                    await ask(
                        form.action, {n: v if n in ("csrf", "key") else "" for n, v in form.fields.items()}
                    )
    for act in ("confirm", "start", "follow", "end-place"):
        answer = await both["nl"].send("/offers", f"/{act}", step="goes_well", outcome="stopped")
        await ask(answer.headers.get("location", "/offers"))
        seen[act] = answer.text
    told = {path: WHY.findall(re.sub(r'(href|action)="[^"]*"', "", text)) for path, text in seen.items()}
    assert {path: words for path, words in told.items() if words} == {}
    assert {here, "/offers", "/offers/new", "/signal"} <= known and len(seen) > 40
