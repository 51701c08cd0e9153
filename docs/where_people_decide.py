"""The tables where people decide, over HTTP alone: `.venv/bin/python docs/where_people_decide.py`.

A signal becomes an agenda item, a decision, an action, a blockade and a breakthrough that another area finds; and
before a youth's hearing an alternative is held and confirmed, while the school finds no trace of it. Needs a running
`make demo`; run it as often as you like after `make demo-reset`.
"""

import argparse
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from first_quarter import Person, flag, pending, say, token

from casecoord.demo.stories import TABLES_FAMILY
from casecoord.domain.workdays import is_working_day

NAMES = ("amina", "bram", "dirk", "hanna", "johanna", "nadia", "rosa")
CHILD, BROTHER = TABLES_FAMILY["child"], TABLES_FAMILY["brother"]


def tables(people: dict[str, Person]) -> None:
    case, household, action = the_care_team_decides(people)
    the_knot_is_cut(people, case, action)
    before = everything(people["amina"], case)
    words = the_alternative_is_ready(people)
    after = everything(people["amina"], case)
    say("9. Amina of the school crawls everything that she can reach, before and after.")
    if before != after or any(word in json.dumps(after) for word in words):
        raise SystemExit("the school can tell that something happened")
    say(
        f"   {len(after)} answers, not a byte of difference: for the school there is no hearing and no place."
    )
    say(f"   The household: {household}")


def the_care_team_decides(people: dict[str, Person]) -> tuple[str, str, str]:
    """From a signal to what the table decided: the case, its household, and the action that was agreed."""
    amina, bram, dirk = people["amina"], people["bram"], people["dirk"]
    say("1. Amina of the school care team flags Ania, who is nine.")
    signal = flag(amina, CHILD, "SOCIAL_NETWORK", "Is often alone after school, and would like to sing.")
    household: str = next(
        edge["node"]["household"]
        for edge in bram.ask("worklist", first=100)["edges"]
        if CHILD.name in (edge["node"]["names"] or {"value": []})["value"]
    )

    say("2. The care team meets, with Dirk of the social team as a guest. The data make the agenda.")
    meeting = opened_now(bram, present=(amina, dirk))
    agenda = bram.ask("meeting", meeting=meeting)["agenda"]
    (item,) = [one for one in agenda if one["household"] == household]
    kinds = ", ".join(dict.fromkeys(one["kind"].lower() for one in agenda))
    say(
        f"   {len(agenda)} items, in this order: {kinds}; Ania's: {item['minutes']} minutes, {item['kind'].lower()}"
    )

    say("3. At the table: a case, a lead, a decision, and an action with an owner and a date.")
    case: str = bram.do("triageSignal", signal=signal["signal"], decision="OPEN_CASE")["case"]["id"]
    invited = bram.do("inviteTeam", case=case, team=team_of(dirk))
    dirk.do("joinCase", invitation=invited["id"])
    known = "The mother knows him from the neighbourhood house."
    asked = bram.do("proposeLead", case=case, professional=dirk.ask("me")["id"], preference=known)
    dirk.do("acceptLead", proposal=pending(asked))
    decided = bram.do(
        "recordDecision",
        meetingItem=item["id"],
        version=item["version"],
        decision="Ania sings in the choir of the music school, if her mother agrees.",
        action={"domain": "SOCIAL_NETWORK", "what": "Enrol Ania with the choir.", "dueOn": in_days(14)},
        nextOn=working_day(21).isoformat(),
        withoutFamily="The mother is at work; Dirk speaks with her tonight.",
    )
    say("   What was not talked about is not lost: the table goes on tomorrow.")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bram.do("adjournMeeting", meeting=meeting, goesOnAt=tomorrow)
    return case, household, decided["action"]


