"""What the crawl reads from a page, and what it fills in."""

from tests.crawl.documents import SAID
from tests.crawl.filling import RAW, filled
from tests.crawl.page import Form, Page, own_path


def form_of(inner: str, attributes: str = 'method="post" action="/signal"') -> Form:
    (form,) = Page(f"<form {attributes}>{inner}</form>").forms
    return form


def test_a_page_leads_to_what_is_ours_once_each() -> None:
    page = Page(
        '<a href="/gaps?after=a&amp;b=c#more">x</a><a href="/gaps?after=a&amp;b=c">x</a><a href="#top">x</a>'
        '<a href="tel:0612">x</a><a href="//else.test/x">x</a><a href="https://else.test/">x</a>'
        '<link rel="stylesheet" href="/static/a.css"><main data-changes="/changes?of=x"><img src="/chart.svg">'
    )
    assert page.links == ["/gaps?after=a&b=c", "/static/a.css", "/changes?of=x", "/chart.svg"]
    assert own_path("/families/x#plan") == "/families/x"


def test_a_form_holds_all_that_it_offers() -> None:
    form = form_of(
        '<input type="hidden" name="key" value="k"><input name="who" value="a &amp; b">'
        '<select name="team"><option value="">x</option><option value="one" selected>x</option></select>'
        '<input type="radio" name="how" value="a"><input type="radio" name="how" value="b" checked>'
        '<input type="checkbox" name="guests" value="1"><input type="checkbox" name="guests" value="2">'
        '<textarea name="words">\n  said\n</textarea><input name="not" disabled><input type="submit" value="x">'
        '<button>x</button><button name="answer" value="yes">x</button><button name="answer" value="no">x</button>'
    )
    assert (form.method, form.action) == ("POST", "/signal")
    assert form.names == ("key", "who", "team", "how", "guests", "guests", "words", "answer")
    by_name = {field.name: field for field in form.fields}
    assert (by_name["who"].value, by_name["words"].value) == ("a & b", "  said\n")
    assert by_name["team"].options == ["", "one"]
    assert (by_name["how"].options, by_name["how"].value) == (["a", "b"], "b")
    assert by_name["answer"].options == ["yes", "no"]


def test_what_stands_outside_a_form_can_belong_to_it() -> None:
    (form,) = Page(
        '<input name="first" form="f" value="1"><form id="f" method="post" action="/x"></form>'
        '<input name="nobody" value="2"><button name="last" value="3" form="f">x</button>'
    ).forms
    assert (form.action, form.names) == ("/x", ("first", "last"))


def test_at_even_turns_a_form_is_meant_and_at_odd_ones_hostile() -> None:
    form = form_of(
        '<input type="hidden" name="key" value="k"><input name="words"><input type="date" name="dueOn">'
        '<select name="team"><option value=""></option><option value="one"></option><option value="two"></select>'
    )
    meant, hostile = dict(filled(form, 0)), dict(filled(form, 1))
    assert (meant["key"], meant["dueOn"], meant["team"]) == ("k", "2026-12-07", "one")
    assert SAID in meant["words"] and RAW not in meant["words"]
    assert hostile["key"] == "k" and hostile["words"] != meant["words"]
    every = [dict(filled(form, turn)) for turn in range(16)]
    assert {one["team"] for one in every} == {"", "one", "two"}
    assert any(RAW in one["words"] for one in every) and any(not one["words"] for one in every)
    assert any(one["dueOn"] == "2026-02-30" for one in every)


def test_what_stands_in_a_form_besides_is_filled_in_whole_or_not_at_all() -> None:
    form = form_of('<input name="decision"><input name="action.what"><input type="date" name="action.dueOn">')
    whole, without = dict(filled(form, 0)), dict(filled(form, 2))
    assert all(whole.values())
    assert without["decision"] and not without["action.what"] and not without["action.dueOn"]


def test_a_box_is_left_and_ticked_by_turns() -> None:
    form = form_of('<input type="checkbox" name="own" value="yes">')
    assert {tuple(filled(form, turn)) for turn in range(8)} == {(), (("own", "yes"),)}
