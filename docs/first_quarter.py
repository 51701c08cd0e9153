"""A first quarter of an hour with casecoord, over HTTP alone: `.venv/bin/python docs/first_quarter.py`.

A school and a GP flag the same family; it gets one case, one lead and a joint view in which each team sees
its own cells. Needs a running `make demo`; run it as often as you like after `make demo-reset`.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from casecoord.demo.stories import README_FAMILY, Known

DOCUMENTS = Path(__file__).parents[1] / "graphql" / "operations"


@dataclass
class Person:
    """A demo user at the GraphQL door."""

    name: str
    url: str
    token: str
    keys: "count[int]" = field(default_factory=count)
    run: str = field(default_factory=lambda: uuid4().hex)

    def ask(self, document: str, **variables: Any) -> Any:
        """The answer's data; stops with the problem's sentence where there is one."""
        answer = self.post(document, variables)
        if answer.get("errors"):
            raise SystemExit(f"{self.name}, {document}: {answer['errors'][0]['message']}")
        return next(iter(answer["data"].values()))

    def do(self, document: str, **input: Any) -> Any:
        """A mutation under a fresh idempotency key."""
        answer = self.ask(document, input={"idempotencyKey": f"{self.run}-{next(self.keys)}", **input})
        if answer["__typename"] == "Problem":
            raise SystemExit(f"{self.name}, {document}: {answer['message']} ({answer['code']})")
        return answer

    def post(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The whole body of the answer to a trusted document."""
        text = (DOCUMENTS / f"{document}.graphql").read_bytes()
        body = {"documentId": f"sha256:{hashlib.sha256(text).hexdigest()}", "variables": variables}
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Accept-Language": "en",
            },
        )
        with urllib.request.urlopen(request) as response:
            found: dict[str, Any] = json.load(response)
            return found


def say(text: str) -> None:
    print(text)


def flag(who: Person, about: Known, domain: str, summary: str, **more: Any) -> Any:
    return who.do(
        "addSignal",
        person={"bsn": about.bsn, "birthDate": about.born.isoformat()},
        subject="PERSON",
        domain=domain,
        urgency="HIGH",
        summary=summary,
        **more,
    )


def quarter(people: dict[str, Person]) -> None:
    amina, bram, chaima, dirk = (people[name] for name in ("amina", "bram", "chaima", "dirk"))
    fleur, hanna = people["fleur"], people["hanna"]
    child, brother, mother = README_FAMILY["child"], README_FAMILY["brother"], README_FAMILY["mother"]

    say("1. Amina of the school care team and Fleur, a GP, flag the same family, each on their own.")
    by_school = flag(
        amina, child, "SOCIAL_NETWORK", "Comes without breakfast, plays alone.", detail="Told me at the gate."
    )
    flag(fleur, mother, "TIME_USE", "Has no hour of the day for herself.")
    say(f"   A case open? {by_school['caseOpen']}.")

    say("2. Bram, the school care team's coordinator, triages: one household, one case.")
    household = next(
        edge["node"]["household"]
        for edge in bram.ask("worklist", first=100)["edges"]
        if child.name in (edge["node"]["names"] or {"value": []})["value"]
    )
    say(f"   The household: {household}")
    loose = [s for s in bram.ask("jointCase", id=household)["signals"] if s["state"] == "OPEN"]
    opened = bram.do("triageSignal", signal=by_school["signal"], decision="OPEN_CASE")["case"]
    for signal in loose:
        if signal["id"] != by_school["signal"]:
            bram.do("triageSignal", signal=signal["id"], decision="JOIN_CASE")
    case = opened["id"]

    say("3. He invites the social team of the neighbourhood; Chaima says yes for it.")
    social = chaima.ask("me")["acting"]["team"]["id"]
    invitation = bram.do("inviteTeam", case=case, team=social)["id"]
    chaima.do("joinCase", invitation=invitation)

    say("4. A lead is proposed, declines with a reason, and another accepts.")
    asked = bram.do("proposeLead", case=case, professional=dirk.ask("me")["id"], reason="Knows the street.")
    dirk.do("declineLead", proposal=pending(asked), reason="On leave from next week.")
    asked = bram.do(
        "proposeLead", case=case, professional=chaima.ask("me")["id"], preference="The mother asks for her."
    )
    led = chaima.do("acceptLead", proposal=pending(asked))
    say(f"   The lead is {led['lead']['name']}.")

    say("5. Fleur signals again: she learns that a case is open and who leads it, and nothing more.")
    told = flag(fleur, mother, "TIME_USE", "Missed two appointments.")
    say(f"   {told}")

    say("6. Hanna, a court partner, signals about the older brother. For the school nothing changes at all.")
    before = [amina.post(name, v) for name, v in looks(case)]
    flag(hanna, brother, "JUSTICE", "Will be asked to come and talk.")
    after = [amina.post(name, v) for name, v in looks(case)]
    if before != after:
        raise SystemExit("the school can tell that something happened")

    say("7. Each sees the cells of their own column.")
    for who in (amina, chaima, fleur):
        view = who.ask("jointCase", id=household)
        say(f"   {who.name:8} {shown(view)}")

    say(
        "8. The lead makes a small step, speaks with the family, and hands over; she stays until Dirk accepts."
    )
    due = (date.today() + timedelta(days=7)).isoformat()
    step = chaima.do(
        "addAction", case=case, domain="SOCIAL_NETWORK", what="Enrol with the breakfast club.", dueOn=due
    )
    chaima.do("recordContact", case=case, manner="HOME_VISIT")
    chaima.do("completeAction", action=step["id"], result="Starts on Monday.")
    offered = chaima.do("offerHandOver", case=case, professional=dirk.ask("me")["id"], reason="A new job.")
    say(f"   Offered; the lead is still {offered['lead']['name']}.")
    handed = dirk.do("acceptHandOver", proposal=pending(offered))
    say(f"   Accepted; the lead is now {handed['lead']['name']}.")

    say("9. What happened, and why you may see it:")
    for edge in amina.ask("timeline", id=case, first=100)["edges"]:
        say(f"   {edge['node']['at'][:16]}  {edge['node']['verb']:20} {edge['node']['who']}")
    why = amina.ask("explain", household=household, facet="consent.record")
    say(f"   consent.record: {why['words']}; {why['ground']}; ask {why['ask']}")


def looks(case: str) -> list[tuple[str, dict[str, Any]]]:
    """Everything by which the school could find out."""
    return [
        ("jointCase", {"id": case}),
        ("timeline", {"id": case, "first": 100}),
        ("worklist", {"first": 100}),
        ("gaps", {"first": 100}),
    ]


def pending(case: dict[str, Any]) -> str:
    """The proposal that waits for its answer."""
    found: str = next(p["id"] for p in case["proposals"] if p["state"] == "PENDING")
    return found


def shown(view: dict[str, Any]) -> str:
    """One line: who is named, how many signals, which facets are withheld."""
    lead = (view["lead"] or {}).get("value") or {}
    names = [person["name"]["value"] for person in view["persons"] if person["name"]]
    withheld = ", ".join(w["facet"] for w in view["withheld"]) or "nothing"
    return (
        f"{len(names)} people, {len(view['signals'])} signals, {len(view['participants'])} teams, "
        f"lead {lead.get('name')}; withheld with a reason: {withheld}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    chosen = parser.parse_args()
    names = ("amina", "bram", "chaima", "dirk", "fleur", "hanna")
    quarter({name: Person(name, chosen.url, token(name)) for name in names})


def token(name: str) -> str:
    """A bearer token of a demo user, through the demo's login."""
    command = [sys.executable, "-m", "casecoord", "token", "--as", name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
