"""The doors of the real application, at which a demo user is known by a session; a later door joins in one line."""
import hashlib, json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from casecoord.app import create_app
from casecoord.identity.door import CSRF_HEADER
from casecoord.identity.sessions import SESSION_COOKIE, Session
from tests.demo.killable import ISSUER, settings_of


@dataclass
class Visitor:
    """A demo user in front of the application, without a network between."""

    app: FastAPI
    key: str
    session: Session = field(init=False)
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        sessions = self.app.state.login.sessions
        self.session = sessions.begin(ISSUER, f"demo-{self.key}")
        self.cookie = sessions.seal(self.session)

    async def asks(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        """Status, headers and body of the answer, as text."""
        headers = [
            (b"host", b"127.0.0.1:8000"), (b"cookie", f"{SESSION_COOKIE}={self.cookie}".encode()),
            (CSRF_HEADER.encode(), self.session.csrf.encode()),
        ]
        if kind:
            headers.append((b"content-type", kind.encode()))
        target, _, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": target, "raw_path": target.encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers, "scheme": "http", "http_version": "1.1",
            "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 50000), "asgi": {"version": "3.0"},
        }
        said: list[bytes] = []
        status = 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said.extend(b": ".join(header) for header in message["headers"])
            else:
                said.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return status, b"\n".join(said).decode()
