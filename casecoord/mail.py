"""Mail over SMTP: what goes out, and whether the server was away or refused this one mail."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

#: A mail has this long to be taken, and as long to reach the server; shorter than a transaction may idle.
PATIENCE_SECONDS = 12


class MailAway(Exception):
    """The mail server cannot be reached, or does not let us in: no mail's fault."""


class MailRefused(Exception):
    """The server did not take this mail; `code` is its answer, None where there was none."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `key` names it at every try, so that whoever gets it twice can tell."""

    key: str
    to: str
    subject: str
    body: str
    at: datetime


class Mailer:
    """Sends over one connection, opened when first needed.

    `url`: smtp://user:password@host:587 (encrypted by STARTTLS) or smtps://host. `encrypt` False: STARTTLS
    only where the server offers it, for a server on the own machine.
    """

    def __init__(self, url: str, sender: str, *, encrypt: bool = True) -> None:
        parts = urlsplit(url)
        implicit = parts.scheme == "smtps"
        self.sender = sender
        self._domain = sender.rpartition("@")[2].rstrip(">")
        self._client = aiosmtplib.SMTP(
            hostname=parts.hostname,
            port=parts.port or (465 if implicit else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=implicit,
            start_tls=None if implicit or not encrypt else True,
            timeout=PATIENCE_SECONDS,
        )

    async def open(self) -> None:
        """Connects if need be. Raises MailAway."""
        if self._client.is_connected:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._client.close()
            raise MailAway(type(error).__name__) from None

    async def send(self, mail: Mail) -> None:
        """Hands one mail to the server, on the open connection. Raises MailRefused."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._client.send_message(self.message(mail), recipients=[mail.to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise MailRefused(error.recipients[0].code) from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailRefused(error.code) from None
        except (aiosmtplib.SMTPException, OSError, ValueError):
            self._client.close()
            raise MailRefused(None) from None

    async def close(self) -> None:
        """Says goodbye, if anybody still listens."""
        if not self._client.is_connected:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._client.quit()
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it goes out."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.key}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message