def opened_now(chair: Person, present: tuple[Person, ...]) -> str:
    """A meeting of the chair's team that begins now; one that still sits goes on tomorrow."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for sits in chair.ask("meetings"):
        if sits["state"] == "OPEN" and sits["team"] == team_of(chair):
            chair.do("adjournMeeting", meeting=sits["id"], goesOnAt=tomorrow)
    here = [seat_of(who) for who in present]
    at = datetime.now(UTC).isoformat()
    meeting: str = chair.do("scheduleMeeting", team=team_of(chair), at=at, minutes=240, guests=here[1:])["id"]
    chair.do("openMeeting", meeting=meeting, present=here)
    return meeting


def the_knot_is_cut(people: dict[str, Person], case: str, action: str) -> None:
    """An action that cannot be done becomes a blockade, a breakthrough, and a rule that another area finds."""
    dirk, johanna, rosa = people["dirk"], people["johanna"], people["rosa"]
    say("4. It cannot be done. Dirk, the lead, says concretely what stops it, and whom it is asked of.")
    raised = dirk.do(
        "raiseBlockade",
        case=case,
        kind="RULE",
        domain="SOCIAL_NETWORK",
        what="The choir asks for a form that the family cannot get within half a year.",
        asked="Take Ania in next week, and wait for the paper.",
        action=action,
        to={"function": "Director of the music school"},
        neededBy=in_days(10),
    )
    say("5. Johanna, who has the power to decide, opens the way, for this family and from now on.")
    johanna.do(
        "decideBlockade",
        blockade=raised["id"],
        decision="They begin at once.",
        mandate="Agreement of the alliance on joining in.",
        reach="STRUCTURAL",
        rule={
            "title": "Begin while the form is under way",
            "applies": "A child waits for a form before joining a choir, a club or a course.",
            "allowed": "The child begins; the form follows within half a year.",
            "authority": "Agreement of the alliance on joining in.",
        },
    )
    say(
        "   Rosa in Schiedam, another area, hits the same wall, and finds it; nothing in it is about a family."
    )
    for edge in rosa.ask("breakthroughs", kind="RULE", domain="SOCIAL_NETWORK", text="form")["edges"]:
        rule = edge["node"]
        say(f"   {rule['area']}, {rule['publishedAt'][:10]}: {rule['title']}. {rule['allowed']}")


def the_alternative_is_ready(people: dict[str, Person]) -> tuple[str, ...]:
    """A hearing planned back from, a place held and confirmed: words that the school must not find."""
    dirk, hanna, nadia = people["dirk"], people["hanna"], people["nadia"]
    say(
        "6. Hanna, a court partner, plans a hearing for Filip, the brother; what to do by when follows from its day."
    )
    about = {"bsn": BROTHER.bsn, "birthDate": BROTHER.born.isoformat()}
    hearing = hanna.do("planHearing", **about, heldOn=working_day(30).isoformat())
    for line in hanna.ask("preparation", hearing=hearing["id"])["steps"]:
        say(f"   {line['dueOn']}  {line['step'].lower():22} {line['by'].lower()}")

    say("7. Nadia, a provider, offers places; Dirk looks what fits, and has one held.")
    nadia.do(
        "addOffer",
        terms={
            "kind": "WORK_STUDY",
            "name": "Timber yard, two days a week",
            "ageFrom": 15,
            "ageUntil": 20,
            "places": 1,
            "startsOn": in_days(7),
            "needs": [{"of": "FAMILY", "what": "Says which mornings suit."}],
        },
    )
    fitting = dirk.ask("alternatives", hearing=hearing["id"], kind="WORK_STUDY")
    offer = next(one for one in fitting if one["name"].startswith("Timber yard"))
    say(f"   {offer['name']}: fits by {', '.join(why.lower() for why in offer['fits'])}")
    place = dirk.do("holdAlternative", alternative=offer["id"], hearing=hearing["id"], until=in_days(10))

    say("8. Nadia sees who comes, by name, age and language, and confirms in time. She never reads why.")
    mine = next(one for one in nadia.ask("places") if one["id"] == place["id"])
    say(f"   {mine}")
    nadia.do("confirmAlternative", placement=place["id"])
    return hearing["id"], place["id"], offer["id"], "Timber yard", "hearing_id"


def everything(who: Person, case: str) -> list[Any]:
    """Whatever a member of the school's care team can ask about this case, and every list that she has."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("jointCase", {"id": case}),
        ("timeline", {"id": case, "first": 100}),
        ("worklist", {"first": 100}),
        ("gaps", {"first": 100}),
        ("blockades", {"first": 100}),
        ("inbox", {}),
        ("offers", {}),
        ("places", {}),
        ("meetings", {}),
        ("preparationLoad", {}),
        ("caseload", {}),
        ("proposals", {}),
        ("invitations", {}),
        ("transfers", {}),
        ("breakthroughs", {}),
        ("allianceAgenda", {}),
    ]
    return [who.post(name, said) for name, said in asked]


def team_of(who: Person) -> str:
    found: str = who.ask("me")["acting"]["team"]["id"]
    return found


def seat_of(who: Person) -> str:
    found: str = who.ask("me")["acting"]["id"]
    return found


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def working_day(days: int) -> date:
    """The first working day from so many days on."""
    found = date.today() + timedelta(days=days)
    while not is_working_day(found):
        found += timedelta(days=1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    chosen = parser.parse_args()
    tables({name: Person(name, chosen.url, token(name)) for name in NAMES})


if __name__ == "__main__":
    main()
