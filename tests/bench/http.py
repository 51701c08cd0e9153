"""As little of an HTTP client as a fair measure allows: one keep-alive connection, one request at a time."""

import asyncio
from typing import cast
from urllib.parse import urlsplit

import httptools


class Client:
    """Sends requests that were made beforehand, the same way to ours and to the peer."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._line: _Line | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Anything but a 200 without errors is an error of the measure."""
        if self._line is None or self._line.transport.is_closing():  # a server ends what was idle for long
            _, self._line = await asyncio.get_running_loop().create_connection(
                _Line, self._address.hostname, self._address.port
            )
        return await self._line.ask(request)

    def close(self) -> None:
        if self._line is not None:
            self._line.transport.close()


class _Line(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[bytes] | None = None
        self._body: list[bytes] = []

    async def ask(self, request: bytes) -> bytes:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        body, status = b"".join(self._body), self._parser.get_status_code()
        self._body, self._parser = [], httptools.HttpResponseParser(self)
        if self._answer is None or self._answer.done():
            return
        if status == 200 and b'"errors"' not in body and b'"Problem"' not in body:
            self._answer.set_result(body)
        else:
            self._answer.set_exception(WrongAnswer(f"{status}: {body[:300]!r}"))

    def connection_lost(self, _: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WrongAnswer("the server ended the connection"))


class WrongAnswer(Exception):
    """A measured request was refused or failed."""


def request(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST to `/graphql` as it goes over the line."""
    said = {
        "Host": urlsplit(url).netloc,
        "Content-Type": "application/json",
        "Accept": "application/json",
        **headers,
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body
