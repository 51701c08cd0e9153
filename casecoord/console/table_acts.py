"""The acts of the family's table on its page: goals, agreements and what was said to them on paper, compliments."""

from uuid import UUID

from casecoord.actions.agreements import (
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.goals import (
    PraiseFamily,
    ReachMilestone,
    SetGoal,
    praise_family,
    reach_milestone,
    set_goal,
)
from casecoord.actions.refusing import RecordRefusal, record_refusal
from casecoord.console.acts import ACTS
from casecoord.console.fields import Form
from casecoord.console.forms import Act, named
from casecoord.domain.agreements import Answer
from casecoord.domain.ids import key_of
from casecoord.domain.words import LifeDomain


def _one(form: Form, name: str, kind: str) -> UUID | None:
    """A thing that was picked, or none."""
    given = form.given.get(name)
    return key_of(kind, given, name) if given else None


def _goal(form: Form) -> SetGoal:
    return SetGoal(
        form.key,
        form.thing("case", "Case"),
        form.choice("domain", LifeDomain),
        form.needed("words"),
        form.given.get("own") == "yes",
        _one(form, "goal", "Milestone"),
    )


def _agree(form: Form) -> RecordAgreement:
    person = _one(form, "person", "Person")
    return RecordAgreement(
        form.key,
        form.thing("case", "Case"),
        form.needed("doer"),
        form.needed_day("dueOn"),
        form.needed("what"),
        form.choice("domain", LifeDomain),
        (person,) if person else (),
    )


def _reword(form: Form) -> RecordAgreement:
    """Another wording of what was agreed: one's own, or the words of somebody of the family."""
    return RecordAgreement(
        form.key,
        form.thing("case", "Case"),
        form.needed("doer"),
        form.needed_day("dueOn"),
        form.text("what"),
        replaces=form.thing("agreement", "Agreement"),
        adopts=_one(form, "adopts", "Person"),
        reply=form.text("reply"),
    )


def _paper(form: Form) -> RespondAgreement:
    return RespondAgreement(
        form.key,
        form.thing("agreement", "Agreement"),
        form.picked("person", "Person"),
        form.choice("answer", Answer),
        form.text("words"),
        _one(form, "saidBy", "Person"),
    )


def _reach(form: Form) -> ReachMilestone:
    return ReachMilestone(form.key, form.thing("milestone", "Milestone"), praise=form.text("praise"))


def _keep(form: Form) -> ReachMilestone:
    return ReachMilestone(
        form.key, agreement=form.thing("agreement", "Agreement"), praise=form.text("praise")
    )


def _praise(form: Form) -> PraiseFamily:
    return PraiseFamily(form.key, form.thing("case", "Case"), form.needed("words"))


def _refusal(form: Form) -> RecordRefusal:
    return RecordRefusal(
        form.key, form.thing("case", "Case"), form.needed("reason"), form.needed_day("reviewOn")
    )


#: Every act on a family's page.
FAMILY_ACTS: dict[str, Act] = ACTS | named(
    Act("set-goal", set_goal, _goal),
    Act("agree", record_agreement, _agree),
    Act("reword", record_agreement, _reword, ("agreement",)),
    Act("paper", respond_agreement, _paper, ("agreement",)),
    Act("reach", reach_milestone, _reach, ("milestone",)),
    Act("keep", reach_milestone, _keep, ("agreement",)),
    Act("praise", praise_family, _praise),
    Act("refusal", record_refusal, _refusal),
)
