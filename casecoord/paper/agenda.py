"""The alliance's agenda as plain text, to hand out: what blocks, how many families wait, who does what by when."""

from dataclasses import dataclass
from datetime import date

from casecoord.domain.words import BlockadeKind, Language, LifeDomain
from casecoord.paper.words import word

_KINDS = {
    BlockadeKind.RULE: ("een regel", "a rule"),
    BlockadeKind.MONEY: ("geld", "money"),
    BlockadeKind.CAPACITY: ("te weinig mensen of plekken", "too few people or places"),
    BlockadeKind.LAW: ("de wet", "the law"),
    BlockadeKind.COOPERATION: ("samenwerking", "cooperation"),
}
_SAID = {
    Language.NL: {
        "title": "Agenda van de alliantie, {day}",
        "none": "Er ligt nu niets voor.",
        "item": "{number}. {domain}: {kind} houdt tegen. Gezinnen die wachten: {families}. Beslissen voor {day}.",
        "work": "   - {who}: {what} Uiterlijk {day}. {done}",
        "nobody": "   - Nog niemand heeft huiswerk.",
        "done": "Gedaan.",
        "open": "Nog te doen.",
    },
    Language.EN: {
        "title": "Agenda of the alliance, {day}",
        "none": "Nothing waits now.",
        "item": "{number}. {domain}: {kind} stands in the way. Families waiting: {families}. Decide before {day}.",
        "work": "   - {who}: {what} By {day}. {done}",
        "nobody": "   - Nobody has homework yet.",
        "done": "Done.",
        "open": "Still to do.",
    },
}


@dataclass(frozen=True, slots=True)
class Work:
    """What a partner does; `what` None: it may not be read now."""

    who: str
    what: str | None
    by: date
    done: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A blockade, without the family that waits."""

    kind: BlockadeKind
    domain: LifeDomain
    families: int
    due: date
    homework: list[Work]


def agenda_text(items: list[Item], day: date, language: Language) -> str:
    """The agenda of a day."""
    said, one = _SAID[language], 0 if language is Language.NL else 1
    lines = [said["title"].format(day=_day(day)), "", *([] if items else [said["none"]])]
    for number, item in enumerate(items, 1):
        lines.append(
            said["item"].format(
                number=number,
                domain=word(item.domain, language).capitalize(),
                kind=_KINDS[item.kind][one],
                families=item.families,
                day=_day(item.due),
            )
        )
        lines += [
            said["work"].format(
                who=work.who,
                what=work.what or "…",
                day=_day(work.by),
                done=said["done" if work.done else "open"],
            )
            for work in item.homework
        ] or [said["nobody"]]
    return "\n".join(lines) + "\n"


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
