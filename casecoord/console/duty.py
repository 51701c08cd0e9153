"""The professional on duty: what is acute, emergency access, who is on duty; and the roster for whoever plans it."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.break_glass import BreakGlass, ByAddress, ByNumber, break_glass
from casecoord.actions.duty import (
    CouldHaveDuty,
    PlanDuty,
    Roster,
    RosterOf,
    could_have_duty,
    may_plan,
    may_see_roster,
    plan_duty,
    roster,
)
from casecoord.actions.office import Hand
from casecoord.actions.on_duty import OnDuty, OnDutyOf, may_have_duty, on_duty
from casecoord.console.acts import SEE, TRIAGE
from casecoord.console.fields import Form
from casecoord.console.forms import Act, Area, Code, Field, Moment, Option, Pick, act, named
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import N_
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.domain.words import TeamKind
from casecoord.identity.sessions import Session

_WHY = Area(
    "reason",
    N_("Why is it needed now?"),
    N_("At least 20 characters. The lead, the privacy officer and later the family read this."),
)
_NUMBER: tuple[Field, ...] = (Code("about.bsn", N_("BSN of somebody of the family")), _WHY)
_HOME: tuple[Field, ...] = (
    Code("about.postcode", N_("Postcode")),
    Code("about.number", N_("House number, with its addition")),
    _WHY,
)
_FOLLOWS = N_(
    "You see one family for 24 hours as the social team does; nothing medical, nothing of police or justice."
    " The lead and the privacy officer are told now, with your name and your reason."
    " Everything that you look at is recorded, the privacy officer reviews it, and the family can see that it happened."
)
_LIFTS = N_(
    "You see the medical notes of your own patient for 24 hours, and the family as the social team does."
    " The lead and the privacy officer are told now, with your name and your reason."
    " Everything that you look at is recorded, the privacy officer reviews it, and the family can see that it happened."
)


def _coded(form: Form, name: str) -> str:
    return form.plain(name) or form.fault("", "text_empty", name)


def _by_number(form: Form) -> BreakGlass:
    return BreakGlass(form.key, ByNumber(_coded(form, "about.bsn")), form.needed("reason"))


def _by_address(form: Form) -> BreakGlass:
    home = ByAddress(_coded(form, "about.postcode"), _coded(form, "about.number"))
    return BreakGlass(form.key, home, form.needed("reason"))


def _medical(form: Form) -> BreakGlass:
    return BreakGlass(form.key, ByNumber(_coded(form, "about.bsn")), form.needed("reason"), medical=True)


def _to_family(answer: Any) -> str:
    return f"/families/{global_id('Household', answer.household)}"


_BY_NUMBER = Act(
    "by-number",
    break_glass,
    _by_number,
    fields=_NUMBER,
    label=N_("Find the family by BSN"),
    button=N_("Open this family for 24 hours"),
    follows=_FOLLOWS,
    leads=_to_family,
)
ACTS = named(
    replace(SEE, said=N_("Recorded that you saw it. Now decide what happens with it."), main=True),
    TRIAGE,
    _BY_NUMBER,
    replace(
        _BY_NUMBER,
        name="by-address",
        read=_by_address,
        fields=_HOME,
        label=N_("Find the family by address"),
    ),
    replace(
        _BY_NUMBER,
        name="medical",
        read=_medical,
        label=N_("Open the medical notes of your own patient"),
        follows=_LIFTS,
    ),
    act(
        "plan",
        plan_duty,
        PlanDuty,
        Pick("membership", N_("Who has duty?"), kind="Membership", among="people", needed=True),
        Moment("since", N_("From when?"), N_("Leave empty for now.")),
        Moment("until", N_("Until when?"), needed=True),
        label=N_("Plan duty"),
        button=N_("Put on the roster"),
        said=N_("On the roster. What is acute and unseen waits for whoever has duty now."),
    ),
)


@dataclass(frozen=True, slots=True)
class Watch:
    """The page for one actor: `duty` for who may have duty, `roster` for who watches over it, `people` for who plans."""

    strip: Strip
    duty: OnDuty | None
    roster: Roster | None
    people: list[CouldHaveDuty]


async def watch(hand: Hand, query: OnDutyOf) -> Watch:
    """All of the page, in one transaction."""
    has, sees = may_have_duty(hand), may_see_roster(hand)
    if not (has or sees):
        raise Problem("not_found")
    return Watch(
        await strip(hand),
        await on_duty(hand, query) if has else None,
        await roster(hand, RosterOf()) if sees else None,
        await could_have_duty(hand) if may_plan(hand) else [],
    )


@dataclass(frozen=True, slots=True)
class OnWatch:
    """The page of duty."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/duty", ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        found = await self.at.look(request, session, watch, OnDutyOf())
        people = [Option(global_id("Membership", one.membership), one.name, one.team) for one in found.people]
        return self.at.page(
            request,
            "duty.html",
            session=session,
            strip=found.strip,
            sheet=sheet.offering(people=people),
            found=found,
            gp=found.strip.me.acting.team_kind is TeamKind.GP_CARE,
        )
