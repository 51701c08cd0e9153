"""The postman: turns notices into letters and takes each to the mail server, at least once.

Every letter has a transaction of its own that holds its row while the mail server is spoken to. Killed
before the commit, it is sent again under the same name; two postmen never hold the same letter. A mail
server that is away costs no letter a try.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from casecoord.access.decide import Policy
from casecoord.actions.notices import filters_for
from casecoord.domain.notices import letter_text
from casecoord.mail import Mail, Mailer, MailRefused
from casecoord.storage import letters
from casecoord.storage.letters import DueLetter, Outcome
from casecoord.storage.notices import unread_in
from casecoord.storage.work import Area, Database

#: How long to wait for a mail server that is away: twice as long each time, up to five minutes.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


@dataclass(slots=True)
class Postman:
    """`link` is where the mails point to. One postman works for all areas; several may work at once."""

    database: Database
    policy: Policy
    mailer: Mailer
    link: str

    async def round(self) -> Counter[str]:
        """Delivers everything that is due now; counts the letters by what became of them. Raises MailAway."""
        done: Counter[str] = Counter()
        try:
            for area in (await self.database.areas()).values():
                await self.gather(area)
                while became := await self.deliver(area):
                    done[became] += 1
        finally:
            await self.mailer.close()  # a server hangs up on whoever is silent until the next round
        return done

    async def gather(self, area: UUID) -> None:
        """Makes the letters that are due."""
        async with self.database.within(area) as work:
            await letters.gather(work)

    async def deliver(self, area: UUID) -> str | None:
        """Takes one letter to the server: what became of it, None if none is due."""
        async with self.database.within(area) as work:
            letter = await letters.claim(work)
            if letter is None:
                return None
            mail = await self.write(work, letter)
            if mail is None:
                await letters.end(work, letter, Outcome.MOOT)
                return Outcome.MOOT
            try:
                await self.post(mail)
            except MailRefused as refusal:
                await letters.refused(work, letter, refusal.code)
                return "refused"
            await self.note_sent(work, letter)
        return Outcome.SENT

    async def write(self, work: Area, letter: DueLetter) -> Mail | None:
        """The mail; None if its receiver left, has no address, or may see nothing of it (any more)."""
        count = 0
        for receiver, role, kind in await letters.receivers(work, letter):
            filters = filters_for(self.policy, role, kind, work.grounds)
            count += await unread_in(work, receiver, filters, letter.id)
        if not count or letter.email is None:
            return None
        text = letter_text(letter.language, urgent=letter.urgent, count=count, link=self.link)
        return Mail(str(letter.id), letter.email, text.subject, text.body, work.now)

    async def post(self, mail: Mail) -> None:
        """Hands a mail to the server. Raises MailAway, MailRefused."""
        await self.mailer.open()
        await self.mailer.send(mail)

    async def note_sent(self, work: Area, letter: DueLetter) -> None:
        """Writes that the server has it."""
        await letters.end(work, letter, Outcome.SENT)


def pause_after(failures: int) -> float:
    """Seconds to wait after so many rounds without a mail server."""
    return float(min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE))


async def wait_for(event: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    """Returns when one of the two is set or the time is over."""
    waiting = {asyncio.ensure_future(one.wait()) for one in (event, stop)}
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
