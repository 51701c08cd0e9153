"""`make figures`: on how many questions the evaluators agree, and how many changes of the policy are noticed."""

import asyncio
import sys
import tempfile
from pathlib import Path

import asyncpg

from casecoord.access.decide import Policy
from casecoord.embedded import EmbeddedPostgres
from tests.policies.agreement import Agreement, agreement
from tests.policies.test_mutations import WANTED, hunt, mutants


async def _agreement(url: str) -> Agreement:
    connection = await asyncpg.connect(url)
    try:
        return await agreement(Policy(), connection)
    finally:
        await connection.close()


def main() -> int:
    """Prints both figures and the mutants that live; 1 where the evaluators differ or too many live."""
    with tempfile.TemporaryDirectory() as folder:
        embedded = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            agreed = asyncio.run(_agreement(embedded.start()))
        finally:
            embedded.destroy()
        print(agreed, flush=True)
        caught = hunt(list(mutants()), Path(folder))
        print(caught)
    return 1 if agreed.wrong or caught.share < WANTED else 0


if __name__ == "__main__":
    sys.exit(main())
