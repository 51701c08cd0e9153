"""Somebody with a session and a browser without JavaScript: reads pages, fills in the forms that are on them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from casecoord.domain.ids import global_id
from casecoord.identity.sessions import SESSION_COOKIE, Session, Sessions
from tests.world import Someone


@dataclass
class FormOnPage:
    """A form as a browser would send it: what is checked, selected or typed."""

    action: str
    id: str | None
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[FormOnPage] = []
        self._form: FormOnPage | None = None
        self._select = self._textarea = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = FormOnPage(known["action"], known.get("id"))
            self.found.append(self._form)
        if self._form is None:
            return
        name = known.get("name", "")
        if tag == "input" and (known.get("type") != "radio" or "checked" in known):
            self._form.fields[name] = known.get("value", "")
        elif tag == "textarea":
            self._textarea, self._form.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self._form.fields or "selected" in known):
            self._form.fields[self._select] = known["value"]

    def handle_data(self, data):
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._form:
            # A browser drops the line break that opens a textarea, and sends its own kind of them.
            typed = self._form.fields[self._textarea].removeprefix("\n")
            self._form.fields[self._textarea], self._textarea = typed, ""
        elif tag == "form":
            self._form = None


@dataclass
class Visitor:
    """One person at the console."""

    http: httpx2.AsyncClient
    session: Session
    sessions: Sessions
    language: str = "nl"

    def headers(self) -> dict[str, str]:
        cookie = f"{SESSION_COOKIE}={self.sessions.seal(self.session)}"
        return {"Cookie": cookie, "Accept-Language": self.language, "Sec-Fetch-Site": "same-origin"}

    async def get(self, path: str) -> httpx2.Response:
        return await self.http.get(path, headers=self.headers())

    async def post(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        return await self.http.post(path, data=fields, headers=self.headers())

    async def form(self, path: str, action: str) -> FormOnPage:
        """The form on a page whose address ends like this."""
        page = await self.get(path)
        assert page.status_code == 200, page.text
        return form_in(page, action)

    async def send(self, path: str, action: str, **typed: str) -> httpx2.Response:
        """Fills in the form on a page and sends it; a name with a point is written with two underscores."""
        form = await self.form(path, action)
        return await self.post(form.action, {**form.fields, **pointed(typed)})


async def sure(visitor: Visitor, page: httpx2.Response, action: str) -> httpx2.Response:
    """The form that asks once more, sent."""
    assert page.status_code == 422 and "sure" in form_in(page, action).fields, page.text
    form = form_in(page, action)
    return await visitor.post(form.action, form.fields)


async def surely(visitor: Visitor, path: str, action: str, **typed: str) -> httpx2.Response:
    """Fills in the form of an act that is asked twice, and sends it both times."""
    return await sure(visitor, await visitor.send(path, action, **typed), action)


async def done(visitor: Visitor, answer: httpx2.Response) -> str:
    """The page that follows on what was done."""
    assert answer.status_code == 303, answer.text
    return (await visitor.get(answer.headers["location"])).text


def page_of(who: Someone) -> str:
    """The page of somebody's family."""
    return f"/families/{global_id('Household', who.household)}"


def form_in(page: httpx2.Response, action: str) -> FormOnPage:
    found = [form for form in Forms(page.text).found if form.action.split("?")[0].endswith(action)]
    assert found, f"no form {action} here"
    return found[0]


def offered(page: httpx2.Response) -> set[str]:
    """The acts that a family's page offers."""
    return {
        form.action.rsplit("/", 1)[1]
        for form in Forms(page.text).found
        if form.action.startswith("/families/")
    }


def pointed(typed: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in typed.items()}
