"""A page as a browser without JavaScript reads it: where it leads, and the forms on it with all that they offer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: Attributes that lead somewhere; what a script of ours is to fetch stands in data attributes.
_LEADS = ("href", "src", "data-")
#: Inputs of which one value is chosen from what is offered.
CHOSEN = ("select", "radio", "button")


@dataclass
class Field:
    """One name in a form. `options`: what can be chosen, or for a checkbox what it sends."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form and its fields, in their order; `id` tells it from its like on the same page."""

    method: str
    action: str
    id: str = ""
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    def field(self, name: str, kind: str) -> Field:
        """The field of this name; radios, options and buttons of one name are one field, checkboxes are not."""
        found = next((one for one in self.fields if (one.name, one.kind) == (name, kind)), None)
        if found is None or kind not in CHOSEN:
            found = Field(name, kind)
            self.fields.append(found)
        return found


class Page(HTMLParser):
    """`links`: paths of our own, without fragments; `forms`: also those that only a `form` attribute reaches."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: Field | None = None
        self._typing: Field | None = None
        self.feed(html)
        self.links = list(dict.fromkeys(self.links))

    @property
    def forms(self) -> Iterator[Form]:
        """Without those that hold nothing."""
        return (form for form in self._forms if form.fields)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.links += [
            ours for name, value in known.items() if name.startswith(_LEADS) and (ours := own_path(value))
        ]
        if tag == "form":
            self._open = self._form(known.get("id", ""))
            self._open.method = known.get("method", "get").upper()
            self._open.action = own_path(known.get("action", "")) or ""
        elif tag == "option" and self._select is not None:
            self._select.options.append(known.get("value", ""))
        elif "disabled" not in known and known.get("name"):
            form = self._form(known["form"]) if "form" in known else self._open
            if form is not None:
                self._control(form, tag, known)

    def _form(self, identity: str) -> Form:
        if not identity or identity not in self._by_id:
            made = Form("GET", "", identity)
            self._forms.append(made)
            self._by_id[identity] = made
        return self._by_id[identity]

    def _control(self, form: Form, tag: str, known: dict[str, str]) -> None:
        kind = known.get("type", "text") if tag == "input" else tag
        if tag not in ("input", "select", "textarea", "button"):
            return
        if kind == "submit":
            kind = "button"
        found = form.field(known["name"], kind)
        if kind in ("radio", "button", "checkbox"):
            found.options.append(known.get("value", "on" if kind == "checkbox" else ""))
            found.value = found.options[-1] if "checked" in known else found.value
        elif kind == "select":
            self._select = found
        elif kind == "textarea":
            self._typing = found
        else:
            found.value = known.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._typing is not None:
            self._typing.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._typing is not None:
            # A browser drops the line break that opens a textarea.
            self._typing.value = self._typing.value.removeprefix("\n")
            self._typing = None


def own_path(value: str) -> str | None:
    """A path with its query on our own server; None for anything else."""
    parts = urlsplit(value)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
