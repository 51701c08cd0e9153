"""A load in a process of its own, so that it can be killed: says on each line how far it is."""

import asyncio
import sys
from datetime import datetime

from casecoord.demo.load import Stage, load
from casecoord.settings import Mode, Settings

ISSUER = "https://login.test"


def settings_of(url: str) -> Settings:
    return Settings(
        database_url=url,
        database_url_migrator=url,
        database_url_sequencer=url,
        master_key=b"m" * 32,
        match_key=b"h" * 32,
        session_key=b"s" * 32,
        oidc_issuer=ISSUER,
        oidc_client_id="casecoord",
        oidc_client_secret="secret",
        oidc_audience="casecoord",
        public_url="http://127.0.0.1:8000",
        mode=Mode.DEVELOPMENT,
        port=8000,
    )


def tell(area: str, stage: Stage, done: int, total: int) -> None:
    sys.stdout.write(f"{stage.name} {done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    url, now = sys.argv[1:]
    asyncio.run(load(settings_of(url), issuer=ISSUER, now=datetime.fromisoformat(now), progress=tell))
