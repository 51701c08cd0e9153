"""What I was told, and finding a family: only what is in one's own view, whatever is typed."""

import pytest

from casecoord.domain.words import Urgency, VeiligThuis
from tests.actions.looks import records
from tests.actions.steps import signal
from tests.console.visitor import form_in, page_of
from tests.statements import statements

NOT_YOURS = "No family that is yours to see"


async def test_what_was_told_is_read_once(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    bram = visit("bram", "en")
    page = await bram.get("/inbox")
    assert "New signal" in page.text and "Noor Janssen" in page.text and "I have read these" in page.text
    done = await bram.send("/inbox", "/read")
    assert done.status_code == 303
    after = (await bram.get(done.headers["location"])).text
    assert "Marked as read." in after and "I have read these" not in after
    assert "You have read everything." in (await bram.get("/inbox?unread=1")).text
    nothing = await visit("quinten" if "quinten" in town.members else "ines", "en").get("/inbox")
    assert "You were told nothing yet." in nothing.text


async def test_what_is_acute_leads_whoever_has_duty_to_the_page_of_duty(visit, town, app):
    """The family's page is not theirs: on that of duty it is triaged."""
    app.state.office.database.clock = town.clock
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    dirk = visit("dirk", "en")
    page = (await dirk.get("/inbox")).text
    assert page.count('<a href="/duty">New acute signal</a>') == 1 and "It is your turn" in page
    assert page_of(noor) not in page and (await dirk.get(page_of(noor))).status_code == 404
    assert (await dirk.send("/duty", "/triage", decision="OPEN_CASE")).status_code == 303
    assert 'href="/duty">New acute' not in (await dirk.get("/inbox")).text


@pytest.mark.parametrize("typed", [{"name": "janss"}, {"name": "NOOR  jan"}, {"bsn": "own"}, {"born": "own"}])
async def test_a_family_in_view_is_found(visit, town, typed):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    own = {"bsn": noor.bsn, "born": f"{noor.born:%d-%m-%Y}"}
    typed = {name: own[name] if value == "own" else value for name, value in typed.items()}
    for name in ("bram", "dirk"):
        page = (await visit(name, "en").send("/search", "/search", **typed)).text
        sees = name == "bram" and "born" not in typed
        assert (page_of(noor) in page) is sees, (name, typed)
        assert (NOT_YOURS in page) is not sees


async def test_what_is_not_there_and_what_is_not_ones_own_get_one_answer(visit, town, app):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    dirk, answers, sent = visit("dirk", "en"), [], []
    await dirk.get("/search")
    for bsn in (noor.bsn, "999990019"):
        form = await dirk.form("/search", "/search")
        with statements(app.state.office.database) as said:
            page = await dirk.post("/search", {**form.fields, "bsn": bsn, "key": "k", "name": ""})
        sent.append(len(said))
        shown = page.text.replace(bsn, "").replace(form_in(page, "/search").fields["key"], "")
        answers.append((page.status_code, shown))
    assert answers[0] == answers[1] and NOT_YOURS in answers[0][1]
    assert sent[0] == sent[1] <= 5


async def test_no_address_and_no_log_holds_what_was_searched_and_a_search_in_vain_is_recorded(
    visit, town, capsys, database_url
):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    page = await visit("dirk").send("/search", "/search", bsn=noor.bsn, name="Noor")
    assert noor.bsn not in str(page.url)
    printed = capsys.readouterr()
    assert noor.bsn not in printed.out + printed.err
    (made,) = await records(database_url, "find_families")
    assert made[1] is False and noor.bsn not in str(made) and "Noor" not in str(made)


async def test_what_is_wrong_is_said_and_what_was_typed_stays(visit, town):
    bram = visit("bram", "en")
    empty = await bram.send("/search", "/search")
    assert empty.status_code == 422 and "Fill in a BSN, a name or a birth date." in empty.text
    wrong = await bram.send("/search", "/search", bsn="123456789", name="<b>Noor")
    assert wrong.status_code == 422 and "This is not a valid BSN." in wrong.text
    assert form_in(wrong, "/search").fields["name"] == "<b>Noor"
    for name in ("jasmijn", "karim"):
        assert 'href="/search"' not in (await visit(name, "en").get("/inbox")).text
