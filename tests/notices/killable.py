"""A sender in a process of its own that kills itself, as kill -9 does, at the step that it is told."""

import asyncio
import os
import signal
import sys
from datetime import datetime
from uuid import UUID

from casecoord.access.decide import Policy
from casecoord.actions.delivering import Postman
from casecoord.mail import Mail, Mailer
from casecoord.storage import letters
from casecoord.storage.letters import DueLetter
from casecoord.storage.work import Area, Database
from tests.world import KEYRING

STEPS = (
    "letters made, not committed",
    "letters committed",
    "letter claimed",
    "mail written",
    "mail server reached",
    "mail handed over",
    "mail noted, not committed",
    "mail committed",
)


class Mortal(Postman):
    """Dies at `step`; lives through all of them if it is none."""

    step: str = ""

    def dies_at(self, step: str) -> None:
        if step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)

    async def gather(self, area: UUID) -> None:
        async with self.database.within(area) as work:
            await letters.gather(work)
            self.dies_at("letters made, not committed")
        self.dies_at("letters committed")

    async def write(self, work: Area, letter: DueLetter) -> Mail | None:
        self.dies_at("letter claimed")
        mail = await super().write(work, letter)
        self.dies_at("mail written")
        return mail

    async def post(self, mail: Mail) -> None:
        await self.mailer.open()
        self.dies_at("mail server reached")
        await super().post(mail)
        self.dies_at("mail handed over")

    async def note_sent(self, work: Area, letter: DueLetter) -> None:
        await super().note_sent(work, letter)
        self.dies_at("mail noted, not committed")

    async def deliver(self, area: UUID) -> str | None:
        became = await super().deliver(area)
        self.dies_at("mail committed")
        return became


async def main(url: str, mail: str, sender: str, now: str, step: str) -> None:
    database = Database(url, KEYRING, clock=lambda: datetime.fromisoformat(now), pool_size=2)
    postman = Mortal(database, Policy(), Mailer(mail, sender, encrypt=False), "https://casecoord.example.nl")
    postman.step = step
    await postman.round()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
