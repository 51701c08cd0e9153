"""What opens a way: a decision that became a rule for every area, an agenda with homework, money that nobody had to ask for."""

from dataclasses import replace

from casecoord.actions.addressing import Addressee
from casecoord.actions.blockades import (
    DecideBlockade,
    GiveHomework,
    RaiseBlockade,
    decide_blockade,
    raise_blockade,
)
from casecoord.actions.breakthroughs import RuleWords
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.spending import (
    RecordSpendResult,
    SpendMoney,
    record_spend_result,
    spend,
)
from casecoord.demo.chapters.plans import led
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import BlockadeKind, LifeDomain, Reach, Urgency

#: For a family and a year, in cents.
AMOUNT = 150_000


@story(
    family("Kowalska", "Bloemhof", [one("Ewa", 33)], [one("Zofia", 8, PUPIL)], language="pl"),
    "Chaima kocht een bed zonder te vragen; Johanna's besluit over het briefadres vindt nu elk gebied terug.",
    "Chaima bought a bed without asking; Johanna's decision on the postal address is now found in every area.",
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "dirk": Viewer.SOCIAL, "ibrahim": Viewer.COORDINATOR},
    facets=["blockade", "plan.action"],
)
async def een_bed_en_een_briefadres(t: Teller) -> None:
    case = await led(t, "Zofia", "Slaapt op de bank bij een tante.", since=9)
    t.days_ago(8)
    await t.meet("chaima", case)
    await t.does("mo", change_settings, lambda key: ChangeSettings(key, family_amount=AMOUNT))
    bought = await t.does(
        "chaima",
        spend,
        lambda key: SpendMoney(key, case, 42_000, "Een bed voor Zofia.", LifeDomain.HOUSING),
    )
    t.days_ago(7)
    raised = await t.does(
        "chaima",
        raise_blockade,
        lambda key: RaiseBlockade(
            key, case, BlockadeKind.RULE, LifeDomain.HOUSING,
            "Ewa staat nergens ingeschreven en krijgt daarom geen uitkering.",
            "Schrijf haar in op het adres van het wijkteam.",
            to=Addressee(function="hoofd Burgerzaken"), urgency=Urgency.HIGH,
        ),
    )  # fmt: skip
    t.days_ago(4)
    rule = RuleWords(
        "Briefadres op dezelfde dag",
        "Wie geen vaste plek heeft en hulp van een wijkteam krijgt.",
        "De gemeente geeft op de dag van de aanvraag een briefadres bij het wijkteam.",
        "Besluit van de stuurgroep, onder het mandaat van het college.",
    )
    await t.does(
        "johanna",
        decide_blockade,
        lambda key: DecideBlockade(
            key,
            raised.id,
            "Zij krijgt vandaag nog een briefadres.",
            Reach.STRUCTURAL,
            mandate="Mandaatbesluit van het college.",
            rule=rule,
        ),
    )
    t.days_ago(2)
    assert bought.spend is not None
    result = RecordSpendResult("", bought.spend, "Zofia slaapt weer door.")
    await t.does("chaima", record_spend_result, lambda key: replace(result, idempotency_key=key))


@story(
    family("Ouali", "Bloemhof", [one("Karima", 40)], [one("Ilyas", 9, PUPIL)], language="ar"),
    "Twee partners gingen van de alliantie naar huis met huiswerk; de klok loopt door.",
    "Two partners went home from the alliance with homework; the clock runs on.",
    running=[Rule.BLOCKADE, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["blockade"],
)
async def huiswerk_voor_de_alliantie(t: Teller) -> None:
    case = await led(t, "Ilyas", "Vertelt dat thuis de stroom is afgesloten.", since=7)
    t.days_ago(6)
    await t.meet("chaima", case)
    t.days_ago(4)
    raised = await t.does(
        "chaima",
        raise_blockade,
        lambda key: RaiseBlockade(
            key, case, BlockadeKind.COOPERATION, LifeDomain.FINANCE,
            "De energieleverancier en de schuldhulp wachten op elkaar.",
            "Spreek af wie de eerste termijn betaalt.",
            to=Addressee(function="directeur Schuldhulp"),
        ),
    )  # fmt: skip
    t.days_ago(2)
    homework = (
        GiveHomework(Addressee(function="directeur Schuldhulp"), "Stuurt een betaalregeling.", t.day(3)),
        GiveHomework(Addressee(function="wethouder Armoede"), "Belt de leverancier.", t.day(4)),
    )
    await t.does(
        "johanna",
        decide_blockade,
        lambda key: DecideBlockade(key, raised.id, on_agenda=True, homework=homework),
    )
