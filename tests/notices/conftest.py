"""A town whose people have mail, and a mail server that keeps what it is sent."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import Envelope, Session
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.actions.delivering import Postman
from casecoord.domain.words import Language
from casecoord.mail import Mailer
from tests.two_servers import database_at
from tests.world import Clock, Town, come_to

SENDER = "casecoord@example.nl"
LINK = "https://casecoord.example.nl"


@dataclass
class MailServer:
    """A real SMTP server on a port of its own; `refuse` makes it answer so to whoever it names."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def handle_RCPT(
        self, server: SmtpServer, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SmtpServer, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(BytesParser(EmailMessage, policy=SMTP).parsebytes(envelope.content))
        self.arrived.set()
        return "250 OK"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """On the port that it had before, if any."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SmtpServer(self, hostname="mail.test", enable_SMTPUTF8=True), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def to(self, name: str) -> list[EmailMessage]:
        """What this person got, each mail once, as a reader that knows a Message-ID again shows it."""
        own = [mail for mail in self.mails if mail["To"] == address(name)]
        return list({mail["Message-ID"]: mail for mail in own}.values())

    def counts(self) -> Counter[str]:
        """How often each person was sent each mail, by address."""
        return Counter(str(mail["To"]) for mail in self.mails)


def address(name: str) -> str:
    return f"{name}@post.test"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy()


@pytest.fixture
async def town(database_url: str, policy: Policy, laid: Town | None) -> AsyncIterator[Town]:
    clock = Clock()
    database = database_at(database_url, clock, pool_size=20)
    try:
        town = await come_to(laid, database, clock, policy)
        await give_addresses(town)
        yield town
    finally:
        await database.close()


async def give_addresses(town: Town) -> None:
    """Everybody has an address and reads Dutch; Dirk reads English."""
    async with town.database.within(town.area) as work:
        for name, member in town.members.items():
            await work.session.execute(
                text("update professionals set email = :email, language = :language where id = :id"),
                {
                    "email": address(name),
                    "language": Language.EN if name == "dirk" else Language.NL,
                    "id": member.professional,
                },
            )


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    mail_server = MailServer()
    await mail_server.start()
    yield mail_server
    await mail_server.stop()


@pytest.fixture
def postman(town: Town, post: MailServer, policy: Policy) -> Postman:
    """A sender on the town's database and clock."""
    return Postman(town.database, policy, Mailer(post.url, SENDER, encrypt=False), LINK)
