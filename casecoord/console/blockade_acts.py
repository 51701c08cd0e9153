"""What the person with decision power does with a blockade, and what becomes of a decision that is a rule."""

from uuid import UUID

from casecoord.actions.addressing import Addressee
from casecoord.actions.blockades import BlockadeBrief, DecideBlockade, GiveHomework, decide_blockade
from casecoord.actions.breakthroughs import (
    PublishBreakthrough,
    RuleSaved,
    RuleWords,
    WithdrawBreakthrough,
    publish_breakthrough,
    withdraw_breakthrough,
)
from casecoord.actions.weighing import CompleteHomework, OrderBlockades, complete_homework, order_blockades
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Area,
    Choice,
    Day,
    Field,
    Given,
    Line,
    Pick,
    Picks,
    Thing,
    Undo,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.words import Reach


def _decided(answer: BlockadeBrief) -> str:
    """A decision for everybody may become a rule; of another there is nothing more to do."""
    if answer.reach is Reach.STRUCTURAL and answer.rule is None:
        return f"/blockades/{global_id('Blockade', answer.id)}/rule"
    return "/blockades?done=decide"


def _first(form: Form) -> OrderBlockades:
    chosen, others = form.thing("blockade", "Blockade"), _placed(form)
    return OrderBlockades(form.key, (chosen, *(one for one in others if one != chosen)))


def _by_weight(form: Form) -> OrderBlockades:
    chosen = form.thing("blockade", "Blockade")
    return OrderBlockades(form.key, tuple(one for one in _placed(form) if one != chosen))


def _placed(form: Form) -> list[UUID]:
    """All that were put by hand when the page was shown, in their order."""
    return [key_of("Blockade", one, "blockades") for one in form.given.get("blockades", "").split()]


_HOMEWORK = (
    Line(
        "homework.what",
        N_("What does a partner do?"),
        N_("Empty: it goes on the agenda without homework yet."),
    ),
    Pick("homework.to", N_("Which team does it?"), kind="Team", among="teams"),
    Line(
        "homework.to.function",
        N_("Or who, by function"),
        N_("A function, not a name: for example head of Housing."),
    ),
    Day("homework.neededBy", N_("By which date?")),
)


def _agenda(form: Form) -> DecideBlockade:
    homework: tuple[GiveHomework, ...] = ()
    if any(form.text(field.name) for field in _HOMEWORK):
        to = Addressee(
            form.picked("homework.to", "Team") if form.text("homework.to") else None,
            function=form.text("homework.to.function"),
        )
        homework = (GiveHomework(to, form.needed("homework.what"), form.needed_day("homework.neededBy")),)
    return DecideBlockade(form.key, form.thing("blockade", "Blockade"), on_agenda=True, homework=homework)


_RULE: tuple[Field, ...] = (
    Line("rule.title", N_("What is the rule called?"), N_("A few words by which colleagues find it.")),
    Area("rule.applies", N_("When does it apply?")),
    Area("rule.allowed", N_("What is allowed then?")),
    Line("rule.authority", N_("On whose authority?")),
)


def _rule(form: Form) -> RuleWords:
    return RuleWords(*(form.needed(field.name) for field in _RULE))


def _publish(form: Form) -> PublishBreakthrough:
    return PublishBreakthrough(form.key, form.thing("blockade", "Blockade"), _rule(form))


def _withdraw(form: Form) -> WithdrawBreakthrough:
    return WithdrawBreakthrough(form.key, form.thing("rule", "Breakthrough"), form.needed("reason"))


def _published(answer: RuleSaved) -> str:
    return "/rules?done=publish"


_BLOCKADE = Thing("blockade", kind="Blockade")
_WORK = Thing("homework", kind="Homework")

#: On the list of blockades, on each one's page, and on the alliance's agenda.
BLOCKADE_ACTS: dict[str, Act] = named(
    act(
        "decide",
        decide_blockade,
        DecideBlockade,
        _BLOCKADE,
        Area("decision", N_("What do you decide?"), N_("The teams and the family read this. In plain words."), needed=True),
        Choice("reach", N_("For how long does it hold?"), kind=Reach, radios=True, needed=True),
        Line("mandate", N_("On whose authority?"), N_("Empty: the decision power of this area.")),
        Picks("also", N_("Decide these by the same word"), kind="Blockade", among="alike"),
        button=N_("Decide"),
        follows=N_("A decision stands: it cannot be taken back. Whoever raised it reads it at once and goes on with it."),
        said=N_("Decided. Whoever raised it reads it now."),
        leads=_decided,
        main=True,
    ),
    Act(
        "agenda",
        decide_blockade,
        _agenda,
        ("blockade",),
        (_BLOCKADE, *_HOMEWORK),
        label=N_("Put it before the alliance, with homework"),
        note=N_("The clock runs on: it still has to be decided. You can add more homework later."),
        button=N_("Put it before the alliance"),
        said=N_("It is before the alliance."),
    ),
    Act(
        "first",
        order_blockades,
        _first,
        ("blockade",),
        (_BLOCKADE, Given("blockades")),
        button=N_("Put first"),
        said=N_("The order was kept."),
    ),
    Act(
        "by-weight",
        order_blockades,
        _by_weight,
        ("blockade",),
        (_BLOCKADE, Given("blockades")),
        button=N_("Let weight decide"),
        said=N_("The order was kept."),
    ),
    Act(
        "homework-done",
        complete_homework,
        lambda form: CompleteHomework(form.key, form.thing("homework", "Homework")),
        ("homework",),
        (_WORK,),
        button=N_("This is done"),
        said=N_("Recorded."),
        undo=Undo("homework-open", "homework", lambda _, answer: global_id("Homework", answer.id)),
    ),
    Act(
        "homework-open",
        complete_homework,
        lambda form: CompleteHomework(form.key, form.thing("homework", "Homework"), done=False),
        ("homework",),
        (_WORK,),
        button=N_("Not done after all"),
    ),
)  # fmt: skip

#: On the pages of rules.
RULE_ACTS: dict[str, Act] = named(
    Act(
        "publish",
        publish_breakthrough,
        _publish,
        ("blockade",),
        (_BLOCKADE, *_RULE),
        note=N_("Write it in other words than the blockade, about nobody. You can withdraw it later, with a reason."),
        button=N_("Make it a rule"),
        follows=N_("Every professional in every area can read this from now on."),
        said=N_("It is a rule now. Every area can find it."),
        leads=_published,
        main=True,
    ),
    Act(
        "withdraw",
        withdraw_breakthrough,
        _withdraw,
        ("rule",),
        (Thing("rule", kind="Breakthrough"), Line("reason", N_("Reason"), N_("In plain words, about nobody."))),
        label=N_("Withdraw this rule"),
        button=N_("Withdraw"),
        follows=N_("Nobody finds this rule any more. What was done by it stands."),
        said=N_("The rule was withdrawn."),
    ),
)  # fmt: skip
