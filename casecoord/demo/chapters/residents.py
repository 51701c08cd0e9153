"""Families that look themselves: who got a code on paper, and what waits for somebody's safety."""

from casecoord.actions.consents import DETAIL
from casecoord.demo.chapters.plans import led
from casecoord.demo.chapters.sharing import agrees
from casecoord.demo.chapters.table import agree, says, want
from casecoord.demo.stories import CLIENT, PATIENT, PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.agreements import Answer
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


@story(
    family(
        "Maas",
        "Bloemhof",
        [one("Petra", 38, PATIENT), one("Sjoerd", 41, CLIENT)],
        [one("Jill", 14), one("Sem", 8, PUPIL)],
    ),
    "Petra en Sjoerd kijken elk op hun eigen pagina. Zij ziet niets van zijn schulden, hij niets van haar huisarts, "
    "en wat Sem op school vertelde zien zij allebei nog niet.",
    "Petra and Sjoerd each look at a page of their own. She sees nothing of his debts, he nothing of her GP, and "
    "what Sem told at school neither of them sees yet.",
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["signal.existence", "access_log.entry"],
)
async def ieder_een_eigen_pagina(t: Teller) -> None:
    case = await led(t, "Sem", "Wil na school niet naar huis.", since=8)
    await t.bring("chaima", case, "gp-one", "fleur")
    await t.bring("chaima", case, "work", "esra")
    t.days_ago(7)
    await t.meet("chaima", case)
    t.days_ago(5)
    told = [
        await t.flag(
            "fleur",
            "Petra",
            LifeDomain.MENTAL_HEALTH,
            "Slaapt al weken niet.",
            detail="Vertelde waar zij 's nachts over piekert.",
        ),
        await t.flag("esra", "Sjoerd", LifeDomain.FINANCE, "Er komen dwangbevelen."),
        await t.flag("amina", "Sem", LifeDomain.CHILD_DEVELOPMENT, "Vertelde waar hij bang voor is."),
    ]
    await t.defer("amina", told[-1], "Sem is bang voor wat er thuis gebeurt als dit bekend wordt.")
    t.days_ago(4)
    for by, signal in zip(("fleur", "bram", "bram"), told, strict=True):
        await t.join_signal(by, signal)
    for signal in told:
        await t.feed_back("chaima", signal, "We nemen het mee in het plan.")
    t.days_ago(3)
    await agrees(t, "fleur", "Petra", DETAIL, told[0], "Petra")
    await want(t, "chaima", case, LifeDomain.DOMESTIC_RELATIONS, "Sem komt na school graag thuis.")
    await agree(
        t, "chaima", case, LifeDomain.TIME_USE, "Sem wordt elke dag opgehaald.", "Petra en Sjoerd om de beurt",
        "Petra", "Sjoerd",
    )  # fmt: skip
    money = await agree(
        t, "chaima", case, LifeDomain.FINANCE, "De post gaat ongeopend mee naar Esra.", "Sjoerd", "Sjoerd"
    )
    await says(t, "chaima", money, "Sjoerd", Answer.CHANGED, "Ik open hem zelf en neem hem mee.")
    t.days_ago(2)
    await t.give_code("chaima", "Petra", "petra")
    await t.give_code("chaima", "Sjoerd", "sjoerd")
