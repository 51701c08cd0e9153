"""Functions of the database that are code and no schema: what a read says is made with the version that says it.

Each is named by what it does and a hash of how: two versions of the program at work at once each call their own.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from casecoord.storage.connection import APP_ROLE, READER_ROLE

_PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")


@dataclass(frozen=True)
class Function:
    """A read in steps. `body` names its parameters as a statement does (`:area`); it holds no right of its own."""

    purpose: str
    parameters: Mapping[str, str]
    returns: str
    body: str

    @property
    def name(self) -> str:
        how = "\n".join((*self.parameters, *self.parameters.values(), self.returns, self.body))
        return f"{self.purpose}_{hashlib.sha256(how.encode()).hexdigest()[:10]}"

    @property
    def call(self) -> str:
        """The call in a statement whose parameters have these names."""
        return (
            f"{self.name}({', '.join(f'cast(:{name} as {kind})' for name, kind in self.parameters.items())})"
        )

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.parameters.values())})"

    @property
    def statements(self) -> tuple[str, ...]:
        """What makes it, where it is not there yet."""
        declared = ", ".join(f"_{name} {kind}" for name, kind in self.parameters.items())
        body = _PARAMETER.sub(r"_\1", self.body)
        return (
            f"create or replace function {self.name}({declared}) returns {self.returns} language plpgsql stable as"
            f" $read$\n#variable_conflict use_column\n{body}\n$read$",
            f"revoke all on function {self.signature} from public",
            f"grant execute on function {self.signature} to {APP_ROLE}, {READER_ROLE}",
        )
