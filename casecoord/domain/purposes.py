"""The purposes in words: what is done under each, and which activity of the register of processing it is."""

from dataclasses import dataclass

from casecoord.domain.words import Language, Purpose


@dataclass(frozen=True, slots=True)
class PurposeWords:
    """A purpose as people read it: its name and what it is for."""

    purpose: Purpose
    name_nl: str
    name_en: str
    aim_nl: str
    aim_en: str

    def name(self, language: Language) -> str:
        return self.name_nl if language is Language.NL else self.name_en

    def aim(self, language: Language) -> str:
        return self.aim_nl if language is Language.NL else self.aim_en

    @property
    def activity(self) -> str:
        """The URI by which the processing log names this activity of the register."""
        return f"urn:casecoord:processing-activity:{self.purpose}"


# fmt: off
PURPOSES: dict[Purpose, PurposeWords] = {words.purpose: words for words in (
    PurposeWords(
        Purpose.CARE_COORDINATION, "zorg coördineren", "care coordination",
        "Gezinnen met meer problemen tegelijk: één casus, één regievoerder, en geen signaal dat blijft liggen.",
        "Families with several problems at once: one case, one lead, and no signal left lying."),
    PurposeWords(
        Purpose.COURT_ALTERNATIVE, "alternatief voor straf", "alternative to punishment",
        "Een jongere met een zitting bij de wijkrechter heeft op die dag een passend alternatief klaarstaan.",
        "A youth with a hearing before the neighbourhood judge has a fitting alternative ready on that day."),
    PurposeWords(
        Purpose.SUPERVISION, "toezicht", "supervision",
        "De privacyfunctionaris ziet toe op wie wat ziet en doet, en beoordeelt noodtoegang.",
        "The privacy officer supervises who sees and does what, and reviews emergency access."),
    PurposeWords(
        Purpose.MONITORING, "monitoring", "monitoring",
        "Cijfers over het gebied, afgeleid van het werk zelf; kleine aantallen blijven weg.",
        "Figures about the area, derived from the work itself; small cells are left out."),
    PurposeWords(
        Purpose.ACCESS_REQUEST, "rechten van betrokkenen", "rights of data subjects",
        "Een bewoner ziet wat over hem of haar is vastgelegd, laat het verbeteren of beperken, of maakt bezwaar.",
        "A resident sees what is recorded about them, has it rectified or restricted, or objects."),
)}
# fmt: on
assert set(PURPOSES) == set(Purpose)
